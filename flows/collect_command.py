"""``tingfeng collect``: what the command line gives to `flows.collect`."""

import argparse
import sys
from pathlib import Path

from flows.collect import collect
from flows.embedded_redis import connect, serving
from flows.mapping import load_mapping
from flows.progress import progress_on
from flows.publish import count_from_start
from flows.settings_schema import Settings
from flows.streams import Clock, read_meta, write_meta


def collect_file(settings: Settings, options: argparse.Namespace) -> int:
    """Send the records of a file or of stdin to the mention streams and print what became of it."""
    with serving(settings.redis.url, settings.var) as url:
        client = connect(url)
        try:
            if read_meta(client) is None:
                clock: Clock = "stream" if options.stream_time else "live"
                write_meta(client, settings.redis.partitions, clock)
                if clock == "stream":
                    count_from_start(client)
            report = collect(
                options.file if options.file == "-" else Path(options.file),
                client,
                load_mapping(options.mapping) if options.mapping else None,
                options.platform,
                stream_time=options.stream_time,
                end=options.end,
                progress=progress_on(sys.stderr),
                skip=options.skip,
                max_pending=options.max_pending,
                heartbeat_s=settings.redis.heartbeat_s,
            )
        finally:
            client.close()
    for line in report.lines():
        print(line)
    return 130 if report.interrupted else 0

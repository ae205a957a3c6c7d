"""Live load for `benchmarks.latency`: generated events at a steady rate, each in its own moment.

``python -m benchmarks.producer REDIS_URL CONFIG RATE SECONDS``; says ``ready`` when the events are
made, starts at the next line on its input, and ends early when its input is closed.
"""

import selectors
import sys
import time
from pathlib import Path
from typing import Any, Final

from benchmarks.events import events, subjects
from flows.embedded_redis import connect
from flows.packs import crisis_types, read_packs
from flows.settings import load_settings
from flows.streams import mention_stream
from operators.partition import partition_of

SENT: Final = "benchmark:sent"
"""Key that counts what has been sent."""

_HEARTBEAT_S: Final = 5.0
_TURN_S: Final = 0.005
_STAMP: Final = b'"published_at":"'


def stamped(body: bytes, now_ms: int) -> bytes:
    """Return the event as published now: the stamp of the body replaced by another as long."""
    moment = time.gmtime(now_ms // 1000 + 8 * 3600)
    stamp = f"{time.strftime('%Y-%m-%dT%H:%M:%S', moment)}.{now_ms % 1000:03d}+08:00".encode()
    begin = body.index(_STAMP) + len(_STAMP)
    return body[:begin] + stamp + body[begin + len(stamp) :]


def main(url: str, config: str, rate: int, seconds: int) -> int:
    """Make the events, wait for the start, send them."""
    settings = load_settings(Path(config))
    types = crisis_types(read_packs(settings), settings.subjects)
    partitions = settings.redis.partitions
    made = [
        (partition_of(event.platform, event.id, "", partitions), event.body)
        for event in events(rate * seconds, subjects(), types, 0, per_second=rate)
    ]
    print("ready", flush=True)
    sys.stdin.readline()
    client = connect(url)
    closed = selectors.DefaultSelector()
    closed.register(sys.stdin, selectors.EVENT_READ)
    began = time.monotonic()
    beat = began
    sent = 0
    while sent < len(made) and not closed.select(_TURN_S):
        now = time.monotonic()
        due = min(len(made), int((now - began) * rate))
        pipe: Any = client.pipeline(transaction=False)
        now_ms = time.time_ns() // 1_000_000
        for partition, body in made[sent:due]:
            pipe.xadd(mention_stream(partition), {"mention": stamped(body, now_ms)})
        if now >= beat:
            beat = now + _HEARTBEAT_S
            for partition in range(partitions):
                pipe.xadd(mention_stream(partition), {"heartbeat": ""})
        pipe.incrby(SENT, due - sent)
        pipe.execute()
        sent = due
    client.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))

"""``tingfeng alive``: whether the flow is reading, for health checks."""

from typing import Final

from flows.embedded_redis import connect, serving
from flows.settings_schema import Settings
from flows.stream_writer import READ, parse_entry_id
from flows.streams import read_meta
from operators.errors import StoreError
from operators.model import MINUTE, SECOND

LATEST: Final = 2 * MINUTE
"""A partition that told nothing for so long (ms) is stuck: quiet ones are told of by heartbeats."""


def alive(settings: Settings) -> str:
    """Say how far the flow has read; raises `StoreError` when it stands still.

    A replay (stream clock) has times of its own, so there it is enough that it has read at all.
    """
    with serving(settings.redis.url, settings.var) as url:
        client = connect(url)
        meta = read_meta(client)
        read = client.hgetall(READ)
        seconds, micros = client.time()
        client.close()
    if meta is None or len(read) < meta.partitions:
        partitions = meta.partitions if meta else settings.redis.partitions
        msg = f"{len(read)} of {partitions} streams have been read; is `tingfeng run` up?"
        raise StoreError(msg)
    last = min(parse_entry_id(value).ms for value in read.values())
    if meta.clock != "live":
        return f"{meta.partitions} streams are read"
    behind = int(seconds) * SECOND + int(micros) // SECOND - last
    if behind > LATEST:
        msg = f"the flow last read {behind // SECOND} s ago (at most {LATEST // SECOND} s)"
        raise StoreError(msg)
    return f"{meta.partitions} streams are read, {max(0, behind) // SECOND} s behind"

"""Which shard keeps a subject."""

from functools import lru_cache
from zlib import crc32


@lru_cache(65_536)
def shard_of(subject: str, shards: int) -> int:
    """Return the shard, 0 to ``shards - 1``, that holds all state of a subject."""
    return crc32(subject.encode()) % shards

"""Which mention stream an entry belongs to."""

from zlib import crc32


def partition_of(platform: str, mention_id: str, root_id: str, partitions: int) -> int:
    """Return the number of the stream, 0 to ``partitions - 1``, that carries a mention.

    A thread stays together: everything with the same ``root_id`` lies where its root lies.
    """
    return crc32((platform + (root_id or mention_id)).encode()) % partitions

"""Partitions: where a mention lies is part of the contract with every producer."""

from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from operators.partition import partition_of


def test_partition_is_the_documented_hash() -> None:
    """Foreign producers compute it themselves, so the formula may never change."""
    assert partition_of("weibo", "42", "", 4) == crc32(b"weibo42") % 4
    assert partition_of("weibo", "42", "40", 4) == crc32(b"weibo40") % 4
    assert partition_of("微", "号", "", 7) == crc32("微号".encode()) % 7


@given(st.text(max_size=10), st.integers(1, 64))
def test_a_thread_lies_in_one_partition(root: str, partitions: int) -> None:
    """A repost lies where its root lies, within the number of partitions."""
    of_root = partition_of("weibo", root or "r", "", partitions)
    assert partition_of("weibo", "other", root or "r", partitions) == of_root
    assert 0 <= of_root < partitions

"""Account for every entry of a partition, per minute of arrival."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from operators.model import Mention, Rejected


@dataclass(slots=True)
class Health:
    """Counts of one partition and arrival minute; the columns of ``pipeline_health``.

    read = accepted + updates + duplicates + rejected, and accepted = matched + unmatched.
    """

    partition: int
    minute_ms: int = 0
    read: int = 0
    accepted: int = 0
    matched: int = 0
    unmatched: int = 0
    updates: int = 0
    duplicates: int = 0
    rejected: int = 0
    late: int = 0
    history: int = 0
    orphans: int = 0
    forgotten: int = 0
    missing: int = 0
    marks: int = 0
    collect_delay_ms: int = 0
    collect_known: int = 0
    arrive_delay_ms: int = 0
    watermark_ms: int = 0

    def accept(self, mention: Mention) -> None:
        """Count a mention not seen before, and how long it took to get here."""
        self.accepted += 1
        published = mention.published_ms
        if mention.arrived_ms > published:
            self.arrive_delay_ms += mention.arrived_ms - published
        if mention.collected_ms:
            self.collect_known += 1
            if mention.collected_ms > published:
                self.collect_delay_ms += mention.collected_ms - published

    def copy(self) -> "Health":
        """Return the counts as they are now."""
        return replace(self)


@dataclass(frozen=True, slots=True)
class RejectedEntry:
    """A refused entry with its place in the stream."""

    partition: int
    entry: int
    rejected: Rejected


@dataclass(frozen=True, slots=True)
class Deletion:
    """A platform or crawler told us that a post is gone."""

    exercise: bool
    platform: str
    id: str
    deleted_ms: int
    arrived_ms: int
    entry: int


class SequenceGaps:
    """Counts what is missing between the numbers a producer gave its entries."""

    def __init__(self) -> None:
        self._last: dict[bytes, int] = {}

    def unbroken(self, seqs: Sequence[bytes]) -> bool:
        """Take a whole batch in at once when it follows on without a gap, from one producer."""
        if not seqs:
            return True
        producer, _, first = seqs[0].rpartition(b":")
        known, _, last = seqs[-1].rpartition(b":")
        if known != producer or not (first.isdigit() and last.isdigit()):
            return False
        begin, end = int(first), int(last)
        prefix = producer + b":"
        if begin != self._last.get(producer, 0) + 1 or end - begin + 1 != len(seqs):
            return False
        if not all(seq.startswith(prefix) for seq in seqs):
            return False
        self._last[producer] = end
        return True

    def missing(self, seq: bytes) -> int:
        """Return how many entries of this producer were skipped just before ``<producer>:<n>``."""
        producer, _, number = seq.rpartition(b":")
        if not number.isdigit():
            return 0
        now = int(number)
        before = self._last.get(producer, 0)
        self._last[producer] = max(now, before)
        return max(0, now - before - 1)

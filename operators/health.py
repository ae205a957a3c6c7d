"""Account for every entry of a partition, per minute of arrival."""

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
        self.arrive_delay_ms += max(0, mention.arrived_ms - mention.published_ms)
        if mention.collected_ms:
            self.collect_known += 1
            self.collect_delay_ms += max(0, mention.collected_ms - mention.published_ms)

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

    def missing(self, seq: bytes) -> int:
        """Return how many entries of this producer were skipped just before ``<producer>:<n>``."""
        producer, _, number = seq.rpartition(b":")
        if not number.isdigit():
            return 0
        now = int(number)
        before = self._last.get(producer, 0)
        self._last[producer] = max(now, before)
        return max(0, now - before - 1)

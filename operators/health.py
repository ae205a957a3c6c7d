"""Account for every entry of a partition, per minute of arrival."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from operators.model import MINUTE, Rejected
from operators.vectors import Integers


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

    def match(self) -> None:
        """Count an accepted mention as one about a subject."""
        self.matched += 1
        self.unmatched -= 1

    def copy(self) -> "Health":
        """Return the counts as they are now."""
        return replace(self)


class Minutes:
    """The health of the arrival minutes that a batch of entries goes through."""

    def __init__(self, health: Health, arrived: Integers, watermarks: Integers) -> None:
        """Cut the batch; ``arrived``: ms, ``watermarks``: ms behind each, both of every entry."""
        minute = np.maximum.accumulate(np.maximum(arrived - arrived % MINUTE, health.minute_ms))
        starts = np.flatnonzero(np.diff(minute, prepend=health.minute_ms))
        self._opens = minute[starts].tolist()
        self._starts = [0, *starts.tolist()] if not len(starts) or starts[0] else starts.tolist()
        self._healths = [Health(health.partition, start) for start in self._opens]
        self._finished: list[Health] = []
        if len(self._healths) < len(self._starts):
            self._healths.insert(0, health)
        elif health.minute_ms:
            self._finished.append(health)
        self._watermarks = watermarks

    def add(self, names: Sequence[str], columns: Integers) -> None:
        """Add columns, one row a count and one element an entry, to the counts of these names."""
        sums = np.add.reduceat(columns, self._starts, axis=1).T.tolist()
        for health, counts in zip(self._healths, sums, strict=True):
            for name, count in zip(names, counts, strict=True):
                setattr(health, name, getattr(health, name) + count)
            health.unmatched = health.accepted - health.matched

    def at(self, place: int) -> Health:
        """Return the health of the minute in which an entry arrived."""
        if len(self._healths) == 1:
            return self._healths[0]
        return self._healths[bisect_right(self._starts, place) - 1]

    def finish(self, out: list[Health]) -> Health:
        """Hand over all minutes as they are now; returns the last, which goes on."""
        ends = [start - 1 for start in self._starts[1:]] + [len(self._watermarks) - 1]
        for health, end in zip(self._healths, ends, strict=True):
            health.watermark_ms = int(self._watermarks[end])
        out += [*self._finished, *self._healths[:-1], self._healths[-1].copy()]
        return self._healths[-1]


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
        if b"\n".join(seqs).count(b"\n" + prefix) != len(seqs) - 1:
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

"""Whether a platform's feed or a stream still flows: a dead crawler must not look like calm.

Counts the arrivals of all posts, of whatever subject, per platform and minute of arrival, and
judges each feed against its own gaps: it is silent after three times, and dead after ten times the
gap that 99 % of its last gaps did not exceed. Time is the least of the streams' newest entries,
heartbeats included, so it goes on when nothing is collected and a replay judges alike.
"""

from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from operators.model import DAY, HOUR, MINUTE
from operators.reading import ReadBatch
from operators.vectors import SEQUENCE_BITS

LIVE: Final = "live"
SILENT: Final = "silent"
DEAD: Final = "dead"
_EVERY: Final = 5 * MINUTE
_GAPS_KEPT: Final = 2000
_GAPS_KNOWN: Final = 30
_USUAL: Final = 0.99
_SILENT_AFTER: Final = 3.0
_DEAD_AFTER: Final = 10.0
_SILENT_LEAST: Final = 5 * MINUTE
_DEAD_LEAST: Final = 15 * MINUTE
_NEVER: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What one batch of one stream tells of the feeds: posts by minute and platform (ms)."""

    partition: int
    newest_ms: int
    counts: dict[tuple[int, str], int]


@dataclass(frozen=True, slots=True)
class FeedState:
    """How one feed stands at a minute of arrival; times in ms."""

    platform: str
    minute: int
    last_ms: int
    usual_gap_ms: float
    state: str
    mentions_1h: int

    @property
    def silent_ms(self) -> int:
        """Return how long nothing has arrived."""
        return self.minute - self.last_ms


def arrivals_of(batch: ReadBatch) -> Arrivals:
    """Count a batch; a stream counts as a feed of its own, named ``mentions:N``."""
    arrived = (batch.entries >> SEQUENCE_BITS) // MINUTE * MINUTE
    minutes = arrived[batch.places].tolist()
    counts = Counter(zip(minutes, batch.platforms, strict=True))
    stream = f"mentions:{batch.partition}"
    for minute in minutes:
        counts[minute, stream] += 1
    newest = int(batch.entries[-1] >> SEQUENCE_BITS) if len(batch.entries) else 0
    return Arrivals(batch.partition, newest, dict(counts))


@dataclass(slots=True)
class _Feed:
    last_ms: int
    state: str = LIVE
    gaps: deque[int] = field(default_factory=lambda: deque(maxlen=_GAPS_KEPT))
    by_size: list[int] = field(default_factory=list)
    hour: deque[tuple[int, int]] = field(default_factory=deque)
    silent_at: int = _NEVER
    dead_at: int = _NEVER

    def arrived(self, minute: int, count: int) -> None:
        """Take in a minute in which something arrived."""
        if minute > self.last_ms:
            if len(self.gaps) == _GAPS_KEPT:
                del self.by_size[bisect_left(self.by_size, self.gaps[0])]
            self.gaps.append(minute - self.last_ms)
            insort(self.by_size, minute - self.last_ms)
            self.last_ms = minute
            usual = self.usual_gap_ms
            if usual:
                self.silent_at = minute + int(max(_SILENT_LEAST, _SILENT_AFTER * usual))
                self.dead_at = minute + int(max(_DEAD_LEAST, _DEAD_AFTER * usual))
        self.hour.append((minute, count))

    @property
    def usual_gap_ms(self) -> float:
        """Return the gap that is rarely exceeded; 0 while too few are known."""
        known = len(self.by_size)
        return float(self.by_size[int(_USUAL * (known - 1))]) if known >= _GAPS_KNOWN else 0.0

    def state_at(self, minute: int) -> str:
        """Return what the feed is when ``minute`` begins."""
        if minute >= self.dead_at:
            return DEAD
        if minute >= self.silent_at:
            return SILENT
        return LIVE

    def tell(self, platform: str, minute: int) -> FeedState:
        """Tell how the feed stands when ``minute`` begins."""
        while self.hour and self.hour[0][0] < minute - HOUR:
            self.hour.popleft()
        heard = sum(count for _at, count in self.hour)
        return FeedState(platform, minute, self.last_ms, self.usual_gap_ms, self.state, heard)


class Feeds:
    """All feeds: one small state for the whole flow."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._newest: dict[int, int] = {}
        self._open: dict[int, dict[str, int]] = {}
        self._feeds: dict[str, _Feed] = {}
        self._until = 0

    def feed(self, arrivals: Iterable[Arrivals]) -> list[FeedState]:
        """Take in batches in any order between streams; return what is to be told."""
        for one in arrivals:
            self._newest[one.partition] = max(one.newest_ms, self._newest.get(one.partition, 0))
            for (minute, platform), count in one.counts.items():
                # What comes behind the others is counted with the minute now open.
                at = self._open.setdefault(max(minute, self._until), {})
                at[platform] = at.get(platform, 0) + count
        if len(self._newest) < self._partitions:
            return []
        clock = min(self._newest.values())
        return self._advance(clock - clock % MINUTE)

    def _advance(self, until: int) -> list[FeedState]:
        """Go through the minutes before ``until``; of a long silence only the last day."""
        if until <= self._until:
            return []
        told: list[FeedState] = []
        coming = sorted((minute for minute in self._open if minute < until), reverse=True)
        at = self._until or (coming[-1] if coming else until)
        while at < until:
            if coming and coming[-1] == at:
                for platform, count in sorted(self._open.pop(coming.pop()).items()):
                    self._feeds.setdefault(platform, _Feed(at)).arrived(at, count)
            at += MINUTE
            told += self._judge(at)
            at = max(at, (coming[-1] if coming else until) - DAY)
        self._until = until
        return told

    def _judge(self, minute: int) -> list[FeedState]:
        told = []
        due = minute % _EVERY == 0
        for platform, own in sorted(self._feeds.items()):
            state = own.state_at(minute)
            if due or state != own.state:
                own.state = state
                told.append(own.tell(platform, minute))
        return told

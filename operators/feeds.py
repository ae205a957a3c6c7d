"""Whether a platform's feed or a stream still flows: a dead crawler must not look like calm.

Counts the arrivals of all posts, of whatever subject, per platform and minute of arrival, and
judges each feed against its own gaps: it is silent after three times, and dead after ten times the
gap that 99 % of its last gaps did not exceed. Time is the least of the streams' newest entries,
heartbeats included, so it goes on when nothing is collected and a replay judges alike.
"""

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
    hour: deque[tuple[int, int]] = field(default_factory=deque)

    def arrived(self, minute: int, count: int) -> None:
        """Take in a minute in which something arrived."""
        if minute > self.last_ms:
            self.gaps.append(minute - self.last_ms)
            self.last_ms = minute
        self.hour.append((minute, count))

    @property
    def usual_gap_ms(self) -> float:
        """Return the gap that is rarely exceeded; 0 while too few are known."""
        if len(self.gaps) < _GAPS_KNOWN:
            return 0.0
        return float(sorted(self.gaps)[int(_USUAL * (len(self.gaps) - 1))])

    def judge(self, platform: str, minute: int) -> FeedState:
        """Return how the feed stands when ``minute`` begins."""
        while self.hour and self.hour[0][0] < minute - HOUR:
            self.hour.popleft()
        usual = self.usual_gap_ms
        silent = minute - self.last_ms
        state = LIVE
        if usual and silent >= max(_DEAD_LEAST, _DEAD_AFTER * usual):
            state = DEAD
        elif usual and silent >= max(_SILENT_LEAST, _SILENT_AFTER * usual):
            state = SILENT
        return FeedState(
            platform, minute, self.last_ms, usual, state, sum(count for _at, count in self.hour)
        )


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
        at = self._until or min(self._open, default=until)
        while at < until:
            for platform, count in sorted(self._open.pop(at, {}).items()):
                self._feeds.setdefault(platform, _Feed(at)).arrived(at, count)
            at += MINUTE
            told += self._judge(at)
            if not self._open and until - at > DAY:
                at = until - DAY
        self._until = until
        return told

    def _judge(self, minute: int) -> list[FeedState]:
        told = []
        for platform in sorted(self._feeds):
            own = self._feeds[platform]
            due = minute % _EVERY == 0
            # Cheap: a feed that has just arrived and was live has nothing to tell.
            if not due and own.state == LIVE and minute - own.last_ms <= _SILENT_LEAST:
                continue
            found = own.judge(platform, minute)
            if due or found.state != own.state:
                own.state = found.state
                told.append(found)
        return told

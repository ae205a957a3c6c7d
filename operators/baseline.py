"""What one key has been like: rolling sums, the story copies already told, the start of a run."""

from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple

from operators.model import BIN, DAY, HOUR, MINUTE
from operators.windows import Cell

_STORIES_KEPT_MS: Final = DAY
_RUN_KEPT: Final = 72
_GAP_BINS: Final = 2


class Totals(NamedTuple):
    """Sums over a window."""

    mentions: int = 0
    negative: int = 0
    reach: int = 0


class _Minute(NamedTuple):
    at: int
    platform: str
    mentions: int
    negative: int
    reach: int


@dataclass(slots=True)
class History:
    """Minutes and bins of one key that held something; silent ones are not kept."""

    minutes: deque[_Minute]
    bins: deque[tuple[int, Totals]]
    stories: dict[int, int]
    run: deque[int]

    @classmethod
    def empty(cls) -> "History":
        """Return the history of a key nothing was said about."""
        return cls(deque(), deque(), {}, deque(maxlen=_RUN_KEPT))

    def add(self, minute: int, platform: str, cell: Cell) -> int:
        """Take in a minute; return its negative posts with each wire story counted once a day."""
        self.minutes.append(_Minute(minute, platform, cell.mentions, cell.negative, cell.reach))
        observed = cell.negative
        for story in sorted(cell.articles):
            told = self.stories.get(story)
            copies = cell.articles[story]
            fresh = told is None or minute - told > _STORIES_KEPT_MS
            observed -= copies - fresh
            if fresh:
                self.stories[story] = minute
        return observed

    def totals(self, minute: int, window_ms: int, platform: str = "") -> Totals:
        """Sum the window that ends with ``minute``; over more than an hour, by whole bins."""
        begin = minute + MINUTE - window_ms
        mentions = negative = reach = 0
        bins_until = 0
        if window_ms > HOUR and not platform:
            for at, totals in reversed(self.bins):
                if at < begin:
                    break
                mentions += totals.mentions
                negative += totals.negative
                reach += totals.reach
                bins_until = max(bins_until, at + BIN)
        for each in reversed(self.minutes):
            if each.at < max(begin, bins_until):
                break
            if not platform or each.platform == platform:
                mentions += each.mentions
                negative += each.negative
                reach += each.reach
        return Totals(mentions, negative, reach)

    def close_bin(self, at: int, *, above: bool, keep_platforms: bool) -> Totals:
        """Close the bin at ``at``: keep its sum for a day and forget what is older."""
        mentions = negative = reach = 0
        for each in reversed(self.minutes):
            if each.at < at:
                break
            mentions += each.mentions
            negative += each.negative
            reach += each.reach
        totals = Totals(mentions, negative, reach)
        if mentions:
            self.bins.append((at, totals))
        if above:
            self.run.append(at)
        end = at + BIN
        keep_minutes = DAY if keep_platforms else HOUR
        while self.minutes and self.minutes[0].at < end - keep_minutes:
            self.minutes.popleft()
        while self.bins and self.bins[0][0] < end - DAY:
            self.bins.popleft()
        if len(self.stories) > 1000:
            self.stories = {
                story: told for story, told in self.stories.items() if end - told < _STORIES_KEPT_MS
            }
        return totals

    def onset(self, at: int) -> int:
        """Return the first bin of the run above the usual level that leads up to ``at``."""
        first = at
        for bin_ms in reversed(self.run):
            if first - bin_ms > (1 + _GAP_BINS) * BIN:
                break
            first = bin_ms
        return first

"""What one key has been like: rolling sums, the story copies already told, the start of a run."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Final, NamedTuple

import msgspec

from operators.model import BIN, DAY, HOUR, MINUTE
from operators.voices import Voice
from operators.windows import Cell

_STORIES_KEPT_MS: Final = DAY
_RUN_KEPT: Final = 72
_GAP_BINS: Final = 2
_at = itemgetter(0)


class Totals(NamedTuple):
    """Sums over a window; ``rank`` is the best place on a hot list in it, 0 when on none."""

    mentions: int = 0
    negative: int = 0
    reach: int = 0
    rank: int = 0


class _Minute(NamedTuple):
    at: int
    platform: str
    mentions: int
    negative: int
    reach: int
    voices: tuple[Voice, ...] = ()

    def part(self, tier: str) -> Totals:
        """Return its sums, or those of one source tier."""
        if not tier:
            return Totals(self.mentions, self.negative, self.reach, _best(self.voices))
        some = [one for one in self.voices if one.tier == tier]
        return Totals(
            len(some),
            sum(one.polarity < 0 for one in some),
            sum(one.followers for one in some),
            _best(some),
        )


def _best(voices: Iterable[Voice]) -> int:
    return min((one.rank for one in voices if one.rank), default=0)


class Hour(NamedTuple):
    """What a key held in an hour; ``platforms`` are its negative posts by platform."""

    totals: Totals
    platforms: dict[str, int]

    @property
    def top(self) -> tuple[str, int]:
        """Return the platform with the most negative posts and their number."""
        return min(self.platforms.items(), key=lambda one: (-one[1], one[0]), default=("", 0))


class History(msgspec.Struct, array_like=True):
    """Minutes and bins of one key that held something; silent ones are not kept."""

    minutes: list[_Minute] = []
    bins: list[tuple[int, Totals]] = []
    stories: dict[int, int] = {}
    run: list[int] = []

    def add(
        self, minute: int, platform: str, cell: Cell, articles: Mapping[int, int] | None = None
    ) -> int:
        """Take in a minute; return its negative posts with each wire story counted once a day.

        ``articles``: story -> the negative articles that tell it; near-copies are one story.
        """
        self.minutes.append(
            _Minute(minute, platform, cell.mentions, cell.negative, cell.reach, tuple(cell.voices))
        )
        observed = cell.negative
        for story, copies in sorted(articles.items()) if articles else ():
            told = self.stories.get(story)
            fresh = told is None or minute - told > _STORIES_KEPT_MS
            observed -= copies - fresh
            if fresh:
                self.stories[story] = minute
        return observed

    def totals(self, minute: int, window_ms: int, platform: str = "", tier: str = "") -> Totals:
        """Sum the window that ends with ``minute``; over more than an hour, by whole bins."""
        begin = minute + MINUTE - window_ms
        mentions = negative = reach = rank = 0
        bins_until = 0
        if window_ms > HOUR and not platform and not tier:
            for at, totals in reversed(self.bins):
                if at < begin:
                    break
                mentions += totals.mentions
                negative += totals.negative
                reach += totals.reach
                rank = _better(rank, totals.rank)
                bins_until = max(bins_until, at + BIN)
        for each in reversed(self.minutes):
            if each.at < max(begin, bins_until):
                break
            if not platform or each.platform == platform:
                part = each.part(tier)
                mentions += part.mentions
                negative += part.negative
                reach += part.reach
                rank = _better(rank, part.rank)
        return Totals(mentions, negative, reach, rank)

    def hour(self, minute: int) -> Hour:
        """Return the hour that ends with ``minute``."""
        begin = minute + MINUTE - HOUR
        mentions = negative = reach = 0
        platforms: dict[str, int] = {}
        for each in reversed(self.minutes):
            if each.at < begin:
                break
            mentions += each.mentions
            negative += each.negative
            reach += each.reach
            if each.negative:
                platforms[each.platform] = platforms.get(each.platform, 0) + each.negative
        return Hour(Totals(mentions, negative, reach), platforms)

    def close_bin(self, at: int, *, above: bool, keep_minutes: bool) -> Totals:
        """Close the bin at ``at``: keep its sum for a day and forget what is older."""
        mentions = negative = reach = rank = 0
        for each in reversed(self.minutes):
            if each.at < at:
                break
            mentions += each.mentions
            negative += each.negative
            reach += each.reach
            rank = _better(rank, _best(each.voices))
        totals = Totals(mentions, negative, reach, rank)
        if mentions:
            self.bins.append((at, totals))
        if above:
            self.run = [*self.run[1 - _RUN_KEPT :], at]
        end = at + BIN
        kept = DAY if keep_minutes else HOUR
        old = bisect_left(self.minutes, end - kept, key=_at)
        del self.minutes[:old]
        old = bisect_left(self.bins, end - DAY, key=_at)
        del self.bins[:old]
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


def _better(rank: int, other: int) -> int:
    return min(rank, other) if rank and other else rank or other

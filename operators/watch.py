"""Watch one shard: keep its minutes, run the detectors on each key, raise signals.

A key is exercise x subject x crisis type, all platforms together. It starts as zeros from the first
minute of the stream, not from its first mention, so that a key never heard of before can fire.
Signals are decided when the watermark passes a minute or bin, over that minute's contents alone.
Detectors with state for every key are banks: one row a key, all keys of a bin at once.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

import numpy as np

from operators import findings
from operators.bank import Rows
from operators.bin_stat import stat_of
from operators.detectors.acceleration import AccelerationBank
from operators.detectors.negative_share import NegativeShareBank, ShareParameters
from operators.detectors.volume_surge import BINS_A_DAY, SHIPPED, VolumeSurgeBank
from operators.findings import Closing, Run
from operators.lessons import Lessons, Measured
from operators.listening import Ear, NegativeArticles
from operators.model import BIN, GENERAL, HOUR, MINUTE
from operators.phrases_focus import FOCUS_EVERY, Focus, focus_of
from operators.rulebook_schedule import RulesChange
from operators.rules import ThresholdRule
from operators.season import Season
from operators.talk import Key
from operators.voices import Voice, loudest
from operators.watch_key import Finding, Keys, KeyState
from operators.watched import BinStat, Watched, WatchRules
from operators.windows import Cell, DetectionKey, MinuteWindows, Piece

__all__ = ["BinStat", "Watch", "WatchRules", "Watched"]

_BINS_AN_HOUR: Final = HOUR // BIN


class Watch:
    """State of one shard; ``feed`` takes pieces in any order between partitions."""

    def __init__(self, rules: WatchRules) -> None:
        self.rules = rules
        self.windows = MinuteWindows(rules.partitions)
        self._surge = VolumeSurgeBank()
        self._share = NegativeShareBank(
            ShareParameters(rules.share_min_mentions, rules.min_negative_1h, rules.share_margin)
        )
        self._ramp = AccelerationBank()
        self.lessons = Lessons()
        self._season = Season(rules.season)
        self._thresholds = rules.thresholds
        self._coming: list[tuple[int, tuple[ThresholdRule, ...]]] = []
        self._ear = Ear(rules.stories)
        self._keys = Keys()
        self._touched: set[Key] = set()
        self._followed: set[Key] = set()
        self._bin = 0
        self._rules_known = 0
        self._untold: list[RulesChange] = []
        self._no_news: list[tuple[int, Mapping[str, tuple[str, ...]]]] = []

    def __getstate__(self) -> dict[str, object]:
        """Return all but the names of the settings, which whoever resumes brings along."""
        return self.__dict__ | {"rules": replace(self.rules, names={})}

    def resume(self, rules: WatchRules) -> None:
        """Go on with the settings as they are now; what has been learned stays."""
        if rules.thresholds != self.rules.thresholds and not self._rules_known:
            # Once rules have been published, those hold.
            self.replace_thresholds(rules.thresholds, 0)
        if rules.season != self.rules.season:
            self._season = Season(rules.season)
        least = (rules.share_min_mentions, rules.min_negative_1h, rules.share_margin)
        self._share.parameters = ShareParameters(*least)
        self._ear.make_room(rules.stories)
        self.rules = rules

    def replace_thresholds(self, rules: tuple[ThresholdRule, ...], from_ms: int) -> None:
        """Use other threshold rules from the watermark minute ``from_ms`` on; 0 for at once."""
        self._coming = sorted([*self._coming, (from_ms, rules)], key=lambda one: one[0])

    def feed(self, pieces: Sequence[Piece], known_ms: int | None = None) -> Watched:
        """Count the pieces, close what the watermark has passed and decide.

        ``known_ms``: until when it is known what people did; None where nobody acts.
        """
        for piece in pieces:
            self.windows.add(piece)
            for change in piece.rules:
                self._learn(change)
        before = self.windows.watermark_ms
        closed = self.windows.close(known_ms)
        out = Watched(self.windows.watermark_ms)
        if out.watermark_ms == before:
            return out
        out.rules, self._untold = self._untold, []
        for minute, cells in closed:
            self._close_bins(minute - minute % BIN, out)
            self._close_minute(minute, cells, out)
        self._close_bins(out.watermark_ms - out.watermark_ms % BIN, out)
        return out

    def _learn(self, change: RulesChange) -> None:
        """Take in published rules; every partition tells of them."""
        if change.entry > self._rules_known:
            self._rules_known = change.entry
            self._untold.append(change)
            self.replace_thresholds(change.thresholds, change.effective_ms)
            over = sum(from_ms <= self.windows.watermark_ms for from_ms, _ in self._no_news)
            known = self._no_news[max(0, over - 1) :]
            self._no_news = [*known, (change.effective_ms, change.no_news)]

    def _begin(self, keys: Iterable[Key], minute: int) -> None:
        """Begin with the keys that were never heard of before."""
        new = sorted(set(keys) - self._keys.keys())
        if not new:
            return
        first = min(self.windows.start_ms or minute, minute) // BIN
        row = self._surge.start(len(new), first)
        self._share.start(len(new), first)
        self._ramp.start(len(new), first)
        self._keys.update((key, KeyState(row + number)) for number, key in enumerate(new))

    def _close_minute(self, minute: int, cells: dict[DetectionKey, Cell], out: Watched) -> None:
        touched: dict[Key, KeyState] = {}
        voices: dict[Key, list[Voice]] = {}
        self._bin = minute - minute % BIN
        articles: dict[Key, NegativeArticles] = {}
        talks = self.windows.talk(minute)
        self._begin(chain((where[:3] for where in cells), (key for key, _talk in talks)), minute)
        keys = self._keys
        for key, talk in talks:
            followed = key in self._followed
            articles[key] = self._ear.hear(minute, key, keys[key], talk, followed=followed)
        out.copies += self._ear.copies()
        for exercise, subject, crisis_type, platform in sorted(cells):
            key = (exercise, subject, crisis_type)
            state = touched[key] = keys[key]
            cell = cells[exercise, subject, crisis_type, platform]
            heard = state.count(minute, platform, cell, articles.get(key, {}).get(platform))
            if heard:
                voices.setdefault(key, []).extend(heard)
        self._touched.update(touched)
        while self._coming and self._coming[0][0] <= minute:
            self._thresholds = self._coming.pop(0)[1]
        for key, state in touched.items():
            self._try_thresholds(key, state, minute, out)
            if key in voices:
                self._try_sources(key, state, minute, loudest(voices[key]), out)

    def _fire(self, key: Key, state: KeyState, found: Finding, out: Watched) -> None:
        signal = state.fire(key, found, self.rules)
        if signal is not None:
            self.lessons.fired(signal, followed=key in self._followed)
            self._followed.add(key)
            out.signals.append(signal)

    def _try_thresholds(self, key: Key, state: KeyState, minute: int, out: Watched) -> None:
        rules = [rule for rule in self._thresholds if rule.applies(key[1], key[2])]
        if not rules:
            return
        for reached in state.thresholds.update(rules, state.history, minute):
            self._fire(key, state, findings.threshold(reached, minute + MINUTE), out)
        if state.thresholds.waiting:
            self._followed.add(key)

    def _try_sources(
        self, key: Key, state: KeyState, minute: int, voices: list[Voice], out: Watched
    ) -> None:
        least = self.rules.influential_followers
        named = key[2] != GENERAL
        for heard in state.sources.update(voices, minute, least, named=named):
            self._fire(key, state, findings.voice(heard, minute), out)

    def _close_bins(self, until: int, out: Watched) -> None:
        """Close the bins before ``until``; bins in which no key is of interest are passed over."""
        while self._bin and self._bin < until and (self._touched or self._followed):
            self._close_bin(sorted(self._touched | self._followed), self._bin, out)
            self._touched.clear()
            self._bin += BIN

    def _close_bin(self, keys: list[Key], bin_ms: int, out: Watched) -> None:
        self.lessons.teach(bin_ms, self._keys, self._surge, self._share)
        states = [self._keys[key] for key in keys]
        self._ear.close(bin_ms)
        rows = np.array([state.row for state in states], np.intp)
        t = bin_ms // BIN
        factor = self._season.factor(bin_ms)
        self._surge.rest_until(t, rows)
        expected = self._surge.levels(rows) * factor
        days = self._surge.days(rows)
        observed = np.array([state.observed for state in states], np.float64)
        bars = self._surge.bars(rows).tolist()
        scores = self._surge.update(t, observed, rows, factor)
        shares = self._share.usual(rows)
        closing = [
            self._content(key, state, bin_ms, *numbers)
            for key, state, *numbers in zip(
                keys, states, expected.tolist(), days.tolist(), shares.tolist(), strict=True
            )
        ]
        if self._season.round_ms:
            least = SHIPPED.least_level
            self._season.update(bin_ms, float(np.minimum(observed, 3 * expected + least).sum()))
        # Before a whole day is known, every morning looks like a ramp.
        known = np.where(self._surge.column("bins")[rows] > BINS_A_DAY, expected, np.inf)
        ramps = self._ramp.update(t, observed, np.maximum(known, SHIPPED.least_level), rows)
        runs = self._shares(t, rows, closing)
        rising = ramps.any()
        steps = np.stack(self._ramp.windows(rows), axis=1).astype(int) if rising else None
        for number, one in enumerate(closing):
            score = float(scores[number])
            for found in (
                findings.surge(one, bin_ms, score, self.rules.min_negative_1h),
                findings.share(one, bin_ms, runs[number]),
                findings.ramp(one, bin_ms, float(ramps[number]), steps[number].tolist())
                if steps is not None
                else None,
            ):
                if found is not None:
                    self._fire(one.key, one.state, found, out)
            self._follow(one, bin_ms, out)
            focus = self._focus(one, bin_ms)
            followed = one.key in self._followed
            out.bins.append(stat_of(one, bin_ms, score, followed=followed, focus=focus))
            one.state.forget_bin()
        loud = (scores > 1) | (observed > self._surge.ceilings(expected))
        tests = [one.score for one in runs]
        measured = Measured(observed, scores, bars, loud.tolist(), tests, factor)
        self.lessons.note(bin_ms, closing, self._followed, measured)
        out.stories += self._ear.stories()

    def _content(
        self,
        key: Key,
        state: KeyState,
        bin_ms: int,
        expected: float,
        days: float,
        usual_share: float,
    ) -> Closing:
        usual = max(expected, SHIPPED.least_level)
        above = state.observed > usual + 2 * math.sqrt(usual + SHIPPED.dispersion * usual * usual)
        narrow = any(rule.narrow for rule in self._thresholds)
        totals = state.history.close_bin(bin_ms, above=above, keep_minutes=narrow)
        hour = state.history.hour(bin_ms + BIN - MINUTE)
        state.remember(bin_ms)
        state.usual = expected
        least = max(self.rules.min_negative_1h, 3 * expected * _BINS_AN_HOUR)
        unusual = hour.totals.negative > least
        return Closing(key, state, totals, hour, expected, int(days), usual_share, unusual)

    def _shares(self, t: int, rows: Rows, closing: list[Closing]) -> list[Run]:
        """Take the bin into the share bank, wire copies once; return the runs it is at."""
        negative = np.array([one.state.observed for one in closing], np.float64)
        copies = np.array([one.totals.negative for one in closing], np.float64) - negative
        mentions = np.array([one.totals.mentions for one in closing], np.float64) - copies
        learn = np.array([not one.unusual for one in closing], np.intp)
        scores = self._share.update(t, negative, mentions, learn, rows)
        run = self._share.take(rows)
        numbers = (scores, run["run_negative"], run["run_mentions"], t + 1 - run["run_from"])
        return [Run(*one) for one in zip(*(each.tolist() for each in numbers), strict=True)]

    def _follow(self, one: Closing, bin_ms: int, out: Watched) -> None:
        """Keep a key in sight while it is unusual, and see where its story goes meanwhile."""
        state, end = one.state, bin_ms + BIN
        if state.follow_until and one.unusual:
            state.follow_until = end + self.rules.follow_ms
        followed = state.follow_until > end
        if not followed:
            state.follow_until = 0
            self._followed.discard(one.key)
            if state.thresholds.waiting:
                self._try_thresholds(one.key, state, end - MINUTE, out)
        if not followed and not one.hour.platforms:
            return
        for reach in state.spread.update(one.hour.platforms, bin_ms // BIN, followed=followed):
            self._fire(one.key, state, findings.spread(one, reach, end), out)

    def _focus(self, one: Closing, bin_ms: int) -> Focus | None:
        """Say what stands out, at the hour's end, when it fires, and more often while unusual."""
        state, end = one.state, bin_ms + BIN
        followed = one.key in self._followed
        if not followed:
            return None
        quarter = one.unusual and end % FOCUS_EVERY == 0
        if not (state.fresh or quarter or end % HOUR == 0):
            return None
        held = [said for from_ms, said in self._no_news if from_ms <= end]
        names = (held[-1] if held else self.rules.names).get(one.key[1], ())
        return focus_of(bin_ms, self._ear.hour(one.key), self._ear.usual(one.key), names)

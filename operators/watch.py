"""Watch one shard: keep its minutes, run the detectors on each key, raise signals.

A key is exercise x subject x crisis type, all platforms together. It starts as zeros from the first
minute of the stream, not from its first mention, so that a key never heard of before can fire.
Signals are decided when the watermark passes a minute or bin, over that minute's contents alone.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from operators.baseline import History, Totals
from operators.detectors.negative_share import NegativeShare, wilson_lower
from operators.detectors.threshold import Thresholds, applies
from operators.detectors.volume_surge import DISPERSION, LEAST_LEVEL, THRESHOLD, VolumeSurge
from operators.explain import share_sentence, surge_sentence, threshold_sentence
from operators.model import BIN, GENERAL, HOUR, MINUTE, Evidence, Signal
from operators.rules import ThresholdRule
from operators.windows import Cell, CellKey, DetectionKey, MinuteWindows, Piece, heaviest

_EVIDENCE: Final = 8
_Z_NAMED: Final = 1.64
_SHARE_ENOUGH: Final = 0.4
"""Negative share of an hour, at its lower bound, that counts as trouble whatever is usual."""

Key: TypeAlias = tuple[bool, str, str]
"""exercise, subject, crisis type"""


@dataclass(frozen=True, slots=True)
class WatchRules:
    """What the detectors take from the settings; times in ms."""

    partitions: int
    min_negative_1h: int = 10
    refractory_ms: int = 6 * HOUR
    share_min_mentions: int = 30
    share_margin: float = 0.25
    follow_ms: int = 7 * HOUR
    """How long after the last unusual hour a key is still reported bin by bin."""
    thresholds: tuple[ThresholdRule, ...] = ()


@dataclass(frozen=True, slots=True)
class BinStat:
    """What a key held when a bin closed; for keys that had content or are being followed."""

    exercise: bool
    subject: str
    crisis_type: str
    bin_ms: int
    observed: float
    expected: float
    score: float
    totals: Totals
    positive: int
    mentions_1h: int
    negative_1h: int
    baseline_share: float
    followed: bool
    platforms: tuple[tuple[str, int], ...]
    evidence: tuple[Evidence, ...]

    @property
    def decided_ms(self) -> int:
        """Watermark minute at which the bin closed."""
        return self.bin_ms + BIN

    @property
    def expected_1h(self) -> float:
        """Return the usual number of negative posts in an hour."""
        return self.expected * (HOUR // BIN)


@dataclass(slots=True)
class Watched:
    """What closing minutes brought about."""

    watermark_ms: int = 0
    signals: list[Signal] = field(default_factory=list)
    bins: list[BinStat] = field(default_factory=list)


@dataclass(slots=True)
class KeyState:
    """Everything remembered of one key."""

    surge: VolumeSurge = field(default_factory=VolumeSurge)
    share: NegativeShare = field(default_factory=NegativeShare)
    thresholds: Thresholds = field(default_factory=Thresholds)
    history: History = field(default_factory=History.empty)
    last_bin: int = 0
    observed: int = 0
    positive: int = 0
    platforms: dict[str, int] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    recent: list[tuple[int, list[Evidence]]] = field(default_factory=list)
    fired: dict[str, int] = field(default_factory=dict)
    follow_until: int = 0


class Watch:
    """State of one shard; ``feed`` takes pieces in any order between partitions."""

    def __init__(self, rules: WatchRules) -> None:
        self.rules = rules
        self.windows = MinuteWindows(rules.partitions)
        self._keys: dict[Key, KeyState] = {}
        self._touched: set[Key] = set()
        self._followed: set[Key] = set()
        self._bin = 0

    def feed(self, pieces: Sequence[Piece]) -> Watched:
        """Count the pieces, close what the watermark has passed and decide."""
        for piece in pieces:
            self.windows.add(piece)
        before = self.windows.watermark_ms
        closed = self.windows.close()
        out = Watched(self.windows.watermark_ms)
        if out.watermark_ms == before:
            return out
        for minute, cells in closed:
            self._close_bins(minute - minute % BIN, out)
            self._close_minute(minute, cells, out)
        self._close_bins(out.watermark_ms - out.watermark_ms % BIN, out)
        return out

    def _close_minute(self, minute: int, cells: dict[DetectionKey, Cell], out: Watched) -> None:
        touched: dict[Key, KeyState] = {}
        self._bin = minute - minute % BIN
        for exercise, subject, crisis_type, platform in sorted(cells):
            cell = cells[exercise, subject, crisis_type, platform]
            key = (exercise, subject, crisis_type)
            state = self._keys.get(key)
            if state is None:
                start = self.windows.start_ms
                state = self._keys[key] = KeyState(last_bin=start - start % BIN - BIN)
            state.observed += state.history.add(minute, platform, cell)
            state.positive += cell.positive
            if cell.mentions:
                state.platforms[platform] = state.platforms.get(platform, 0) + cell.mentions
            if cell.evidence:
                state.evidence = heaviest([*state.evidence, *cell.evidence], _EVIDENCE)
            touched[key] = state
        self._touched.update(touched)
        for key, state in touched.items():
            self._try_thresholds(key, state, minute, out)

    def _try_thresholds(self, key: Key, state: KeyState, minute: int, out: Watched) -> None:
        rules = [rule for rule in self.rules.thresholds if applies(rule, key[1], key[2])]
        if not rules:
            return
        for rule, totals, value in state.thresholds.update(rules, state.history, minute):
            self._fire(
                key,
                state,
                "threshold",
                minute + MINUTE - rule.window_ms,
                minute + MINUTE,
                score=value,
                observed=value,
                expected=0.0,
                threshold=rule.at_least,
                explanation=threshold_sentence(rule, totals, value),
                rule=f"{rule.id} ({rule.file}:{rule.line})",
                out=out,
            )

    def _close_bins(self, until: int, out: Watched) -> None:
        """Close the bins before ``until``; bins in which no key is of interest are passed over."""
        while self._bin and self._bin < until and (self._touched or self._followed):
            for key in sorted(self._touched | self._followed):
                self._close_bin(key, self._keys[key], self._bin, out)
            self._touched.clear()
            self._bin += BIN

    def _close_bin(self, key: Key, state: KeyState, bin_ms: int, out: Watched) -> None:
        skipped = (bin_ms - state.last_bin) // BIN - 1
        if skipped > 0:
            state.surge.silence(skipped)
        state.last_bin = bin_ms
        expected = state.surge.level
        usual = max(expected, LEAST_LEVEL)
        above = state.observed > usual + 2 * math.sqrt(usual + DISPERSION * usual * usual)
        observed = state.observed
        score = state.surge.update(observed)
        totals = state.history.close_bin(
            bin_ms,
            above=above,
            keep_platforms=any(rule.platform != "*" for rule in self.rules.thresholds),
        )
        last_minute = bin_ms + BIN - MINUTE
        hour = state.history.totals(last_minute, HOUR)
        end = bin_ms + BIN
        state.recent = [
            kept for kept in (*state.recent, (bin_ms, state.evidence)) if kept[0] > end - HOUR
        ]
        usual_share = state.share.usual
        self._try_surge(key, state, bin_ms, score, expected, hour, out)
        self._try_share(key, state, bin_ms, hour, out)
        unusual = hour.negative > max(self.rules.min_negative_1h, 3 * expected * (HOUR // BIN))
        if state.follow_until and unusual:
            state.follow_until = end + self.rules.follow_ms
        followed = state.follow_until > end
        if not followed:
            state.follow_until = 0
            self._followed.discard(key)
            # What belongs to an incident does not become the usual share.
            if not unusual:
                state.share.update(totals.negative, totals.mentions, skipped + 1)
        out.bins.append(
            BinStat(
                *key,
                bin_ms,
                float(observed),
                expected,
                score,
                totals,
                state.positive,
                hour.mentions,
                hour.negative,
                usual_share,
                followed,
                tuple(sorted(state.platforms.items())),
                tuple(heaviest([one for _at, some in state.recent for one in some], _EVIDENCE)),
            )
        )
        state.observed = 0
        state.positive = 0
        state.platforms = {}
        state.evidence = []

    def _try_surge(
        self,
        key: Key,
        state: KeyState,
        bin_ms: int,
        score: float,
        expected: float,
        hour: Totals,
        out: Watched,
    ) -> None:
        if score < THRESHOLD or hour.negative < self.rules.min_negative_1h:
            return
        if not self._more_negative(key, state, hour):
            return
        usual = expected * (HOUR // BIN)
        self._fire(
            key,
            state,
            "volume_surge",
            bin_ms + BIN - HOUR,
            bin_ms + BIN,
            score=score,
            observed=float(hour.negative),
            expected=usual,
            threshold=THRESHOLD,
            explanation=surge_sentence(hour.negative, usual, score),
            rule="",
            out=out,
        )

    def _more_negative(self, key: Key, state: KeyState, hour: Totals) -> bool:
        """Tell trouble from attention: more of everything, no more negative than usual, is none.

        Where a crisis rule fired the words tell of trouble already, so less proof is asked.
        """
        if key[2] == GENERAL:
            return wilson_lower(hour.negative, hour.mentions) >= _SHARE_ENOUGH
        least = min(_SHARE_ENOUGH, state.share.usual)
        return wilson_lower(hour.negative, hour.mentions, _Z_NAMED) >= least

    def _try_share(
        self, key: Key, state: KeyState, bin_ms: int, hour: Totals, out: Watched
    ) -> None:
        if (
            hour.mentions < self.rules.share_min_mentions
            or hour.negative < self.rules.min_negative_1h
        ):
            return
        excess = state.share.excess(hour.negative, hour.mentions)
        if excess < self.rules.share_margin:
            return
        usual = state.share.usual
        self._fire(
            key,
            state,
            "negative_share",
            bin_ms + BIN - HOUR,
            bin_ms + BIN,
            score=excess,
            observed=hour.negative / hour.mentions,
            expected=usual,
            threshold=self.rules.share_margin,
            explanation=share_sentence(hour.negative, hour.mentions, usual),
            rule="",
            out=out,
        )

    def _fire(
        self,
        key: Key,
        state: KeyState,
        detector: str,
        start_ms: int,
        end_ms: int,
        *,
        score: float,
        observed: float,
        expected: float,
        threshold: float,
        explanation: str,
        rule: str,
        out: Watched,
    ) -> None:
        """Raise a signal, at most one per detector and key within the refractory time."""
        what = f"{detector}/{rule}"
        last = state.fired.get(what)
        if last is not None and end_ms - last < self.rules.refractory_ms:
            return
        state.fired[what] = end_ms
        state.follow_until = end_ms + self.rules.follow_ms
        self._followed.add(key)
        evidence = [*state.evidence, *(one for _at, some in state.recent for one in some)]
        natural = "/".join((*map(str, key), detector, rule, str(end_ms)))
        out.signals.append(
            Signal(
                hashlib.sha256(natural.encode()).hexdigest()[:16],
                *key,
                detector,
                start_ms,
                end_ms,
                end_ms,
                score,
                observed,
                expected,
                threshold,
                explanation,
                rule,
                tuple(heaviest(list(dict.fromkeys(evidence)), _EVIDENCE)),
                state.history.onset(end_ms - end_ms % BIN),
                state.history.totals(end_ms - MINUTE, HOUR).negative,
            )
        )


def cells_of(pieces: Sequence[Piece]) -> list[tuple[CellKey, Cell]]:
    """List what the pieces hold, for the metrics of the minutes the posts were published in."""
    return [one for piece in pieces for one in piece.cells]

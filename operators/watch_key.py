"""One key of a shard: what it holds beside its rows in the detectors' banks, and how it fires."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import msgspec

from operators.baseline import History, Hour
from operators.detectors.cross_platform import CrossPlatform
from operators.detectors.influential_source import InfluentialSource
from operators.detectors.threshold import Thresholds
from operators.model import BIN, HOUR, MINUTE, Evidence, Signal
from operators.stories_hour import Crowd
from operators.talk import Key
from operators.voices import Voice
from operators.watched import WatchRules
from operators.windows import Cell, heaviest

EVIDENCE: Final = 8
_RISES: Final = 2


class Finding(NamedTuple):
    """A detector's result on its way to a signal.

    ``rule`` tells apart what one detector may say at a time: the threshold rule, the kind of
    source, the platform reached.
    """

    detector: str
    start_ms: int
    end_ms: int
    score: float
    observed: float
    expected: float
    threshold: float
    explanation: str
    rule: str = ""
    percentile: float = 0.0
    baseline_days: int = 0
    tier: str = ""
    evidence: tuple[Evidence, ...] = ()


class KeyState(msgspec.Struct, array_like=True):
    """Everything remembered of one key; ``row`` is its row in the banks."""

    row: int
    thresholds: Thresholds = msgspec.field(default_factory=Thresholds)
    sources: InfluentialSource = msgspec.field(default_factory=InfluentialSource)
    spread: CrossPlatform = msgspec.field(default_factory=CrossPlatform)
    history: History = msgspec.field(default_factory=History)
    observed: int = 0
    positive: int = 0
    platforms: dict[str, int] = {}
    evidence: list[Evidence] = []
    recent: list[tuple[int, list[Evidence]]] = []
    fired: dict[str, int] = {}
    follow_until: int = 0
    fresh: bool = False
    """It has fired in the bin that is open."""
    crowd: Crowd = msgspec.field(default_factory=Crowd)
    usual: float = 0.0
    """Negative posts of a usual bin, as of the last one that closed."""

    def count(
        self, minute: int, platform: str, cell: Cell, articles: Mapping[int, int] | None = None
    ) -> list[Voice]:
        """Take in what one platform held in a minute; return its voices."""
        self.observed += self.history.add(minute, platform, cell, articles)
        self.positive += cell.positive
        if cell.mentions:
            self.platforms[platform] = self.platforms.get(platform, 0) + cell.mentions
        if cell.evidence:
            self.evidence = heaviest([*self.evidence, *cell.evidence], EVIDENCE)
        return cell.voices

    def rises(self, negative: int) -> bool:
        """Tell whether the open bin, ``negative`` posts further, is above what is usual."""
        return self.observed + negative > max(_RISES, 2 * self.usual)

    def remember(self, bin_ms: int) -> None:
        """Keep the evidence of the bin for an hour."""
        begin = bin_ms + BIN - HOUR
        self.recent = [one for one in (*self.recent, (bin_ms, self.evidence)) if one[0] >= begin]

    def forget_bin(self) -> None:
        """Begin the next bin."""
        self.observed = 0
        self.positive = 0
        self.platforms = {}
        self.evidence = []
        self.fresh = False

    def heaviest_1h(self) -> tuple[Evidence, ...]:
        """Return the heaviest posts of the last hour."""
        return tuple(heaviest([one for _at, some in self.recent for one in some], EVIDENCE))

    def fire(self, key: Key, found: Finding, rules: WatchRules) -> Signal | None:
        """Return the signal, at most one per detector and key within the refractory time."""
        what = f"{found.detector}/{found.rule}"
        last = self.fired.get(what)
        if last is not None and found.end_ms - last < rules.refractory_ms:
            return None
        self.fired[what] = found.end_ms
        self.fresh = True
        self.follow_until = max(self.follow_until, found.end_ms + rules.follow_ms)
        rest = [*self.evidence, *(one for _at, some in self.recent for one in some)]
        others = [one for one in dict.fromkeys(rest) if one not in found.evidence]
        evidence = [*found.evidence, *heaviest(others, EVIDENCE - len(found.evidence))]
        hour: Hour = self.history.hour(found.end_ms - MINUTE)
        platform, most = hour.top
        natural = (*map(str, key), found.detector, found.rule, str(found.end_ms))
        return Signal(
            hashlib.sha256("/".join(natural).encode()).hexdigest()[:16],
            *key,
            found.detector,
            found.start_ms,
            found.end_ms,
            found.end_ms,
            found.score,
            found.observed,
            found.expected,
            found.threshold,
            found.explanation,
            found.rule,
            tuple(evidence),
            self.history.onset(found.end_ms - found.end_ms % BIN),
            hour.totals.negative,
            percentile=found.percentile,
            top_platform=platform,
            top_share=most / hour.totals.negative if hour.totals.negative else 0.0,
            baseline_days=found.baseline_days,
            tier=found.tier,
        )


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(list[tuple[Key, KeyState]])


class Keys(dict[Key, KeyState]):
    """The keys of a shard, whose many small values msgpack writes far sooner than pickle."""

    def __reduce__(self) -> "tuple[Callable[[bytes], Keys], tuple[bytes]]":
        return _read_back, (_encode(list(self.items())),)


def _read_back(state: bytes) -> Keys:
    return Keys(_decoder.decode(state))

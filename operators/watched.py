"""What watching a shard takes from the settings, and what it brings about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from operators.baseline import Totals
from operators.model import BIN, HOUR, Evidence, Signal
from operators.phrases_focus import Focus
from operators.rulebook_schedule import RulesChange
from operators.rules import ThresholdRule
from operators.stories import Copy, Story


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
    influential_followers: int = 5_000_000
    stories: int = 10_000
    """Stories a shard remembers."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Subject -> words that are no news about it: its own names, and the stop-list."""
    season: str = "none"
    """``none``, ``day`` or ``week``: the rhythm the usual level follows."""


class BinStat(msgspec.Struct, frozen=True):
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
    top_platform: str = ""
    top_platform_1h: int = 0
    baseline_days: int = 0
    """Days the usual level was learned from, at most the seven it remembers."""
    questioning: int = 0
    """Posts of the bin that ask whether it is true."""
    authors_1h: int = 0
    copies_1h: int = 0
    top_author_1h: int = 0
    top_tier: str = ""
    """Highest source tier among the posts of the bin, empty when not known."""
    denials: tuple[str, ...] = ()
    """``platform/id`` of the bin's posts in which an official account denies."""
    confirmations: tuple[str, ...] = ()
    stories: tuple[int, ...] = ()
    """Stories the bin's negative posts tell, the most frequent first."""
    focus: Focus | None = None
    """What people say, at the end of an hour, when it fires and while it is unusual."""

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
    copies: list[Copy] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    rules: list[RulesChange] = field(default_factory=list)
    """Rules that were told of meanwhile, those of minutes to come as well."""

"""Plain threshold rules a desk writes itself, and the industries subjects belong to.

Reading them from YAML is the settings' task; testing a window against them is a detector's.
"""

from dataclasses import dataclass
from typing import Final, Literal

from operators.model import DAY, HOUR, MINUTE

INDUSTRIES: Final = {
    "banking": "银行",
    "securities": "证券",
    "fintech": "金融科技",
    "telecom": "通信",
    "consumer_finance": "消费金融",
}
"""Industry id to its Chinese name."""

ANY: Final = "*"
"""Stands for every subject, crisis type, platform or source tier in a rule."""

Measure = Literal["negative", "mentions", "negative_share", "reach", "rank"]
MEASURES: Final[tuple[Measure, ...]] = ("negative", "mentions", "negative_share", "reach", "rank")
WINDOWS: Final = {"5m": 5 * MINUTE, "1h": HOUR, "24h": DAY}
"""Window lengths a rule may look at, in ms."""
TIERS: Final = ("regulator", "central_media", "media", "official", "influencer")
"""Source tiers a rule may ask for; the rest of the crowd is not told apart."""


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """Fires when ``measure`` over ``window_ms`` reaches ``at_least`` (阈值规则).

    ``at_least`` is a count, a share from 0 to 1 (negative_share) or followers (reach). For
    ``rank``, the best place on a hot list, ``at_most`` takes its part. The rule keeps still while
    the window holds fewer than ``min_mentions`` posts, and until it has been so for ``hold_ms``.
    Having fired, it stays so until the measure falls below ``clear_below`` (rank: is past
    ``clear_above`` or off the list); 0 stands for half (twice) the limit. ``file`` and ``line``
    say where the rule stands.
    """

    id: str
    measure: Measure
    window_ms: int
    at_least: float
    subject: str = ANY
    crisis_type: str = ANY
    platform: str = ANY
    min_mentions: int = 0
    file: str = ""
    line: int = 0
    tier: str = ANY
    at_most: int = 0
    hold_ms: int = 0
    clear_below: float = 0.0
    clear_above: int = 0

    @property
    def where(self) -> str:
        """Name the rule and where it stands."""
        return f"{self.id} ({self.file}:{self.line})"

    @property
    def limit(self) -> float:
        """Return the value at which it fires."""
        return float(self.at_most) if self.measure == "rank" else self.at_least

    @property
    def narrow(self) -> bool:
        """Tell whether it needs the minutes one by one: a platform, a tier or a hot list."""
        return self.platform != ANY or self.tier != ANY or self.measure == "rank"

    def applies(self, subject: str, crisis_type: str) -> bool:
        """Tell whether the rule looks at this key."""
        return self.subject in (ANY, subject) and self.crisis_type in (ANY, crisis_type)

    def reached(self, value: float, mentions: int) -> bool:
        """Tell whether a measured value is beyond the limit."""
        if mentions < self.min_mentions:
            return False
        return 0 < value <= self.at_most if self.measure == "rank" else value >= self.at_least

    def cleared(self, value: float) -> bool:
        """Tell whether a rule that fired may fire anew."""
        if self.measure == "rank":
            return not 0 < value <= (self.clear_above or 2 * self.at_most)
        return value < (self.clear_below or self.at_least / 2)

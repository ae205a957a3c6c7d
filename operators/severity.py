"""How bad an incident is: 0 to 100 from named factors, and the level that follows.

Each factor's points are kept and shown. A level has to hold for a set time before it changes, so
that a number near a limit does not flap; only a regulator or central media lift it at once.
"""

import math
from dataclasses import dataclass, field
from typing import Final

from operators.model import HOUR
from operators.schemes import Edition

FACTOR_NAMES: Final = {
    "volume": "负面量相对平时",
    "size": "累计负面规模",
    "share": "负面占比",
    "reach": "潜在触达",
    "speed": "增长速度",
    "tier": "信源级别",
    "spread": "跨平台扩散",
    "gravity": "危机类型严重性",
    "persistence": "持续时间",
    "past": "近期同类事件",
}
"""Factor id to the words people read."""

MOST: Final = {
    "volume": 19.0,
    "size": 16.0,
    "share": 7.0,
    "reach": 10.0,
    "speed": 9.0,
    "tier": 9.0,
    "spread": 9.0,
    "gravity": 12.0,
    "persistence": 5.0,
    "past": 4.0,
}
"""The most points a factor can give; they sum to 100."""

TIER_SHARE: Final = {
    "regulator": 1.0,
    "central_media": 1.0,
    "media": 0.6,
    "influencer": 0.5,
    "verified": 0.2,
}
"""What the highest source tier that spoke is worth; the subject's own account is worth nothing."""

TIER_NAMES: Final = {
    "regulator": "监管机构",
    "central_media": "中央媒体",
    "media": "媒体",
    "official": "主体官方账号",
    "influencer": "大V",
    "verified": "认证账号",
    "ordinary": "普通账号",
}
_LEAST_USUAL: Final = 3.0
"""Posts an hour below which a key is simply quiet: a few more are no multiple of anything."""
_STEP_DOWN_MARGIN: Final = 5.0
_STEP_DOWN_MS: Final = HOUR


@dataclass(frozen=True, slots=True)
class Facts:
    """The quantities severity is made of; ``past`` counts incidents of the key lately."""

    negative_1h: int
    previous_1h: int
    expected_1h: float
    negative: int
    mentions: int
    reach: int
    platforms: int
    gravity: float
    hours: float
    tier: str = ""
    past: int = 0


def factors(facts: Facts) -> dict[str, float]:
    """Return the points of each factor, rounded to a tenth so that they add up as shown."""
    over = facts.negative_1h / max(facts.expected_1h, _LEAST_USUAL)
    growth = facts.negative_1h / max(facts.previous_1h, 1)
    shares = {
        "volume": math.log2(max(over, 1.0)) / 7,
        "size": math.log10(max(facts.negative, 1)) / 3.5,
        "share": facts.negative / facts.mentions if facts.mentions else 0.0,
        "reach": max(0.0, math.log10(max(facts.reach, 1)) - 3) / 5,
        "speed": math.log2(max(growth, 1.0)) / 3 if facts.negative_1h >= 20 else 0.0,
        "tier": TIER_SHARE.get(facts.tier, 0.0),
        "spread": (facts.platforms - 1) / 5,
        "gravity": facts.gravity,
        "persistence": facts.hours / 12,
        "past": facts.past / 3,
    }
    return {
        name: round(MOST[name] * min(1.0, max(0.0, share)), 1) for name, share in shares.items()
    }


def strongest(points: dict[str, float], keep: int = 3) -> str:
    """Name the factors that give most, with their points."""
    ordered = sorted(points.items(), key=lambda one: (-one[1], one[0]))[:keep]
    return "、".join(f"{FACTOR_NAMES[name]} {value:g} 分" for name, value in ordered)


@dataclass(slots=True)
class LevelHold:
    """A level with hysteresis: up after ``hold_ms``, down after an hour and five points less.

    ``rank`` is the level's place in its scheme. Going up, each higher level counts the time since
    which severity has been at or above it; going down, the highest level of the hour is taken.
    """

    rank: int = 0
    above: dict[int, int] = field(default_factory=dict)
    falling_since: int = 0
    falling_to: int = 0

    def start(self, severity: float, edition: Edition) -> None:
        """Take the level of a severity without waiting."""
        self.rank = edition.rank(severity)
        self.above, self.falling_since = {}, 0

    def update(self, severity: float, now_ms: int, hold_ms: int, edition: Edition) -> int:
        """Return the rank after this severity."""
        wanted = edition.rank(severity)
        self.above = {
            rank: self.above.get(rank, now_ms) for rank in range(self.rank + 1, wanted + 1)
        }
        ready = [rank for rank, since in self.above.items() if now_ms - since >= hold_ms]
        if ready:
            self.rank = max(ready)
            self.above = {rank: at for rank, at in self.above.items() if rank > self.rank}
        calm = edition.rank(severity + _STEP_DOWN_MARGIN)
        if calm >= self.rank:
            self.falling_since = 0
        elif not self.falling_since:
            self.falling_since, self.falling_to = now_ms, calm
        else:
            self.falling_to = max(self.falling_to, calm)
            if now_ms - self.falling_since >= _STEP_DOWN_MS:
                self.rank, self.falling_since = self.falling_to, 0
        return self.rank

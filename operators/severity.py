"""How bad an incident is: 0 to 100 from named factors, and the level that follows.

Each factor's points are kept and shown. Levels are 轻微, 中等 and 严重; a level has to hold for a
set time before it changes, so that a number near a limit does not flap.
"""

import math
from dataclasses import dataclass
from typing import Final

from operators.model import LEVELS, MINUTE

FACTOR_NAMES: Final = {
    "volume": "负面量相对平时",
    "size": "累计负面规模",
    "share": "负面占比",
    "reach": "潜在触达",
    "speed": "增长速度",
    "spread": "跨平台扩散",
    "gravity": "危机类型严重性",
    "persistence": "持续时间",
}
"""Factor id to the words people read."""

MOST: Final = {
    "volume": 22.0,
    "size": 18.0,
    "share": 8.0,
    "reach": 12.0,
    "speed": 10.0,
    "spread": 10.0,
    "gravity": 14.0,
    "persistence": 6.0,
}
"""The most points a factor can give; they sum to 100."""

LEVEL_FROM: Final = (0.0, 45.0, 70.0)
"""Severity from which each of ``LEVELS`` holds."""

_STEP_DOWN_MARGIN: Final = 5.0
_STEP_DOWN_MS: Final = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Facts:
    """The quantities severity is made of."""

    negative_1h: int
    previous_1h: int
    expected_1h: float
    negative: int
    mentions: int
    reach: int
    platforms: int
    gravity: float
    hours: float


def factors(facts: Facts) -> dict[str, float]:
    """Return the points of each factor, rounded to a tenth so that they add up as shown."""
    over = facts.negative_1h / max(facts.expected_1h, 1.0)
    growth = facts.negative_1h / max(facts.previous_1h, 1)
    shares = {
        "volume": math.log2(max(over, 1.0)) / 7,
        "size": math.log10(max(facts.negative, 1)) / 3.5,
        "share": facts.negative / facts.mentions if facts.mentions else 0.0,
        "reach": max(0.0, math.log10(max(facts.reach, 1)) - 3) / 5,
        "speed": math.log2(max(growth, 1.0)) / 3 if facts.negative_1h >= 20 else 0.0,
        "spread": (facts.platforms - 1) / 5,
        "gravity": facts.gravity,
        "persistence": facts.hours / 12,
    }
    return {
        name: round(MOST[name] * min(1.0, max(0.0, share)), 1) for name, share in shares.items()
    }


def level_of(severity: float) -> str:
    """Return the level a severity stands for by itself."""
    return max(
        (level for level, least in zip(LEVELS, LEVEL_FROM, strict=True) if severity >= least),
        key=LEVELS.index,
    )


@dataclass(slots=True)
class LevelHold:
    """A level with hysteresis: up after ``hold_ms``, down after an hour and five points less."""

    level: str
    pending: str = ""
    since_ms: int = 0

    def update(self, severity: float, now_ms: int, hold_ms: int) -> str:
        """Return the level after this severity."""
        wanted = level_of(severity)
        if LEVELS.index(wanted) < LEVELS.index(self.level):
            wanted = level_of(severity + _STEP_DOWN_MARGIN)
            hold_ms = _STEP_DOWN_MS
        if wanted == self.level:
            self.pending = ""
        elif wanted != self.pending:
            self.pending, self.since_ms = wanted, now_ms
        if self.pending and now_ms - self.since_ms >= hold_ms:
            self.level, self.pending = self.pending, ""
        return self.level

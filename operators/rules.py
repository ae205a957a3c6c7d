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
"""Stands for every subject, crisis type or platform in a rule."""

Measure = Literal["negative", "mentions", "negative_share", "reach"]
MEASURES: Final[tuple[Measure, ...]] = ("negative", "mentions", "negative_share", "reach")
WINDOWS: Final = {"5m": 5 * MINUTE, "1h": HOUR, "24h": DAY}
"""Window lengths a rule may look at, in ms."""


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """Fires when ``measure`` over ``window_ms`` reaches ``at_least`` (阈值规则).

    ``at_least`` is a count, a share from 0 to 1 (negative_share) or followers (reach). The rule
    keeps still while the window holds fewer than ``min_mentions`` posts. ``file`` and ``line``
    say where the rule stands, so that a signal can be traced to it.
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

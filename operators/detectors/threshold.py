"""Plain thresholds: a count, share or reach over a rolling window reaches what a rule names.

A rule fires once, then keeps still until the measure has fallen below half of its limit.
"""

from collections.abc import Sequence
from typing import Final

from operators.baseline import History, Totals
from operators.rules import ANY, ThresholdRule

_CLEAR_AT: Final = 0.5


def applies(rule: ThresholdRule, subject: str, crisis_type: str) -> bool:
    """Tell whether a rule looks at this key."""
    return rule.subject in (ANY, subject) and rule.crisis_type in (ANY, crisis_type)


def measure(rule: ThresholdRule, totals: Totals) -> float:
    """Return what the rule measures over its window."""
    if rule.measure == "negative_share":
        return totals.negative / totals.mentions if totals.mentions else 0.0
    return float(getattr(totals, rule.measure))


class Thresholds:
    """Which rules of one key have fired and not cleared yet."""

    __slots__ = ("firing",)

    def __init__(self) -> None:
        self.firing: set[str] = set()

    def __getstate__(self) -> set[str]:
        return self.firing

    def __setstate__(self, state: set[str]) -> None:
        self.firing = state

    def update(
        self, rules: Sequence[ThresholdRule], history: History, minute: int
    ) -> list[tuple[ThresholdRule, Totals, float]]:
        """Return the rules that start to fire with this minute, with what they measured."""
        started = []
        for rule in rules:
            platform = "" if rule.platform == ANY else rule.platform
            totals = history.totals(minute, rule.window_ms, platform)
            value = measure(rule, totals)
            if value >= rule.at_least and totals.mentions >= rule.min_mentions:
                if rule.id not in self.firing:
                    self.firing.add(rule.id)
                    started.append((rule, totals, value))
            elif value < rule.at_least * _CLEAR_AT:
                self.firing.discard(rule.id)
        return started

"""Plain thresholds: a count, share, reach or rank over a rolling window reaches what a rule names.

A rule fires once its condition has held as long as it asks for, then keeps still until the measure
is past its clear value.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from operators.baseline import History, Totals
from operators.rules import ANY, ThresholdRule


class Reached(NamedTuple):
    """A rule that starts to fire, with what it measured."""

    rule: ThresholdRule
    totals: Totals
    value: float


def measure(rule: ThresholdRule, totals: Totals) -> float:
    """Return what the rule measures over its window; a rank of 0 is none."""
    if rule.measure == "negative_share":
        return totals.negative / totals.mentions if totals.mentions else 0.0
    return float(getattr(totals, rule.measure))


class Thresholds(msgspec.Struct, array_like=True):
    """Which rules of one key hold, since when (ms), and which have fired and not cleared yet."""

    firing: set[str] = set()
    since: dict[str, int] = {}

    @property
    def waiting(self) -> bool:
        """Tell whether a rule holds but not long enough yet."""
        return bool(self.since)

    def update(
        self, rules: Sequence[ThresholdRule], history: History, minute: int
    ) -> list[Reached]:
        """Return the rules that start to fire with this minute, with what they measured."""
        started = []
        for rule in rules:
            totals = history.totals(
                minute,
                rule.window_ms,
                "" if rule.platform == ANY else rule.platform,
                "" if rule.tier == ANY else rule.tier,
            )
            value = measure(rule, totals)
            if rule.id in self.firing:
                if rule.cleared(value):
                    self.firing.discard(rule.id)
            elif not rule.reached(value, totals.mentions):
                self.since.pop(rule.id, None)
            elif minute - self.since.setdefault(rule.id, minute) >= rule.hold_ms:
                del self.since[rule.id]
                self.firing.add(rule.id)
                started.append(Reached(rule, totals, value))
        return started

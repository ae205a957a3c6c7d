"""What the alerts are worth: how soon, how many found, how many true, how many a shift.

An alert is a signal of a key that has had none for six hours; what follows belongs to it. It is
true when the key is in trouble, or was in the six hours before. A surge is found when its key gives
any signal between onset and end; detection time is that of the first, with the wait for late posts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.truth.scenes import DAYS, Played, Trouble, at_ms, is_fast
from operators.model import HOUR, MINUTE, Signal
from operators.tracked import TrackRules

_QUIET_MS: Final = 6 * HOUR
_SHIFTS_A_DAY: Final = 3
_WAIT_MS: Final = TrackRules().lateness_ms
"""A minute is decided so long after it has ended, for posts that are late."""


@dataclass(frozen=True, slots=True)
class Case:
    """One incident of the truth, and when it was found (minutes after onset; None if never)."""

    played: Played
    trouble: Trouble
    fast: bool
    delay_min: float | None
    detector: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """Every incident, and the alerts: true ones, and the false with their keys."""

    cases: tuple[Case, ...]
    true_alerts: int
    false_alerts: tuple[Signal, ...]

    @property
    def alerts(self) -> int:
        """Return how many alerts there were."""
        return self.true_alerts + len(self.false_alerts)

    def figures(self) -> dict[str, float]:
        """Return what the benchmark promises; times in minutes, over the fast surges."""
        fast = [case for case in self.cases if case.fast]
        delays = [case.delay_min for case in fast if case.delay_min is not None]
        return {
            "surges": len(fast),
            "median_min": float(np.median(delays)) if delays else 0.0,
            "p90_min": float(np.percentile(delays, 90)) if delays else 0.0,
            "recall": len(delays) / len(fast) if fast else 0.0,
            "precision": self.true_alerts / self.alerts if self.alerts else 0.0,
            "alerts_per_shift": self.alerts / (DAYS * _SHIFTS_A_DAY),
        }


def judge(played: Sequence[Played], signals: Sequence[Signal]) -> Judged:
    """Hold the signals against the truth."""
    by_key: dict[tuple[str, str], list[Signal]] = {}
    for signal in sorted(signals, key=lambda one: (one.decided_ms, one.signal_id)):
        by_key.setdefault((signal.subject, signal.crisis_type), []).append(signal)
    cases: list[Case] = []
    true = 0
    false: list[Signal] = []
    for one in played:
        own = by_key.get((one.scene.subject, one.scene.crisis_type), [])
        cases += [_case(one, trouble, own) for trouble in one.scene.troubles]
        last = -_QUIET_MS
        for signal in own:
            if signal.decided_ms - last >= _QUIET_MS:
                if any(_during(trouble, signal) for trouble in one.scene.troubles):
                    true += 1
                else:
                    false.append(signal)
            last = signal.decided_ms
    return Judged(tuple(cases), true, tuple(false))


def _during(trouble: Trouble, signal: Signal) -> bool:
    begin = at_ms(trouble.onset)
    end = at_ms(trouble.onset + trouble.length) + _QUIET_MS
    return begin < signal.decided_ms <= end


def _case(one: Played, trouble: Trouble, signals: Sequence[Signal]) -> Case:
    begin, end = at_ms(trouble.onset), at_ms(trouble.onset + trouble.length)
    found = next((signal for signal in signals if begin < signal.decided_ms <= end), None)
    delay = (found.decided_ms + _WAIT_MS - begin) / MINUTE if found else None
    return Case(one, trouble, is_fast(one, trouble), delay, found.detector if found else "")

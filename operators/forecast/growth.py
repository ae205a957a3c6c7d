"""By how much a count grows: what resembles it, centred and given an interval by held-out error.

Centre and interval come from cascades that the regression had not seen: each tenth of the time is
held out once. The centre is where relative errors are least: too much is further off than too
little, for a count can be overestimated without limit.
"""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from operators.forecast.regress import Array, KernelMedian, LeastDeviations

_FOLDS: Final = 10
_CENTRES: Final = np.linspace(-0.08, 0.08, 17)
_STANDARD_ERRORS: Final = 1.5
_LEAST_ERROR: Final = 0.05


@dataclass(frozen=True, slots=True)
class Expected:
    """Counts to expect with the ends of their interval; one entry a row."""

    middle: Array
    low: Array
    high: Array


@dataclass(slots=True)
class Growth:
    """Growth of counts, fitted on ``log(later / now)``; ``coverage`` is that of the interval."""

    coverage: float = 0.8
    centre: float = 0.0
    ends: tuple[float, float] = (0.0, 0.0)
    middle: KernelMedian = field(default_factory=KernelMedian)
    spread: LeastDeviations = field(default_factory=LeastDeviations)

    def fit(self, x: Array, now: Array, later: Array) -> None:
        """Learn from rows of features, counts now and counts later; rows in order of time."""
        growth = np.log(later / now)
        count = len(growth)
        fold = np.arange(count) * _FOLDS // count
        held_out = np.empty(count)
        for number in range(_FOLDS):
            inside = fold == number
            self.middle.fit(x[~inside], growth[~inside])
            held_out[inside] = self.middle.predict(x[inside])
        self.middle.fit(x, growth)
        error = growth - held_out
        self.centre = _centre(np.maximum(held_out, 0.0), growth)
        self.spread.fit(x, np.log(np.abs(error) + _LEAST_ERROR))
        # The quantiles of a sample are uncertain, and what comes later is less like it.
        tail = (1 - self.coverage) / 2
        tail -= _STANDARD_ERRORS * math.sqrt(tail * (1 - tail) / count)
        low, high = np.quantile(error / np.exp(self.spread.predict(x)), [tail, 1 - tail])
        self.ends = (float(low), float(high))

    def expect(self, x: Array, now: Array) -> Expected:
        """Forecast the later counts; never less than what is there now."""
        growth = self.middle.predict(x)
        width = np.exp(self.spread.predict(x))
        low, high = (np.maximum(growth + end * width, 0.0) for end in self.ends)
        middle = np.clip(growth + self.centre, low, high)
        return Expected(*(now * np.exp(each) for each in (middle, low, high)))


def _centre(expected: Array, growth: Array) -> float:
    """Return the shift of the logarithm that makes relative errors least.

    The mean over the middle third of the errors is steadier than their median alone.
    """
    losses = []
    for shift in _CENTRES:
        errors = np.abs(np.exp(np.maximum(expected + shift, 0.0) - growth) - 1)
        losses.append(float(np.quantile(errors, np.linspace(0.35, 0.65, 13)).mean()))
    return float(_CENTRES[int(np.argmin(losses))])

"""The course of an incident so far, in the few numbers a forecast is made from."""

import math
from dataclasses import dataclass
from typing import Final

from operators.model import DAY, HOUR

HORIZONS_H: Final = (1, 6, 24)
"""Hours ahead for which something is forecast."""

_SHANGHAI_MS: Final = 8 * HOUR
_BUSY: Final = (
    0.75, 0.50, 0.35, 0.30, 0.30, 0.35, 0.65, 1.05, 1.45, 1.55, 1.45, 1.35,
    1.30, 1.25, 1.15, 1.05, 1.00, 1.00, 1.00, 1.05, 1.15, 1.20, 1.15, 0.95,
)  # fmt: skip
"""How busy each hour of a day is in China; the mean is about 1. An assumption, not a measurement
of the subject: a night is quiet, a morning catches up."""
_LEAST_AGE_H: Final = 0.5
_OLD_H: Final = 48.0
_MOST_GROWTH: Final = 2.0


@dataclass(frozen=True, slots=True)
class Course:
    """Posts of one kind (all, or negative ones) of an open incident when a bin has closed.

    ``earlier_half`` and ``later_half`` are the halves of the last hour, ``peak_1h`` its largest
    hour, ``total`` all since onset, ``usual_1h`` what an hour holds when nothing is wrong.
    """

    now_ms: int
    onset_ms: int
    earlier_half: int
    later_half: int
    peak_1h: int
    total: int
    usual_1h: float

    @property
    def last_hour(self) -> int:
        """Posts of the last hour."""
        return self.earlier_half + self.later_half

    @property
    def growth(self) -> float:
        """Logarithm of the later half of the hour over the earlier."""
        growth = math.log((self.later_half + 1) / (self.earlier_half + 1))
        return min(_MOST_GROWTH, max(-_MOST_GROWTH, growth))

    @property
    def age_h(self) -> float:
        """Hours since onset, half an hour at least."""
        age = (self.now_ms - self.onset_ms) / HOUR
        return min(_OLD_H, max(_LEAST_AGE_H, age))

    def features(self, horizon_h: int) -> tuple[float, ...]:
        """Return what the forecast for ``horizon_h`` hours is a linear function of."""
        hour = self.last_hour
        excess = math.log1p(max(hour - self.usual_1h, 0.0))
        busy = busy_between(self.now_ms, self.now_ms + horizon_h * HOUR) / horizon_h
        age = math.log(self.age_h)
        return (
            1.0,
            excess,
            self.growth,
            max(self.growth, 0.0),
            math.log((hour + 1) / (max(self.peak_1h, hour) + 1)),
            age,
            self.growth * age,
            math.log((hour + 1) / (max(self.total, hour) + 1)),
            math.log(busy / busy_between(self.now_ms - HOUR, self.now_ms)),
        )

    def doubts(self, horizon_h: int) -> tuple[float, ...]:
        """Return what the size of the error of that forecast is a function of."""
        row = self.features(horizon_h)
        over = max(self.last_hour - self.usual_1h, 0.0) / (self.last_hour + 1)
        return (1.0, row[1], row[4], row[5], abs(self.growth), over, row[7])

    def usual_ahead(self, horizon_h: int) -> float:
        """Return the posts that the next hours hold when nothing is wrong."""
        return self.usual_1h * busy_between(self.now_ms, self.now_ms + horizon_h * HOUR)


def busy_between(start_ms: int, end_ms: int) -> float:
    """Return the time between two instants in hours of average activity."""
    return _busy_since(end_ms) - _busy_since(start_ms)


def _busy_since(at: int) -> float:
    days, rest = divmod(at + _SHANGHAI_MS, DAY)
    hour, part = divmod(rest, HOUR)
    return days * sum(_BUSY) + sum(_BUSY[:hour]) + _BUSY[hour] * part / HOUR

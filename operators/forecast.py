"""How many negative posts are still to come, from the incident's own growth.

The last hour's rate goes on growing or shrinking by the ratio of its two halves, damped by half
each hour, down to the usual rate. A first model: it gives no interval and knows no past incident.
"""

from typing import Final, NamedTuple

_DAMPING: Final = 0.5
_LEAST_RATIO: Final = 0.25
_MOST_RATIO: Final = 2.0
_DECAY: Final = 0.85
"""Hourly decay once growth has worn off: half of the attention is gone after about four hours."""


class Forecast(NamedTuple):
    """Negative posts expected in the next 1, 6 and 24 hours."""

    next_1h: float
    next_6h: float
    next_24h: float


def forecast(first_half: int, second_half: int, expected_1h: float) -> Forecast:
    """Forecast from the negative posts of the two halves of the last hour."""
    rate = float(first_half + second_half)
    ratio = (second_half + 1) / (first_half + 1)
    growth = min(_MOST_RATIO, max(_LEAST_RATIO, ratio * ratio))
    total = 0.0
    sums = {}
    for hour in range(1, 25):
        rate = max(expected_1h, rate * growth ** (_DAMPING**hour) * _DECAY)
        total += rate
        sums[hour] = round(total, 1)
    return Forecast(sums[1], sums[6], sums[24])

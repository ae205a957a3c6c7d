"""What an open incident still brings: posts of the next 1, 6 and 24 hours, and when it peaks.

The logarithm of what comes on top of the usual is a linear function of the course so far (Szabo and
Huberman 2010, with growth, age and the hour of the day added). ``python -m
benchmarks.incident_forecast --fit`` makes the weights and prints how well they do. Forecasts of
past incidents whose time has come shift and widen those that follow.
"""

import math
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from operators.forecast.course import HORIZONS_H, Course
from operators.model import HOUR


class Weights(NamedTuple):
    """Of one horizon: of the features, of the error's size, and the ends of 80 % of errors."""

    middle: tuple[float, ...]
    spread: tuple[float, ...]
    low: float
    high: float


WEIGHTS: Final = {
    1: Weights(
        (-0.041, 0.931, 0.938, -0.212, 0.027, 0.041, -0.311, -0.02, 0.342),
        (-0.779, -0.07, 0.006, -0.12, 0.401),
        -1.96,
        1.52,
    ),
    6: Weights(
        (0.235, 0.996, 1.131, -0.116, -0.149, 0.665, -0.374, 0.308, 0.574),
        (-0.753, -0.003, -0.019, -0.19, 0.29),
        -1.92,
        1.7,
    ),
    24: Weights(
        (0.352, 0.97, 1.356, -0.219, -0.27, 1.132, -0.45, 0.565, 0.553),
        (-1.711, 0.151, 0.011, 0.029, 0.339),
        -1.94,
        2.08,
    ),
}
PEAK: Final = (0.446, -0.199, 0.222, 0.222, -0.378, 1.193, -0.261, 1.043, 0.069)
"""Weights of the same features for the logarithm of the hours until the peak."""

_NEAR_PEAK: Final = 0.8
_LONGEST_H: Final = 24.0
_PRIOR_SHIFT: Final = 100
_PRIOR_ENDS: Final = 200
_REMEMBERED: Final = 400


class Span(NamedTuple):
    """Posts expected, and the ends of the 80 % interval."""

    expected: float = 0.0
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected after ``made_ms``, per horizon of ``HORIZONS_H``; ``peak_ms`` 0: over."""

    made_ms: int = 0
    mentions: tuple[Span, ...] = (Span(),) * len(HORIZONS_H)
    negative: tuple[Span, ...] = (Span(),) * len(HORIZONS_H)
    peak_ms: int = 0


@dataclass(slots=True)
class Experience:
    """Errors of forecasts of past incidents, in units of the error that was expected."""

    errors: dict[int, list[float]] = field(default_factory=dict)
    quantiles: dict[int, list[float]] = field(default_factory=dict)

    def learn(self, horizon_h: int, expected: float, scale: float, actual: float) -> None:
        """Take in what became of a forecast."""
        errors = self.errors.setdefault(horizon_h, [])
        errors.append((math.log1p(max(actual, 0.0)) - math.log1p(expected)) / scale)
        del errors[:-_REMEMBERED]
        self.quantiles[horizon_h] = [_quantile(errors, at) for at in (0.1, 0.5, 0.9)]

    def shift(self, horizon_h: int) -> float:
        """Return how far off the middle has been, trusted the more the more there is."""
        errors = self.errors.get(horizon_h, [])
        if not errors:
            return 0.0
        return self.quantiles[horizon_h][1] * len(errors) / (len(errors) + _PRIOR_SHIFT)

    def ends(self, horizon_h: int) -> tuple[float, float]:
        """Return the ends of the interval."""
        errors = self.errors.get(horizon_h, [])
        weights = WEIGHTS[horizon_h]
        if not errors:
            return weights.low, weights.high
        known = len(errors) / (len(errors) + _PRIOR_ENDS)
        low, _middle, high = self.quantiles[horizon_h]
        return weights.low + known * (low - weights.low), weights.high + known * (
            high - weights.high
        )


def expect(course: Course, horizon_h: int, experience: Experience) -> tuple[Span, float, float]:
    """Forecast one horizon; also what it is without experience, and the error's scale."""
    weights = WEIGHTS[horizon_h]
    row = course.features(horizon_h)
    excess = max(0.0, _dot(weights.middle, row))
    plain = math.expm1(excess) + course.usual_1h * horizon_h
    middle = math.log1p(plain)
    scale = math.exp(_dot(weights.spread, (1.0, row[1], row[4], row[5], abs(row[2]))))
    low, high = experience.ends(horizon_h)
    shifted = middle + min(high, max(low, experience.shift(horizon_h))) * scale
    span = Span(
        *(round(max(0.0, math.expm1(each)), 1) for each in
          (shifted, middle + low * scale, middle + high * scale))
    )  # fmt: skip
    return span, plain, scale


def ahead(course: Course, experience: Experience) -> tuple[Span, ...]:
    """Forecast every horizon; a longer one never holds fewer posts than a shorter."""
    spans: list[Span] = []
    for hours in HORIZONS_H:
        span = expect(course, hours, experience)[0]
        spans.append(Span(*map(max, span, spans[-1])) if spans else span)
    return tuple(spans)


def peak_ms(course: Course) -> int:
    """Expect the end of the largest hour; 0 when it is over, as far as one can tell."""
    if course.growth <= 0 or course.last_hour < _NEAR_PEAK * course.peak_1h:
        return 0
    hours = min(_LONGEST_H, math.exp(min(4.0, _dot(PEAK, course.features(6)))))
    return course.now_ms + int(hours * HOUR)


def outlook(mentions: Course, negative: Course, experience: Experience) -> Outlook:
    """Forecast all and negative posts of an incident; never fewer posts than negative ones."""
    bad = ahead(negative, experience)
    some = ahead(mentions, experience)
    every = tuple(Span(*map(max, *pair)) for pair in zip(some, bad, strict=True))
    return Outlook(negative.now_ms, every, bad, peak_ms(negative))


def _dot(weights: tuple[float, ...], row: tuple[float, ...]) -> float:
    return sum(weight * value for weight, value in zip(weights, row, strict=True))


def _quantile(values: list[float], at: float) -> float:
    ordered = sorted(values)
    place = at * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])

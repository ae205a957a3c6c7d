"""What an open incident still brings: posts of the next 1, 6 and 24 hours, and when it peaks.

The logarithm of what comes on top of the usual is a linear function of the course so far (Szabo and
Huberman 2010, with growth, age and the hour of the day added). ``python -m
benchmarks.incident_forecast --fit`` makes the weights and prints them. Intervals are conformal
(Lei and others 2018): errors in units of the size expected of them, and those of past incidents
whose time has come shift and widen the forecasts that follow.
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
        (0.093, 0.941, 1.576, -0.801, 0.106, -0.013, -0.427, -0.089, 0.144),
        (-1.085, -0.06, 0.064, -0.171, 0.378, 0.489, -0.075),
        -1.56,
        1.49,
    ),
    6: Weights(
        (0.231, 1.006, 1.98, -0.941, 0.026, 0.489, -0.534, 0.083, 0.32),
        (-0.925, -0.094, 0.089, -0.349, 0.081, 1.161, -0.132),
        -1.73,
        1.58,
    ),
    24: Weights(
        (-0.018, 1.044, 1.964, -0.78, -0.288, 0.872, -0.521, 0.346, 0.467),
        (-1.252, -0.084, 0.085, -0.277, -0.016, 1.355, -0.145),
        -1.82,
        1.56,
    ),
}
PEAK: Final = (0.382, -0.074, 0.07, 0.07, -1.274, -0.148, 0.154, -0.492, 0.071)
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
    excess = max(0.0, _dot(weights.middle, course.features(horizon_h)))
    plain = math.expm1(excess) + course.usual_ahead(horizon_h)
    middle = math.log1p(plain)
    # Few posts are never sure: on top of the model's error comes that of a count.
    scale = math.hypot(
        math.exp(_dot(weights.spread, course.doubts(horizon_h))), math.sqrt(plain) / (1 + plain)
    )
    low, high = experience.ends(horizon_h)
    shifted = max(0.0, middle + min(high, max(low, experience.shift(horizon_h))) * scale)
    # Posts are whole, and an interval holds what it cuts through.
    span = Span(
        round(math.expm1(shifted), 1),
        math.floor(max(0.0, math.expm1(middle + low * scale))),
        math.ceil(max(0.0, math.expm1(middle + high * scale))),
    )
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

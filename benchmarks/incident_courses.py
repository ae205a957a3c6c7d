"""Seeded incidents as counts: what a forecast of incidents is fitted on and measured with.

An incident is a base rate, a height and one of a dozen shapes stretched in time, over the rhythm of
the day, with over-dispersed counts in 5-minute bins. Some fade for days, some are over at once,
some come a second time; the usual level is known as well as a desk knows it, which is not exactly.
It is followed as the desk follows one: from the first bin whose hour is unusual until six hours
after the last. None of it is taken from the truth set, whose shapes, rhythm and noise are others.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from operators.drill.onsets import intensity
from operators.drill.scenario import Shape
from operators.forecast.course import Course, busy_between
from operators.forecast.regress import Array
from operators.model import BIN, DAY, HOUR, MINUTE

START: Final = 1_760_000_000_000 - 1_760_000_000_000 % HOUR
BINS: Final = 3 * DAY // BIN
_LEAD: Final = DAY // BIN // 4
_CLOSE: Final = 6 * HOUR // BIN
_PER_HOUR: Final = HOUR // BIN
_UNUSUAL: Final = 10
_SHAPES: Final[tuple[Shape, ...]] = (
    "sudden", "ramp", "influencer", "rumour", "night", "campaign",
)  # fmt: skip

Curve = Callable[[Array], Array]
"""Relative height at minutes after the onset."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """Negative posts per bin from ``start_ms``; ``onset`` and ``detected`` number a bin."""

    start_ms: int
    onset: int
    detected: int
    usual_1h: float
    counts: tuple[int, ...]

    @property
    def closed(self) -> int:
        """Return the bin with which the incident ends."""
        least = max(_UNUSUAL, 3 * self.usual_1h)
        last = self.detected
        hour = sum(self.counts[max(0, last - _PER_HOUR) : last])
        for number in range(last, len(self.counts)):
            hour += self.counts[number] - self.counts[number - _PER_HOUR]
            if hour > least:
                last = number
            elif number - last >= _CLOSE:
                return number
        return len(self.counts) - 1

    def course(self, number: int) -> Course:
        """Return what is known once bin ``number`` has closed."""
        counts = np.array(self.counts[: number + 1])
        half = _PER_HOUR // 2
        hours = np.convolve(counts, np.ones(_PER_HOUR, dtype=np.int64))[self.onset : number + 1]
        return Course(
            self.start_ms + (number + 1) * BIN,
            self.start_ms + self.onset * BIN,
            int(counts[-2 * half : -half].sum()),
            int(counts[-half:].sum()),
            int(hours.max()),
            int(counts[self.onset :].sum()),
            self.usual_1h,
        )

    def later(self, number: int, horizon_h: int) -> int:
        """Return the posts of the hours after bin ``number``."""
        return sum(self.counts[number + 1 : number + 1 + horizon_h * _PER_HOUR])

    def peak_after(self, number: int) -> float:
        """Return the hours from bin ``number`` to the end of the largest hour of the incident."""
        hours = np.convolve(self.counts, np.ones(_PER_HOUR, dtype=np.int64))
        return float((int(hours[: len(self.counts)].argmax()) - number) / _PER_HOUR)


def simulated(seed: int, count: int) -> Iterator[Simulated]:
    """Yield incidents that are found: seeded, each different."""
    rng = Random(seed)
    noise = np.random.default_rng(seed)
    made = 0
    while made < count:
        found = _one(rng, noise)
        if found is not None:
            made += 1
            yield found


def _one(rng: Random, noise: np.random.Generator) -> Simulated | None:
    start = START + rng.randrange(7 * DAY // MINUTE) * MINUTE
    start -= start % BIN
    usual = 10 ** rng.uniform(-1.5, 4.0)
    # Small incidents of keys that are much spoken of are found by nobody.
    height = max(10 ** rng.uniform(1.3, 3.5), usual * 10 ** rng.uniform(0.5, 2.0))
    times = (np.arange(BINS) - _LEAD) * 5 + 2.0
    burst = np.where(times >= 0, _shape(rng)(np.maximum(times, 0.0)), 0.0)
    rhythm = np.array(
        [busy_between(start + n * BIN, start + (n + 1) * BIN) * _PER_HOUR for n in range(BINS)]
    )
    burst *= rhythm ** rng.uniform(0.0, 1.0)
    rate = usual * rhythm ** rng.uniform(0.3, 1.3) + height * burst / burst.max()
    spread = rng.uniform(0.005, 0.25)
    counts = noise.poisson(rate / _PER_HOUR * noise.gamma(1 / spread, spread, BINS))
    known = usual * math.exp(rng.gauss(-0.1, 0.25))
    hours = np.convolve(counts, np.ones(_PER_HOUR, dtype=np.int64))[:BINS]
    unusual = np.flatnonzero(hours[_LEAD:] > max(_UNUSUAL, 3 * known))
    if not len(unusual):
        return None
    detected = _LEAD + int(unusual[0])
    # The run that led up to it starts a little before or after the true onset.
    onset = min(detected, max(0, _LEAD + rng.choice((-1, 0, 0, 1, 2))))
    return Simulated(start, onset, detected, known, tuple(map(int, counts)))


def _shape(rng: Random) -> Curve:
    stretch = 2 ** rng.uniform(-1.0, 1.3)
    kind = rng.choices(range(6), (6, 3, 6, 4, 3, 3))[0]
    if kind == 0:
        curve = _scripted(rng.choice(_SHAPES), stretch)
    elif kind == 1:
        curve = _decaying(rng.uniform(1.0, 2.0), rng.uniform(5, 60) * stretch)
    elif kind == 2:
        curve = _plateau(rng, 60 * 2 ** rng.uniform(0.0, 4.0))
    elif kind == 3:
        rise, fall = 10 * 2 ** rng.uniform(0, 5), 20 * 2 ** rng.uniform(0, 4)
        curve = _tent(rise * rng.uniform(1, 5), rise, fall)
    else:
        curve = _hump(math.log(120 * stretch), rng.uniform(0.4, 1.1))
    if kind == 5 or rng.random() < 0.1:
        curve = _again(curve, rng.uniform(0.2, 1.2), rng.uniform(120, 1400), 60 * stretch)
    return curve if rng.random() < 0.5 else _ended(curve, rng)


def _scripted(name: Shape, stretch: float) -> Curve:
    """Return a shape of the drills, slowed down."""
    return lambda times: np.array([intensity(name, int(each / stretch)) for each in times])


def _decaying(power: float, rise: float) -> Curve:
    """Return attention that decays by a power of time (Crane and Sornette 2008)."""
    return lambda times: np.minimum(1.0, (times + 1) / rise) * (1 + times / (2 * rise)) ** -power


def _plateau(rng: Random, length: float) -> Curve:
    """Return a level that holds for a while, tilted, and falls by a half-life."""
    rise, half_life, tilt = rng.uniform(1, 60), 5 * 2 ** rng.uniform(0, 5), rng.uniform(-0.8, 0.5)

    def curve(times: Array) -> Array:
        top = np.maximum(0.1, 1 + tilt * np.minimum(times / length, 1.0))
        fall = 0.5 ** (np.maximum(times - length, 0.0) / half_life)
        return np.minimum(1.0, (times + 1) / rise) * top * fall

    return curve


def _tent(top: float, rise: float, fall: float) -> Curve:
    """Return an exponential rise to ``top`` minutes and an exponential fall."""
    return lambda times: np.where(
        times < top, np.exp(np.minimum(times - top, 0.0) / rise), np.exp((top - times) / fall)
    )


def _hump(middle: float, wide: float) -> Curve:
    return lambda times: np.exp(-(((np.log1p(times) - middle) / wide) ** 2) / 2)


def _again(curve: Curve, size: float, late: float, wide: float) -> Curve:
    """Return the curve with a second wave."""
    return lambda times: curve(times) + size * np.exp(-(((times - late) / wide) ** 2) / 2)


def _ended(curve: Curve, rng: Random) -> Curve:
    """Return the curve until something ends it, within minutes or an hour."""
    end, half_life = 60 * 2 ** rng.uniform(0.0, 4.0), 2 * 2 ** rng.uniform(0.0, 5.0)
    return lambda times: curve(times) * 0.5 ** (np.maximum(times - end, 0.0) / half_life)

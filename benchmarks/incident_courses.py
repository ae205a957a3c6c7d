"""Seeded incidents as counts: what a forecast of incidents is fitted on and measured with.

An incident is a base rate, a size and one of a dozen shapes stretched in time, over the rhythm of
the day, with over-dispersed counts in 5-minute bins. It is followed as the desk follows one: from
the first bin whose hour is unusual until six hours after the last.
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
    usual = 10 ** rng.uniform(-1.5, 1.8)
    size = 10 ** rng.uniform(1.7, 4.3)
    shape = _shape(rng)
    strength = rng.uniform(0.0, 1.0)
    minutes = np.array([shape((number - _LEAD) * 5 + 2) for number in range(BINS)])
    rhythm = np.array(
        [busy_between(start + n * BIN, start + (n + 1) * BIN) * _PER_HOUR for n in range(BINS)]
    )
    burst = minutes * rhythm**strength
    rate = usual / _PER_HOUR * rhythm + size * burst / burst.sum()
    spread = rng.uniform(0.02, 0.3)
    counts = noise.poisson(rate * noise.gamma(1 / spread, spread, BINS))
    hours = np.convolve(counts, np.ones(_PER_HOUR, dtype=np.int64))[:BINS]
    unusual = np.flatnonzero(hours[_LEAD:] > max(_UNUSUAL, 4 * usual))
    if not len(unusual):
        return None
    detected = _LEAD + int(unusual[0])
    # The run that led up to it starts a little before or after the true onset.
    onset = min(detected, max(0, _LEAD + rng.choice((-1, 0, 0, 1, 2))))
    return Simulated(start, onset, detected, usual, tuple(map(int, counts)))


def _shape(rng: Random) -> Callable[[int], float]:
    stretch = 2 ** rng.uniform(-1.0, 1.3)
    kind = rng.randrange(10)
    if kind < len(_SHAPES):
        name = _SHAPES[kind]
        return lambda minute: intensity(name, int(minute / stretch)) if minute >= 0 else 0.0
    if kind in (6, 7):
        # Attention that decays by a power of time (Crane and Sornette 2008).
        power, rise = rng.uniform(1.0, 2.0), rng.uniform(5, 60) * stretch
        return lambda m: min(1.0, (m + 1) / rise) * (1 + m / (2 * rise)) ** -power if m >= 0 else 0
    wide, middle = rng.uniform(0.4, 1.1), math.log(120 * stretch)
    again, late = (rng.uniform(0.2, 1.0), rng.uniform(240, 1200)) if kind == 9 else (0.0, 600.0)

    def humps(minute: int) -> float:
        if minute < 0:
            return 0.0
        first = math.exp(-(((math.log(minute + 1) - middle) / wide) ** 2) / 2)
        return first + again * math.exp(-(((minute - late) / (60 * stretch)) ** 2) / 2)

    return humps

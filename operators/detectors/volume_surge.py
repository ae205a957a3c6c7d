"""Volume surge: the last hour is more surprising than this key has been in 99.5 % of its past.

QSPIKE. Per 5-minute bin with count x and slow level mu, the surprise is the signed log-likelihood
ratio of a negative binomial (dispersion 0.5), smoothed with a half-life of one hour, and compared
with the key's own running 99.5 % quantile of itself (Robbins and Monro, 1951). One-sided; a floor
on mu lets 0 -> 50 fire; the level takes in at most three deviations of a bin, so that an incident
does not become its own baseline. Same parameters for every key.
"""

import math
from typing import Final

DISPERSION: Final = 0.5
LEAST_LEVEL: Final = 0.2
SMOOTHING: Final = 1 - 2 ** (-1 / 12)
LEVEL_RATE: Final = math.log(2) / 2016
QUANTILE: Final = 0.005
BAR_RATE: Final = 0.03
WARM_BINS: Final = 576
WARM_FACTOR: Final = 4
LEAST_BAR: Final = math.log(0.3)
FIRST_BAR: Final = math.log(3)
THRESHOLD: Final = 1.0
_EXACT_ZEROS: Final = 12


class VolumeSurge:
    """State of one key; bins must be given in order, silent ones by ``silence``."""

    __slots__ = ("bar", "bins", "level", "surprise")

    def __init__(self) -> None:
        self.level = 0.0
        self.surprise = 0.0
        self.bar = FIRST_BAR
        self.bins = 0

    def __getstate__(self) -> tuple[float, float, float, int]:
        return self.level, self.surprise, self.bar, self.bins

    def __setstate__(self, state: tuple[float, float, float, int]) -> None:
        self.level, self.surprise, self.bar, self.bins = state

    @property
    def score(self) -> float:
        """Surprise of the last hour over the key's own bar; fires at 1."""
        return self.surprise / math.exp(self.bar)

    def update(self, count: float) -> float:
        """Take the next bin in and return the score."""
        level = max(self.level, LEAST_LEVEL)
        self.surprise += SMOOTHING * (_deviance(count, level) - self.surprise)
        score = self.score
        step = BAR_RATE * (WARM_FACTOR if self.bins < WARM_BINS else 1)
        self.bar = max(LEAST_BAR, self.bar + step * ((score > 1) - QUANTILE))
        ceiling = level + 3 * math.sqrt(level + DISPERSION * level * level)
        rate = max(LEVEL_RATE, 1 / (self.bins + 1))
        self.level += rate * (min(count, ceiling) - self.level)
        self.bins += 1
        return score

    def silence(self, bins: int) -> None:
        """Take in ``bins`` empty bins at once; the result depends on their number alone."""
        exact = min(bins, _EXACT_ZEROS)
        for _ in range(exact):
            self.update(0)
        rest = bins - exact
        if rest <= 0:
            return
        warm = max(0, min(rest, WARM_BINS - self.bins))
        drift = BAR_RATE * QUANTILE * (WARM_FACTOR * warm + (rest - warm))
        self.bar = max(LEAST_BAR, self.bar - drift)
        # While the rate is 1/(n+1) the level of zeros shrinks by n/(n+k), later geometrically.
        learning = max(0, min(rest, math.ceil(1 / LEVEL_RATE) - self.bins))
        if learning:
            self.level *= self.bins / (self.bins + learning)
        self.level *= (1 - LEVEL_RATE) ** (rest - learning)
        resting = _deviance(0, max(self.level, LEAST_LEVEL))
        self.surprise = resting + (self.surprise - resting) * (1 - SMOOTHING) ** rest
        self.bins += rest


def _deviance(count: float, level: float) -> float:
    """Signed log-likelihood ratio in nats of ``count`` against a negative binomial at ``level``."""
    a = DISPERSION
    spread = (count + 1 / a) * math.log((1 + a * count) / (1 + a * level))
    ratio = (count * math.log(count / level) if count else 0.0) - spread
    return math.copysign(ratio, count - level)

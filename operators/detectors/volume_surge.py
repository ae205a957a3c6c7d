"""Volume surge: the last hours are more surprising than this key has been in 99.5 % of its past.

QSPIKE. Per 5-minute bin with count x and slow level mu, the surprise is the signed log-likelihood
ratio of a negative binomial (dispersion 0.5) in nats; beyond 50 nats it counts by its logarithm, so
that one wild bin does not drown the next incident. It is smoothed with half-lives of 30 minutes, an
hour and two hours; their geometric mean asks for evidence at every scale. That is compared with the
key's own running 99.5 % quantile of itself (Robbins and Monro, 1951). One-sided; a floor on mu lets
0 -> 50 fire. The level takes in at most three deviations of a bin and nothing while the key is
surprised, so that an incident does not become its own baseline. Same parameters for every key.

What a person calls a false alarm was ordinary after all, and ``teach`` makes it so: the level takes
in what had been kept out of it, and the bar, which is what an ordinary time reaches, rises to what
that time reached. One step of Robbins and Monro would be forgotten within a day; a person's word
holds for as long as the level remembers half of those bins.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np

from operators.bank import Bank, Columns, Floats, Layout, Rows

THRESHOLD: Final = 1.0
LEAST_SURPRISE: Final = 1e-3
BINS_A_DAY: Final = 288
_EXACT_ZEROS: Final = 12


@dataclass(frozen=True, slots=True)
class SurgeParameters:
    """The parameters, with their shipped values; times in bins of five minutes."""

    dispersion: float = 0.5
    least_level: float = 0.1
    fast: float = 6
    mid: float = 12
    slow: float = 24
    level: float = 2016
    knee: float = 50.0
    clip: float = 3.0
    quantile: float = 0.005
    bar_rate: float = 0.03
    warm_bins: float = 576
    warm_factor: float = 5.0
    least_bar: float = 0.3
    first_bar: float = 3.0

    @property
    def level_rate(self) -> float:
        """Return how much of a bin the level takes in."""
        return math.log(2) / self.level


SHIPPED: Final = SurgeParameters()


class Seen(NamedTuple):
    """Bins of one key in the order of their numbers ``t``, and what each met with.

    ``usual`` is the level before the bin with its season, ``bars`` the bar before it, ``scores``
    what came of it.
    """

    t: Floats
    counts: Floats
    usual: Floats
    scores: Floats
    season: Floats
    bars: Floats


class VolumeSurgeBank(Bank):
    """State of many keys; a row that missed bins takes them in as empty ones, in closed form.

    ``last`` is the number of the last bin taken in. A key starts with zeros at the bin it is added
    for, and its first bin is its first level. ``taught`` is a bar that people have set; the bar
    does not sink below it while ``bins`` is less than ``taught_until``.
    """

    COLUMNS: ClassVar[Layout] = {
        "level": (np.float64, 0.0),
        "fast": (np.float64, 0.0),
        "mid": (np.float64, 0.0),
        "slow": (np.float64, 0.0),
        "bar": (np.float64, 0.0),
        "bins": (np.int32, 0),
        "last": (np.int32, 0),
        "taught": (np.float64, 0.0),
        "taught_until": (np.int32, 0),
    }

    def __init__(self, parameters: SurgeParameters = SHIPPED) -> None:
        super().__init__()
        self.parameters = parameters

    def start(self, keys: int, t: int) -> int:
        """Add keys whose first bin is ``t``; return the row of the first."""
        return self.add(keys, bar=math.log(self.parameters.first_bar), last=t - 1)

    def bars(self, rows: Rows) -> Floats:
        """Return the logarithms of the bars, as they stand before the next bin."""
        return np.array(self.column("bar")[rows], np.float64)

    def levels(self, rows: Rows | None = None) -> Floats:
        """Return the usual count per bin, as learned before the next one."""
        levels = self.column("level")
        return np.array(levels if rows is None else levels[rows], np.float64)

    def days(self, rows: Rows) -> Rows:
        """Return the days the levels were learned from: begun ones, at most their half-life."""
        bins = np.minimum(self.column("bins")[rows], self.parameters.level)
        days: Rows = np.ceil(np.maximum(bins, 1) / BINS_A_DAY).astype(np.intp)
        return days

    def rest_until(self, t: int, rows: Rows) -> None:
        """Take in the empty bins that some rows missed before bin ``t``."""
        state = self.take(rows)
        missed = t - 1 - state["last"]
        if missed.any():
            self._silence(state, missed)
            state["last"][:] = t - 1
            self.put(rows, state)

    def update(
        self, t: int, counts: Floats, rows: Rows | None = None, season: float = 1.0
    ) -> Floats:
        """Take bin ``t`` in, one count a row, and return the scores; 1 and more fires.

        ``season`` is how many times the usual level this time of the week has.
        """
        state = self.take(rows)
        missed = t - 1 - state["last"]
        if missed.any():
            self._silence(state, missed)
        scores = self._step(state, counts, season)
        state["last"][:] = t
        if rows is not None:
            self.put(rows, state)
        return scores

    def ceilings(self, expected: Floats) -> Floats:
        """Return the most that is learned of a bin, by its usual count with the season."""
        own = self.parameters
        usual = np.maximum(expected, own.least_level)
        ceiling: Floats = usual + own.clip * np.sqrt(usual + own.dispersion * usual * usual)
        return ceiling

    def teach(self, t: int, row: int, seen: Seen, margin: float) -> None:
        """Make bins before ``t`` ordinary after the fact; the bar to ``margin`` times their counts.

        The level becomes what it would be had each bin been taken in whole: it moves by what had
        been kept out, weighed as the level weighs a bin of that age. The bar becomes the highest
        surprise that these bins, so many times as high, reach against that level; what they pushed
        it up by against the old level is taken back.
        """
        rows = np.array([row], np.intp)
        self.rest_until(t, rows)
        own, state = self.parameters, self.take(rows)
        bins = state["bins"].astype(np.float64)
        before = bins - (t - seen.t)
        taken = np.minimum(seen.counts, self.ceilings(seen.usual))
        taken = np.where(seen.scores > THRESHOLD, seen.usual, taken)
        kept_out = np.where(before > 0, seen.counts - taken, 0) / seen.season
        weights = np.maximum(own.level_rate, 1 / (np.maximum(before, 0) + 1))
        weights *= self._left(before + 1, bins)
        level = np.maximum(state["level"] + np.sum(weights * kept_out), 0)
        state["level"][:] = level
        bar = self._reached(seen, margin, level)
        taught = state["taught_until"] > bins
        state["taught"][:] = np.maximum(bar, np.where(taught, state["taught"], bar))
        state["taught_until"][:] = bins + own.level
        state["bar"][:] = np.maximum(np.minimum(state["bar"], seen.bars[0]), state["taught"])
        self.put(rows, state)

    def _left(self, since: Floats, bins: Floats) -> Floats:
        """Return how much is left at ``bins`` of what the level held at ``since`` bins."""
        # While the rate is 1/(n+1) the old part shrinks by n/(n+k), later geometrically.
        full = math.ceil(1 / self.parameters.level_rate)
        young: Floats = np.minimum(since, full) / np.minimum(bins, full)
        older = np.maximum(bins - full, 0) - np.maximum(since - full, 0)
        return young * (1 - self.parameters.level_rate) ** older

    def _reached(self, seen: Seen, margin: float, level: Floats) -> float:
        """Return the highest bar that ``margin`` times the counts come up to, from rest."""
        own = self.parameters
        usual = np.maximum(level * seen.season, own.least_level)
        surprise = _surprise(margin * seen.counts, usual, own)
        kept = 2.0 ** (-1 / np.array([own.fast, own.mid, own.slow]))
        smoothed, highest = np.zeros(3), math.log(own.least_bar)
        for gap, one in zip(np.diff(seen.t, prepend=seen.t[:1] - 1), surprise, strict=True):
            smoothed = smoothed * kept**gap + (1 - kept) * one
            logs = np.log(np.maximum(smoothed, LEAST_SURPRISE))
            highest = max(highest, float(np.mean(logs)))
        return highest

    def _step(self, state: Columns, counts: Floats, season: float = 1.0) -> Floats:
        """Take one bin in, in place."""
        own = self.parameters
        level = state["level"]
        new = state["bins"] == 0
        if new.any():
            np.copyto(level, counts / season, where=new)
        usual = np.maximum(level * season, own.least_level)
        surprise = _surprise(counts, usual, own)
        product = np.ones_like(surprise)
        for name, half_life in (("fast", own.fast), ("mid", own.mid), ("slow", own.slow)):
            smoothed = state[name]
            smoothed += (1 - 2 ** (-1 / half_life)) * (surprise - smoothed)
            product *= np.maximum(smoothed, LEAST_SURPRISE)
        bar = state["bar"]
        over = np.log(product) / 3 - bar
        surprised = over > 0
        bins = state["bins"]
        rate = np.where(bins < own.warm_bins, own.bar_rate * own.warm_factor, own.bar_rate)
        bar += rate * (surprised - own.quantile)
        np.maximum(bar, math.log(own.least_bar), out=bar)
        if state["taught_until"].any():
            np.maximum(bar, state["taught"], out=bar, where=bins < state["taught_until"])
        ceiling = self.ceilings(usual)
        learned = (np.minimum(counts, ceiling) / season - level) * ~(surprised | new)
        level += np.maximum(own.level_rate, 1 / (bins + 1)) * learned
        bins += 1
        return np.exp(over)

    def _silence(self, state: Columns, missed: Rows) -> None:
        """Take in as many empty bins as each row missed; surprised rows one by one."""
        taken = np.zeros(len(missed), np.int64)
        due = np.flatnonzero(missed > 0)
        while len(due):
            some = {name: column[due] for name, column in state.items()}
            scores = self._step(some, np.zeros(len(due)))
            for name, column in some.items():
                state[name][due] = column
            taken[due] += 1
            exact = (taken[due] < _EXACT_ZEROS) | (scores > THRESHOLD)
            due = due[exact & (taken[due] < missed[due])]
        due = np.flatnonzero(missed > taken)
        if len(due):
            some = {name: column[due] for name, column in state.items()}
            self._long_silence(some, (missed - taken)[due])
            for name, column in some.items():
                state[name][due] = column

    def _long_silence(self, state: Columns, rest: Rows) -> None:
        """Take in empty bins of rows that are not surprised any more, all at once."""
        own = self.parameters
        bins, level = state["bins"], state["level"]
        warm = np.clip(own.warm_bins - bins, 0, rest)
        drift = own.bar_rate * own.quantile * (own.warm_factor * warm + (rest - warm))
        sunk = state["bar"] - drift
        held = np.clip(state["taught_until"] - bins, 0, rest)
        since = own.bar_rate * own.quantile * (rest - held)
        np.maximum(sunk, state["taught"] - since, out=sunk, where=held > 0)
        state["bar"][:] = np.maximum(math.log(own.least_bar), sunk)
        before, after = bins.astype(np.float64), (bins + rest).astype(np.float64)
        for name, half_life in (("fast", own.fast), ("mid", own.mid), ("slow", own.slow)):
            kept = 2.0 ** (-1 / half_life)
            left = kept**rest
            # What is smoothed follows the sinking level: as it was at the mean age of the weights.
            age = kept / (1 - kept) - rest * left / (1 - left)
            then = level * self._left(before, np.maximum(after - 1 - age, before))
            usual = np.maximum(then, own.least_level)
            resting = _deviance(np.zeros_like(level), usual, own.dispersion)
            state[name][:] = resting + (state[name] - resting) * left
        level *= self._left(before, after)
        bins += rest.astype(bins.dtype)


def _surprise(counts: Floats, usual: Floats, own: SurgeParameters) -> Floats:
    """Return the surprise of counts in nats, logarithmic beyond the knee."""
    surprise = _deviance(counts, usual, own.dispersion)
    high = surprise > 0
    np.copyto(surprise, own.knee * np.log1p(np.maximum(surprise, 0) / own.knee), where=high)
    return surprise


def _deviance(counts: Floats, usual: Floats, dispersion: float) -> Floats:
    """Signed log-likelihood ratio in nats of counts against a negative binomial at ``usual``."""
    scaled = 1 + dispersion * usual
    ratio = counts * np.log(np.maximum(counts, 1e-9) / usual)
    ratio -= (counts + 1 / dispersion) * np.log((1 + dispersion * counts) / scaled)
    return np.where(counts >= usual, ratio, -ratio)

"""Forecasts of incidents: `python -m benchmarks.incident_forecast [--seed N] [--fit] [--json]`.

Seeded incidents (`benchmarks.incident_courses`) are followed bin by bin; at each, what the next 1,
6 and 24 hours bring is forecast as the desk does it and compared with what they brought. An hour
after an incident's forecast has come true it is known to the forecasts that follow, as in the desk.
Reported for negative posts: the median absolute percentage error and how often the 80 % interval
held, every incident counting the same; and how far off the expected peak is.

``--fit`` fits the weights anew on incidents of another seed and prints them as they stand in
`operators.forecast.outlook`.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np

from benchmarks.incident_courses import BINS, Simulated, simulated
from operators.forecast.course import HORIZONS_H
from operators.forecast.outlook import Experience, Span, Weights, ahead, expect, peak_ms
from operators.forecast.regress import Array
from operators.model import BIN, DAY, HOUR

_FIT_SEED = 1
_FIT_INCIDENTS = 900
_INCIDENTS = 400
_STEP = 6
_AHEAD = DAY // BIN


class Told(NamedTuple):
    """A forecast and what came; ``incident`` numbers the incident it belongs to."""

    incident: int
    span: Span
    actual: float


@dataclass(frozen=True, slots=True)
class Score:
    """Error and coverage as fractions, of ``n`` forecasts."""

    mdape: float
    coverage80: float
    n: int


@dataclass(frozen=True, slots=True)
class Result:
    """Scores by horizon in hours; the peak: median error in minutes of those still ahead."""

    by_horizon: dict[int, Score]
    peak_error_min: float
    peak_n: int
    incidents: int


def score(told: Sequence[Told]) -> Score:
    """Score forecasts, each incident counting the same; hours without a post have no share."""
    counts: dict[int, int] = defaultdict(int)
    for one in told:
        counts[one.incident] += 1
    weight = np.array([1 / counts[one.incident] for one in told])
    inside = np.array([one.span.low <= one.actual <= one.span.high for one in told])
    kept = np.array([one.actual > 0 for one in told])
    error = np.array([abs(one.span.expected - one.actual) / max(one.actual, 1) for one in told])
    coverage = float(np.average(inside, weights=weight))
    return Score(_weighted(error[kept], weight[kept], 0.5), coverage, len(told))


def measure(incidents: Iterable[Simulated]) -> Result:
    """Follow incidents one after the other and score what was forecast."""
    told: dict[int, list[Told]] = {hours: [] for hours in HORIZONS_H}
    peaks: list[float] = []
    experience = Experience()
    number = 0
    for number, incident in enumerate(incidents, 1):
        learned = []
        for at in _bins(incident):
            course = incident.course(at)
            for hours, span in zip(HORIZONS_H, ahead(course, experience), strict=True):
                _span, plain, scale = expect(course, hours, experience)
                actual = incident.later(at, hours)
                told[hours].append(Told(number, span, actual))
                if course.now_ms % HOUR == 0:
                    learned.append((hours, plain, scale, actual))
            until, due = incident.peak_after(at), peak_ms(course)
            if due and until > 0:
                peaks.append(abs((due - course.now_ms) / HOUR - until) * 60)
        for one in learned:
            experience.learn(*one)
    scores = {hours: score(some) for hours, some in told.items()}
    return Result(scores, float(np.median(peaks)) if peaks else 0.0, len(peaks), number)


def _bins(incident: Simulated) -> range:
    return range(incident.detected, min(incident.closed, BINS - _AHEAD - 1), _STEP)


def fit(incidents: Sequence[Simulated]) -> tuple[dict[int, Weights], tuple[float, ...]]:
    """Fit the weights of each horizon and of the peak by least absolute deviations."""
    weights = {}
    for hours in HORIZONS_H:
        rows, doubts, actual, usual, weight = _table(incidents, hours)
        middle = _median(rows, np.log1p(np.maximum(actual - usual, 0)), weight)
        expected = np.log1p(np.expm1(np.maximum(rows @ middle, 0)) + usual)
        error = np.log1p(actual) - expected
        spread = _median(doubts, np.log(np.abs(error) + 0.05), weight)
        posts = np.expm1(expected)
        scaled = error / np.hypot(np.exp(doubts @ spread), np.sqrt(posts) / (1 + posts))
        ends = (_weighted(scaled, weight, at) for at in (0.1, 0.9))
        weights[hours] = Weights(_rounded(middle), _rounded(spread), *(round(e, 2) for e in ends))
    return weights, _fit_peak(incidents)


def _fit_peak(incidents: Sequence[Simulated]) -> tuple[float, ...]:
    rows, hours = [], []
    for incident in incidents:
        for at in _bins(incident):
            course, until = incident.course(at), incident.peak_after(at)
            if peak_ms(course) and until > 0:
                rows.append(course.features(6))
                hours.append(until)
    return _rounded(_median(np.array(rows), np.log(np.array(hours)), np.ones(len(hours))))


def _table(incidents: Sequence[Simulated], hours: int) -> tuple[Array, ...]:
    """Return features, what the error depends on, what came, what is usual, and weights."""
    rows, doubts, single = [], [], []
    for incident in incidents:
        bins = _bins(incident)
        for at in bins:
            course = incident.course(at)
            rows.append(course.features(hours))
            doubts.append(course.doubts(hours))
            usual = course.usual_ahead(hours)
            single.append((incident.later(at, hours), usual, 1 / len(bins)))
    return np.array(rows), np.array(doubts), *np.array(single, dtype=np.float64).T


def _median(rows: Array, y: Array, weight: Array) -> Array:
    """Fit a weighted linear median; the first column is the intercept."""
    ridge = 1e-4 * weight.sum() * np.eye(rows.shape[1])
    ridge[0, 0] = 0.0
    current = weight
    for _ in range(80):
        weighted = rows * current[:, None]
        found = np.linalg.solve(rows.T @ weighted + ridge, weighted.T @ y)
        current = weight * 0.5 / np.maximum(np.abs(y - rows @ found), 1e-2)
    return found.astype(np.float64)


def _weighted(values: Array, weight: Array, at: float) -> float:
    order = np.argsort(values)
    share = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][min(int(np.searchsorted(share, at)), len(values) - 1)])


def _rounded(values: Array) -> tuple[float, ...]:
    return tuple(round(float(value), 3) for value in values)


def _lines(result: Result) -> Iterator[str]:
    yield f"{result.incidents} incidents"
    for hours, one in result.by_horizon.items():
        yield (
            f"next {hours:2} h: median absolute percentage error {one.mdape:.1%}, "
            f"80 % interval held in {one.coverage80:.1%} of {one.n} forecasts"
        )
    yield f"peak ahead: off by {result.peak_error_min:.0f} min in the median of {result.peak_n}"


def main(argv: Sequence[str] | None = None, out: Callable[[str], None] = print) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.incident_forecast", description=__doc__
    )
    parser.add_argument("--seed", type=int, default=2, help="seed of the incidents (default: 2)")
    parser.add_argument("--incidents", type=int, default=_INCIDENTS, help="how many")
    parser.add_argument("--fit", action="store_true", help="fit the weights anew and print them")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(argv)
    if options.fit:
        weights, peak = fit(list(simulated(_FIT_SEED, _FIT_INCIDENTS)))
        for hours, one in weights.items():
            out(f"{hours}: {one}")
        out(f"peak: {peak}")
        return 0
    if options.seed == _FIT_SEED:
        print("seed 1 is what the weights were fitted on; take another", file=sys.stderr)
        return 2
    result = measure(simulated(options.seed, options.incidents))
    if options.json:
        out(json.dumps(asdict(result)))
        return 0
    for line in _lines(result):
        out(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The shipped detector as a pager over series of counts, and what it is like to be paged by it.

A label is caught by a page from 7 h before to 3 h after it. Its delay is that of the first page
from 1 h before on; earlier ones are early and have none. False pages lie outside every window; a
key-month is 30 days outside the windows. Pages in the probation do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.nab.scoring import Scored, probation
from benchmarks.nab.series import Series
from operators.detectors.volume_surge import SHIPPED, THRESHOLD, SurgeParameters, VolumeSurgeBank
from operators.model import BIN, DAY, HOUR, MINUTE
from operators.watched import WatchRules

_BEFORE: Final = 7 * HOUR
_NEAR: Final = HOUR
_AFTER: Final = 3 * HOUR
_MONTH: Final = 30 * DAY
REFRACTORY_MS: Final = WatchRules(partitions=1).refractory_ms


def page(series: Sequence[Series], parameters: SurgeParameters = SHIPPED) -> list[Scored]:
    """Run the detector over the series, bin by bin, and return its pages with the windows.

    All series are rows of one bank; each bin is judged before the next is seen.
    """
    bank = VolumeSurgeBank(parameters)
    bank.start(len(series), 0)
    pages: list[list[int]] = [[] for _ in series]
    for t in range(max(len(one.counts) for one in series)):
        rows = np.array([n for n, one in enumerate(series) if t < len(one.counts)], np.intp)
        counts = np.array([series[row].counts[t] for row in rows])
        for row, score in zip(rows, bank.update(t, counts, rows), strict=True):
            last = pages[row][-1] if pages[row] else None
            if score >= THRESHOLD and (last is None or (t - last) * BIN >= REFRACTORY_MS):
                pages[row].append(t)
    return [
        Scored(len(one.counts), one.windows, tuple(some))
        for one, some in zip(series, pages, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class OnCall:
    """What the pages mean to the people who get them."""

    recall: float
    median_delay_min: float
    p90_delay_min: float
    false_pages_per_key_month: float


def on_call(series: Sequence[Series], scored: Sequence[Scored]) -> OnCall:
    """Judge the pages against the labels."""
    caught = labels = false = 0
    outside_ms = 0
    delays: list[float] = []
    for one, result in zip(series, scored, strict=True):
        begin = probation(result.rows)
        counted = [row for row in result.pages if row >= begin]
        false += sum(not _inside(row, result) for row in counted)
        outside_ms += BIN * sum(not _inside(row, result) for row in range(begin, result.rows))
        for label in one.labels_ms:
            labels += 1
            away = [one.at_ms[row] - label for row in counted]
            caught += any(-_BEFORE <= ms <= _AFTER for ms in away)
            delays += [ms / MINUTE for ms in away if -_NEAR <= ms <= _AFTER][:1]
    return OnCall(
        caught / labels if labels else 0.0,
        float(np.median(delays)) if delays else 0.0,
        float(np.percentile(delays, 90)) if delays else 0.0,
        false / (outside_ms / _MONTH) if outside_ms else 0.0,
    )


def _inside(row: int, result: Scored) -> bool:
    return any(first <= row <= last for first, last in result.windows)

"""NAB's scoring rules: early detections in a window earn most, false ones cost by their distance.

Source: Lavin and Ahmad (2015), "Evaluating real-time anomaly detection algorithms", and NAB's
scoring code. Positions are indices of rows. The first 15 % of a series, at most 750 rows, are not
scored. Of the detections in a window the best counts, 1 at its left edge, 0 at its right edge; a
missed window costs the weight of a miss. A false one costs up to its weight, less shortly after a
window.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_PROBATION_SHARE: Final = 0.15
_PROBATION_MOST: Final = 750
_FAR: Final = 3.0


@dataclass(frozen=True, slots=True)
class Profile:
    """What a hit earns, and what a false page and a missed window cost."""

    hit: float
    false: float
    missed: float


PROFILES: Final = {
    "standard": Profile(1.0, 0.11, 1.0),
    "low_fp": Profile(1.0, 0.22, 1.0),
    "low_fn": Profile(1.0, 0.11, 2.0),
}


@dataclass(frozen=True, slots=True)
class Scored:
    """One series: its length, its windows (first and last row), and where a detector paged."""

    rows: int
    windows: tuple[tuple[int, int], ...]
    pages: tuple[int, ...]


def probation(rows: int) -> int:
    """Return how many rows at the start are not scored."""
    return min(math.floor(_PROBATION_SHARE * rows), _PROBATION_MOST)


def position_value(position: float) -> float:
    """Return the value at a position relative to a window: -1 is its left edge, 0 its right."""
    return -1.0 if position > _FAR else 2 / (1 + math.exp(5 * position)) - 1


def raw_score(series: Scored, profile: Profile) -> float:
    """Return the sum over windows and false pages of one series."""
    best: dict[tuple[int, int], float] = {}
    cost = 0.0
    for page in series.pages:
        if page < probation(series.rows):
            continue
        window = next((one for one in series.windows if one[0] <= page <= one[1]), None)
        if window is None:
            cost += profile.false * _outside(page, series.windows)
            continue
        first, last = window
        place = -(last - page + 1) / (last - first + 1)
        value = profile.hit * position_value(place) / position_value(-1.0)
        best[window] = max(value, best.get(window, -profile.missed))
    return cost + sum(best.get(window, -profile.missed) for window in series.windows)


def _outside(page: int, windows: Sequence[tuple[int, int]]) -> float:
    before = [one for one in windows if one[1] < page]
    if not before:
        return -1.0
    first, last = max(before)
    return position_value((page - last) / (last - first)) if last > first else -1.0


def normalised(series: Iterable[Scored], profile: Profile) -> float:
    """Return the score of a corpus: 0 for a detector that never pages, 100 for a perfect one."""
    some = list(series)
    windows = sum(len(one.windows) for one in some)
    worst = windows * profile.missed
    raw = sum(raw_score(one, profile) for one in some)
    return 100 * (raw + worst) / (windows * profile.hit + worst)

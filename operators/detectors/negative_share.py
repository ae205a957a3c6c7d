"""Negative-share surge: posts are surely more negative than the key's usual ones.

A sequential test. Each bin adds the log-likelihood ratio of its negative posts under a share that
lies twice the margin above the usual one against the usual one; the sum starts again whenever it
falls to nothing (Page, 1954, "Continuous inspection schemes"). It fires when the ratio has reached
1000 to 1, the run holds enough posts, and the lower Wilson bound of its share (Wilson, 1927,
"Probable inference") lies the margin above the usual share. So a loud hour is judged within
minutes and a quiet key once its evidence is as good. Having fired, it starts anew. What is judged
unusual is not learned, unless a person says that it was a false alarm.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from operators.bank import Bank, Columns, Floats, Layout, Rows

THRESHOLD: Final = 1.0
_EVIDENCE: Final = math.log(1000)
_Z: Final = 1.64
_HALF_LIFE_BINS: Final = 2016
_RUN_BINS: Final = 288
_PRIOR_NEGATIVE: Final = 4.0
_PRIOR_MENTIONS: Final = 20.0
_DECAY: Final = 2 ** (-1 / _HALF_LIFE_BINS)
_MOST: Final = 0.95


def wilson_lower(negative: float, mentions: float, z: float = 3.0) -> float:
    """Return the lower bound of the share's Wilson interval; 0 for no mentions."""
    if mentions <= 0:
        return 0.0
    share = negative / mentions
    centre = share + z * z / (2 * mentions)
    width = z * math.sqrt(share * (1 - share) / mentions + z * z / (4 * mentions * mentions))
    return max(0.0, (centre - width) / (1 + z * z / mentions))


@dataclass(frozen=True, slots=True)
class ShareParameters:
    """What the settings give: least counts of a run, and how far the share must have risen."""

    min_mentions: int = 30
    min_negative: int = 10
    margin: float = 0.25


class NegativeShareBank(Bank):
    """State of many keys: the usual share, decayed with a half-life of a week, and the run."""

    COLUMNS: ClassVar[Layout] = {
        "negative": (np.float64, 0.0),
        "mentions": (np.float64, 0.0),
        "evidence": (np.float64, 0.0),
        "run_negative": (np.int32, 0),
        "run_mentions": (np.int32, 0),
        "run_from": (np.int32, 0),
        "last": (np.int32, 0),
        "told": (np.int32, 0),
    }

    def __init__(self, parameters: ShareParameters) -> None:
        super().__init__()
        self.parameters = parameters

    def start(self, keys: int, t: int) -> int:
        """Add keys whose first bin is ``t``; return the row of the first."""
        return self.add(keys, last=t - 1, run_from=t)

    def usual(self, rows: Rows | None = None) -> Floats:
        """Return the usual shares, 0 to 1, drawn to one in five while little is known."""
        state = self.take(rows)
        return _usual(state)

    def update(
        self, t: int, negative: Floats, mentions: Floats, learn: Rows, rows: Rows | None = None
    ) -> Floats:
        """Take bin ``t`` in and return the scores; 1 and more fires.

        ``learn`` is 0 for rows whose bin belongs to an incident, else 1.
        """
        own = self.parameters
        state = self.take(rows)
        _begin(state, state["told"] == 1, t)
        usual = _usual(state)
        other = np.minimum(_MOST, usual + 2 * own.margin)
        other = np.maximum(other, usual)
        gain = negative * np.log(other / usual)
        gain += (mentions - negative) * np.log((1 - other) / (1 - usual))
        state["evidence"] += gain
        state["run_negative"] += negative.astype(np.int32)
        state["run_mentions"] += mentions.astype(np.int32)
        over = (state["evidence"] <= 0) | (t - state["run_from"] >= _RUN_BINS)
        _begin(state, over, t + 1)
        scores = self._scores(state, usual)
        state["told"][:] = scores >= THRESHOLD
        decay = _DECAY ** (t - state["last"])
        taken = learn * (scores < THRESHOLD)
        state["negative"][:] = state["negative"] * decay + taken * negative
        state["mentions"][:] = state["mentions"] * decay + taken * mentions
        state["last"][:] = t
        if rows is not None:
            self.put(rows, state)
        return scores

    def teach(self, row: int, t: Floats, negative: Floats, mentions: Floats) -> None:
        """Take bins that were kept out into the usual share, as old as they are by now."""
        weights = _DECAY ** (self.column("last")[row] - t)
        self.column("negative")[row] += np.sum(weights * negative)
        self.column("mentions")[row] += np.sum(weights * mentions)

    def _scores(self, state: Columns, usual: Floats) -> Floats:
        """Return the least of the conditions, each as a part of what it asks for."""
        own = self.parameters
        negative = state["run_negative"].astype(np.float64)
        mentions = np.maximum(state["run_mentions"], 1).astype(np.float64)
        share = negative / mentions
        width = np.sqrt(share * (1 - share) / mentions + _Z * _Z / (4 * mentions * mentions))
        lower = (share + _Z * _Z / (2 * mentions) - _Z * width) / (1 + _Z * _Z / mentions)
        conditions = (
            state["evidence"] / _EVIDENCE,
            mentions / max(own.min_mentions, 1),
            negative / max(own.min_negative, 1),
            (lower - usual) / own.margin,
        )
        least: Floats = np.minimum.reduce(conditions)
        return np.maximum(least, 0.0)


def _begin(state: Columns, rows: NDArray[np.bool_], t: int) -> None:
    """Begin the run of some rows anew with bin ``t``."""
    for name in ("evidence", "run_negative", "run_mentions"):
        state[name][rows] = 0
    state["run_from"][rows] = t


def _usual(state: Columns) -> Floats:
    usual: Floats = (state["negative"] + _PRIOR_NEGATIVE) / (state["mentions"] + _PRIOR_MENTIONS)
    return usual

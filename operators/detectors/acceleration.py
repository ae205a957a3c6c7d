"""Acceleration: a slow ramp that never spikes, hour after hour more negative posts.

Looks at three windows of two hours, one after the other, each time an hour is full. Fires when
both steps grew by 40 %, the last window holds surely more than the first (difference of two
Poisson counts, z = 4), at least three times the usual, and enough posts at all. A day's
usual climb from night to noon passes the first test but not the one against the usual level.
"""

from typing import ClassVar, Final

import numpy as np

from operators.bank import Bank, Floats, Layout, Rows

THRESHOLD: Final = 1.0
HOURS: Final = 6
_BINS_AN_HOUR: Final = 12
_GROWTH: Final = 1.4
_OVER_USUAL: Final = 3.0
_Z: Final = 4.0
_LEAST: Final = 20.0
"""Negative posts in the last two hours below which nothing is a ramp."""


class AccelerationBank(Bank):
    """State of many keys: negative posts of the last six hours of the clock."""

    COLUMNS: ClassVar[Layout] = {
        **{f"h{number}": (np.int32, 0) for number in range(HOURS)},
        "last": (np.int32, 0),
    }

    def start(self, keys: int, t: int) -> int:
        """Add keys whose first bin is ``t``; return the row of the first."""
        return self.add(keys, last=t - 1)

    def windows(self, rows: Rows | None = None) -> tuple[Floats, Floats, Floats]:
        """Return the counts of the three windows of two hours, the oldest first."""
        state = self.take(rows)
        last = state["last"] // _BINS_AN_HOUR
        hours = np.stack([state[f"h{number}"] for number in range(HOURS)])
        order = (last + 1 + np.arange(HOURS)[:, None]) % HOURS
        hours = np.take_along_axis(hours, order, axis=0).astype(np.float64)
        return hours[0] + hours[1], hours[2] + hours[3], hours[4] + hours[5]

    def update(self, t: int, counts: Floats, usual: Floats, rows: Rows | None = None) -> Floats:
        """Take bin ``t`` in; return the scores, which are above 0 only when an hour is full.

        ``usual`` is the usual count per bin of each row; 1 and more fires.
        """
        state = self.take(rows)
        hour = t // _BINS_AN_HOUR
        passed = hour - state["last"] // _BINS_AN_HOUR
        for back in range(HOURS):
            # Hours that began since the row was last looked at start from nothing.
            state[f"h{(hour - back) % HOURS}"][passed > back] = 0
        state[f"h{hour % HOURS}"] += counts.astype(np.int32)
        state["last"][:] = t
        if rows is not None:
            self.put(rows, state)
        if t % _BINS_AN_HOUR != _BINS_AN_HOUR - 1:
            return np.zeros(len(counts))
        first, second, third = self.windows(rows)
        conditions = (
            third / (_GROWTH * np.maximum(second, 1.0)),
            second / (_GROWTH * np.maximum(first, 1.0)),
            (third - first) / np.sqrt(np.maximum(third + first, 1.0)) / _Z,
            third / np.maximum(_OVER_USUAL * 2 * _BINS_AN_HOUR * usual, _LEAST),
        )
        least: Floats = np.minimum.reduce(conditions)
        return np.maximum(least, 0.0)

"""The rhythm of a day or week that all keys of a shard share, as a factor on their usual level.

Off by default: it helps where nights are quiet on every key, and costs where bursts have no hour.
Sums of the winsorised counts by hour of the day or week, halved every four weeks, divided by their
mean; at most threefold either way, and 1 until two rounds have been seen.
"""

from typing import Final

from operators.model import BIN, DAY, HOUR

ROUNDS: Final = {"none": 0, "day": DAY, "week": 7 * DAY}
_DECAY: Final = 2 ** (-1 / (28 * DAY // HOUR))
_MOST: Final = 3.0
_PRIOR: Final = 5.0


class Season:
    """Rhythm of one shard."""

    def __init__(self, kind: str) -> None:
        self.round_ms = ROUNDS[kind]
        self._sums = [0.0] * (self.round_ms // HOUR)
        self._since = 0
        self._hour = 0

    def factor(self, at: int) -> float:
        """Return how many times the usual level the bin at ``at`` (ms) has."""
        if not self._sums or not self._since or at - self._since < 2 * self.round_ms:
            return 1.0
        mean = sum(self._sums) / len(self._sums) + _PRIOR
        own = self._sums[at % self.round_ms // HOUR] + _PRIOR
        return min(_MOST, max(1 / _MOST, own / mean))

    def update(self, at: int, count: float) -> None:
        """Take in the posts of all keys in the bin at ``at`` (ms), incidents cut to the usual."""
        if not self._sums:
            return
        self._since = self._since or at - at % BIN
        hour = at // HOUR
        if hour != self._hour:
            decay = _DECAY ** (hour - self._hour) if self._hour else 1.0
            self._sums = [one * decay for one in self._sums]
            self._hour = hour
        self._sums[at % self.round_ms // HOUR] += count

"""Negative-share surge: the last hour is surely more negative than the subject usually is.

Fires when the lower Wilson bound (z = 3) of the hour's negative share lies above the key's own
slow share by a margin, over a minimum number of mentions. Source: Wilson (1927), "Probable
inference, the law of succession, and statistical inference".
"""

import math
from typing import Final

_Z: Final = 3.0
_HALF_LIFE_BINS: Final = 2016
_PRIOR_NEGATIVE: Final = 4.0
_PRIOR_MENTIONS: Final = 20.0
_DECAY: Final = 2 ** (-1 / _HALF_LIFE_BINS)


def wilson_lower(negative: int, mentions: int, z: float = _Z) -> float:
    """Return the lower bound of the share's Wilson interval; 0 for no mentions."""
    if mentions <= 0:
        return 0.0
    share = negative / mentions
    centre = share + z * z / (2 * mentions)
    width = z * math.sqrt(share * (1 - share) / mentions + z * z / (4 * mentions * mentions))
    return max(0.0, (centre - width) / (1 + z * z / mentions))


class NegativeShare:
    """Usual negative share of one key, decayed with a half-life of seven days."""

    __slots__ = ("mentions", "negative")

    def __init__(self) -> None:
        self.negative = 0.0
        self.mentions = 0.0

    def __getstate__(self) -> tuple[float, float]:
        return self.negative, self.mentions

    def __setstate__(self, state: tuple[float, float]) -> None:
        self.negative, self.mentions = state

    @property
    def usual(self) -> float:
        """Return the usual share, 0 to 1, drawn to one in five while little is known."""
        return (self.negative + _PRIOR_NEGATIVE) / (self.mentions + _PRIOR_MENTIONS)

    def excess(self, negative: int, mentions: int) -> float:
        """Return by how much the hour's lower bound lies above the usual share."""
        return wilson_lower(negative, mentions) - self.usual

    def update(self, negative: int, mentions: int, bins: int = 1) -> None:
        """Learn from a bin that belongs to no incident; ``bins`` have passed since the last."""
        decay = _DECAY**bins
        self.negative = self.negative * decay + negative
        self.mentions = self.mentions * decay + mentions

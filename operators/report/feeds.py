"""Whether a platform has fallen silent: a dead feed must not be read as calm."""

from dataclasses import dataclass
from typing import Final

from operators.model import MINUTE
from operators.report.data import FeedRow

LEAST_SILENCE: Final = 30 * MINUTE
LEAST_EXPECTED: Final = 20.0
"""So many posts missing at the feed's own mean rate is no chance, even in the small hours."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A platform's last sign of life against the end of the data."""

    row: FeedRow
    silent_ms: int
    expected: float

    @property
    def suspect(self) -> bool:
        """Whether the feed rather than the public has gone quiet."""
        return self.silent_ms >= LEAST_SILENCE and self.expected >= LEAST_EXPECTED


def feed(row: FeedRow, end_ms: int) -> Feed:
    """Tell how long a feed is silent and how many posts its mean rate would have brought since."""
    silent = max(0, end_ms - row.last_ms)
    rate = row.mentions / max(MINUTE, row.last_ms + MINUTE - row.first_ms)
    return Feed(row, silent, rate * silent)

"""The event time of one stream partition: its watermark, and what is late or long past."""

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from operators.model import MINUTE
from operators.reading import ReadBatch
from operators.vectors import SEQUENCE_BITS, Integers

Flags: TypeAlias = npt.NDArray[np.bool_]


class Times(NamedTuple):
    """Columns of a batch: the first two of all entries, the others of its mentions.

    ``watermarks`` are those behind each entry; ``still_open`` is the oldest minute that was open
    before the mention.
    """

    arrived: Integers
    watermarks: Integers
    minute: Integers
    still_open: Integers
    history: Flags
    late: Flags


class Clock:
    """Moves only forward, with what arrived; times in ms, 0 while nothing is known."""

    def __init__(self, lateness_ms: int, history_after_ms: int) -> None:
        self._lateness_ms = lateness_ms
        self._history_after_ms = history_after_ms
        self.watermark_ms = 0
        self.start_ms = 0
        """First minute in which anything counted."""

    def pass_through(self, batch: ReadBatch, new: Flags) -> Times:
        """Move through a batch, in which ``new`` mentions push on; place each mention in time."""
        lateness = self._lateness_ms
        arrived = batch.entries >> SEQUENCE_BITS
        here = arrived[batch.places]
        pushed = np.zeros(len(arrived) + 1, np.int64)
        pushed[0] = self.watermark_ms
        # A stamp may lie a little ahead of its arrival; the watermark may not.
        ahead = np.minimum(batch.published, here) - lateness
        pushed[batch.places + 1] = np.where(new, ahead, 0)
        for place, what in batch.others.items():
            if isinstance(what, int):
                # Everything published up to an end mark is here: its minute may close.
                pushed[place + 1] = what + MINUTE if what else arrived[place] - lateness
        watermarks = np.maximum.accumulate(pushed)
        self.watermark_ms = int(watermarks[-1])
        before = watermarks[batch.places]
        minute = batch.published - batch.published % MINUTE
        still_open = before - before % MINUTE
        history = here - batch.published > self._history_after_ms
        late = (minute < still_open) & ~history
        if not self.start_ms:
            first = np.flatnonzero(new & ~history)[:1]
            if len(first):
                self.start_ms = int(np.maximum(minute, still_open)[first[0]])
        return Times(arrived, watermarks[1:], minute, still_open, history, late)

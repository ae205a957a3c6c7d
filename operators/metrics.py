"""Counts per subject, crisis type, platform and minute: early ones at once, corrected when late.

Cells live in generations of some minutes, each a state of its own, so that a snapshot writes only
the generations that changed. A row carries full state; its version is twice the contributions
plus one when the minute is final, so it grows with every change and is the same on replay.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec

from operators.model import MINUTE
from operators.windows import Cell, CellKey


class MetricKey(NamedTuple):
    """Natural key of a row of ``metrics_minute``."""

    exercise: bool
    subject: str
    crisis_type: str
    platform: str
    minute: int


class MetricRow(NamedTuple):
    """State of one minute as it is now."""

    key: MetricKey
    cell: Cell
    final: bool

    @property
    def version(self) -> int:
        """Grow with every change, never with a clock."""
        return 2 * self.cell.contributions + self.final


@dataclass(frozen=True, slots=True)
class MetricPiece:
    """What a generation is sent: sums to add, and the watermark before which minutes are final."""

    cells: tuple[tuple[CellKey, Cell], ...]
    watermark_ms: int
    expired: bool = False


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(list[tuple[MetricKey, Cell]])
_NONE: Final[list[Any]] = []
"""Metrics name no posts."""


class MetricGeneration:
    """The minutes of one generation of one shard."""

    def __init__(self) -> None:
        self._cells: dict[MetricKey, Cell] = {}
        self._open: dict[int, list[MetricKey]] = {}
        self._dirty: dict[MetricKey, None] = {}
        self.watermark_ms = 0

    def __getstate__(self) -> tuple[bytes, list[int], list[MetricKey], int]:
        # Many small values: msgpack writes them in a fraction of pickle's time.
        cells = _encode(list(self._cells.items()))
        return cells, sorted(self._open), list(self._dirty), self.watermark_ms

    def __setstate__(self, state: tuple[bytes, list[int], list[MetricKey], int]) -> None:
        cells, still_open, dirty, self.watermark_ms = state
        self._cells = dict(_decoder.decode(cells))
        self._open = {minute: [] for minute in still_open}
        for where in self._cells:
            if where.minute in self._open:
                self._open[where.minute].append(where)
        self._dirty = dict.fromkeys(dirty)

    def feed(self, pieces: Iterable[MetricPiece]) -> list[MetricRow]:
        """Add the pieces, whose cells are ours from now on; return the rows that became final.

        A final minute that was corrected is among them. Rows show cells that still change: what
        is made of them must be made at once.
        """
        finals: dict[MetricKey, None] = {}
        cells, dirty, still_open = self._cells, self._dirty, self._open
        before = self.watermark_ms
        for piece in pieces:
            for key, cell in piece.cells:
                where = MetricKey._make(key[:5])
                known = cells.get(where)
                if known is None:
                    cell.evidence = cell.voices = _NONE
                    cells[where] = cell
                    minute = still_open.get(where[4])
                    if minute is None:
                        still_open[where[4]] = [where]
                    else:
                        minute.append(where)
                    dirty[where] = None
                else:
                    known.add_sums(cell)
                    closed = where[4] + MINUTE <= before
                    (finals if closed else dirty)[where] = None
            if piece.watermark_ms > self.watermark_ms:
                self.watermark_ms = piece.watermark_ms
        for minute_ms in [one for one in still_open if one + MINUTE <= self.watermark_ms]:
            for where in still_open.pop(minute_ms):
                dirty.pop(where, None)
                finals[where] = None
        return [MetricRow(where, cells[where], True) for where in finals]

    @property
    def waiting(self) -> int:
        """Return how many rows ``early`` has to tell."""
        return len(self._dirty)

    def early(self) -> list[MetricRow]:
        """Return provisional rows of the open minutes that changed since they were last told."""
        rows = [MetricRow(where, self._cells[where], False) for where in self._dirty]
        self._dirty.clear()
        return rows


class Retention:
    """Which generations of a shard are open, which are kept for corrections, which are over."""

    def __init__(self, generation_ms: int, keep_ms: int) -> None:
        self._generation_ms = generation_ms
        self._keep_ms = keep_ms
        self._open: set[int] = set()
        self._kept: set[int] = set()
        self.gone_ms = 0
        """Generations whose time ended up to here are gone."""

    def route(
        self,
        cells: Iterable[tuple[CellKey, Cell]],
        watermark_ms: int,
        *,
        advanced: bool,
        read_ms: int | None = None,
    ) -> dict[int, MetricPiece]:
        """Cut cells by generation; tell open generations of a new watermark, end the old ones.

        None ends before ``read_ms``, until when human actions are known: they may correct it.
        """
        by_generation: dict[int, list[tuple[CellKey, Cell]]] = {}
        for key, cell in cells:
            generation = key.minute - key.minute % self._generation_ms
            by_generation.setdefault(generation, []).append((key, cell))
        self._open.update(by_generation)
        routed = {
            generation: MetricPiece(tuple(some), watermark_ms)
            for generation, some in by_generation.items()
        }
        if not advanced:
            return routed
        for generation in sorted(self._open):
            routed.setdefault(generation, MetricPiece((), watermark_ms))
            if generation + self._generation_ms <= watermark_ms:
                self._open.discard(generation)
                self._kept.add(generation)
        self.gone_ms = watermark_ms if read_ms is None else min(watermark_ms, read_ms)
        for generation in sorted(self._kept):
            if generation + self._generation_ms + self._keep_ms <= self.gone_ms:
                self._kept.discard(generation)
                cells_now = routed[generation].cells if generation in routed else ()
                routed[generation] = MetricPiece(cells_now, watermark_ms, expired=True)
        return routed

"""What all stateful steps share: their state lives under a key and is pickled per snapshot."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from bytewax.operators import StatefulBatchLogic
from typing_extensions import override

from flows.shelf import Shelf
from flows.tables import Rows

V = TypeVar("V")
W = TypeVar("W")
S = TypeVar("S")

Emitted: TypeAlias = tuple[list[W], bool]


class Step(StatefulBatchLogic[V, W, bytes], Generic[V, W, S]):
    """A key's state; made from a snapshot or anew with the first item."""

    state: S | None

    def __init__(self, snapshot: bytes | None, frozen: Path | None = None) -> None:
        # Own bytes, written by ``snapshot`` into the flow's recovery store.
        self._shelf = Shelf(frozen)
        self.state = self._shelf.load(snapshot) if snapshot is not None else None

    @override
    def snapshot(self) -> bytes:
        return self._shelf.dump(self.state)


def put(
    out: list[Any], table: str, found: Iterable[tuple[Any, ...]], *, behind: bool = False
) -> None:
    """Add rows for a table to what a step emits, if there are any."""
    some = list(found)
    if some:
        out.append(Rows(table, some, behind))

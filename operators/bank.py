"""State of a detector for many keys: one row a key, in arrays that grow together.

A bank of 100,000 keys is a handful of arrays, so that a tick is a few passes over them and a
snapshot a few blocks of bytes.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.intp]
Columns: TypeAlias = dict[str, NDArray[Any]]
Layout: TypeAlias = Mapping[str, tuple[type, float]]
"""Column name to the type of its values and the first of them."""

_FIRST: Final = 64


class Bank:
    """Rows of state; a subclass names its columns with their types and first values."""

    COLUMNS: ClassVar[Layout] = {}

    def __init__(self) -> None:
        self.size = 0
        self._columns: Columns = {
            name: np.full(_FIRST, first, dtype) for name, (dtype, first) in self.COLUMNS.items()
        }

    def __getstate__(self) -> dict[str, Any]:
        columns = {name: column[: self.size] for name, column in self._columns.items()}
        return {**self.__dict__, "_columns": columns}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._columns = {name: np.array(column) for name, column in self._columns.items()}

    @classmethod
    def bytes_per_key(cls) -> int:
        """Return the size of a row."""
        return sum(np.dtype(dtype).itemsize for dtype, _first in cls.COLUMNS.values())

    def add(self, keys: int = 1, **values: float) -> int:
        """Add rows with their first values, ``values`` where they differ; return the first one."""
        first = self.size
        self.size += keys
        for name, (dtype, usual) in self.COLUMNS.items():
            column = self._columns[name]
            if len(column) < self.size:
                more = max(_FIRST, 2 * self.size) - len(column)
                column = np.concatenate([column, np.full(more, usual, dtype)])
                self._columns[name] = column
            column[first : self.size] = values.get(name, usual)
        return first

    def column(self, name: str) -> NDArray[Any]:
        """Return a column as it is now, one value a key."""
        return self._columns[name][: self.size]

    def take(self, rows: Rows | None = None) -> Columns:
        """Return the columns of some rows as copies, or of all rows as they stand."""
        if rows is None:
            return {name: column[: self.size] for name, column in self._columns.items()}
        return {name: column[rows] for name, column in self._columns.items()}

    def put(self, rows: Rows | None, columns: Columns) -> None:
        """Write back what ``take`` returned."""
        for name, column in columns.items():
            if rows is None:
                self._columns[name][: self.size] = column
            else:
                self._columns[name][rows] = column

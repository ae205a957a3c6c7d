"""Snapshots that write only what is new: frozen parts lie in files of their own, written once.

A step's state is pickled as usual, but large frozen parts (`operators.frozen`) are named in it and
kept beside the recovery store. A file is complete on the disk before the snapshot that names it is
handed over, and is removed when none of the last snapshots names it any more.
"""

import io
import os
import pickle
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from operators.errors import TingfengError
from operators.frozen import Frozen

LEAST: Final = 4096
"""Bytes from which a part is worth a file."""
KEPT_SNAPSHOTS: Final = 5
"""The engine resumes from the last snapshot but one at most."""
_UNREADABLE: Final = (
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)
"""What pickle, msgspec and our own readers raise at bytes they do not know."""
_SWEEP_AT: Final = 20
_OLD_S: Final = 3600.0


class SnapshotError(TingfengError):
    """A snapshot cannot be read."""


class MissingPartError(SnapshotError):
    """A file that a snapshot names is not there."""


@cache
def _disk() -> ThreadPoolExecutor:
    """Threads that wait for the disk: several files take hardly longer than one."""
    return ThreadPoolExecutor(4, thread_name_prefix="shelf")


def _written(path: Path, data: bytes) -> None:
    fresh = path.with_suffix(f".{os.getpid()}.new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, shelf: "Shelf") -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._shelf = shelf

    @override
    def persistent_id(self, obj: object) -> str | None:
        if isinstance(obj, Frozen) and len(obj.data) >= LEAST:
            return self._shelf.put(obj)
        return None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, shelf: "Shelf") -> None:
        super().__init__(file)
        self._shelf = shelf

    @override
    def persistent_load(self, pid: Any) -> Frozen:
        return self._shelf.get(str(pid))


class Shelf:
    """The frozen parts of one key's state, in a folder that other keys use as well."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._named: set[str] = set()
        self._writing: list[Future[None]] = []
        self._before: deque[set[str]] = deque(maxlen=KEPT_SNAPSHOTS)
        self._began = time.time()
        self._dumps = 0

    def dump(self, state: object) -> bytes:
        """Write a state; without a folder all of it is in the bytes."""
        if self._folder is None:
            return pickle.dumps(state, pickle.HIGHEST_PROTOCOL)
        self._named = set()
        file = io.BytesIO()
        _Pickler(file, self).dump(state)
        for one in self._writing:
            one.result()
        self._writing = []
        oldest = self._before[0] if len(self._before) == KEPT_SNAPSHOTS else set()
        self._before.append(self._named)
        for name in oldest.difference(*self._before):
            self._path(name).unlink(missing_ok=True)
        self._dumps += 1
        if self._dumps == _SWEEP_AT:
            self._sweep()
        return file.getvalue()

    def load(self, snapshot: bytes) -> Any:
        """Read a state that ``dump`` wrote; raises `SnapshotError`."""
        self._named = set()
        try:
            state = _Unpickler(io.BytesIO(snapshot), self).load()
        except _UNREADABLE as error:
            where = f"{self._folder.parent}: " if self._folder else ""
            msg = (
                f"{where}a snapshot cannot be read: another release wrote it, or it is damaged (got"
                f" {type(error).__name__}: {error}; try: go on with the release that wrote it, or"
                " move the folder of the snapshots away: what Redis still holds is read again)"
            )
            raise SnapshotError(msg) from error
        self._before.append(self._named)
        return state

    def put(self, part: Frozen) -> str:
        """Begin to write a part that is not on the disk yet; returns its name."""
        name = part.name
        if name not in self._named and not any(name in known for known in self._before):
            path = self._path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writing.append(_disk().submit(_written, path, part.data))
        self._named.add(name)
        return name

    def get(self, name: str) -> Frozen:
        """Read a part; raises `MissingPartError`."""
        self._named.add(name)
        path = self._path(name)
        try:
            data = path.read_bytes()
            path.touch()
        except FileNotFoundError:
            msg = (
                f"{path}: a part of the last snapshot is not there (the folder of the snapshots was"
                " copied or cleared in part; try: bring it back whole, or start with a new one)"
            )
            raise MissingPartError(msg) from None
        return Frozen(data)

    def _path(self, name: str) -> Path:
        return (self._folder or Path()) / f"{name}.part"

    def _sweep(self) -> None:
        """Remove what crashes left behind: files that nobody read or wrote since the start."""
        if self._folder is None or not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            if path.stat().st_mtime < self._began - _OLD_S:
                path.unlink(missing_ok=True)

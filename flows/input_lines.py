"""Lines of a file, a pipe or standard input, gunzipped where needed, whatever their length.

Reads in chunks and holds one chunk and one line at most: a line above the limit is passed on as
its beginning and its size, so that neither 10 GB without a line end nor a bomb of a gzip file
matters.
"""

import os
import select
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NamedTuple

from operators.errors import InputError
from operators.wire import MAX_BYTES

Source = Path | Literal["-"]

HEAD: Final = 2_048
"""Bytes that are kept of a line above the limit."""

_CHUNK: Final = 256 * 1024
_GZIP: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 31
_IDLE_S: Final = 0.5
_BOM: Final = b"\xef\xbb\xbf"
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")


class Line(NamedTuple):
    """A line without its end: all of it, or its first ``HEAD`` bytes when above the limit."""

    data: bytes
    size: int

    @property
    def whole(self) -> bool:
        """Tell whether nothing was cut off."""
        return len(self.data) == self.size


class Input:
    """An open source. ``position`` counts the bytes read of ``total``, compressed as they are."""

    def __init__(self, name: str, descriptor: int, idle: Callable[[], None]) -> None:
        self.name = name
        self.position = 0
        self._descriptor = descriptor
        self._idle = idle
        status = os.fstat(descriptor)
        self.finite = stat.S_ISREG(status.st_mode)
        self.total = status.st_size if self.finite else None
        self._first = self._read()
        while 0 < len(self._first) < len(_BOM) and (more := self._read()):
            self._first += more
        if self._first.startswith(_WIDE):
            msg = f"{name}: is UTF-16 (try saving it as UTF-8)"
            raise InputError(msg)

    def lines(self) -> Iterator[Line]:
        """Yield all lines; blank ones too. Raises `InputError` when the source breaks off."""
        rest, cut = b"", 0
        for chunk in self._plain():
            *ended, tail = chunk.split(b"\n")
            if ended:
                # A line that goes on after its head was kept ends with the first line end.
                yield _line(rest, cut + len(ended[0])) if cut else _line(rest + ended[0])
                cut, rest = 0, tail
                for data in ended[1:]:
                    yield _line(data)
            elif cut:
                cut += len(tail)
            else:
                rest += tail
            if len(rest) > MAX_BYTES:
                cut, rest = len(rest), rest[:HEAD]
        if rest:
            yield _line(rest, cut) if cut else _line(rest)

    def sniff(self) -> bytes:
        """Return the first bytes of the text, to tell formats apart."""
        first = next(_gunzipped(self.name, iter([self._first]), complete=False), b"")
        return first.removeprefix(_BOM).lstrip()[:64]

    def _plain(self) -> Iterator[bytes]:
        """Yield chunks of the text, without a byte order mark."""
        chunks = self._chunks()
        if self._first.startswith(_GZIP):
            chunks = _gunzipped(self.name, chunks)
        for number, chunk in enumerate(chunks):
            yield chunk.removeprefix(_BOM) if number == 0 else chunk

    def _chunks(self) -> Iterator[bytes]:
        """Yield what was read to look at the beginning, then the rest."""
        chunk = self._first
        while chunk:
            yield chunk
            chunk = self._read()

    def _read(self) -> bytes:
        """Read a chunk; while a pipe has nothing to give, call ``idle`` now and then."""
        try:
            if not self.finite:
                # Not ``select``: it knows no descriptors from 1,024 on.
                waiting, wait_ms = select.poll(), 0.0
                waiting.register(self._descriptor, select.POLLIN)
                while not waiting.poll(wait_ms):
                    self._idle()
                    wait_ms = 1000 * _IDLE_S
            chunk = os.read(self._descriptor, _CHUNK)
        except OSError as error:
            msg = f"{self.name}: cannot be read: {error.strerror}"
            raise InputError(msg) from error
        self.position += len(chunk)
        return chunk


@contextmanager
def open_input(source: Source, idle: Callable[[], None]) -> Iterator[Input]:
    """Open a file, a pipe, or standard input (``-``); raises `InputError`."""
    if source == "-":
        yield Input("standard input", sys.stdin.fileno(), idle)
        return
    try:
        file = source.open("rb", buffering=0)
    except OSError as error:
        msg = f"{source}: cannot be opened: {error.strerror}"
        raise InputError(msg) from error
    with file:
        yield Input(str(source), file.fileno(), idle)


def _line(data: bytes, size: int = 0) -> Line:
    """Make a line of its text, or of its beginning and its size."""
    if not size and len(data) > MAX_BYTES:
        size = len(data)
    if size:
        return Line(data[:HEAD], size)
    return Line(data, len(data))


def _gunzipped(name: str, chunks: Iterator[bytes], *, complete: bool = True) -> Iterator[bytes]:
    """Unpack gzip, several members included, a bounded piece at a time.

    Chunks that do not begin as gzip does are passed through. ``complete``: a source that breaks
    off is an error.
    """
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    began = False
    for chunk in chunks:
        if not began and not chunk.startswith(_GZIP):
            yield chunk
            continue
        began, packed = True, chunk
        while packed:
            if unpacker.eof:
                packed = packed.lstrip(b"\0")  # padding between members
                unpacker = zlib.decompressobj(_GZIP_WINDOW)
                continue
            try:
                piece = unpacker.decompress(packed, _CHUNK)
            except zlib.error as error:
                msg = f"{name}: the gzip data are damaged"
                raise InputError(msg) from error
            packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            if piece:
                yield piece
    if complete and began and not unpacker.eof:
        msg = f"{name}: the gzip data break off before their end"
        raise InputError(msg)

"""Lines to entries: JSON Lines and CSV, in our format, by a mapping, or as crawlers write them.

Nothing is dropped: what cannot be read goes on as it is, so that the flow refuses and counts it.
"""

import csv
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Record
from typing import Any, Final, Literal, NamedTuple

import msgspec
import orjson

from flows.input_lines import HEAD, Input, Line
from flows.mapping import Mapping
from operators.errors import InputError
from operators.wire import MAX_BYTES

Format = Literal["jsonl", "csv"]
Adapt = Callable[[Record[str, Any]], Record[str, Any]]

_CSV_SUFFIXES: Final = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
_JSON_SUFFIXES: Final = (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz", ".json.gz")
_DELIMITERS: Final = (",", "\t", ";")


class Payload(NamedTuple):
    """What goes into the field ``mention``; ``size`` is that of the record it begins."""

    data: bytes
    size: int

    @property
    def whole(self) -> bool:
        """Tell whether the record is complete."""
        return len(self.data) == self.size


def format_of(source: Input) -> Format:
    """Tell the format by the name, else by the first character; raises `InputError`."""
    name = source.name.lower()
    first = source.sniff().split(b"\n", 1)[0]
    if first.startswith(b"[") and first[1:].lstrip()[:1] in (b"{", b""):
        msg = f"{source.name}: is one JSON array (try one object a line: jq -c '.[]' FILE)"
        raise InputError(msg)
    if name.endswith(_CSV_SUFFIXES):
        return "csv"
    if name.endswith(_JSON_SUFFIXES) or not first or first.startswith(b"{"):
        return "jsonl"
    return "csv" if b"published_at" in first or b"," in first else "jsonl"


def payloads(source: Input, kind: Format, adapt: Adapt | None) -> Iterator[Payload]:
    """Yield one payload a record; ``adapt`` turns a record into the mention format."""
    if kind == "csv":
        return _from_csv(source, adapt or Mapping().apply)
    return _from_json(source, adapt)


def _from_json(source: Input, adapt: Adapt | None) -> Iterator[Payload]:
    """Yield the records of JSON Lines; without ``adapt`` they are passed on unread."""
    for line in source.lines():
        if not line.whole:
            yield Payload(line.data, line.size)
        elif data := line.data.strip():
            text = _utf8(data)
            yield _payload(_adapted(text, adapt) if adapt else text)


def _adapted(data: bytes, adapt: Adapt) -> bytes:
    """Return a record in the mention format; one that is no JSON object stays as it is."""
    try:
        record = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        record = None
    return _json(adapt(record)) if isinstance(record, dict) else data


def _from_csv(source: Input, adapt: Adapt) -> Iterator[Payload]:
    """Yield the rows of a table with a header."""
    feed = _Feed(source.lines())
    rows = csv.reader(feed, delimiter=_delimiter(feed), strict=True)
    header = _header(source.name, rows)
    lacking = {"platform", "published_at"} - adapt(dict.fromkeys(header, "x")).keys()
    if lacking:
        msg = (
            f"{source.name}:1: no column gives {' or '.join(sorted(lacking))} "
            f"(got {', '.join(header)}; try a mapping)"
        )
        raise InputError(msg)
    feed.fed.clear()
    while True:
        try:
            row = next(rows, None)
        except csv.Error:
            yield _payload(feed.reject())
            continue
        text = "".join(feed.fed)
        feed.fed.clear()
        yield from feed.cut
        feed.cut.clear()
        if row is None:
            return
        if len(row) > len(header):
            yield _payload(text.strip().encode())
        elif any(row):
            cells = {name: cell for name, cell in zip(header, row, strict=False) if cell}
            yield _payload(_json(adapt(cells)))


class _Feed:
    """Feeds lines to a CSV reader and remembers those of the row in the making.

    When an unclosed quote swallows what follows, only the line in which it stands is lost.
    """

    def __init__(self, lines: Iterator[Line]) -> None:
        self.fed: list[str] = []
        self.cut: list[Payload] = []
        self._lines = lines
        self._again: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        text = self._again.popleft() if self._again else self._next_line()
        self.fed.append(text)
        return text

    def first(self) -> str:
        """Return the first line and keep it for the reader; empty without lines."""
        self._again.extend([next(self, "")])
        self.fed.clear()
        return self._again[0]

    def reject(self) -> bytes:
        """Return the first line of the row that failed; the others will be read again."""
        bad, *others = self.fed
        self._again.extendleft(reversed(others))
        self.fed.clear()
        return bad.strip().encode()

    def _next_line(self) -> str:
        for line in self._lines:
            if line.whole:
                return _utf8(line.data).decode("utf-8", "replace") + "\n"
            self.cut.append(Payload(line.data, line.size))
        raise StopIteration


def _delimiter(feed: _Feed) -> str:
    """Tell by the header what stands between the columns."""
    first = feed.first()
    return max(_DELIMITERS, key=first.count)


def _header(name: str, rows: Iterator[Sequence[str]]) -> list[str]:
    """Read the names of the columns; raises `InputError`."""
    try:
        header = [column.strip() for column in next(rows, ())]
    except csv.Error as error:
        msg = f"{name}:1: the header is not CSV: {error}"
        raise InputError(msg) from error
    if not any(header):
        msg = f"{name}:1: has no header with the names of the columns"
        raise InputError(msg)
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        msg = f"{name}:1: columns are named twice: {', '.join(twice)}"
        raise InputError(msg)
    return header


def _json(record: Record[str, Any]) -> bytes:
    """Write JSON, also of what orjson refuses: lone surrogates and integers above 64 bits."""
    try:
        return orjson.dumps(record)
    except TypeError:
        return json.dumps(record).encode()


def _payload(data: bytes) -> Payload:
    """Cut a record above the limit to its beginning."""
    return Payload(data if len(data) <= MAX_BYTES else data[:HEAD], len(data))


def _utf8(data: bytes) -> bytes:
    """Return text in UTF-8; what is GB 18030, as spreadsheets write it, is converted."""
    try:
        data.decode()
    except UnicodeDecodeError:
        try:
            return data.decode("gb18030").encode()
        except UnicodeDecodeError:
            return data
    return data

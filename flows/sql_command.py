"""``tingfeng sql``: a question to the store; the answer as a table, CSV, JSON or Parquet."""

import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final, TextIO
from zoneinfo import ZoneInfo

import orjson

from flows.command_options import FORMATS
from flows.store_reader import Reader, Result
from flows.text_table import lay_out
from operators.errors import StoreError

DEFAULT_ZONE: Final = "Asia/Shanghai"

_FORMAT_CLAUSE: Final = re.compile(r"\bFORMAT\s+\w+[\s;]*$", re.IGNORECASE)
_LONGEST_CELL: Final = 60
_Time = Callable[[datetime, ZoneInfo], str]
_NULL: Final = "NULL"
_CSV_NULL: Final = "\\N"
_JSON_INTEGERS: Final = range(-(2**63), 2**64)
"""What orjson writes as a number; larger ones become text."""


def run(
    reader: Reader,
    sql: str,
    fmt: str,
    zone: str = DEFAULT_ZONE,
    *,
    params: Mapping[str, str] | None = None,
    out: Path | None = None,
) -> None:
    r"""Print the answer to ``sql`` in one of ``FORMATS`` or write it to ``out``; times in ``zone``.

    NULL is ``NULL`` in the table (a text of that spelling stands in quotes), ``\N`` in CSV and
    null in JSON. Only the table cuts long cells; TSV makes one blank of tabs and line breaks.
    Parquet has typed columns and times in UTC. Raises StoreError with ClickHouse's message.
    """
    if _FORMAT_CLAUSE.search(sql):
        msg = f"leave FORMAT out of the statement; --format takes {', '.join(FORMATS)}"
        raise StoreError(msg)
    if fmt == "parquet":
        _write_parquet(reader.export(sql, "Parquet", params), out)
        return
    result = reader.query(sql, params)
    lines = _SHAPES[fmt](result, ZoneInfo(zone))
    with _written(out) as file:
        file.writelines(f"{line}\n" for line in lines)


@contextmanager
def _written(out: Path | None) -> Iterator[TextIO]:
    """Give the file to write to: standard output when none is named."""
    if out is None:
        yield sys.stdout
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        msg = f"{out}: cannot be written: {error.strerror}"
        raise StoreError(msg) from error


def _write_parquet(content: bytes, out: Path | None) -> None:
    if out is None and sys.stdout.isatty():
        msg = "Parquet is not for a terminal (try --out answer.parquet)"
        raise StoreError(msg)
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        msg = f"{out}: cannot be written: {error.strerror}"
        raise StoreError(msg) from error


def _table(result: Result, zone: ZoneInfo) -> Iterator[str]:
    if result.columns:
        yield from lay_out(
            _heads(result, zone),
            [[_cell(value, zone) for value in row] for row in result.rows],
            right=[_is_number(kind) for kind in result.types],
            longest=_LONGEST_CELL,
            room=shutil.get_terminal_size().columns if sys.stdout.isatty() else None,
        )
    times = f"，时间为 {zone.key}" if any("DateTime" in kind for kind in result.types) else ""
    yield f"共 {len(result.rows)} 行{times}"


def _csv(result: Result, zone: ZoneInfo) -> Iterator[str]:
    yield ",".join(_quoted(head) for head in _heads(result, zone))
    for row in result.rows:
        yield ",".join(_csv_cell(value, zone) for value in row)


def _tsv(result: Result, _zone: ZoneInfo) -> Iterator[str]:
    yield "\t".join(result.columns)
    for row in result.rows:
        yield "\t".join(" ".join(str(value).split()) for value in row)


def _json(result: Result, zone: ZoneInfo) -> Iterator[str]:
    names = _unique(result.columns)
    yield "["
    for number, row in enumerate(result.rows, start=1):
        values = {name: _plain(value, zone) for name, value in zip(names, row, strict=True)}
        yield orjson.dumps(values).decode() + ("," if number < len(result.rows) else "")
    yield "]"


_SHAPES: Final = {"table": _table, "csv": _csv, "tsv": _tsv, "json": _json}


def _heads(result: Result, zone: ZoneInfo) -> list[str]:
    return [
        f"{name} ({zone.key})" if "DateTime" in kind else name
        for name, kind in zip(result.columns, result.types, strict=True)
    ]


def _is_number(kind: str) -> bool:
    inner = kind.removeprefix("LowCardinality(").removeprefix("Nullable(")
    return inner.startswith(("Int", "UInt", "Float", "Decimal", "BFloat"))


def _time(value: datetime, zone: ZoneInfo) -> str:
    local = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)
    digits = "milliseconds" if local.microsecond % 1000 == 0 else "microseconds"
    precision = digits if local.microsecond else "seconds"
    return local.replace(tzinfo=None).isoformat(sep=" ", timespec=precision)


def _cell(value: object, zone: ZoneInfo) -> str:
    if value is None:
        return _NULL
    if value == _NULL:
        return f"'{_NULL}'"
    return _text(value, zone)


def _csv_cell(value: object, zone: ZoneInfo) -> str:
    if value is None:
        return _CSV_NULL
    text = _text(value, zone)
    return text if isinstance(value, int | float | Decimal) else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(value: object, zone: ZoneInfo) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return _time(value, zone)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return _bytes(value)
    if isinstance(value, Mapping | list | tuple):
        return orjson.dumps(_plain(value, zone, _time)).decode()
    return str(value)


def _offset(value: datetime, zone: ZoneInfo) -> str:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone).isoformat()


def _bytes(value: bytes) -> str:
    return value.rstrip(b"\0").decode(errors="backslashreplace")


def _plain(value: object, zone: ZoneInfo, time: _Time = _offset) -> object:
    """Turn a value into what JSON has; ``time`` writes the times in it."""
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, bytes):
        return _bytes(value)
    if isinstance(value, int):
        return value if value in _JSON_INTEGERS else str(value)
    if isinstance(value, datetime):
        return time(value, zone)
    if isinstance(value, Mapping):
        return {_text(key, zone): _plain(item, zone, time) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_plain(item, zone, time) for item in value]
    return value.isoformat() if isinstance(value, date) else str(value)


def _unique(names: Sequence[str]) -> list[str]:
    unique: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in unique:
            number += 1
            candidate = f"{name}_{number}"
        unique.append(candidate)
    return unique

"""What Grafana makes of an answer: which columns are time, label or number, and series from rows.

The rules are those of sqlds 5.3 and the plugin SDK's LongToWide, by which the plugin's back end
turns rows into frames.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal

Kind = Literal["time", "label", "number", "json"]
_WRAPPED: Final = re.compile(r"(?:LowCardinality|Nullable)\((.*)\)")
_LABEL: Final = re.compile(r"(?:String|FixedString|Enum|UUID|IPv|Bool)")
_NUMBER: Final = re.compile(r"(?:U?Int\d+|Float\d+|Decimal)")
_JSON: Final = "json"


@dataclass(frozen=True, slots=True)
class Answer:
    """Names, ClickHouse types and rows of an answer."""

    columns: Sequence[str]
    types: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: its name, its labels, and (ms, value) points; None is a gap."""

    name: str
    labels: dict[str, str]
    points: tuple[tuple[int, float | None], ...]


def kind_of(written: str) -> Kind:
    """Return what a ClickHouse type is to Grafana.

    >>> kind_of("LowCardinality(Nullable(String))"), kind_of("DateTime('UTC')"), kind_of("Map(…)")
    ('label', 'time', 'json')
    """
    while (inner := _WRAPPED.fullmatch(written)) is not None:
        written = inner[1]
    if written.startswith("Date"):
        return "time"
    if _LABEL.match(written):
        return "label"
    if _NUMBER.match(written):
        return "number"
    return "json"


def problems(answer: Answer, *, series: bool) -> list[str]:
    """Return what is wrong with the shape of an answer for a time series or a table."""
    kinds = [kind_of(one) for one in answer.types]
    found = [
        f"column {name}: {written} becomes JSON text"
        for name, written, kind in zip(answer.columns, answer.types, kinds, strict=True)
        if kind == _JSON
    ]
    if len(set(answer.columns)) != len(answer.columns):
        found.append("two columns have one name")
    return found + (_series_problems(answer, kinds) if series else [])


def _series_problems(answer: Answer, kinds: Sequence[Kind]) -> list[str]:
    if "time" not in kinds:
        return ["a time series needs a time column"]
    found: list[str] = []
    at = kinds.index("time")
    if kinds.count("time") > 1:
        found.append("a second time column is taken for a value")
    if answer.columns[at] != "time":
        found.append(f"the time column is named {answer.columns[at]!r}, not 'time'")
    if "Nullable" in answer.types[at]:
        found.append("the time column is nullable")
    if "number" not in kinds:
        found.append("no number column")
    times = [_ms(row[at]) for row in answer.rows]
    if any(after < before for before, after in pairwise(times)):
        found.append("rows are not in the order of time: add ORDER BY time")
    labels = [place for place, kind in enumerate(kinds) if kind == "label"]
    keys = [(row[at], *(row[place] for place in labels)) for row in answer.rows]
    if len(keys) != len(set(keys)):
        found.append("two rows of one time and one set of labels: the later one wins")
    return found


def to_series(answer: Answer) -> list[Series]:
    """Return the series of a time-series answer; a point another series lacks is a gap in it."""
    kinds = [kind_of(one) for one in answer.types]
    at = kinds.index("time")
    labels = [place for place, kind in enumerate(kinds) if kind == "label"]
    numbers = [place for place, kind in enumerate(kinds) if kind == "number"]
    times = sorted({_ms(row[at]) for row in answer.rows})
    held: dict[tuple[str, ...], dict[int, Sequence[object]]] = {}
    for row in answer.rows:
        held.setdefault(tuple(str(row[one]) for one in labels), {})[_ms(row[at])] = row
    return [
        Series(
            answer.columns[number],
            dict(zip((answer.columns[one] for one in labels), key, strict=True)),
            tuple((ms, number_of(rows[ms][number]) if ms in rows else None) for ms in times),
        )
        for key, rows in held.items()
        for number in numbers
    ]


def number_of(value: object) -> float | None:
    """Return a value as a number; what is none is a gap."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return None if value != value else float(value)


def _ms(value: object) -> int:
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    msg = f"{value!r} is no time"
    raise TypeError(msg)

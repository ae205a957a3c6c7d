"""Reads series in NAB's form: CSVs ``timestamp,value``, and ``labels.json`` with their windows."""

import csv
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from operators.model import SECOND


class _Labels(msgspec.Struct):
    windows: dict[str, list[tuple[str, str]]]
    labels: dict[str, list[str]] = {}


@dataclass(frozen=True, slots=True)
class Series:
    """One series of counts, with the rows of its windows and the times of its labels, in ms."""

    file: str
    stamps: tuple[str, ...]
    at_ms: tuple[int, ...]
    counts: tuple[float, ...]
    windows: tuple[tuple[int, int], ...]
    labels_ms: tuple[int, ...]


def instant(stamp: str) -> int:
    """Return a timestamp of the corpus in ms; the corpus states no zone, so UTC stands in."""
    return round(datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()) * SECOND


def read_series(folder: Path) -> list[Series]:
    """Read every labelled series of a folder; a label file names them with or without folders."""
    found = msgspec.json.decode((folder / "labels.json").read_bytes(), type=_Labels)
    return [
        _series(folder / Path(name).name, windows, found.labels.get(name, []))
        for name, windows in sorted(found.windows.items())
    ]


def _series(path: Path, windows: list[tuple[str, str]], labels: list[str]) -> Series:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [(row["timestamp"], float(row["value"])) for row in csv.DictReader(lines)]
    at = tuple(instant(stamp) for stamp, _value in rows)
    placed = tuple(
        (bisect_left(at, instant(first)), bisect_right(at, instant(last)) - 1)
        for first, last in windows
    )
    return Series(
        path.name,
        tuple(stamp for stamp, _value in rows),
        at,
        tuple(value for _stamp, value in rows),
        placed,
        tuple(instant(label) for label in labels),
    )

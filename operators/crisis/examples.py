"""Labelled sentences made ready for learning: who is named, and companies nothing is told of.

A sentence often holds several headlines, so companies named in it beside the labelled one are
examples of a name of which nothing is told.
"""

import re
import zlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from operators.crisis.events import OTHER

FOLDS: Final = 5

_LEAST_ROWS: Final = 10
_CODE: Final = re.compile(r"([\u4e00-\u9fffA-Za-z*]{2,6})[(（]\d{6}[)）]")
_NOISE: Final = re.compile(r"\W+")
_KEY: Final = 60


class Example(NamedTuple):
    """A text, the company it is about (empty: none) and what it tells of it."""

    label: str
    name: str
    text: str


def fold_of(text: str) -> int:
    """Put copies of a text into the same fold."""
    return zlib.crc32(_NOISE.sub("", text)[:_KEY].encode()) % FOLDS


def merged(rows: Sequence[Example]) -> dict[tuple[str, str], set[str]]:
    """Gather what a text tells of a company: (name, text) -> its labels, in order of the rows."""
    told: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        told.setdefault((row.name, row.text), set()).add(row.label)
    return told


def learnable(rows: Sequence[Example]) -> tuple[str, ...]:
    """Return the labels that occur often enough to be learned, in order."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.label] = counts.get(row.label, 0) + 1
    return tuple(sorted(label for label, count in counts.items() if count >= _LEAST_ROWS))


def silent(rows: Sequence[Example]) -> list[Example]:
    """Make examples of companies named in a text that nothing is told of.

    As many as keep the share of such examples that of the texts without any event.
    """
    told: dict[str, set[str]] = {}
    for row in rows:
        told.setdefault(row.text, set()).add(row.name)
    names = {row.name for row in rows if len(row.name) > 2}
    made: list[Example] = []
    for text, known in told.items():
        others = {found[1] for found in _CODE.finditer(text)}
        others |= names & _pieces(text)
        made += [
            Example(OTHER, name, text)
            for name in sorted(others)
            if not any(name in one or (one and one in name) for one in known)
        ]
    made.sort(key=lambda one: zlib.crc32(f"{one.name}\t{one.text}".encode()))
    without = sum(row.label == OTHER for row in rows)
    return made[:without]


def _pieces(text: str) -> set[str]:
    """Return the strings of three to six characters in a text."""
    return {
        text[at : at + size] for size in range(3, 7) for at in range(max(0, len(text) - size + 1))
    }

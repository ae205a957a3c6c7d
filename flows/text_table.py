"""Rows as lines that line up in a terminal, with Chinese text and hostile text in them."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

GAP: Final = "  "
_LEAST: Final = 8
_UNPRINTABLE: Final = re.compile(
    # Controls and what re-orders or breaks a line: escape sequences must not reach the terminal.
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def width(text: str) -> int:
    """Columns a terminal gives ``text``.

    >>> width("星河Bank"), width("e\u0301"), width("❤\ufe0f")
    (8, 1, 1)
    """
    return sum(_width(sign) for sign in text)


def printable(text: str) -> str:
    r"""Write control and direction signs as escapes.

    >>> printable("a\n\x1b[31mb")
    'a\\n\\x1b[31mb'
    """
    return _UNPRINTABLE.sub(lambda sign: repr(sign[0])[1:-1], text)


def cut(text: str, room: int) -> str:
    """Shorten to at most ``room`` columns, with an ellipsis where something is missing.

    >>> cut("海川证券交易系统", 9)
    '海川证券…'
    """
    if width(text) <= room:
        return text
    kept, left = 0, room - 1
    for sign in text:
        left -= _width(sign)
        if left < 0:
            break
        kept += 1
    return f"{text[:kept]}…"


def lay_out(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[bool],
    longest: int,
    room: int | None,
) -> list[str]:
    """Return heads, a rule and rows as lines of equal columns.

    ``right`` says which columns are flush right, ``longest`` bounds a cell and ``room`` the line
    (None: any length); heads are never cut below 8 columns.
    """
    lines = [[printable(cell) for cell in line] for line in (heads, *rows)]
    widths = [min(longest, max(map(width, column))) for column in zip(*lines, strict=True)]
    if room is not None:
        _shrink(widths, room - len(GAP) * (len(widths) - 1))
    rule = ["─" * size for size in widths]
    shown = [[cut(c, size) for c, size in zip(line, widths, strict=True)] for line in lines]
    return [_line(line, widths, right) for line in (shown[0], rule, *shown[1:])]


def _shrink(widths: list[int], room: int) -> None:
    while sum(widths) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, size, flush in zip(cells, widths, right, strict=True):
        space = " " * (size - width(cell))
        padded.append(space + cell if flush else cell + space)
    return GAP.join(padded).rstrip()


def _width(sign: str) -> int:
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1

"""Negation, contrast, doubt and numbers in a buffer of texts, found by looking up characters.

What stands right behind 不 or 没 is only half meant; what stands before the last 但 of a text is
partly taken back when the rest says the opposite.
"""

from functools import cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from operators.sentiment.hashing import JOIN, Buffer

Marks: TypeAlias = npt.NDArray[np.uint8]

_NEGATIONS: Final = "不没别无未非沒無別"
_CONTRASTS: Final = "但"
_PAIRS: Final = ("不过", "可是", "然而", "可惜", "不過")
_ASKING: Final = (
    "真求属屬谣謠辟闢可靠坐",
    "的假伪吗嗎么是还还证證辟闢个一官真实實言谣謠信谱譜不等",
)
"""What a question whether something is true begins with, and what may come second."""
_NEGATION, _CONTRAST, _FIRST, _SECOND, _BREAK = 1, 2, 4, 8, 16
ASKS_FIRST, ASKS_SECOND = 32, 64
_DIGIT: Final = 128


def find(points: npt.NDArray[np.uint16]) -> Marks:
    """Mark each character that negates, contrasts or is half of a word that does: uint8."""
    return _table().take(points)


def behind_negation(marks: Marks) -> npt.NDArray[np.uint8]:
    """Give 1 for each gram that begins one or two characters behind a negation, else 0."""
    negates: Marks = marks[:-2] & np.uint8(_NEGATION)
    behind: Marks = np.zeros_like(negates)
    behind[1:] = negates[:-1]
    behind[2:] |= negates[:-2]
    # A negation that is negated itself (不是不好) begins anew, and so does the next text.
    behind[(marks[:-2] & (_NEGATION | _BREAK)) != 0] = 0
    return behind


def within_numbers(marks: Marks) -> npt.NDArray[np.bool_]:
    """Tell for each gram whether it begins at a digit behind a digit.

    All digits read alike, so the number of an order or a phone would count the mood of 00 and 000
    over and over, and drown what the post says.
    """
    within: npt.NDArray[np.bool_] = (marks[:-2] & _DIGIT) != 0
    within[1:] &= within[:-1].copy()
    within[0] = False
    return within


def last_contrasts(
    marks: Marks, buffer: Buffer
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give the texts that hold a contrast and where their last one begins, both int64."""
    turns = (marks[:-2] & _CONTRAST) != 0
    halves = np.flatnonzero(((marks[:-2] & _FIRST) != 0) & ((marks[1:-1] & _SECOND) != 0))
    for place in halves.tolist():
        pair = chr(buffer.points[place]) + chr(buffer.points[place + 1])
        turns[place] |= pair in _PAIRS
    places = np.flatnonzero(turns)
    rows = np.searchsorted(buffer.starts, places, "right") - 1
    last = np.ones(len(rows), np.bool_)
    last[:-1] = rows[1:] != rows[:-1]
    return rows[last], places[last]


@cache
def _table() -> Marks:
    table = np.zeros(1 << 16, np.uint8)
    groups = (
        (_NEGATIONS, _NEGATION),
        (_CONTRASTS, _CONTRAST),
        ([pair[0] for pair in _PAIRS], _FIRST),
        ([pair[1] for pair in _PAIRS], _SECOND),
        (JOIN, _BREAK),
        (_ASKING[0], ASKS_FIRST),
        (_ASKING[1], ASKS_SECOND),
        ("0123456789０１２３４５６７８９", _DIGIT),
    )
    for chars, mark in groups:
        for char in chars:
            table[ord(char)] |= mark
    return table

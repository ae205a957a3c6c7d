"""Many strings found at once in a folded block, each hit handed to its post."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from operators.automaton import Automaton
from operators.folding import Alphabet, Places, Units, in_word

Span: TypeAlias = tuple[int, int, int]
"""Start and end in characters of the folded text, and the number of the pattern."""

Found: TypeAlias = dict[int, list[tuple[int, int]]]
"""Number of a pattern -> start and end of each place."""

MOST_PLACES: Final = 64
"""Places of one pattern in one post that are looked at: repeating it must not cost more."""

WIDTH: Final = 2
"""Bytes of a character in a folded block."""

_LEFT: Final = 1
_RIGHT: Final = 2


class Hits(NamedTuple):
    """Where patterns stand in a block, by column, in the order in which they end.

    ``texts``: which text of the block; ``begins``: where that begins, in characters of the block;
    ``starts``, ``ends``: in characters of the text; ``numbers``: which pattern.
    """

    texts: Places
    begins: Places
    starts: Places
    ends: Places
    numbers: Places

    def chosen(self, which: npt.NDArray[np.bool_]) -> "Hits":
        """Keep some."""
        return Hits(*(column[which] for column in self))


_NOTHING: Final = Hits(*[np.empty(0, np.intp)] * len(Hits._fields))


class Scanner:
    """Patterns as strings -> hits by post, in characters of the folded text."""

    def __init__(
        self, patterns: Sequence[str], alphabet: Alphabet, engine: str | None = None
    ) -> None:
        # Spellings that fold to the same bytes are one pattern that stands for several.
        same: dict[bytes, list[int]] = {}
        for number, pattern in enumerate(patterns):
            if data := alphabet.encode(pattern):
                same.setdefault(data, []).append(number)
        self._lengths = np.array([len(data) // WIDTH for data in same], np.intp)
        self._numbers = np.array([n for numbers in same.values() for n in numbers], np.intp)
        self._counts = np.array([len(numbers) for numbers in same.values()], np.intp)
        self._firsts = self._counts.cumsum() - self._counts
        self._single = len(self._numbers) == len(same)
        # A pattern without Chinese characters is not found inside a longer word or number.
        self._sides = np.array([_sides(patterns[each[0]]) for each in same.values()], np.uint8)
        self._automaton = Automaton(list(same), engine)

    def scan(self, data: bytes, ends: Sequence[int]) -> Hits:
        """Find the patterns in the bytes of folded texts side by side, given where each ends."""
        patterns, stops = self._automaton.scan(data)
        if not patterns:
            return _NOTHING
        found = np.array(patterns, np.intp)
        behind = np.array(stops, np.intp) // WIDTH
        starts = behind - self._lengths[found]
        sides = self._sides[found]
        if sides.any():
            alone = _stand_alone(np.frombuffer(data, np.uint16), starts, behind, sides)
            found, starts, behind = found[alone], starts[alone], behind[alone]
        if self._single:
            numbers = self._numbers[found]
        else:
            counts = self._counts[found]
            starts, behind = starts.repeat(counts), behind.repeat(counts)
            rank = np.arange(len(starts)) - (counts.cumsum() - counts).repeat(counts)
            numbers = self._numbers[self._firsts[found].repeat(counts) + rank]
        limits = np.array(ends, np.intp)
        texts = limits.searchsorted(behind)
        # A separator stands before each text but the first.
        begins = limits[texts - 1] + 1
        begins[texts == 0] = 0
        return Hits(texts, begins, starts - begins, behind - begins, numbers)


def firsts(texts: Places) -> Places:
    """Return the place of the first of each run of equal numbers."""
    first = np.empty(len(texts), np.bool_)
    first[:1] = True
    np.not_equal(texts[1:], texts[:-1], out=first[1:])
    return np.flatnonzero(first)


def sort_out(hits: Hits) -> dict[int, Found]:
    """Sort the hits of each text by pattern, a bounded number of each."""
    every: dict[int, Found] = {}
    found: Found = {}
    last = -1
    for text, start, end, number in zip(
        hits.texts.tolist(),
        hits.starts.tolist(),
        hits.ends.tolist(),
        hits.numbers.tolist(),
        strict=True,
    ):
        if text != last:
            last = text
            found = every[text] = {}
        where = found.get(number)
        if where is None:
            found[number] = [(start, end)]
        elif len(where) < MOST_PLACES:
            where.append((start, end))
    return every


def side_by_side(data: bytes, ends: Sequence[int], texts: Sequence[int]) -> tuple[bytes, list[int]]:
    """Lay the given texts of a block into one of their own: its bytes, and where each ends."""
    parts = [
        data[WIDTH * (ends[text - 1] + 1 if text else 0) : WIDTH * ends[text]] for text in texts
    ]
    behind = accumulate(len(part) // WIDTH + 1 for part in parts)
    return Alphabet.mark.join(parts), [end - 1 for end in behind]


def _sides(pattern: str) -> int:
    """Tell on which sides of a pattern no letter or digit may go on."""
    if not pattern.isascii():
        return 0
    return _LEFT * pattern[0].isalnum() + _RIGHT * pattern[-1].isalnum()


def _stand_alone(
    codes: Units, starts: Places, ends: Places, sides: npt.NDArray[np.uint8]
) -> npt.NDArray[np.bool_]:
    """Tell where no letter or digit goes on where a word of Latin letters begins or ends."""
    goes_on = in_word(codes.take(starts - 1, mode="clip"))
    goes_on &= (sides & _LEFT > 0) & (starts > 0)
    behind = in_word(codes.take(ends, mode="clip"))
    behind &= (sides & _RIGHT > 0) & (ends < len(codes))
    goes_on |= behind
    return ~goes_on

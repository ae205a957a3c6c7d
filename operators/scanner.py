"""Many strings found at once in a folded block, each hit handed to its post."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np

from operators.automaton import Automaton
from operators.folding import Alphabet

Span: TypeAlias = tuple[int, int, int]
"""Start and end in characters of the folded text, and the number of the pattern."""

Found: TypeAlias = dict[int, list[tuple[int, int]]]
"""Number of a pattern -> start and end of each place."""

MOST_PLACES: Final = 64
"""Places of one pattern in one post that are looked at: repeating it must not cost more."""

WIDTH: Final = 2
"""Bytes of a character in a folded block."""


class Scanner:
    """Patterns as strings -> hits by post, in characters of the folded text."""

    def __init__(
        self, patterns: Sequence[str], alphabet: Alphabet, engine: str | None = None
    ) -> None:
        encoded = [alphabet.encode(pattern) for pattern in patterns]
        # Spellings that fold to the same bytes are one pattern that stands for several.
        self._same: list[list[int]] = []
        places: dict[bytes, int] = {}
        for number, data in enumerate(encoded):
            if not data:
                continue
            place = places.setdefault(data, len(places))
            if place == len(self._same):
                self._same.append([])
            self._same[place].append(number)
        self._lengths = [len(data) // WIDTH for data in places]
        # A pattern without Chinese characters is not found inside a longer word or number.
        firsts = [patterns[numbers[0]] for numbers in self._same]
        self._whole: list[tuple[bool, bool] | None] = [
            (text[0].isalnum(), text[-1].isalnum()) if text.isascii() else None for text in firsts
        ]
        self._automaton = Automaton(list(places), engine)

    def posts(self, block: bytes, posts: Sequence[int], ends: list[int]) -> dict[int, list[Span]]:
        """Scan a block and hand each hit to its post."""
        spans: dict[int, list[Span]] = {}
        lengths, whole, same = self._lengths, self._whole, self._same
        index, begin, limit = 0, 0, ends[0]
        for pattern, at in self._automaton.scan(block):
            end = at >> 1
            while end > limit:
                index += 1
                begin = limit + 1
                limit = ends[index]
            start = end - lengths[pattern]
            sides = whole[pattern]
            if sides and not self._stands_alone(block, start, end, sides):
                continue
            known = spans.get(posts[index])
            if known is None:
                known = spans[posts[index]] = []
            for number in same[pattern]:
                known.append((start - begin, end - begin, number))
        return spans

    def found(self, block: bytes, posts: Sequence[int], ends: list[int]) -> dict[int, Found]:
        """Scan a block and sort the hits of each post by pattern, a bounded number of each."""
        every: dict[int, Found] = {}
        found: Found = {}
        lengths, whole, same = self._lengths, self._whole, self._same
        index, begin, limit = -1, 0, -1
        for pattern, at in self._automaton.scan(block):
            end = at >> 1
            if end > limit:
                while end > limit:
                    index += 1
                    begin = limit + 1
                    limit = ends[index]
                found = every[posts[index]] = {}
            start = end - lengths[pattern]
            sides = whole[pattern]
            if sides and not self._stands_alone(block, start, end, sides):
                continue
            place = (start - begin, end - begin)
            for number in same[pattern]:
                where = found.get(number)
                if where is None:
                    found[number] = [place]
                elif len(where) < MOST_PLACES:
                    where.append(place)
        return every

    def which(self, block: bytes, ends: list[int]) -> list[int]:
        """Tell in which texts of a block anything is found, in order, without saying what."""
        hits = self._automaton.scan(block)
        if not hits:
            return []
        places = np.fromiter((at for _pattern, at in hits), np.int64, len(hits)) >> 1
        texts: list[int] = np.unique(np.searchsorted(np.array(ends), places)).tolist()
        return texts

    @staticmethod
    def _stands_alone(block: bytes, start: int, end: int, sides: tuple[bool, bool]) -> bool:
        """Tell whether no letter or digit goes on where a word of Latin letters begins or ends."""
        left, right = sides
        return not ((left and _latin(block, start - 1)) or (right and _latin(block, end)))


def _latin(block: bytes, place: int) -> bool:
    """Tell whether a Latin letter or a digit stands at a character of the block."""
    at = WIDTH * place
    return 0 <= at < len(block) and Alphabet.latin(block[at : at + WIDTH])

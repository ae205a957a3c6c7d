"""The words that tell of trouble, looked for in posts about subjects they could matter to."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from operators.crisis.rulebook import Rulebook
from operators.folding import Alphabet
from operators.scanner import Found, Hits, Scanner, firsts, side_by_side, sort_out

_ENOUGH: Final = 1 - 1e-6
_ANY: Final = 0
_NOBODY: Final = -1


class Concern(NamedTuple):
    """What a name brings up: the industries of its subjects, and whether it needs a context."""

    industries: frozenset[str]
    context: bool


class Sought(NamedTuple):
    """Words to look for besides the rulebook's: of context, and triggers of a learned opinion.

    The triggers count in the industries that are ``asking``.
    """

    context: Collection[str]
    triggers: Collection[str]
    asking: Collection[str]

    def numbered(self, book: Rulebook) -> dict[str, int]:
        """Give every word its number: first the rulebook's terms, as it counts them."""
        every = dict.fromkeys([*book.terms, *self.context, *self.triggers])
        return {term: number for number, term in enumerate(every)}


class Terms:
    """Terms of rules, triggers and words of context, compiled; ``concerns`` are those of names."""

    def __init__(
        self,
        book: Rulebook,
        sought: Sought,
        concerns: Sequence[Concern],
        alphabet: Alphabet,
        engine: str | None = None,
    ) -> None:
        numbers = sought.numbered(book)
        self.context: Mapping[str, int] = {word: numbers[word] for word in sought.context}
        self.triggers = frozenset(numbers[trigger] for trigger in sought.triggers)
        self._scanner = Scanner(list(numbers), alphabet, engine)
        # Posts about the same industries share a row; one of several concerns takes the first.
        distinct = dict.fromkeys(concern for concern in concerns if concern.industries)
        rows = {concern: row for row, concern in enumerate(distinct, _ANY + 1)}
        self._rows = np.array([rows.get(concern, _NOBODY) for concern in concerns], np.intp)
        self._power = np.zeros((1 + len(rows), len(numbers)))
        self._bearing = np.zeros(self._power.shape, np.bool_)
        for concern, row in rows.items():
            self._fill(row, concern, book, sought.asking)
        self._power[_ANY] = self._power.max(0)
        self._bearing[_ANY] = self._bearing.any(0)

    def _fill(self, row: int, concern: Concern, book: Rulebook, asking: Iterable[str]) -> None:
        """Tell of each term how far it goes towards a type, and whether it bears on any."""
        power, bearing = self._power[row], self._bearing[row]
        for industry in concern.industries:
            for number, share in book.shares(industry).items():
                power[number] = max(power[number], share)
            bearing[list(book.bearing(industry))] = True
        if not concern.industries.isdisjoint(asking):
            power[list(self.triggers)] = math.inf
        if concern.context:
            power[list(self.context.values())] = math.inf
        bearing |= power > 0

    def found(self, data: bytes, ends: Sequence[int], named: Hits) -> dict[int, Found]:
        """Scan the posts in which names were found, given the block they stand in.

        Those are left out in which too little stands for any type, a question or a context.
        """
        rows = self._rows[named.numbers]
        owned = rows != _NOBODY
        rows, texts = rows[owned], named.texts[owned]
        first = firsts(texts)
        posts = texts[first].tolist()
        if not posts:
            return {}
        row = np.minimum.reduceat(rows, first)
        row[row != np.maximum.reduceat(rows, first)] = _ANY
        part, limits = side_by_side(data, ends, posts)
        hits = self._scanner.scan(part, limits)
        if not len(hits.texts):
            return {}
        concerns = row[hits.texts]
        power = self._power[concerns, hits.numbers]
        enough = np.bincount(hits.texts, power, len(posts)) >= _ENOUGH
        telling = self._bearing[concerns, hits.numbers] & enough[hits.texts]
        found = sort_out(hits.chosen(telling))
        return {posts[text]: terms for text, terms in found.items()}

    def all_found(self, data: bytes, ends: Sequence[int]) -> dict[int, Found]:
        """Scan all posts of a block and leave nothing out."""
        return sort_out(self._scanner.scan(data, ends))

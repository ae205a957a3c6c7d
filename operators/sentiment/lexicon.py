"""The project's own word list: what a word says before any labelled text has been seen."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from operators.errors import ConfigError, Problem
from operators.sentiment import hashing

HEADS: Final = ("polarity", "neutral")

_COLUMNS: Final = 4
_PAIR: Final = 2
_NEGATIONS: Final = "不没"
_MARKETS: Final = ("market", "securities")
_LONE: Final = 0.3
"""A single character is part of many other words, so it says less."""
_SPREAD: Final = 1.4
"""What a word of four characters or more says is shared among its 3-grams."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word with what it says: ``weight`` is -3 to 3, ``field`` the industry it belongs to."""

    text: str
    head: str
    weight: float
    field: str


def parse(table: str, file: str) -> tuple[Term, ...]:
    """Read the tab-separated word list; raises ConfigError with every wrong line."""
    terms: list[Term] = []
    problems: list[Problem] = []
    for number, line in enumerate(table.splitlines(), 1):
        if not line or line.startswith(("#", "head\t")):
            continue
        cells = line.split("\t")
        if len(cells) != _COLUMNS:
            hint = "head, weight, field and terms, separated by tabs"
            problems.append(Problem(file, number, "line", "wrong columns", str(len(cells)), hint))
            continue
        head, weight, field, words = cells
        if head not in HEADS:
            problems.append(Problem(file, number, "head", "unknown", head, " or ".join(HEADS)))
        elif weight not in {"-3", "-2", "-1", "1", "2", "3"}:
            problems.append(Problem(file, number, "weight", "wrong", weight, "-3 to 3, not 0"))
        else:
            terms += [Term(word, head, float(weight), field) for word in words.split()]
    if problems:
        raise ConfigError(problems)
    return tuple(terms)


def load() -> tuple[Term, ...]:
    """Read the word list that is shipped."""
    name = "lexicon.tsv"
    return parse((files(__package__) / name).read_text("utf-8"), name)


def negated(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Turn good two-character words round behind 不 and 没, unless the list has the whole word.

    Bad words are left alone: 不 before them is seldom praise, and turning them cost accuracy.
    """
    own = {term.text for term in terms}
    return tuple(
        Term(sign + term.text, term.head, -2 * term.weight, term.field)
        for term in terms
        if term.head == "polarity" and term.weight > 0 and len(term.text) == _PAIR
        if term.field not in _MARKETS
        for sign in _NEGATIONS
        if sign + term.text not in own
    )


def weights(terms: tuple[Term, ...], head: str) -> npt.NDArray[np.float32]:
    """Give each bucket the strongest weight that a word of ``head`` puts there: float32."""
    table = np.zeros(1 << hashing.BITS, np.float32)
    for term in (*terms, *negated(terms)):
        if term.head != head:
            continue
        places = hashing.term_buckets(term.text)
        share = term.weight
        if len(term.text) == 1:
            share *= _LONE
        elif len(places) > 1:
            share *= _SPREAD / len(places)
        table[places] = np.where(np.abs(table[places]) < abs(share), share, table[places])
    return table

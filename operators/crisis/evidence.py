"""What the rules see in a text, as features of a linear model: rules that hold, terms that occur.

Rules are asked of what stands around the name and of the whole, terms of what stands around it.
Beside them stands what kind of text it is: several headlines in a row, a notice, a report, a post.
The same word tells of different events in them: 失联 in a headline is said of a chairman, in a post
of a platform.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

import numpy as np

from operators.crisis import events
from operators.crisis.grams import Features
from operators.crisis.learning import Floats

_RULE: Final = 0.5
_TERM: Final = 0.2
_ALWAYS: Final = 0.5
_KIND: Final = 0.5

_CODE: Final = re.compile(r"[(（]\d{6}[)）]")
_LENGTHS: Final = (60, 100, 160, 300)
_SIGNS: Final = tuple(
    map(re.compile, ("，", "[。；]", r"[#@]|\[\[", r"\d{4}年|\d月\d+日", r"\d月\d+日电|讯|记者"))
)
_FIRM: Final = re.compile("公司|平台|集团")
_KINDS: Final = 3 + len(_LENGTHS) + len(_SIGNS) + 1
"""Of a text: whose stock code stands in it (three), its length, its signs, and the name's form."""


@cache
def _rules() -> dict[tuple[str, str], int]:
    pairs = [(rule.id, source) for rule in events.load_events().rules for source, _w in rule.rules]
    return {pair: place for place, pair in enumerate(pairs)}


def size() -> int:
    """Return how many features there are."""
    return 2 * len(_rules()) + events.terms() + _KINDS + 1


def kinds(text: str, name: str) -> Iterator[int]:
    """Yield the numbers of what is true of a text as a kind of text, and of a name in it."""
    codes = len(_CODE.findall(text))
    place = text.find(name) if name else -1
    if place >= 0 and _CODE.match(text, place + len(name)):
        yield 0
    if codes:
        yield 1
    if codes > 1:
        yield 2
    longer = sum(len(text) > least for least in _LENGTHS)
    if longer:
        yield 2 + longer
    first = 3 + len(_LENGTHS)
    yield from (first + number for number, sign in enumerate(_SIGNS) if sign.search(text))
    if _FIRM.search(name):
        yield first + len(_SIGNS)


def evidence(texts: Sequence[str], names: Sequence[str]) -> list[Features]:
    """Return the features of each text about a name; the last one is always there."""
    rules = _rules()
    always = size() - 1
    first = always - _KINDS
    found: list[dict[int, float]] = [
        {always: _ALWAYS} | dict.fromkeys((first + one for one in kinds(text, name)), _KIND)
        for text, name in zip(texts, names, strict=True)
    ]
    close = [events.near(*pair) for pair in zip(texts, names, strict=True)]
    for row, terms, findings in events.readings(close):
        found[row] |= {2 * len(rules) + term: _TERM for term in terms}
        for finding in findings:
            found[row] |= {rules[finding.kind.id, one.source]: _RULE for one in finding.rules}
    for row, _terms, findings in events.readings(texts):
        for finding in findings:
            found[row] |= {
                len(rules) + rules[finding.kind.id, one.source]: _RULE for one in finding.rules
            }
    return [
        Features(
            np.fromiter(one, np.uint32, len(one)), np.fromiter(one.values(), np.float32, len(one))
        )
        for one in found
    ]


def beside(found: Sequence[Features], margin: Floats) -> list[Features]:
    """Put the learned margins beside the evidence, as features of their own."""
    last = np.arange(size(), size() + margin.shape[1], dtype=np.uint32)
    return [
        Features(np.concatenate([one.places, last]), np.concatenate([one.values, values]))
        for one, values in zip(found, margin, strict=True)
    ]

"""What the rules see in a text, as features of a linear model: rules that hold, terms that occur.

Rules are asked of what stands around the name and of the whole, terms of what stands around it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np

from operators.crisis import events
from operators.crisis.grams import Features
from operators.crisis.learning import Floats

_RULE: Final = 0.5
_TERM: Final = 0.2
_ALWAYS: Final = 0.5


@cache
def _rules() -> dict[tuple[str, str], int]:
    pairs = [(rule.id, source) for rule in events.load_events().rules for source, _w in rule.rules]
    return {pair: place for place, pair in enumerate(pairs)}


def size() -> int:
    """Return how many features there are."""
    return 2 * len(_rules()) + events.terms() + 1


def evidence(texts: Sequence[str], names: Sequence[str]) -> list[Features]:
    """Return the features of each text about a name; the last one is always there."""
    rules = _rules()
    always = size() - 1
    found: list[dict[int, float]] = [{always: _ALWAYS} for _text in texts]
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

"""A rule made ready to be asked of many texts: terms are numbers, spans come from the scan."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import TypeAlias

from operators.rule_language.tree import All, Any, Near, Node, Not, Term

Spans: TypeAlias = Mapping[int, Sequence[tuple[int, int]]]
"""Number of a term -> where it was found: start and end in characters of the folded text."""

Test: TypeAlias = Callable[[Spans], bool]


def compile_rule(node: Node, number: Callable[[str], int]) -> Test:
    """Turn a tree into a function of the spans found; ``number`` registers a term."""
    match node:
        case Term(text):
            wanted = number(text)
            return lambda found: wanted in found
        case All(parts):
            return reduce(_both, (compile_rule(part, number) for part in parts))
        case Any(parts):
            plain = frozenset(number(part.text) for part in parts if isinstance(part, Term))
            rest = tuple(compile_rule(part, number) for part in parts if not isinstance(part, Term))
            return _any(plain, rest)
        case Not(part):
            inner = compile_rule(part, number)
            return lambda found: not inner(found)
        case Near(left, right, distance):
            sides = [frozenset(number(term.text) for term in side) for side in (left, right)]
            return _near(sides[0], sides[1], distance)


def _both(first: Test, second: Test) -> Test:
    return lambda found: first(found) and second(found)


def _any(plain: frozenset[int], tests: tuple[Test, ...]) -> Test:
    def holds(found: Spans) -> bool:
        if not plain.isdisjoint(found):
            return True
        return any(test(found) for test in tests)

    return holds


def _near(left: frozenset[int], right: frozenset[int], distance: int) -> Test:
    def holds(found: Spans) -> bool:
        # The sides may be long lists, of which a text holds next to none.
        if left.isdisjoint(found) or right.isdisjoint(found):
            return False
        ones = [span for number in left.intersection(found) for span in found[number]]
        others = [span for number in right.intersection(found) for span in found[number]]
        for start, end in ones:
            for other_start, other_end in others:
                # The same occurrence cannot be both sides.
                if 0 <= other_start - end <= distance or 0 <= start - other_end <= distance:
                    return True
        return False

    return holds

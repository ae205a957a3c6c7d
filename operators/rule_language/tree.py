"""What a rule means: a small tree of terms and the words between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Term:
    """A string that must occur."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds (&)."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " & ".join(f"({p})" if isinstance(p, Any) else str(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds (|)."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " | ".join(f"({p})" if isinstance(p, All) else str(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold (!)."""

    part: "Node"

    def __str__(self) -> str:
        return f"!({self.part})"


@dataclass(frozen=True, slots=True)
class Near:
    """A term of each side with at most ``distance`` characters between them, in either order."""

    left: tuple[Term, ...]
    right: tuple[Term, ...]
    distance: int

    def __str__(self) -> str:
        left, right = (" | ".join(map(str, side)) for side in (self.left, self.right))
        return f"({left}) NEAR/{self.distance} ({right})"


Node: TypeAlias = Term | All | Any | Not | Near


def anchors(node: Node) -> tuple[str, ...]:
    """Return terms one of which every text holds that ``node`` holds of; the rarest such choice.

    Empty when there are none, as under a negation. Longer terms are taken to be rarer.
    """
    match node:
        case Term(text):
            return (text,)
        case Any(parts):
            sides = [anchors(part) for part in parts]
            return tuple(term for side in sides for term in side) if all(sides) else ()
        case All(parts):
            return max((anchors(part) for part in parts), key=_rarity, default=())
        case Near(left, right):
            sides = [tuple(term.text for term in side) for side in (left, right)]
            return max(sides, key=_rarity)
        case Not():
            return ()


def _rarity(choice: tuple[str, ...]) -> tuple[int, int]:
    """Order choices of anchors: none is worst, then by the shortest term, then by how many."""
    return min(map(len, choice), default=0), -len(choice)


def terms(node: Node, *, wanted: bool = True) -> Iterator[str]:
    """Yield the terms under ``node``: ``wanted`` ones only, or those that must not occur too."""
    match node:
        case Term(text):
            yield text
        case All(parts) | Any(parts):
            for part in parts:
                yield from terms(part, wanted=wanted)
        case Near(left, right):
            yield from (term.text for term in (*left, *right))
        case Not(part):
            if not wanted:
                yield from terms(part, wanted=False)

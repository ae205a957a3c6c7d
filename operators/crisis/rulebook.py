"""The crisis types of all packs as one list of terms, and what the terms found add up to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from operators.model import CrisisType
from operators.rule_language import Spans, Test, anchors, compile_rule, parse, terms

Found: TypeAlias = Mapping[int, Sequence[tuple[int, int]]]
"""Number of a term -> where it stands in the folded text, in the order in which they were met."""

_EPSILON: Final = 1e-9


class _Rule(NamedTuple):
    kind: int
    test: Test
    weight: float
    wanted: frozenset[int]
    source: str


class Fired(NamedTuple):
    """A rule that holds: as it is written, what it weighs, and its terms that were found."""

    source: str
    weight: float
    terms: tuple[str, ...]


class Finding(NamedTuple):
    """What speaks for a crisis type: its score, terms and rules, and what stands against it."""

    kind: CrisisType
    score: float
    terms: tuple[tuple[str, float], ...]
    rules: tuple[Fired, ...]
    against: str

    @property
    def holds(self) -> bool:
        """Tell whether the text is of this type."""
        return not self.against and self.score + _EPSILON >= self.kind.threshold

    @property
    def words(self) -> tuple[str, ...]:
        """Return the terms found: those of rules that hold first, then weighted ones."""
        fired = (term for rule in self.rules for term in rule.terms)
        return tuple(dict.fromkeys((*fired, *(term for term, _weight in self.terms))))


@dataclass(slots=True)
class _Industry:
    """The types of one industry, by term."""

    kinds: list[CrisisType] = field(default_factory=list)
    unless: list[tuple[tuple[Test, str], ...]] = field(default_factory=list)
    weights: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    vetoes: dict[int, list[int]] = field(default_factory=dict)
    rules: dict[int, list[_Rule]] = field(default_factory=dict)


class Rulebook:
    """All crisis types, compiled; ``terms`` are the strings to look for, by number."""

    def __init__(self, kinds: Iterable[CrisisType]) -> None:
        self.terms: list[str] = []
        self.anchors: set[str] = set()
        """Terms one of which stands in every text that is of any type."""
        self._numbers: dict[str, int] = {}
        self._industries: dict[str, _Industry] = {}
        for kind in kinds:
            self._add(kind)

    def _number(self, term: str) -> int:
        known = self._numbers.setdefault(term.lower(), len(self.terms))
        if known == len(self.terms):
            self.terms.append(term.lower())
        return known

    def _add(self, kind: CrisisType) -> None:
        industry = self._industries.setdefault(kind.industry, _Industry())
        place = len(industry.kinds)
        industry.kinds.append(kind)
        for term, weight in kind.terms:
            industry.weights.setdefault(self._number(term), []).append((place, weight))
            self.anchors.add(term.lower())
        for term in kind.exclude:
            industry.vetoes.setdefault(self._number(term), []).append(place)
        for source, weight in kind.rules:
            node = parse(source)
            self.anchors.update(anchors(node))
            wanted = frozenset(map(self._number, terms(node)))
            rule = _Rule(place, compile_rule(node, self._number), weight, wanted, source)
            for number in wanted:
                industry.rules.setdefault(number, []).append(rule)
        industry.unless.append(
            tuple((compile_rule(parse(text), self._number), text) for text in kind.unless)
        )

    def findings(self, industry_id: str, found: Found) -> list[Finding]:
        """Return what the terms found say about each type of the industry that they speak of."""
        industry = self._industries.get(industry_id)
        if industry is None:
            return []
        scores: dict[int, float] = {}
        words: dict[int, list[tuple[str, float]]] = {}
        against: dict[int, str] = {}
        fired: dict[int, list[Fired]] = {}
        asked: dict[int, _Rule] = {}
        for number in found:
            for place, weight in industry.weights.get(number, ()):
                scores[place] = scores.get(place, 0.0) + weight
                words.setdefault(place, []).append((self.terms[number], weight))
            for place in industry.vetoes.get(number, ()):
                against[place] = self.terms[number]
            for rule in industry.rules.get(number, ()):
                asked[id(rule)] = rule
        for rule in asked.values():
            if rule.test(found):
                place = rule.kind
                scores[place] = scores.get(place, 0.0) + rule.weight
                met = tuple(self.terms[number] for number in found if number in rule.wanted)
                fired.setdefault(place, []).append(Fired(rule.source, rule.weight, met))
        findings = []
        for place, score in scores.items():
            kind = industry.kinds[place]
            veto = against.get(place, "")
            if not veto and score + _EPSILON >= kind.threshold:
                veto = _veto(industry.unless[place], found)
            findings.append(
                Finding(kind, score, tuple(words.get(place, ())), tuple(fired.get(place, ())), veto)
            )
        return findings


def _veto(unless: tuple[tuple[Test, str], ...], found: Spans) -> str:
    """Return the first rule that takes the type away, empty when none does."""
    for test, source in unless:
        if test(found):
            return source
    return ""


def strongest(findings: Iterable[Finding]) -> Finding | None:
    """Return the type with the most evidence among those that hold."""
    return max(
        (finding for finding in findings if finding.holds),
        key=lambda one: (one.score / one.kind.threshold, one.kind.gravity, one.kind.id),
        default=None,
    )

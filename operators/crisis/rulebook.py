"""The crisis types of all packs as one list of terms, and what the terms found add up to."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from operators.model import CrisisType
from operators.rule_language import Spans, Test, anchors, compile_rule, parse, terms

Found: TypeAlias = Mapping[int, Sequence[tuple[int, int]]]
"""Number of a term -> where it stands in the folded text, in the order in which they were met."""

_EPSILON: Final = 1e-9


class _Rule(NamedTuple):
    order: int
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
        words = [term for rule in self.rules for term in rule.terms]
        words += [term for term, _weight in self.terms]
        return tuple(dict.fromkeys(words))


class _Unless(NamedTuple):
    """Rules that take a type away, and terms one of which stands wherever one of them holds."""

    anchors: frozenset[int]
    tests: tuple[tuple[Test, str], ...]


@dataclass(slots=True)
class _Industry:
    """The types of one industry, by term."""

    kinds: list[CrisisType] = field(default_factory=list)
    unless: list[_Unless] = field(default_factory=list)
    weights: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    vetoes: dict[int, list[int]] = field(default_factory=dict)
    rules: dict[int, list[_Rule]] = field(default_factory=dict)
    """Terms one of which stands wherever a rule holds -> the rules that are worth a look."""
    count: int = 0
    terms: set[int] = field(default_factory=set)


class Rulebook:
    """All crisis types, compiled; ``terms`` are the strings to look for, by number."""

    def __init__(self, kinds: Iterable[CrisisType]) -> None:
        self.terms: list[str] = []
        self._numbers: dict[str, int] = {}
        self._industries: dict[str, _Industry] = {}
        for kind in kinds:
            self._add(kind)

    def shares(self, industry: str) -> dict[int, float]:
        """Tell of each term how much of a type's threshold comes with it at most.

        Where they add up to less than 1 no type of the industry holds.
        """
        known = self._industries.get(industry, _Industry())
        brought: defaultdict[tuple[int, int], float] = defaultdict(float)
        for number, weights in known.weights.items():
            for place, weight in weights:
                brought[number, place] += max(weight, 0.0)
        for number, rules in known.rules.items():
            for rule in rules:
                brought[number, rule.kind] += max(rule.weight, 0.0)
        shares: dict[int, float] = {}
        for (number, place), weight in brought.items():
            wanted = known.kinds[place].threshold - _EPSILON
            share = weight / wanted if wanted > 0 else math.inf
            shares[number] = max(shares.get(number, 0.0), share)
        return shares

    def bearing(self, industry: str) -> Collection[int]:
        """List all terms that bear on the types of the industry."""
        return self._industries.get(industry, _Industry()).terms

    def _number(self, term: str) -> int:
        known = self._numbers.setdefault(term.lower(), len(self.terms))
        if known == len(self.terms):
            self.terms.append(term.lower())
        return known

    def _add(self, kind: CrisisType) -> None:
        industry = self._industries.setdefault(kind.industry, _Industry())

        def number(term: str) -> int:
            known = self._number(term)
            industry.terms.add(known)
            return known

        place = len(industry.kinds)
        industry.kinds.append(kind)
        for term, weight in kind.terms:
            industry.weights.setdefault(number(term), []).append((place, weight))
        for term in kind.exclude:
            industry.vetoes.setdefault(number(term), []).append(place)
        for source, weight in kind.rules:
            node = parse(source)
            test = compile_rule(node, number)
            wanted = frozenset(map(number, terms(node)))
            rule = _Rule(industry.count, place, test, weight, wanted, source)
            industry.count += 1
            for anchor in dict.fromkeys(anchors(node)):
                industry.rules.setdefault(number(anchor), []).append(rule)
        nodes = [parse(source) for source in kind.unless]
        tests = [compile_rule(node, number) for node in nodes]
        stops = frozenset(number(term) for node in nodes for term in anchors(node))
        industry.unless.append(_Unless(stops, tuple(zip(tests, kind.unless, strict=True))))

    def findings(self, industry_id: str, found: Found) -> list[Finding]:
        """Return what the terms found say about each type of the industry that they speak of."""
        industry = self._industries.get(industry_id)
        if industry is None:
            return []
        scores, rules = _weigh(industry, found)
        return [self._finding(industry, place, scores[place], rules, found) for place in scores]

    def verdict(self, industry_id: str, found: Found) -> Finding | None:
        """Return the strongest of the ``findings``; those too weak to hold are not written out."""
        industry = self._industries.get(industry_id)
        if industry is None:
            return None
        scores, rules = _weigh(industry, found)
        return strongest(
            [
                self._finding(industry, place, score, rules, found)
                for place, score in scores.items()
                if score + _EPSILON >= industry.kinds[place].threshold
            ]
        )

    def _finding(
        self, industry: _Industry, place: int, score: float, rules: Sequence[_Rule], found: Found
    ) -> Finding:
        kind = industry.kinds[place]
        words: list[tuple[str, float]] = []
        against = ""
        for number in found:
            if number in industry.weights:
                for each, weight in industry.weights[number]:
                    if each == place:
                        words.append((self.terms[number], weight))
            if number in industry.vetoes and place in industry.vetoes[number]:
                against = self.terms[number]
        if not against and score + _EPSILON >= kind.threshold:
            against = _veto(industry.unless[place], found)
        fired = [
            Fired(
                rule.source,
                rule.weight,
                tuple([self.terms[number] for number in found if number in rule.wanted]),
            )
            for rule in rules
            if rule.kind == place
        ]
        return Finding(kind, score, tuple(words), tuple(fired), against)


def _weigh(industry: _Industry, found: Found) -> tuple[dict[int, float], list[_Rule]]:
    """Add up what speaks for each type, and list the rules that hold as their terms are met."""
    scores: dict[int, float] = {}
    asked: dict[int, _Rule] = {}
    for number in found:
        if number in industry.weights:
            for place, weight in industry.weights[number]:
                scores[place] = scores.get(place, 0.0) + weight
        if number in industry.rules:
            for rule in industry.rules[number]:
                asked[rule.order] = rule
    rules = [rule for rule in asked.values() if rule.test(found)]
    if len(rules) > 1:
        met = {number: place for place, number in enumerate(found)}
        rules.sort(key=lambda rule: (min(met[n] for n in rule.wanted if n in met), rule.order))
    for rule in rules:
        scores[rule.kind] = scores.get(rule.kind, 0.0) + rule.weight
    return scores, rules


def _veto(unless: _Unless, found: Spans) -> str:
    """Return the first rule that takes the type away, empty when none does."""
    if not unless.anchors.isdisjoint(found):
        for test, source in unless.tests:
            if test(found):
                return source
    return ""


def strongest(findings: Iterable[Finding]) -> Finding | None:
    """Return the type with the most evidence among those that hold."""
    holding = [finding for finding in findings if finding.holds]
    if len(holding) == 1:
        return holding[0]
    return max(
        holding,
        key=lambda one: (one.score / one.kind.threshold, one.kind.gravity, one.kind.id),
        default=None,
    )

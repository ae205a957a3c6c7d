"""Who is spoken of, and about which kind of trouble.

A whole batch is folded and scanned as one block: first for the names of subjects, then, only the
posts with a subject, for the terms of crisis types. Matched spans are kept, so every attribution
can be shown.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol, TypeAlias

from operators.clauses import Clauses
from operators.crisis.rulebook import Finding, Rulebook
from operators.folding import SEPARATOR, Alphabet, Block
from operators.model import GENERAL, Attribution, CrisisType, Subject
from operators.naming import LIST, Names, Sighting
from operators.scanner import Found, Span
from operators.subjects import Name, register
from operators.terms import Concern, Sought, Terms

RULE: Final = "rule"
LEARNED: Final = "learned"
BOTH: Final = "both"

_MOST_TERMS_SHOWN: Final = 4
_NOTHING: Final[Found] = {}

Asked: TypeAlias = tuple[str, str, str]
"""What the learned classifier is asked: the text, the name in it, and the subject's industry."""


class Opinion(Protocol):
    """A learned classifier, asked where a post of ``industries`` holds one of ``triggers``."""

    @property
    def triggers(self) -> Sequence[str]:
        """Words that tell of an event by themselves."""

    @property
    def industries(self) -> Collection[str]:
        """Industries it knows."""

    def ask(self, asked: Sequence[Asked]) -> Sequence[str]:
        """Give for each question the crisis type; empty when none."""


class Matcher:
    """Attributes posts to subjects and crisis types; immutable, shared by threads.

    ``opinion``: a learned classifier that is asked as well; where no rule holds its word counts.
    """

    def __init__(
        self,
        subjects: Sequence[Subject],
        crisis_types: Iterable[CrisisType],
        engine: str | None = None,
        opinion: Opinion | None = None,
    ) -> None:
        self.subjects: Mapping[str, Subject] = {subject.id: subject for subject in subjects}
        self._opinion = opinion
        kinds = tuple(crisis_types)
        self._kinds = frozenset((kind.industry, kind.id) for kind in kinds)
        self._book = Rulebook(kinds)
        names = register(subjects)
        # Words of context are looked for with the terms: only posts with a name pay for them.
        sought = Sought(
            dict.fromkeys(
                word.lower() for name in names for owner in name.owners for word in owner.context
            ),
            opinion.triggers if opinion else (),
            opinion.industries if opinion else (),
        )
        self._asking = frozenset(sought.asking)
        self._alphabet = Alphabet([*(name.text for name in names), *sought.numbered(self._book)])
        self._terms = Terms(
            self._book, sought, list(map(self._concern, names)), self._alphabet, engine
        )
        self._names = Names(names, self._terms.context, self._alphabet, engine)

    def _concern(self, name: Name) -> Concern:
        return Concern(
            frozenset(self.subjects[owner.subject].industry for owner in name.owners),
            any(owner.context for owner in name.owners),
        )

    def match(self, texts: Sequence[str]) -> dict[int, tuple[Attribution, ...]]:
        """Attribute each text of a batch; texts that speak of no subject are left out."""
        block = self._alphabet.block(texts)
        if len(block.ends) != len(texts):
            return self.match([text.replace(SEPARATOR, " ") for text in texts])
        data = block.codes.tobytes()
        hits = self._names.scan(data, block.ends)
        if not len(hits.texts):
            return {}
        termed = self._terms.found(data, block.ends, hits)
        matched: dict[int, tuple[Attribution, ...]] = {}
        asked: list[Asked] = []
        asking: list[tuple[int, int]] = []
        for post, spans, alone in self._names.by_post(block, hits):
            found = termed.get(post)
            if alone is None:
                read = self._attribute(texts[post], block, post, spans, found or _NOTHING)
            elif found is None:
                matched[post] = alone
                continue
            else:
                read = [(one, found, texts[post]) for one in self._told(alone, found)]
            if not read:
                continue
            matched[post] = tuple([one for one, _terms, _words in read])
            if found and self._opinion and not self._terms.triggers.isdisjoint(found):
                for place, (one, terms, words) in enumerate(read):
                    industry = self.subjects[one.subject].industry
                    if industry in self._asking and not self._terms.triggers.isdisjoint(terms):
                        asked.append((words, one.span.partition(": ")[0], industry))
                        asking.append((post, place))
        if self._opinion and asked:
            # Packs of one's own may have other types than those the classifier knows.
            answers = [
                answer if (industry, answer) in self._kinds else ""
                for answer, (_text, _name, industry) in zip(
                    self._opinion.ask(asked), asked, strict=True
                )
            ]
            _second(matched, asking, answers)
        return matched

    def explain(self, text: str) -> list[tuple[Sighting, list[Finding]]]:
        """Return for one text where each subject was seen and all that speaks for each type."""
        text = text.replace(SEPARATOR, " ")
        block = self._alphabet.block([text])
        data = block.codes.tobytes()
        hits = self._names.scan(data, block.ends)
        if not len(hits.texts):
            return []
        ((_post, spans, _alone),) = self._names.by_post(block, hits)
        found = self._terms.all_found(data, block.ends).get(0, _NOTHING)
        return [
            (sighting, self._book.findings(industry, terms))
            for sighting, industry, terms, _words in self._read(text, block, 0, spans, found)
        ]

    def _told(self, alone: tuple[Attribution, ...], found: Found) -> tuple[Attribution, ...]:
        """Tell which trouble a post is about in which one name counts."""
        told = []
        for one in alone:
            best = self._book.verdict(self.subjects[one.subject].industry, found)
            told.append(one if best is None else _of_type(one.subject, one.span, best))
        return tuple(told)

    def _attribute(
        self, text: str, block: Block, post: int, spans: list[Span], found: Found
    ) -> list[tuple[Attribution, Found, str]]:
        """Tell for each subject of a post which trouble it is about, by which terms and words."""
        read = []
        for sighting, industry, terms, words in self._read(text, block, post, spans, found):
            best = self._book.verdict(industry, terms) if terms else None
            one = (
                Attribution(sighting.subject, GENERAL, sighting.written)
                if best is None
                else _of_type(sighting.subject, sighting.written, best)
            )
            read.append((one, terms, words))
        return read

    def _read(
        self, text: str, block: Block, post: int, spans: list[Span], found: Found
    ) -> Iterator[tuple[Sighting, str, Found, str]]:
        """Yield each subject of a post, its industry, and the terms and words that are about it."""
        seen = self._names.sightings(text, block, post, spans, found)
        named = self._names.parties(block, post, seen, spans) if found else []
        if not named:
            for sighting, _own in seen:
                yield sighting, self.subjects[sighting.subject].industry, found, text
            return
        clauses = Clauses(text, named, listing=len(seen) >= LIST)
        about = _about(clauses, block, post, found)
        for sighting, _own in seen:
            subject = sighting.subject
            terms = {number: kept for number, told in about.items() if (kept := told.get(subject))}
            # The words are read by the learned opinion alone.
            words = "" if self._terms.triggers.isdisjoint(terms) else clauses.words(subject)
            yield sighting, self.subjects[subject].industry, terms, words


def _of_type(subject: str, written: str, best: Finding) -> Attribution:
    words = best.words
    span = f"{written}: {' '.join(words[:_MOST_TERMS_SHOWN])}"
    return Attribution(subject, best.kind.id, span, RULE, " ".join(words))


def _about(
    clauses: Clauses, block: Block, post: int, found: Found
) -> dict[int, dict[str, list[tuple[int, int]]]]:
    """Sort the places of each term by whom their clauses are about."""
    every = [(number, place) for number, places in found.items() for place in places]
    starts = block.within(post, [start for _number, (start, _end) in every])
    about: dict[int, dict[str, list[tuple[int, int]]]] = {number: {} for number in found}
    for (number, place), start in zip(every, starts, strict=True):
        for party in clauses.about(start):
            about[number].setdefault(party, []).append(place)
    return about


def _second(
    matched: dict[int, tuple[Attribution, ...]],
    asking: Sequence[tuple[int, int]],
    answers: Sequence[str],
) -> None:
    """Put the learned opinion beside what the rules said; the rules win."""
    for (post, place), answer in zip(asking, answers, strict=True):
        if not answer:
            continue
        found = matched[post]
        one = found[place]
        if one.crisis_type == GENERAL:
            one = one._replace(crisis_type=answer, said_by=LEARNED)
        elif one.crisis_type == answer:
            one = one._replace(said_by=BOTH)
        else:
            continue
        matched[post] = (*found[:place], one, *found[place + 1 :])

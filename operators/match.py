"""Who is spoken of, and about which kind of trouble.

A whole batch is folded and scanned as one block: first for the names of subjects, then, only the
posts with a subject, for the terms of crisis types. Matched spans are kept, so every attribution
can be shown.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol, TypeAlias

from operators.crisis.rulebook import Finding, Rulebook, strongest
from operators.folding import SEPARATOR, Alphabet, Block
from operators.model import GENERAL, Attribution, CrisisType, Subject
from operators.scanner import WIDTH, Found, Scanner, Span
from operators.subjects import NEAR, Owner, register

RULE: Final = "rule"
LEARNED: Final = "learned"
BOTH: Final = "both"

_STOPS: Final = "。！？；\n"
_LIST: Final = 4
"""From so many subjects on a post is a list: each answers only for the sentences that name it."""
_MAX_TERMS_SHOWN: Final = 4

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


class Sighting(NamedTuple):
    """A subject seen in a text: the name as configured, as written, and where (UTF-16 units)."""

    subject: str
    name: str
    written: str
    start: int
    end: int
    span: Span


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
        words = dict.fromkeys(
            word.lower() for name in names for owner in name.owners for word in owner.context
        )
        triggers = opinion.triggers if opinion else ()
        terms = list(dict.fromkeys([*self._book.terms, *words, *triggers, *_STOPS]))
        numbers = {term: number for number, term in enumerate(terms)}
        self._stops = frozenset(numbers[stop] for stop in _STOPS)
        self._triggers = frozenset(numbers[trigger] for trigger in triggers)
        self._context = {word: numbers[word] for word in words}
        self._alphabet = Alphabet([*(name.text for name in names), *terms])
        self._names = Scanner([name.text for name in names], self._alphabet, engine)
        # Short words of context are everywhere: posts without an anchor are not asked for them.
        first = [term for term in terms if term in {*self._book.anchors, *words, *triggers}]
        self._first = Scanner(first, self._alphabet, engine)
        self._terms = Scanner(terms, self._alphabet, engine)
        self._texts = [name.text for name in names]
        self._owners = [name.owners for name in names]
        # Most posts hold one name and no term: their attribution is made beforehand.
        self._plain = [
            tuple(Attribution(owner.subject, GENERAL, name.text) for owner in name.owners)
            if name.owners and not any(owner.context for owner in name.owners)
            else None
            for name in names
        ]

    def match(self, texts: Sequence[str]) -> dict[int, tuple[Attribution, ...]]:
        """Attribute each text of a batch; texts that speak of no subject are left out."""
        block = self._alphabet.block(texts)
        if len(block.ends) != len(texts):
            return self.match([text.replace(SEPARATOR, " ") for text in texts])
        named = self._names.posts(block.codes.tobytes(), range(len(texts)), block.ends)
        if not named:
            return {}
        termed = self._scan_terms(block, list(named))
        matched: dict[int, tuple[Attribution, ...]] = {}
        asked: list[Asked] = []
        asking: list[tuple[int, int]] = []
        for post, spans in named.items():
            found = termed.get(post, _NOTHING)
            if len(spans) == 1 and found is _NOTHING:
                start, end, name = spans[0]
                plain = self._plain[name]
                begin = block.ends[post - 1] + 1 if post else 0
                places = block.places
                if plain and places[begin + end - 1] - places[begin + start] == end - start - 1:
                    matched[post] = plain
                    continue
            attributions = tuple(
                self._attribute(sighting, best)
                for sighting, best in self._read(texts[post], block, post, spans, found)
            )
            if not attributions:
                continue
            matched[post] = attributions
            if self._opinion is not None and not self._triggers.isdisjoint(found):
                for place, one in enumerate(attributions):
                    industry = self.subjects[one.subject].industry
                    if industry in self._opinion.industries:
                        asked.append((texts[post], one.span.partition(": ")[0], industry))
                        asking.append((post, place))
        if self._opinion is not None and asked:
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
        named = self._names.posts(block.codes.tobytes(), (0,), block.ends).get(0)
        if named is None:
            return []
        found = self._scan_terms(block, [0]).get(0, _NOTHING)
        return [
            (sighting, self._findings(sighting, spans, found, several))
            for sighting, spans, several in self._sightings(text, block, 0, named, found)
        ]

    def _scan_terms(self, block: Block, posts: list[int]) -> dict[int, Found]:
        """Scan the given posts for terms: for anchors first, then those with one for all."""
        data = block.codes.tobytes()
        part, limits = _side_by_side(data, block.ends, posts)
        some = [posts[place] for place in self._first.which(part, limits)]
        if not some:
            return {}
        part, limits = _side_by_side(data, block.ends, some)
        return self._terms.found(part, some, limits)

    def _read(
        self, text: str, block: Block, post: int, spans: list[Span], found: Found
    ) -> "Iterable[tuple[Sighting, Finding | None]]":
        """Yield each subject of a post with the crisis type that holds, if any."""
        industries: dict[str, Finding | None] = {}
        for sighting, own, several in self._sightings(text, block, post, spans, found):
            if found is _NOTHING:
                yield sighting, None
                continue
            if several:
                yield sighting, strongest(self._findings(sighting, own, found, several))
                continue
            industry = self.subjects[sighting.subject].industry
            if industry not in industries:
                industries[industry] = strongest(self._book.findings(industry, found))
            yield sighting, industries[industry]

    def _findings(
        self, sighting: Sighting, spans: list[Span], found: Found, several: bool
    ) -> list[Finding]:
        industry = self.subjects[sighting.subject].industry
        return self._book.findings(industry, self._sentences(spans, found) if several else found)

    def _sightings(
        self, text: str, block: Block, post: int, spans: list[Span], found: Found
    ) -> "list[tuple[Sighting, list[Span], bool]]":
        """Return each subject at its first place, with all its places; the longest name wins."""
        if len(spans) > 1:
            spans = _longest(spans)
        where: dict[str, list[Span]] = {}
        for span in spans:
            for owner in self._owners[span[2]]:
                if not owner.context or self._near(span, owner, found):
                    where.setdefault(owner.subject, []).append(span)
        several = len(where) >= _LIST
        return [
            (self._sighting(subject, text, block, post, own[0]), own, several)
            for subject, own in where.items()
        ]

    def _near(self, span: Span, owner: Owner, found: Found) -> bool:
        """Tell whether a word of the owner's context stands near an ambiguous name."""
        start, end, _name = span
        for word in owner.context:
            for other_start, other_end in found.get(self._context[word.lower()], ()):
                if 0 <= max(other_start - end, start - other_end) <= NEAR:
                    return True
        return False

    def _sighting(self, subject: str, text: str, block: Block, post: int, span: Span) -> Sighting:
        start, end, name = span
        begin = block.ends[post - 1] + 1 if post else 0
        places = block.places
        first, last = int(places[begin + start]), int(places[begin + end - 1]) + 1
        written = self._texts[name]
        # The separator before the text is a character of its own; it is always kept.
        origin = int(places[begin - 1]) + 1 if begin else 0
        if last - first != end - start:
            units = text.encode("utf-16-le", "surrogatepass")[
                WIDTH * (first - origin) : WIDTH * (last - origin)
            ]
            written = units.decode("utf-16-le", "replace")
        return Sighting(subject, self._texts[name], written, first - origin, last - origin, span)

    def _sentences(self, spans: list[Span], found: Found) -> Found:
        """Keep the terms that stand in a sentence with one of the spans."""
        stops = sorted(end for number in self._stops for _start, end in found.get(number, ()))
        kept: Found = {}
        ranges = [
            (
                max((stop for stop in stops if stop <= start), default=0),
                min((stop for stop in stops if stop >= end), default=1 << 30),
            )
            for start, end, _name in spans
        ]
        for number, places in found.items():
            inside = [
                place for place in places if any(a <= place[0] and place[1] <= b for a, b in ranges)
            ]
            if inside:
                kept[number] = inside
        return kept

    def _attribute(self, sighting: Sighting, best: Finding | None) -> Attribution:
        if best is None:
            return Attribution(sighting.subject, GENERAL, sighting.written)
        words = best.words
        shown = " ".join(words[:_MAX_TERMS_SHOWN])
        span = f"{sighting.written}: {shown}"
        return Attribution(sighting.subject, best.kind.id, span, RULE, " ".join(words))


_NOTHING: Final[Found] = {}


def _side_by_side(
    data: bytes, ends: Sequence[int], posts: Sequence[int]
) -> tuple[bytes, list[int]]:
    """Lay the given posts of a block into one of their own: its bytes, and where each ends."""
    parts: list[bytes] = []
    limits: list[int] = []
    at = -1
    for post in posts:
        begin, end = ends[post - 1] + 1 if post else 0, ends[post]
        parts.append(data[WIDTH * begin : WIDTH * end])
        at += 1 + end - begin
        limits.append(at)
    return Alphabet.mark.join(parts), limits


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


def _longest(spans: list[Span]) -> list[Span]:
    """Keep the longest of overlapping spans, in order of position; equal ones stay together."""
    kept: list[Span] = []
    covered = bytearray(max(end for _start, end, _pattern in spans))
    last = (-1, -1)
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        start, end, _pattern = span
        if covered.find(1, start, end) < 0 or (start, end) == last:
            covered[start:end] = b"\1" * (end - start)
            kept.append(span)
            last = (start, end)
    return sorted(kept)

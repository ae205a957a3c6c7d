"""Who is spoken of: where names of subjects stand in a folded block, and which of them count."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from operators.clauses import Named
from operators.folding import Alphabet, Block
from operators.model import GENERAL, Attribution
from operators.scanner import WIDTH, Found, Hits, Scanner, Span, firsts
from operators.subjects import NEAR, Name, Owner

LIST: Final = 4
"""From so many subjects on a post is a list: a sentence that names none is about none of them."""


class Sighting(NamedTuple):
    """A subject seen in a text: the name as configured, as written, and where (UTF-16 units)."""

    subject: str
    name: str
    written: str
    start: int
    end: int


Met: TypeAlias = tuple[int, list[Span], tuple[Attribution, ...] | None]
"""A post with names in it: which of the block, where they stand, and what one alone comes to.

That is given where one name counts, is written as configured and asks for no context: what the post
is attributed to while nothing tells of trouble.
"""


class Names:
    """All names, compiled; ``context`` numbers the words that have to stand near some of them."""

    def __init__(
        self,
        names: Sequence[Name],
        context: Mapping[str, int],
        alphabet: Alphabet,
        engine: str | None = None,
    ) -> None:
        self._texts = [name.text for name in names]
        self._owners = [name.owners for name in names]
        self._plain = [_plain(name) for name in names]
        self._rivals = [name.rival for name in names]
        self._context = context
        self._scanner = Scanner(self._texts, alphabet, engine)

    def scan(self, data: bytes, ends: Sequence[int]) -> Hits:
        """Find the names in the bytes of a folded block, given where each text ends."""
        return self._scanner.scan(data, ends)

    def by_post(self, block: Block, hits: Hits) -> Iterator[Met]:
        """Yield the posts in which names were found, in order."""
        starts = hits.begins + hits.starts
        lengths = hits.ends - hits.starts
        stretch = block.places(starts + lengths - 1) - block.places(starts)
        as_written = (stretch < lengths).tolist()
        numbers = hits.numbers.tolist()
        spans = list(zip(hits.starts.tolist(), hits.ends.tolist(), numbers, strict=True))
        first = firsts(hits.texts)
        bounds = [*first.tolist(), len(spans)]
        for post, (at, end) in zip(hits.texts[first].tolist(), pairwise(bounds), strict=True):
            kept = spans[at:end]
            if end - at > 1:
                kept = longest(kept)
            alone = None
            if len(kept) == 1:
                only = at if kept[0] is spans[at] else spans.index(kept[0], at)
                if as_written[only]:
                    alone = self._plain[numbers[only]]
            yield post, kept, alone

    def sightings(
        self, text: str, block: Block, post: int, spans: list[Span], found: Found
    ) -> list[tuple[Sighting, list[Span]]]:
        """Return each subject of a post at its first place, with all its places.

        ``found`` are the terms of the post: an ambiguous name needs a word of its context.
        """
        where: dict[str, list[Span]] = {}
        for span in spans:
            for owner in self._owners[span[2]]:
                if not owner.context or self._near(span, owner, found):
                    where.setdefault(owner.subject, []).append(span)
        return [
            (self._sighting(subject, text, block, post, own[0]), own)
            for subject, own in where.items()
        ]

    def parties(
        self,
        block: Block,
        post: int,
        seen: Sequence[tuple[Sighting, list[Span]]],
        spans: list[Span],
    ) -> list[Named]:
        """Return where those seen in a post stand, and their competitors, in order.

        A competitor is a party of its own: what is said of it is said of nobody that is watched.
        Nothing when there is only one party.
        """
        rivals = [span for span in spans if self._rivals[span[2]]]
        if len(seen) < 2 and not (seen and rivals):
            return []
        told = sorted(
            [
                *((span, sighting.subject) for sighting, own in seen for span in own),
                *((span, f"\0{span[2]}") for span in rivals),
            ]
        )
        edges = [edge for (start, end, _name), _party in told for edge in (start, end - 1)]
        places = block.within(post, edges)
        return [
            Named(start, last + 1, party)
            for start, last, (_span, party) in zip(places[::2], places[1::2], told, strict=True)
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
        first, last = block.within(post, (start, end - 1))
        last += 1
        written = self._texts[name]
        if last - first != end - start:
            units = text.encode("utf-16-le", "surrogatepass")[WIDTH * first : WIDTH * last]
            written = units.decode("utf-16-le", "replace")
        return Sighting(subject, self._texts[name], written, first, last)


def _plain(name: Name) -> tuple[Attribution, ...] | None:
    """Give what a post comes to in which only this name stands; None where that depends."""
    subjects = dict.fromkeys(owner.subject for owner in name.owners)
    if any(owner.context for owner in name.owners) or not 0 < len(subjects) < LIST:
        return None
    return tuple(Attribution(subject, GENERAL, name.text) for subject in subjects)


def longest(spans: list[Span]) -> list[Span]:
    """Keep the longest of overlapping spans, in order of position; equal ones stay together.

    They come in order of their ends.
    """
    if len(spans) == 2:
        (start, end, _), (other_start, other_end, _) = spans
        if end <= other_start:
            return spans
        if (start, end) != (other_start, other_end):
            return [spans[end - start < other_end - other_start]]
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

"""Who is spoken of, and about which kind of trouble.

A whole batch is scanned as one block: first for the names of subjects, then, only the posts with a
subject, for the terms of crisis types. Matched spans are kept, so every attribution can be shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from operators.automaton import Automaton
from operators.model import GENERAL, Attribution, CrisisType, Subject

_SEPARATOR: Final = "\0"
_MARK: Final = _SEPARATOR.encode()
"""Stands between the texts of a block; decoding takes it out of the texts themselves."""
_MAX_TERMS_SHOWN: Final = 4

Spans = dict[int, list[tuple[int, int, int]]]
"""Post number -> (start byte, end byte, pattern number), in order of end."""


def names_of(subject: Subject) -> tuple[str, ...]:
    """List the strings that count as a mention of the subject."""
    names = (subject.name, *subject.aliases, *subject.products, *subject.executives)
    return tuple(dict.fromkeys(name for name in names if name))


class Matcher:
    """Attributes posts to subjects and crisis types; immutable, shared by threads."""

    def __init__(
        self,
        subjects: Sequence[Subject],
        crisis_types: Iterable[CrisisType],
        engine: str | None = None,
    ) -> None:
        self.subjects: Mapping[str, Subject] = {subject.id: subject for subject in subjects}
        owners: dict[str, list[str]] = {}
        for subject in subjects:
            for name in names_of(subject):
                owners.setdefault(name.lower(), []).append(subject.id)
        self._owners = list(owners.values())
        self._names = Automaton(list(owners), engine)
        # Most posts hold one name and no term: their attribution is made beforehand.
        self._plain = [
            tuple(Attribution(owner, GENERAL, name) for owner in owned)
            for name, owned in zip(self._names.patterns, self._owners, strict=True)
        ]

        terms: dict[str, int] = {}
        # Term number -> (type, weight); weight None is an exclusion.
        self._uses: list[list[tuple[CrisisType, float | None]]] = []
        for kind in crisis_types:
            entries: list[tuple[str, float | None]] = [*kind.terms]
            entries += [(word, None) for word in kind.exclude]
            for word, weight in entries:
                number = terms.setdefault(word.lower(), len(terms))
                if number == len(self._uses):
                    self._uses.append([])
                self._uses[number].append((kind, weight))
        self._terms = Automaton(list(terms), engine)

    def match(self, texts: Sequence[str]) -> dict[int, tuple[Attribution, ...]]:
        """Attribute each text of a batch; texts that speak of no subject are left out."""
        block = _SEPARATOR.join(texts).encode()
        ends = _ends(block)
        if len(ends) != len(texts):
            return self.match([text.replace(_SEPARATOR, " ") for text in texts])
        named = _locate(self._names, block, range(len(texts)), ends)
        if not named:
            return {}
        posts = list(named)
        parts = [block[ends[post - 1] + 1 if post else 0 : ends[post]] for post in posts]
        some = _MARK.join(parts)
        termed = _locate(self._terms, some, posts, _ends(some))
        matched: dict[int, tuple[Attribution, ...]] = {}
        for post in posts:
            spans = termed.get(post)
            if spans is None and len(named[post]) == 1:
                matched[post] = self._plain[named[post][0][2]]
                continue
            subjects = self._subjects_of(named[post])
            matched[post] = tuple(
                self._attribute(subject, name, spans or []) for subject, name in subjects.items()
            )
        return matched

    def _subjects_of(self, spans: list[tuple[int, int, int]]) -> dict[str, str]:
        """Subject -> the name used, the longest name winning where names overlap."""
        if len(spans) > 1:
            spans = _longest(spans)
        found: dict[str, str] = {}
        for _start, _end, pattern in spans:
            for owner in self._owners[pattern]:
                found.setdefault(owner, self._names.patterns[pattern])
        return found

    def _attribute(
        self, subject_id: str, name: str, spans: list[tuple[int, int, int]]
    ) -> Attribution:
        """Pick the crisis type with the most evidence among those of the subject's industry."""
        if not spans:
            return Attribution(subject_id, GENERAL, name)
        industry = self.subjects[subject_id].industry
        sums: dict[str, float] = {}
        kinds: dict[str, CrisisType] = {}
        words: dict[str, list[str]] = {}
        vetoed: set[str] = set()
        for pattern in dict.fromkeys(pattern for _start, _end, pattern in spans):
            for kind, weight in self._uses[pattern]:
                if kind.industry != industry:
                    continue
                if weight is None:
                    vetoed.add(kind.id)
                    continue
                kinds[kind.id] = kind
                sums[kind.id] = sums.get(kind.id, 0.0) + weight
                words.setdefault(kind.id, []).append(self._terms.patterns[pattern])
        best = max(
            (
                (sums[type_id] / kind.threshold, kind.gravity, type_id)
                for type_id, kind in kinds.items()
                if type_id not in vetoed and sums[type_id] >= kind.threshold
            ),
            default=None,
        )
        if best is None:
            return Attribution(subject_id, GENERAL, name)
        type_id = best[2]
        shown = " ".join(words[type_id][:_MAX_TERMS_SHOWN])
        return Attribution(subject_id, type_id, f"{name}: {shown}")


def _ends(block: bytes) -> list[int]:
    """Return where each text of a block ends."""
    marks = np.frombuffer(block, np.uint8) == _MARK[0]
    return [*np.flatnonzero(marks).tolist(), len(block)]


def _locate(automaton: Automaton, block: bytes, posts: Sequence[int], ends: list[int]) -> Spans:
    """Scan the texts of the given posts as one block and hand each hit to its post."""
    spans: Spans = {}
    lengths = automaton.lengths
    index, begin, limit = 0, 0, ends[0]
    for pattern, end in automaton.scan(block):
        while end > limit:
            index += 1
            begin = limit + 1
            limit = ends[index]
        span = (end - begin - lengths[pattern], end - begin, pattern)
        known = spans.get(posts[index])
        if known is None:
            spans[posts[index]] = [span]
        else:
            known.append(span)
    return spans


def _longest(spans: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Keep the longest of overlapping spans, in order of position."""
    kept: list[tuple[int, int, int]] = []
    for start, end, pattern in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if all(end <= other[0] or start >= other[1] for other in kept):
            kept.append((start, end, pattern))
    return sorted(kept)

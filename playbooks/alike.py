"""How alike the texts of the library are: Jaccard of character 4-grams without the fields.

Legally fixed paragraphs, listed in ``fixed_paragraphs.yaml``, are left out: they must be alike.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, NamedTuple

import msgspec

from operators.errors import PackError
from playbooks.reader import Reader
from playbooks.schema import Playbook, Slug, Text, templates_of

LIMIT: Final = 0.6
"""Above this likeness two texts are the same one with a noun changed."""

FIXED_FILE: Final = "fixed_paragraphs.yaml"

_FIELD: Final = re.compile(r"\{\{.*?\}\}|\s")
_GRAM: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedParagraph:
    """A wording that law or the regulator prescribes, and why it may repeat."""

    id: Slug
    text: Text
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class _FixedFile:
    paragraphs: tuple[FixedParagraph, ...]


class Pair(NamedTuple):
    """Two texts, named ``playbook.path``, and their likeness from 0 to 1."""

    one: str
    other: str
    likeness: float


def load_fixed_paragraphs() -> tuple[FixedParagraph, ...]:
    """Read the shipped list; raises PackError."""
    file = files("playbooks") / FIXED_FILE
    reader = Reader(str(file))
    data = reader.document(file.read_text(encoding="utf-8"), _FixedFile)
    if data is None:
        raise PackError(reader.problems)
    return msgspec.convert(data, _FixedFile).paragraphs


def grams(template: str, fixed: Iterable[str] = ()) -> frozenset[str]:
    """Return the character 4-grams of a template without fields, blanks and ``fixed`` passages."""
    text = _FIELD.sub("", template)
    for passage in fixed:
        text = text.replace(_FIELD.sub("", passage), "")
    return frozenset(text[i : i + _GRAM] for i in range(len(text) - _GRAM + 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the Jaccard index of two sets of grams, 0 where both are empty."""
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def pairs(
    playbooks: Sequence[Playbook], fixed: Iterable[str] = (), least: float = 0.0
) -> list[Pair]:
    """Return the pairs of texts with a likeness above ``least``, most alike first."""
    passages = tuple(fixed)
    texts = [
        (f"{playbook.id}.{path}", grams(template, passages))
        for playbook in playbooks
        for path, template in templates_of(playbook)
    ]
    return sorted(_pairs(texts, least), key=lambda pair: (-pair.likeness, pair.one, pair.other))


def _pairs(texts: Sequence[tuple[str, frozenset[str]]], least: float) -> Iterator[Pair]:
    """Compare each text with those before it that share a gram at all."""
    holders: dict[str, list[int]] = {}
    for number, (name, own) in enumerate(texts):
        shared = Counter(other for gram in own for other in holders.get(gram, ()))
        for other, common in shared.items():
            value = common / (len(own) + len(texts[other][1]) - common)
            if value > least:
                yield Pair(texts[other][0], name, value)
        for gram in own:
            holders.setdefault(gram, []).append(number)

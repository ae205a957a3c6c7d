"""Labelled corpora made ready for training: hashed, sorted into families, copies findable.

Corpora that share texts or a name stem form a family. Files named ``*_eval`` or ``*_test`` are
never trained on, only scored.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from operators.sentiment import learning

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
RISK_MARK: Final = "finnsp"
"""A corpus with this in its name says whether a text is negative about its subject: 0 yes, 1 no."""

WEAK_MARK: Final = "emoticons_"

_STEM: Final = re.compile(r"_(train|eval|test|seed|dev|valid)$")
_SCORED_ONLY: Final = re.compile(r"_(eval|test)$")
_NOISE: Final = re.compile(r"[\W_]+")
_KEY: Final = 40
_SHARED: Final = 0.2

Bools: TypeAlias = npt.NDArray[np.bool_]
Labels: TypeAlias = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Labelled texts of one file: ``labels`` int8, 0 negative, 1 neutral, 2 positive."""

    name: str
    labels: Labels
    texts: tuple[str, ...]

    @property
    def risk(self) -> bool:
        """Tell whether the labels speak about the subject rather than the tone."""
        return RISK_MARK in self.name

    @property
    def weak(self) -> bool:
        """Tell whether emoticons gave the labels, not people."""
        return self.name.startswith(WEAK_MARK)

    @property
    def scored_only(self) -> bool:
        """Tell whether the file is never trained on."""
        return _SCORED_ONLY.search(self.name) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A corpus made ready: hashed grams, keys that find copies, and its family."""

    corpus: Corpus
    grams: learning.Grams
    keys: frozenset[str]
    text_keys: tuple[str, ...]
    family: str


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Margins (3, texts) of a corpus under weights that never saw it."""

    read: Read
    rows: npt.NDArray[np.int64]
    margins: npt.NDArray[np.float32]


def prepare(corpora: Sequence[Corpus]) -> tuple[Read, ...]:
    """Hash the corpora and find their families."""
    keys = [tuple(_NOISE.sub("", text)[:_KEY] for text in corpus.texts) for corpus in corpora]
    sets = [frozenset(key for key in row if key) for row in keys]
    family = [_STEM.sub("", corpus.name) for corpus in corpora]
    for one in range(len(corpora)):
        for other in range(one):
            shared = len(sets[one] & sets[other])
            if shared > _SHARED * min(len(sets[one]), len(sets[other])):
                family = [family[other] if name == family[one] else name for name in family]
    return tuple(
        Read(corpus, learning.grams(corpus.texts), sets[i], keys[i], family[i])
        for i, corpus in enumerate(corpora)
    )

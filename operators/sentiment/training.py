"""The recipe: labelled corpora and the word list in, calibrated parameters and a report out.

Corpora that share texts or a name stem form a family. Each family is held out once; what the
other families say about it calibrates the model and fills the table in the model card. Files
named ``*_eval`` or ``*_test`` are never trained on, only scored.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from operators.sentiment import learning
from operators.sentiment.lexicon import Term
from operators.sentiment.lexicon import weights as word_weights
from operators.sentiment.model import Parameters, quantise, steps

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
RISK_MARK: Final = "finnsp"
"""A corpus with this in its name says whether a text is negative about its subject: 0 yes, 1 no."""

FOLDS: Final = 3
_STEM: Final = re.compile(r"_(train|eval|test|seed|dev|valid)$")
_SCORED_ONLY: Final = re.compile(r"_(eval|test)$")
_NOISE: Final = re.compile(r"[\W_]+")
_KEY: Final = 40
_SHARED: Final = 0.2
_LEAST_WEIGHT: Final = 0.02
_ECHO: Final = 0.5

Bools: TypeAlias = npt.NDArray[np.bool_]
Labels: TypeAlias = npt.NDArray[np.int8]
Progress: TypeAlias = Callable[[int, int, str], None]


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


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A trained model with what the card needs: margins across families and within them."""

    model: Parameters
    reads: tuple[Read, ...]
    across: tuple[HeldOut, ...]
    within: tuple[HeldOut, ...]


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


def train(corpora: Sequence[Corpus], terms: tuple[Term, ...], progress: Progress) -> Outcome:
    """Train on everything, and once without each family and each fold."""
    reads = prepare(corpora)
    families = sorted({read.family for read in reads})
    jobs = (len(families) if len(families) > 1 else 0) + FOLDS + 1
    prior = {head: word_weights(terms, head) for head in ("polarity", "neutral")}

    across: list[HeldOut] = []
    for number, family in enumerate(families if len(families) > 1 else ()):
        progress(number, jobs, f"without {family}")
        out = [read for read in reads if read.family == family]
        seen = frozenset().union(*(read.keys for read in out))
        kept = [
            (read, np.array([key not in seen for key in read.text_keys], np.bool_))
            for read in reads
            if read.family != family and not read.corpus.scored_only
        ]
        heads = _heads(kept, prior)
        across += [_held_out(read, np.arange(len(read.text_keys)), heads) for read in out]

    within: list[HeldOut] = []
    for fold in range(FOLDS):
        progress(jobs - FOLDS - 1 + fold, jobs, f"fold {fold + 1} of {FOLDS}")
        trained = [read for read in reads if not read.corpus.scored_only]
        parts = [np.array([_fold(key) == fold for key in read.text_keys]) for read in trained]
        heads = _heads([(r, ~part) for r, part in zip(trained, parts, strict=True)], prior)
        within += [
            _held_out(r, np.flatnonzero(part), heads)
            for r, part in zip(trained, parts, strict=True)
        ]

    progress(jobs - 1, jobs, "all")
    everything = [
        (read, np.ones(len(read.text_keys), np.bool_))
        for read in reads
        if not read.corpus.scored_only
    ]
    heads = _heads(everything, prior)
    model = _assemble(heads, across or within, within)
    progress(jobs, jobs, "done")
    return Outcome(model, reads, tuple(across), tuple(within))


def _fold(key: str) -> int:
    """Put copies of a text into the same fold."""
    return sum(ord(char) * (place + 1) for place, char in enumerate(key)) % FOLDS


def _held_out(read: Read, rows: npt.NDArray[np.int64], heads: learning.Floats) -> HeldOut:
    chosen = np.zeros(len(read.text_keys), np.bool_)
    chosen[rows] = True
    grams = read.grams.take(chosen)
    return HeldOut(read, rows, np.stack([grams.margins(head) for head in heads]))


def _heads(
    kept: Sequence[tuple[Read, Bools]], prior: dict[str, learning.Floats]
) -> learning.Floats:
    """Fit polarity, neutral and risk: float32 (3, buckets)."""
    plain = [(read, keep) for read, keep in kept if not read.corpus.risk]
    polarity = _head(plain, POSITIVE, NEGATIVE, prior["polarity"], learning.Penalty())
    three = [(read, keep) for read, keep in plain if (read.corpus.labels == NEUTRAL).any()]
    neutral = _head(three, NEUTRAL, None, prior["neutral"], learning.Penalty())
    subject = [(read, keep) for read, keep in kept if read.corpus.risk]
    risk = _head(subject, NEGATIVE, NEUTRAL, -polarity, learning.Penalty(strength=10.0))
    return np.stack([polarity, neutral, risk])


def _head(
    kept: Sequence[tuple[Read, Bools]],
    yes: int,
    no: int | None,
    prior: learning.Floats,
    penalty: learning.Penalty,
) -> learning.Floats:
    """Fit ``yes`` against ``no`` (None: every other label); without texts the prior stays."""
    parts: list[learning.Grams] = []
    targets: list[Labels] = []
    places: list[npt.NDArray[np.int64]] = []
    for place, (read, keep) in enumerate(kept):
        labels = read.corpus.labels
        rows = keep & ((labels == yes) | ((labels == no) if no is not None else (labels != yes)))
        parts.append(read.grams.take(rows))
        targets.append(np.where(labels[rows] == yes, 1, -1).astype(np.int8))
        places.append(np.full(int(rows.sum()), place))
    if not sum(len(part) for part in targets):
        return prior
    signs, corpora = np.concatenate(targets), np.concatenate(places)
    fitted = learning.fit(learning.join(parts), signs, corpora, prior, penalty)
    # Many corpora wear the word list down to what they happen to need; unseen ones need the rest.
    return fitted + _ECHO * prior


def _assemble(
    heads: learning.Floats, across: Sequence[HeldOut], within: Sequence[HeldOut]
) -> Parameters:
    """Quantise the weights and calibrate on margins of texts that were not trained on."""
    heads = np.where(np.abs(heads) < _LEAST_WEIGHT, np.float32(0), heads)
    index = np.flatnonzero(heads.any(0)).astype(np.uint32)
    rounded = [quantise(head[index]) for head in heads]
    levels = np.stack([levels for levels, _ in rounded])
    weighty = np.any([steps(row) != 0 for row in levels], 0)

    polarity = _calibrated(
        across, (POSITIVE,), (NEGATIVE,), lambda m: m[:1].T.astype(np.float64), risk=False
    )
    slope, offset = polarity

    def with_bend(margins: learning.Floats) -> learning.Doubles:
        return np.column_stack([margins[1], np.abs(margins[0] * slope + offset)])

    neutral = _calibrated(within, (NEUTRAL,), (NEGATIVE, POSITIVE), with_bend, risk=False)
    risk = _calibrated(
        within, (NEGATIVE,), (NEUTRAL,), lambda m: m[2:].T.astype(np.float64), risk=True
    )
    return Parameters(
        index=index[weighty],
        levels=np.ascontiguousarray(levels[:, weighty]),
        unit=np.array([unit for _, unit in rounded], np.float32),
        polarity=polarity.astype(np.float32),
        neutral=neutral.astype(np.float32),
        risk=risk.astype(np.float32),
    )


def _calibrated(
    outs: Sequence[HeldOut],
    yes: tuple[int, ...],
    no: tuple[int, ...],
    features: Callable[[learning.Floats], learning.Doubles],
    *,
    risk: bool,
) -> learning.Doubles:
    """Fit slopes and an intercept on held-out margins; every family weighs the same.

    Without texts of both kinds the margins count as logits as they are.
    """
    columns: list[learning.Doubles] = []
    targets: list[Bools] = []
    weights: list[learning.Doubles] = []
    sizes: dict[str, int] = {}
    for out in outs:
        labels = out.read.corpus.labels[out.rows]
        rows = np.isin(labels, (*yes, *no))
        if out.read.corpus.risk is not risk or not np.isin(labels, yes).any():
            continue
        family = out.read.family
        sizes[family] = sizes.get(family, 0) + int(rows.sum())
        columns.append(features(out.margins)[rows])
        targets.append(np.isin(labels[rows], yes))
        weights.append(np.full(int(rows.sum()), float(list(sizes).index(family))))
    if not columns:
        blank = features(np.zeros((3, 0), np.float32)).shape[1]
        return np.array([1.0] + [-1.0] * (blank - 1) + [0.0])
    share = np.array(list(sizes.values()), np.float64)[np.concatenate(weights).astype(np.int64)]
    return learning.calibrate(np.concatenate(columns), np.concatenate(targets), 1 / share)

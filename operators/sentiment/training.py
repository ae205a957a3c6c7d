"""The recipe: labelled corpora and the word list in, calibrated parameters and a report out.

Each family of corpora is held out once; what the others say about it calibrates the model and
fills the table in the model card. So does each fold of the texts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from operators.sentiment import learning
from operators.sentiment.calibration import assemble
from operators.sentiment.corpora import (
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    Bools,
    Corpus,
    HeldOut,
    Labels,
    Read,
    prepare,
)
from operators.sentiment.lexicon import Term
from operators.sentiment.lexicon import weights as word_weights
from operators.sentiment.linear import Linear
from operators.sentiment.model import Parameters, compress

FOLDS: Final = 3

_BLOCK: Final = 4096

_PLAIN_WORDS: Final = 0.33
_EMOTION: Final = 0.46
"""What the neutral words count for, and against it the weight of anything said either way."""

_ECHO: Final = 0.5
_ALONE_ECHO: Final = 1.5
_ALONE_STRENGTH: Final = 30.0
_RISK_STRENGTH: Final = 10.0

Progress: TypeAlias = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A trained model with what the card needs: margins across families and within them."""

    model: Parameters
    reads: tuple[Read, ...]
    across: tuple[HeldOut, ...]
    within: tuple[HeldOut, ...]


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
        linear = Linear(compress(_heads(kept, prior)))
        across += [_held_out(read, np.arange(len(read.text_keys)), linear) for read in out]

    within: list[HeldOut] = []
    for fold in range(FOLDS):
        progress(jobs - FOLDS - 1 + fold, jobs, f"fold {fold + 1} of {FOLDS}")
        trained = [read for read in reads if not read.corpus.scored_only]
        parts = [np.array([_fold(key) == fold for key in read.text_keys]) for read in trained]
        kept = [(r, ~part) for r, part in zip(trained, parts, strict=True)]
        linear = Linear(compress(_heads(kept, prior)))
        within += [
            _held_out(r, np.flatnonzero(part), linear)
            for r, part in zip(trained, parts, strict=True)
        ]

    progress(jobs - 1, jobs, "all")
    everything = [
        (read, np.ones(len(read.text_keys), np.bool_))
        for read in reads
        if not read.corpus.scored_only
    ]
    heads = _heads(everything, prior)
    model = assemble(heads, across, within)
    progress(jobs, jobs, "done")
    return Outcome(model, reads, tuple(across), tuple(within))


def _fold(key: str) -> int:
    """Put copies of a text into the same fold."""
    return sum(ord(char) * (place + 1) for place, char in enumerate(key)) % FOLDS


def _held_out(read: Read, rows: npt.NDArray[np.int64], linear: Linear) -> HeldOut:
    """Score held-out rows the way the finished model would."""
    texts = [read.corpus.texts[row] for row in rows.tolist()]
    blocks = range(0, len(texts), _BLOCK)
    parts = [linear.margins(texts[start : start + _BLOCK]) for start in blocks]
    return HeldOut(read, rows, np.concatenate([np.zeros((3, 0), np.float32), *parts], 1))


def _heads(
    kept: Sequence[tuple[Read, Bools]], prior: dict[str, learning.Floats]
) -> learning.Floats:
    """Fit polarity, neutral and risk: float32 (3, buckets)."""
    plain = [(read, keep) for read, keep in kept if not read.corpus.risk]
    alone = len({read.family for read, _ in plain}) == 1
    penalty = learning.Penalty(_ALONE_STRENGTH) if alone else learning.Penalty()
    polarity = _head(plain, POSITIVE, NEGATIVE, prior["polarity"], penalty)
    # Many corpora wear the word list down to what they happen to need; unseen ones need the rest.
    polarity = polarity + (_ALONE_ECHO if alone else _ECHO) * prior["polarity"]
    three = [(read, keep) for read, keep in plain if (read.corpus.labels == NEUTRAL).any()]
    calm = _PLAIN_WORDS * prior["neutral"] - _EMOTION * np.abs(polarity)
    neutral = _head(three, NEUTRAL, None, calm.astype(np.float32), learning.Penalty())
    subject = [(read, keep) for read, keep in kept if read.corpus.risk]
    risk = _head(subject, NEGATIVE, NEUTRAL, -polarity, learning.Penalty(_RISK_STRENGTH))
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
    return learning.fit(learning.join(parts), signs, corpora, prior, penalty)

"""The default back end: hashed character grams, three linear heads, one table look-up a gram."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from operators.sentiment import Scores, cues, denials, hashing, questions
from operators.sentiment.model import Parameters, packed

_FIELD: Final = 21
_HALF: Final = 1 << (_FIELD - 1)
_MASK: Final = (1 << _FIELD) - 1

_NEGATED: Final = np.float32(0.5)
"""So much of what stands within two characters of 不 or 没 is not meant."""
_CONCEDED: Final = np.float32(0.4)
"""So much of what stands before 但 is taken back, when what follows says the opposite."""
_ASKED: Final = np.float32(0.55)
"""What a question whether something is true adds to the neutral margin: over half a logit."""


class Linear:
    """Scores whole batches; reads the first 256 characters of a text.

    Sums are integers, so a text scores the same whatever else is in its batch.
    """

    name = "linear"

    def __init__(self, model: Parameters) -> None:
        self.version = model.version()
        self._model = model
        self._table, self._book = packed(model)

    def margins(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Give the uncalibrated sums over the root of the length: float32 (3, texts)."""
        buffer = hashing.read(texts)
        if not len(buffer.starts):
            return np.zeros((3, 0), np.float32)
        one, two, three = hashing.buckets(buffer.codes, hashing.TABLE_BITS)
        # Widening the bucket numbers first is faster than letting the look-up do it.
        grams = self._book.take(self._table.take(one.astype(np.intp)))
        pairs = self._book.take(self._table.take(two.astype(np.intp)))
        triples = self._book.take(self._table.take(three.astype(np.intp)))
        marks = cues.find(buffer.points)
        asking = [*questions.find(texts, buffer, marks), *denials.find(texts, buffer)]
        for _row, start, end in asking:
            grams[start:end] = pairs[start - 1 : end] = triples[start - 2 : end] = 0
        grams += pairs
        grams += triples
        within = cues.within_numbers(marks)
        grams[within] = 0
        lengths = (
            buffer.lengths + len(hashing.JOIN) - np.add.reduceat(within, buffer.starts, dtype=int)
        )
        sums = np.add.reduceat(grams, buffer.starts)
        margins = _fields(sums)
        margins[0] -= _unmeant(grams, sums, buffer, marks)
        margins *= 1 / np.sqrt(lengths.astype(np.float32))
        margins *= self._model.unit[:, None]
        margins[1, [row for row, _start, _end in asking]] += _ASKED
        return margins

    def score(self, texts: Sequence[str]) -> Scores:
        """Score each text; an empty one is certainly neutral."""
        empty = np.fromiter((not text or text.isspace() for text in texts), np.bool_, len(texts))
        return read_out(self.margins(texts), self._model, empty)


def read_out(
    margins: npt.NDArray[np.float32],
    model: Parameters,
    empty: npt.NDArray[np.bool_] | None = None,
) -> Scores:
    """Turn margins (3, texts) into probabilities; texts marked empty are neutral, without risk."""
    polarity = margins[0] * model.polarity[0] + model.polarity[1]
    neutral = margins[1] * model.neutral[0] + np.abs(polarity) * model.neutral[1]
    neutral += model.neutral[2]
    risk = margins[2] * model.risk[0] + model.risk[1]
    chance = _sigmoid(risk)
    if empty is not None:
        neutral[empty] = np.inf
        chance[empty] = 0
    return Scores.of(_sigmoid(polarity), _sigmoid(neutral), chance)


def _fields(sums: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Split packed sums into the three heads: float32 (3, n)."""
    low = _low(sums)
    rest = (sums - low) >> _FIELD
    middle = _low(rest)
    return np.stack([low, middle, (rest - middle) >> _FIELD]).astype(np.float32)


def _low(sums: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the low field; a negative one borrowed from its neighbour, half a field undoes it."""
    return ((sums + _HALF) & _MASK) - _HALF


def _unmeant(
    grams: npt.NDArray[np.int64],
    sums: npt.NDArray[np.int64],
    buffer: hashing.Buffer,
    marks: cues.Marks,
) -> npt.NDArray[np.float32]:
    """Give what negation and contrast take back of each text's polarity sum: float32 (texts,)."""
    negated = np.add.reduceat(grams * cues.behind_negation(marks), buffer.starts)
    taken = _low(negated).astype(np.float32) * _NEGATED
    rows, turns = cues.last_contrasts(marks, buffer)
    if len(rows):
        running = np.cumsum(grams)
        starts = buffer.starts[rows]
        before = _low(running[turns] - running[starts] + grams[starts] - grams[turns])
        after = _low(sums[rows]) - before
        opposed = (before < 0) & (after > 0) | (before > 0) & (after < 0)
        taken[rows] += before * opposed * _CONCEDED
    return taken


def _sigmoid(logit: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    chance: npt.NDArray[np.float32] = np.exp(-np.clip(logit, -30, 30))
    chance += 1
    np.reciprocal(chance, out=chance)
    return chance

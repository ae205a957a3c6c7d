"""Fit the linear model of finance events: softmax regression on hashed grams, all classes at once.

Deterministic: gradient descent over a fixed order of small batches, no linear-algebra library.
Classes weigh by the root of their size, so rare ones are not drowned. What rules and classes add is
chosen on margins of texts that were held out.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from operators.crisis.grams import BITS, Buckets

Floats: TypeAlias = npt.NDArray[np.float32]
Labels: TypeAlias = npt.NDArray[np.int64]
Marks: TypeAlias = npt.NDArray[np.bool_]

_BATCH: Final = 128
_EPOCHS: Final = 14
_RATE: Final = 100.0
_LEAST: Final = 3
_RARE_WEIGHT: Final = 0.5
_SHIFTS: Final = (-1.0, -0.6, -0.3, 0.3, 0.6, 1.0, 1.5, 2.0)
_RULE_SHIFTS: Final = tuple(shift for shift in _SHIFTS if shift > 0)


def fit(texts: Sequence[Buckets], labels: Labels, classes: int) -> Floats:
    """Fit weights: float32 (buckets, classes)."""
    occurs = np.bincount(np.concatenate(texts), minlength=1 << BITS)
    kept = [text[occurs[text] >= _LEAST] for text in texts]
    sizes = np.bincount(labels, minlength=classes).astype(np.float64)
    weigh = np.power(np.maximum(sizes, 1), -_RARE_WEIGHT)[labels]
    weigh /= weigh.mean()
    table = np.zeros((1 << BITS, classes), np.float32)
    rng = np.random.default_rng(1)
    for epoch in range(_EPOCHS):
        order = rng.permutation(len(kept))
        rate = _RATE * (1 - epoch / _EPOCHS)
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            _step([kept[row] for row in rows], labels[rows], weigh[rows], table, rate)
    return table


def _step(
    texts: list[Buckets],
    labels: Labels,
    weigh: npt.NDArray[np.float64],
    table: Floats,
    rate: float,
) -> None:
    """Move the weights of the grams of one batch down the slope."""
    slope = _softmax(margins(texts, table))
    slope[np.arange(len(labels)), labels] -= 1
    scale = [max(len(text), 1) ** -0.5 for text in texts]
    slope *= (weigh * scale).astype(np.float32)[:, None]
    flat = np.concatenate(texts)
    owner = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    order = np.argsort(flat, kind="stable")
    used, starts = np.unique(flat[order], return_index=True)
    gradient = np.add.reduceat(slope[owner[order]], starts, axis=0)
    table[used] -= rate * gradient / len(texts)


def margins(texts: Sequence[Buckets], table: Floats) -> Floats:
    """Sum the weights of each text's grams over the root of their number: (texts, classes)."""
    out = np.zeros((len(texts), table.shape[1]), np.float32)
    for row, text in enumerate(texts):
        if len(text):
            out[row] = table[text].sum(0) * len(text) ** -0.5
    return out


def _softmax(values: Floats) -> Floats:
    powers: Floats = np.exp(values - values.max(1, keepdims=True))
    powers /= powers.sum(1, keepdims=True)
    return powers


class Offsets(NamedTuple):
    """What is added to a class: always (``classes``), and when its rule holds (``rules``)."""

    classes: Floats
    rules: Floats


def tune(margin: Floats, fired: Marks, labels: Labels, *, with_rules: bool) -> Offsets:
    """Choose offsets class by class for accuracy plus macro-F1 on margins that were held out.

    ``margin``: (texts, classes); ``fired``: the same shape, where the rule of the class holds.
    """
    count = margin.shape[1]
    found = Offsets(np.zeros(count, np.float32), np.zeros(count, np.float32))
    reached = margin.copy()
    best = _worth(reached, labels)
    kinds = (found.classes, found.rules) if with_rules else (found.classes,)
    for _round in range(2):
        for place in range(count):
            for values in kinds:
                for shift in _SHIFTS if values is found.classes else _RULE_SHIFTS:
                    change = shift - values[place]
                    column = reached[:, place].copy()
                    where = fired[:, place] if values is found.rules else slice(None)
                    reached[where, place] += change
                    worth = _worth(reached, labels)
                    if worth > best + 1e-4:
                        best, values[place] = worth, shift
                    else:
                        reached[:, place] = column
    return found


def _worth(values: Floats, labels: Labels) -> float:
    said = values.argmax(1)
    count = values.shape[1]
    right = np.bincount(labels[said == labels], minlength=count)
    size = np.bincount(labels, minlength=count)
    given = np.bincount(said, minlength=count)
    f1 = 2 * right / np.maximum(size + given, 1)
    return float((said == labels).mean() + f1[size > 0].mean())


def held_out(
    texts: Sequence[Buckets],
    labels: Labels,
    folds: Labels,
    classes: int,
    progress: Callable[[str], None],
) -> Floats:
    """Return the margins of each text by a model that has not seen its fold."""
    out = np.zeros((len(texts), classes), np.float32)
    for fold in range(int(folds.max()) + 1):
        progress(f"fold {fold + 1}")
        seen = np.flatnonzero(folds != fold)
        rest = np.flatnonzero(folds == fold)
        table = fit([texts[row] for row in seen.tolist()], labels[seen], classes)
        out[rest] = margins([texts[row] for row in rest.tolist()], table)
    return out

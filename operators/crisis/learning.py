"""Fit the linear models of finance events: squared-hinge machines, one a label, by dual ascent.

Each machine's dual is climbed one example at a time (Hsieh et al. 2008, "A dual coordinate descent
method for large-scale linear SVM"), all labels at once: exact steps, no rate to choose. An example
may have several labels; rare labels weigh more. Deterministic: a fixed order, no linear-algebra
library. What is added to a label in the end is chosen on margins of texts that were held out.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from operators.crisis.grams import Features

Floats: TypeAlias = npt.NDArray[np.float32]
Labels: TypeAlias = npt.NDArray[np.int64]
Marks: TypeAlias = npt.NDArray[np.bool_]

_DOWN: Final = (-0.6, -0.45, -0.3, -0.2, -0.1, -0.05)
_UP: Final = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8)
_GAIN: Final = 2e-4
_DRAWS: Final = 8
_DRAWN: Final = 0.7
_SHARPNESS: Final = tuple(1.15**step for step in range(25))


class Recipe(NamedTuple):
    """How to fit: features there are, cost of an error, weight of rare labels, rounds.

    ``rare`` is the power of a label's rarity by which errors on its examples cost more.
    """

    size: int
    cost: float
    rare: float
    rounds: int


def fit(rows: Sequence[Features], marks: Marks, recipe: Recipe) -> Floats:
    """Fit weights, float32 (features, labels); ``marks`` (rows, labels) are the true labels."""
    count, labels = marks.shape
    rarity = count / np.maximum(marks.sum(0), 1) / labels
    cost = np.where(marks, recipe.cost * rarity**recipe.rare, recipe.cost)
    ridge = (0.5 / cost).astype(np.float32)
    sign = np.where(marks, 1, -1).astype(np.float32)
    known = [_distinct(row) for row in rows]
    square = [float((row.values**2).sum()) for row in known]
    dual = np.zeros((count, labels), np.float32)
    table = np.zeros((recipe.size, labels), np.float32)
    rng = np.random.default_rng(1)
    for _round in range(recipe.rounds):
        for row in rng.permutation(count).tolist():
            places, values = known[row]
            weights = table[places]
            margin = np.einsum("i,ij->j", values, weights)
            slope = sign[row] * margin - 1 + ridge[row] * dual[row]
            moved = np.maximum(dual[row] - slope / (square[row] + ridge[row]), 0)
            change = (moved - dual[row]) * sign[row]
            dual[row] = moved
            if change.any():
                weights += values[:, None] * change
                table[places] = weights
    return table


def _distinct(row: Features) -> Features:
    """Keep one of features that share a number: steps write each number once."""
    places, first = np.unique(row.places, return_index=True)
    return Features(places, row.values[first])


def margins(
    rows: Sequence[Features], table: Floats | npt.NDArray[np.float16] | npt.NDArray[np.int8]
) -> Floats:
    """Sum the weights of each row's features: float32 (rows, labels)."""
    out = np.zeros((len(rows), table.shape[1]), np.float32)
    for at, (places, values) in enumerate(rows):
        out[at] = np.einsum("i,ij->j", values, table[places].astype(np.float32))
    return out


def held_out(
    rows: Sequence[Features],
    marks: Marks,
    folds: Labels,
    recipe: Recipe,
    progress: Callable[[str], None],
) -> Floats:
    """Return the margins of each row by a model that has not seen its fold."""
    out = np.zeros(marks.shape, np.float32)
    for fold in range(int(folds.max()) + 1):
        progress(f"fold {fold + 1}")
        seen = np.flatnonzero(folds != fold)
        rest = np.flatnonzero(folds == fold)
        table = fit([rows[row] for row in seen.tolist()], marks[seen], recipe)
        out[rest] = margins([rows[row] for row in rest.tolist()], table)
    return out


def sharpen(margin: Floats, labels: Labels) -> float:
    """Choose the factor that makes margins log-odds: the likeliest for texts held out."""

    def surprise(factor: float) -> float:
        powers = np.exp((margin - margin.max(1, keepdims=True)) * factor)
        chance = powers[np.arange(len(labels)), labels] / powers.sum(1)
        return float(-np.log(np.maximum(chance, 1e-9)).mean())

    return min(_SHARPNESS, key=surprise)


def tune(margin: Floats, labels: Labels, keep: int) -> Floats:
    """Choose what to add to each label for accuracy plus macro-F1 on margins held out.

    The label ``keep`` is left as it is: how often it occurs in a file says nothing of the world.
    """
    count = margin.shape[1]
    sizes = np.bincount(labels, minlength=count)
    added = np.zeros(count, np.float32)
    reached = margin.copy()
    best = _worth(reached.argmax(1), labels, sizes)
    for _round in range(2):
        for place in np.argsort(-sizes, kind="stable").tolist():
            if place == keep:
                continue
            reached[:, place] = -np.inf
            rival = reached.argmax(1)
            strength = reached.max(1)
            for shift in _DOWN + _UP:
                said = np.where(margin[:, place] + np.float32(shift) > strength, place, rival)
                worth = _worth(said, labels, sizes)
                if worth > best + _GAIN:
                    best, added[place] = worth, shift
            reached[:, place] = margin[:, place] + added[place]
    return added


def tune_often(margin: Floats, labels: Labels, keep: int) -> Floats:
    """Choose as ``tune`` does on parts of the rows drawn by lot, and take the mean.

    What a few rows of a rare label decide differs from draw to draw; the mean of it is steadier.
    """
    rng = np.random.default_rng(1)
    chosen = []
    for _draw in range(_DRAWS):
        rows = rng.random(len(labels)) < _DRAWN
        chosen.append(tune(margin[rows], labels[rows], keep))
    mean: Floats = np.mean(chosen, 0, dtype=np.float32)
    return mean


def _worth(said: Labels, labels: Labels, sizes: Labels) -> float:
    right = np.bincount(labels[said == labels], minlength=len(sizes))
    given = np.bincount(said, minlength=len(sizes))
    f1 = 2 * right / np.maximum(sizes + given, 1)
    return float((said == labels).mean() + f1[sizes > 0].mean())

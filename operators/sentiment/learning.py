"""Logistic regression on hashed grams: a prior from the word list, one intercept a corpus.

The weight of a gram is ``prior + scale * v`` with a normal prior on ``v``. ``scale`` is the naive
Bayes log-odds of the gram (Wang and Manning, 2012), so grams that tell the classes apart move
easily. The pull to the prior grows with how often a gram occurs, as noise on the texts would have
it. Corpora weigh by the root of their size and both sides of each alike: how many complaints a
corpus happens to hold must not rub off on the words.
Everything is deterministic: a convex loss, L-BFGS from zero, and no linear-algebra library.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from operators.sentiment import hashing

Floats: TypeAlias = npt.NDArray[np.float32]
Doubles: TypeAlias = npt.NDArray[np.float64]
Loss: TypeAlias = Callable[[Doubles], tuple[float, Doubles]]

_MEMORY: Final = 8
_BLOCK: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Grams:
    """The hashed grams of texts: ``flat`` uint32, all grams text by text; ``counts`` int64."""

    flat: hashing.Buckets
    counts: npt.NDArray[np.int64]

    def take(self, chosen: npt.NDArray[np.bool_]) -> "Grams":
        """Keep the chosen texts."""
        return Grams(self.flat[np.repeat(chosen, self.counts)], self.counts[chosen])

    def scale(self) -> Floats:
        """Give one over the root of each text's length in characters."""
        return (1 / np.sqrt(self.counts / 3)).astype(np.float32)

    def margins(self, weights: Floats) -> Floats:
        """Sum the weights of each text's grams over the root of its length: float32 (texts,)."""
        if not len(self.counts):
            return np.zeros(0, np.float32)
        starts = np.cumsum(self.counts) - self.counts
        sums: Floats = np.add.reduceat(weights[self.flat], starts) * self.scale()
        return sums


def grams(texts: Sequence[str], bits: int = hashing.BITS) -> Grams:
    """Hash texts the way the model reads them."""
    parts: list[Grams] = []
    for start in range(0, len(texts), _BLOCK):
        buffer = hashing.read(texts[start : start + _BLOCK])
        flat = np.stack(hashing.buckets(buffer.codes, bits), 1).ravel()
        parts.append(Grams(flat, (buffer.lengths + len(hashing.JOIN)) * 3))
    return join(parts)


def join(parts: Sequence[Grams]) -> Grams:
    """Put the texts of several corpora in one row."""
    if not parts:
        return Grams(np.zeros(0, np.uint32), np.zeros(0, np.int64))
    return Grams(
        np.concatenate([part.flat for part in parts]),
        np.concatenate([part.counts for part in parts]),
    )


@dataclass(frozen=True, slots=True)
class Penalty:
    """How a head is fitted.

    ``strength`` pulls weights to the prior, and so does ``frequency`` for each time a gram occurs;
    ``smooth`` pulls the naive Bayes odds to even; a gram that occurs fewer than ``least`` times
    keeps its prior; ``rounds`` bounds the iterations.
    """

    strength: float = 3.0
    frequency: float = 0.005
    smooth: float = 1.0
    least: int = 2
    rounds: int = 25


def sample_weights(targets: npt.NDArray[np.int8], corpora: npt.NDArray[np.int64]) -> Doubles:
    """Weigh a corpus by the root of its size and both its classes alike; the mean is one."""
    weights = np.zeros(len(targets))
    for corpus in np.unique(corpora):
        rows = corpora == corpus
        sides = [rows & (targets == side) for side in (-1, 1)]
        present = [side for side in sides if side.any()]
        for side in present:
            weights[side] = np.sqrt(rows.sum()) / len(present) / side.sum()
    weights *= len(weights) / weights.sum()
    return weights


def fit(
    texts: Grams,
    targets: npt.NDArray[np.int8],
    corpora: npt.NDArray[np.int64],
    prior: Floats,
    penalty: Penalty,
) -> Floats:
    """Fit a head on texts with targets -1 or 1; gives the weight of every bucket, float32."""
    occurs = np.bincount(texts.flat, minlength=len(prior))
    used = np.flatnonzero((occurs >= penalty.least) | ((prior != 0) & (occurs > 0)))
    place = np.full(len(prior), len(used), np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    columns = place[texts.flat]
    rows = np.repeat(np.arange(len(targets), dtype=np.int32), texts.counts)
    starts = np.cumsum(texts.counts) - texts.counts
    weights = sample_weights(targets, corpora) / len(targets)
    length = texts.scale()
    size = len(used) + 1

    mass = (weights * length * len(targets))[rows]
    odds = np.zeros(size)
    for side in (-1, 1):
        share = np.bincount(columns, mass * (targets == side)[rows], size) + penalty.smooth
        odds += side * np.log(share / share.sum())
    scale = np.abs(odds)
    scale[-1] = 0
    centre = np.append(prior[used], 0)
    pull = np.append(penalty.strength + penalty.frequency * occurs[used], 0) / len(targets)

    def loss(point: Doubles) -> tuple[float, Doubles]:
        table = (centre + scale * point).astype(np.float32)
        signed = targets * (np.add.reduceat(table[columns], starts) * length)
        value = (weights * np.logaddexp(0, -signed)).sum() + (pull * point * point).sum() / 2
        slope = -(weights * targets / (1 + np.exp(np.clip(signed, -50, 50)))) * length
        return float(value), np.bincount(columns, slope[rows], size) * scale + pull * point

    best = minimise(loss, np.zeros(size), penalty.rounds)
    fitted = prior.copy()
    fitted[used] = (centre + scale * best)[:-1]
    return fitted


def minimise(loss: Loss, start: Doubles, rounds: int, tolerance: float = 1e-4) -> Doubles:
    """Minimise a smooth convex loss by L-BFGS with backtracking (Nocedal and Wright, ch. 7)."""
    point = start
    value, gradient = loss(point)
    history: deque[tuple[Doubles, Doubles, float]] = deque(maxlen=_MEMORY)
    for _ in range(rounds):
        step = _direction(gradient, history)
        fall = float((gradient * step).sum())
        length = 1.0
        while True:
            further = point - length * step
            reached, turned = loss(further)
            if reached <= value - 1e-4 * length * fall or length < 1e-6:
                break
            length *= 0.4
        moved, bent = further - point, turned - gradient
        curve = float((moved * bent).sum())
        if curve > 1e-12:
            history.append((moved, bent, curve))
        gain = value - reached
        point, value, gradient = further, reached, turned
        if gain < tolerance * abs(value):
            break
    return point


def _direction(gradient: Doubles, history: deque[tuple[Doubles, Doubles, float]]) -> Doubles:
    """Bend the gradient by the curvature seen so far (two-loop recursion)."""
    step = gradient.copy()
    shares: list[float] = []
    for moved, bent, curve in reversed(history):
        share = float((moved * step).sum()) / curve
        shares.append(share)
        step -= share * bent
    if history:
        _, bent, curve = history[-1]
        step *= curve / float((bent * bent).sum())
    else:
        step /= max(float(np.sqrt((gradient * gradient).sum())), 1e-12)
    for (moved, bent, curve), share in zip(history, reversed(shares), strict=True):
        step += (share - float((bent * step).sum()) / curve) * moved
    return step


def calibrate(features: Doubles, targets: npt.NDArray[np.bool_], weights: Doubles) -> Doubles:
    """Fit slopes and an intercept (last) so that the logistic of the sum is a probability.

    ``features``: (texts, n). A little pull to zero slopes keeps tiny samples in bounds.
    """
    wide = np.column_stack([features, np.ones(len(features))])
    share = weights / weights.sum()

    def loss(point: Doubles) -> tuple[float, Doubles]:
        logit = (wide * point).sum(1)
        signed = np.where(targets, logit, -logit)
        value = (share * np.logaddexp(0, -signed)).sum() + 1e-6 * (point * point).sum()
        slope = share * (1 / (1 + np.exp(-np.clip(logit, -50, 50))) - targets)
        return float(value), (wide * slope[:, None]).sum(0) + 2e-6 * point

    return minimise(loss, np.zeros(wide.shape[1]), 200, 1e-9)

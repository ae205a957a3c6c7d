"""From raw weights to a model: rounding, and margins that become probabilities."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from operators.sentiment import learning
from operators.sentiment.corpora import NEGATIVE, NEUTRAL, POSITIVE, Bools, HeldOut
from operators.sentiment.model import Parameters, quantise, steps

_LEAST_WEIGHT: Final = 0.02
"""Nineteen weights of twenty are smaller; leaving them out costs no accuracy."""

_ALONE_SLOPE: Final = 0.6
"""Outside the one family that was learned from, a margin is worth about this much."""


def assemble(
    heads: learning.Floats, across: Sequence[HeldOut], within: Sequence[HeldOut]
) -> Parameters:
    """Quantise the weights and calibrate on margins of texts that were not trained on."""
    heads = np.where(np.abs(heads) < _LEAST_WEIGHT, np.float32(0), heads)
    index = np.flatnonzero(heads.any(0)).astype(np.uint32)
    rounded = [quantise(head[index]) for head in heads]
    levels = np.stack([levels for levels, _ in rounded])
    weighty = np.any([steps(row) != 0 for row in levels], 0)

    def tone(margins: learning.Floats) -> learning.Doubles:
        return margins[:1].T.astype(np.float64)

    def bent(margins: learning.Floats) -> learning.Doubles:
        return np.column_stack([margins[1], np.abs(margins[0] * polarity[0] + polarity[1])])

    def subject(margins: learning.Floats) -> learning.Doubles:
        return margins[2:].T.astype(np.float64)

    sides = (POSITIVE,), (NEGATIVE,)
    if across:
        polarity = calibrated(across, *sides, tone, risk=False)
    else:
        polarity = calibrated(within, *sides, tone, risk=False)
        polarity = np.array([polarity[0] * _ALONE_SLOPE, 0.0])
    neutral = calibrated(within, (NEUTRAL,), (NEGATIVE, POSITIVE), bent, risk=False)
    risk = calibrated(within, (NEGATIVE,), (NEUTRAL,), subject, risk=True)
    if not any(out.read.corpus.risk for out in within):
        # The risk head is then the polarity head turned round.
        risk = polarity * (1, -1)
    return Parameters(
        index=index[weighty],
        levels=np.ascontiguousarray(levels[:, weighty]),
        unit=np.array([unit for _, unit in rounded], np.float32),
        polarity=polarity.astype(np.float32),
        neutral=neutral.astype(np.float32),
        risk=risk.astype(np.float32),
    )


def calibrated(
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

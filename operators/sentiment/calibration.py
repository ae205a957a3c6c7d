"""From margins of texts that were held out to probabilities, and to the cut for neutral."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from operators.sentiment import learning, metrics
from operators.sentiment.corpora import NEGATIVE, NEUTRAL, POSITIVE, Bools, HeldOut
from operators.sentiment.model import Parameters, compress

_ALONE_SLOPE: Final = 0.6
"""Outside the one family that was learned from, a margin is worth about this much."""

_NEUTRAL: Final = (1.25, -0.22, 0.4)
"""Without any neutral texts to learn from: what the word list and little emotion say about it."""

_TILTS: Final = np.arange(-1.0, 2.01, 0.1)


def assemble(
    heads: learning.Floats, across: Sequence[HeldOut], within: Sequence[HeldOut]
) -> Parameters:
    """Round the weights and calibrate on margins of texts that were not trained on."""

    def tone(margins: learning.Floats) -> learning.Doubles:
        return margins[:1].T.astype(np.float64)

    def bent(margins: learning.Floats) -> learning.Doubles:
        return np.column_stack([margins[1], np.abs(margins[0] * polarity[0] + polarity[1])])

    def subject(margins: learning.Floats) -> learning.Doubles:
        return margins[2:].T.astype(np.float64)

    polarity = calibrated(across or within, (POSITIVE,), (NEGATIVE,), tone, risk=False, even=True)
    # Both sides weighed the same in training, so no margin means no side, on any corpus.
    polarity[1] = 0
    if not across:
        polarity[0] *= _ALONE_SLOPE
    if any((out.read.corpus.labels == NEUTRAL).any() for out in within if not out.read.corpus.risk):
        neutral = calibrated(within, (NEUTRAL,), (NEGATIVE, POSITIVE), bent, risk=False)
        neutral[-1] += _tilt(within, polarity, neutral)
    else:
        neutral = np.array(_NEUTRAL)
    risk = calibrated(within, (NEGATIVE,), (NEUTRAL,), subject, risk=True)
    if not any(out.read.corpus.risk for out in within):
        # The risk head is then the polarity head turned round.
        risk = polarity * (1, -1)
    return replace(
        compress(heads),
        polarity=polarity.astype(np.float32),
        neutral=neutral.astype(np.float32),
        risk=risk.astype(np.float32),
    )


def _tilt(outs: Sequence[HeldOut], polarity: learning.Doubles, neutral: learning.Doubles) -> float:
    """Find what to add to the neutral logit so that the three classes are told apart best.

    Best is the mean macro-F1 over the corpora with neutral texts, on texts that were held out.
    """
    gains = np.zeros(len(_TILTS))
    for name in dict.fromkeys(out.read.corpus.name for out in outs):
        parts = [out for out in outs if out.read.corpus.name == name]
        labels = np.concatenate([out.read.corpus.labels[out.rows] for out in parts])
        if parts[0].read.corpus.risk or not (labels == NEUTRAL).any():
            continue
        margins = np.concatenate([out.margins for out in parts], 1).astype(np.float64)
        tone = margins[0] * polarity[0] + polarity[1]
        plain = margins[1] * neutral[0] + np.abs(tone) * neutral[1] + neutral[2]
        side = np.where(tone > 0, POSITIVE, NEGATIVE).astype(np.int8)
        # Neutral is said when it is likelier than the better side.
        against = -np.logaddexp(0, -np.abs(tone))
        for place, tilt in enumerate(_TILTS):
            said = np.where(plain + tilt > against, np.int8(NEUTRAL), side)
            gains[place] += metrics.macro_f1(said, labels)
    return float(_TILTS[gains.argmax()])


def calibrated(
    outs: Sequence[HeldOut],
    yes: tuple[int, ...],
    no: tuple[int, ...],
    features: Callable[[learning.Floats], learning.Doubles],
    *,
    risk: bool,
    even: bool = False,
) -> learning.Doubles:
    """Fit slopes and an intercept on held-out margins; every family weighs the same.

    ``even``: and so do the two kinds within a family, whatever its corpora happen to hold.
    Without texts of both kinds the margins count as logits as they are.
    """
    columns: list[learning.Doubles] = []
    targets: list[Bools] = []
    groups: list[tuple[str, bool]] = []
    for out in outs:
        labels = out.read.corpus.labels[out.rows]
        rows = np.isin(labels, (*yes, *no))
        if out.read.corpus.risk is not risk or not np.isin(labels, yes).any():
            continue
        columns.append(features(out.margins)[rows])
        targets.append(np.isin(labels[rows], yes))
        kinds = targets[-1] & even
        groups += [(out.read.family, bool(kind)) for kind in kinds]
    if not columns:
        blank = features(np.zeros((3, 0), np.float32)).shape[1]
        return np.array([1.0] + [-1.0] * (blank - 1) + [0.0])
    sizes = Counter(groups)
    share = np.array([1 / sizes[group] for group in groups])
    return learning.calibrate(np.concatenate(columns), np.concatenate(targets), share)

"""How good scores are against labels: accuracy, macro-F1 and calibration error."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int8]
Floats: TypeAlias = npt.NDArray[np.float32]

_BINS = 10


def accuracy(said: Ints, true: Ints) -> float:
    """Give the share of equal labels, 0 for nothing."""
    return float((said == true).mean()) if len(true) else 0.0


def macro_f1(said: Ints, true: Ints) -> float:
    """Average the F1 of every class that occurs in ``true``."""
    scores = []
    for kind in np.unique(true):
        hits = int(((said == kind) & (true == kind)).sum())
        scores.append(2 * hits / int((said == kind).sum() + (true == kind).sum()))
    return float(np.mean(scores)) if scores else 0.0


def calibration_error(chance: Floats, happened: npt.NDArray[np.bool_]) -> float:
    """Give the expected calibration error of a probability over ten equal bins (Guo, 2017)."""
    if not len(chance):
        return 0.0
    bins = np.minimum((chance * _BINS).astype(np.int64), _BINS - 1)
    count = np.bincount(bins, minlength=_BINS)
    promised = np.bincount(bins, chance, _BINS)
    seen = np.bincount(bins, happened.astype(np.float64), _BINS)
    return float(np.abs(promised - seen).sum() / count.sum())

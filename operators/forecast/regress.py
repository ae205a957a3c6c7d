"""Two small regressions for medians, linear and by kernel; numpy alone.

All minimise absolute error, so that a few runaway cascades do not pull the rest along. Each is
fitted by ``fit(x, y)`` (``x``: rows of features, ``y``: one target a row) and deterministic.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ROUNDS: Final = 40


@dataclass(slots=True)
class Scaling:
    """Features to mean 0 and deviation 1, as seen when fitting."""

    mean: Array
    deviation: Array

    @classmethod
    def of(cls, x: Array) -> "Scaling":
        """Learn the scale."""
        return cls(x.mean(axis=0), x.std(axis=0) + 1e-9)

    def __call__(self, x: Array) -> Array:
        """Scale, and hold what lies far outside at four deviations."""
        return np.clip((x - self.mean) / self.deviation, -4.0, 4.0)


@dataclass(slots=True)
class LeastDeviations:
    """Linear median regression, ridge on all but the intercept; by reweighted least squares."""

    ridge: float = 0.2
    scaling: Scaling | None = None
    weights: Array = field(default_factory=lambda: np.zeros(0))

    def fit(self, x: Array, y: Array) -> None:
        """Learn."""
        self.scaling = Scaling.of(x)
        rows = self._rows(x)
        penalty = self.ridge * len(y) * np.eye(rows.shape[1])
        penalty[0, 0] = 1e-9
        weight = np.ones(len(y))
        for _ in range(_ROUNDS):
            weighted = rows * weight[:, None]
            self.weights = _solve(rows.T @ weighted + penalty, weighted.T @ y)
            weight = 0.5 / np.maximum(np.abs(y - rows @ self.weights), 1e-3)

    def predict(self, x: Array) -> Array:
        """Return the medians."""
        expected: Array = self._rows(x) @ self.weights
        return expected

    def _rows(self, x: Array) -> Array:
        scaled = self.scaling(x) if self.scaling else x
        return np.column_stack([np.ones(len(x)), scaled])


@dataclass(slots=True)
class KernelMedian:
    """Median of what resembles: Gaussian kernel, L1 loss, ridge; by reweighted least squares."""

    ridge: float = 3.0
    width: float = 0.3
    scaling: Scaling | None = None
    seen: Array = field(default_factory=lambda: np.zeros((0, 0)))
    weights: Array = field(default_factory=lambda: np.zeros(0))
    middle: float = 0.0

    def fit(self, x: Array, y: Array) -> None:
        """Learn."""
        self.scaling = Scaling.of(x)
        self.seen = self.scaling(x)
        self.middle = float(np.median(y))
        kernel = self._kernel(self.seen)
        loose = np.ones(len(y))
        for _ in range(_ROUNDS // 2):
            self.weights = _solve(kernel + self.ridge * np.diag(loose), y - self.middle)
            loose = np.maximum(np.abs(y - self.middle - kernel @ self.weights), 0.05) / 0.3

    def predict(self, x: Array) -> Array:
        """Return the medians."""
        scaled = self.scaling(x) if self.scaling else x
        expected: Array = self.middle + self._kernel(scaled) @ self.weights
        return expected

    def _kernel(self, x: Array) -> Array:
        square = (x**2).sum(axis=1)[:, None] + (self.seen**2).sum(axis=1)[None, :]
        distance = np.maximum(square - 2 * x @ self.seen.T, 0.0)
        kernel: Array = np.exp(-self.width / x.shape[1] * distance)
        return kernel


def _solve(left: Array, right: Array) -> Array:
    return np.linalg.solve(left, right).astype(np.float64)

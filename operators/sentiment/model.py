"""The numbers of the linear model, and the small file they are shipped in."""

import hashlib
import io
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from operators.sentiment import hashing

HEADS: Final = ("polarity", "neutral", "risk")

_LEVELS: Final = 127
PEAK: Final = 1350
"""Largest weight in steps. 3 grams x 258 characters x 1350 stays below 2**20, so the sums of three
heads share one 64-bit integer, 21 bits each, and no text can make one spill into another."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """A trained model.

    ``index``: uint32, buckets that carry weight, ascending; ``levels``: int8 (heads, buckets), the
    signed square root of the weight; ``unit``: float32 (heads,), what one step weighs;
    ``polarity``, ``risk``: slope and intercept of the calibrated logit; ``neutral``: slope,
    factor on the absolute polarity logit, and intercept; all float32.
    """

    index: npt.NDArray[np.uint32]
    levels: npt.NDArray[np.int8]
    unit: npt.NDArray[np.float32]
    polarity: npt.NDArray[np.float32]
    neutral: npt.NDArray[np.float32]
    risk: npt.NDArray[np.float32]

    def version(self) -> str:
        """Name the content: 12 hexadecimal digits of a hash over all numbers."""
        digest = hashlib.sha256()
        for field in fields(self):
            digest.update(getattr(self, field.name).tobytes())
        return digest.hexdigest()[:12]


def steps(levels: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """Turn stored levels into weights in steps: fine near zero, coarse far out."""
    square = levels.astype(np.int64) ** 2
    return np.sign(levels) * ((square * PEAK + _LEVELS**2 // 2) // _LEVELS**2)


def quantise(heads: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], float]:
    """Round the weights of a head to levels; gives them and what one step weighs."""
    top = float(np.abs(heads).max(initial=0.0))
    if top == 0.0:
        return np.zeros(heads.shape, np.int8), 1.0
    levels = np.rint(np.sqrt(np.abs(heads) / top) * _LEVELS) * np.sign(heads)
    return levels.astype(np.int8), top / PEAK


def dump(model: Parameters) -> bytes:
    """Write the model as a compressed npz; equal models give equal bytes."""
    columns = {field.name: getattr(model, field.name) for field in fields(model)}
    # Gaps between buckets are small numbers and compress well.
    columns["index"] = np.diff(model.index, prepend=np.uint32(0)).astype(np.uint32)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **columns)
    return buffer.getvalue()


def parse(data: bytes) -> Parameters:
    """Read what ``dump`` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as columns:
        values = {field.name: columns[field.name] for field in fields(Parameters)}
    values["index"] = np.cumsum(values["index"], dtype=np.uint32)
    return Parameters(**values)


def packed(model: Parameters) -> npt.NDArray[np.int64]:
    """Lay the weights of the three heads side by side in one int64 for each bucket."""
    table = np.zeros(1 << hashing.BITS, np.int64)
    columns = steps(model.levels)
    table[model.index] = columns[0] + (columns[1] << 21) + (columns[2] << 42)
    return table

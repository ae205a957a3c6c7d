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
_PLACES: Final = 1 << 16
_LEAST_WEIGHT: Final = 0.02
"""Nineteen weights of twenty are smaller; leaving them out costs no accuracy."""
PEAK: Final = 1350
"""Largest weight in steps. 3 grams x 258 characters x 1350 stays below 2**20, so the sums of three
heads share one 64-bit integer, 21 bits each, and no text can make one spill into another."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """A trained model.

    ``index``: uint32, buckets that carry weight (of ``hashing.TABLE_BITS``), ascending;
    ``levels``: int8 (heads, buckets), the signed square root of the weight; ``unit``: float32
    (heads,), what one step weighs;
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


def compress(heads: npt.NDArray[np.float32]) -> Parameters:
    """Round weights (heads, learning buckets) to a model that is not calibrated yet.

    Tiny weights go; of two buckets that meet in the smaller table the weightier one stays.
    """
    heads = np.where(np.abs(heads) < _LEAST_WEIGHT, np.float32(0), heads)
    pairs = heads.reshape(len(heads), 1 << hashing.TABLE_BITS, -1)
    heavier = np.abs(pairs).sum(0).argmax(1)[None, :, None]
    folded = np.take_along_axis(pairs, np.broadcast_to(heavier, (*pairs.shape[:2], 1)), 2)[..., 0]
    index = np.flatnonzero(folded.any(0)).astype(np.uint32)
    rounded = [quantise(head[index]) for head in folded]
    levels = np.stack([levels for levels, _ in rounded])
    coarse = 1
    while len(np.unique(levels, axis=1).T) >= _PLACES:
        # Polarity keeps its fineness; the other heads give some up until every weight has a place.
        coarse *= 2
        levels[1:] = np.rint(levels[1:] / coarse).astype(np.int8) * np.int8(coarse)
    weighty = np.any([steps(row) != 0 for row in levels], 0)
    return Parameters(
        index=index[weighty],
        levels=np.ascontiguousarray(levels[:, weighty]),
        unit=np.array([unit for _, unit in rounded], np.float32),
        polarity=np.array([1, 0], np.float32),
        neutral=np.array([1, 0, 0], np.float32),
        risk=np.array([1, 0], np.float32),
    )


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


def packed(model: Parameters) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.int64]]:
    """Lay the model out for looking up: bucket to place, and place to the weights of three heads.

    The weights are side by side in one int64. Small tables stay in the processor's caches: 4 MiB
    of places, half a MiB of weights at most.
    """
    columns = steps(model.levels)
    sums = columns[0] + (columns[1] << 21) + (columns[2] << 42)
    book, places = np.unique(np.append(0, sums), return_inverse=True)
    if len(book) > _PLACES:
        msg = f"{len(book)} different weights do not fit {_PLACES} places"
        raise ValueError(msg)
    zero = int(np.searchsorted(book, 0))
    table = np.full(1 << hashing.TABLE_BITS, zero, np.uint16)
    table[model.index] = places[1:]
    return table, book

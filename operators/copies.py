"""Posts that tell the same story in nearly the same words (近似重复): sketches of texts.

A sketch is eight MinHash values (Broder 1997) over the 4-grams of the letters and digits at the
head of a text. Two texts whose 4-gram sets overlap by four fifths agree in five or more of the
eight with probability 0.94; texts that overlap by a tenth, as different posts on one subject do,
with probability 0.0004. Candidates are found by pairs of values (`operators.stories`).
"""

import struct
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

HEAD: Final = 120
"""Letters and digits of a text that are looked at."""

SHORTEST: Final = 12
"""Texts with fewer letters are alike by chance, so they are nobody's copy."""

ALIKE: Final = 5
"""Values of eight that have to agree."""

_GRAM: Final = 4
_VALUES: Final = 8
_BMP: Final = 0x10000
_LOW: Final = 0xFFFFFFFF

Sketch: TypeAlias = bytes
"""Eight 32-bit values; empty when the text is too short to be told from others."""

BANDS: Final = struct.Struct("<4Q")
"""Reads a sketch as four pairs of values."""


def _multipliers() -> NDArray[np.uint32]:
    """Return odd multipliers of a fixed Weyl sequence, so that sketches never change."""
    steps = np.arange(1, _VALUES + _GRAM + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (steps >> np.uint64(32)).astype(np.uint32) | np.uint32(1)


_ODD: Final = _multipliers()
_LETTER: Final = np.fromiter((chr(code).isalnum() for code in range(_BMP)), np.bool_, _BMP)


def sketches(texts: Sequence[str]) -> list[Sketch]:
    """Return the sketch of each text, all in one pass."""
    if not texts:
        return []
    heads = [text[: 2 * HEAD] for text in texts]
    codes = np.frombuffer("\0".join(heads).encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.cumsum([len(head) + 1 for head in heads])
    within = np.repeat(np.arange(len(heads)), np.diff(ends, prepend=0))[: len(codes)]
    kept = np.flatnonzero(_LETTER[np.minimum(codes, _BMP - 1)])
    owner = within[kept]
    sizes = np.bincount(owner, minlength=len(heads))
    starts = np.cumsum(sizes) - sizes
    place = np.arange(len(kept)) - starts[owner]
    kept, owner = kept[place < HEAD], owner[place < HEAD]
    sizes = np.minimum(sizes, HEAD)
    letters = codes[kept]
    if len(letters) < _GRAM:
        return [b""] * len(heads)
    grams = np.zeros(len(letters) - _GRAM + 1, np.uint32)
    for n in range(_GRAM):
        grams = (grams ^ letters[n : len(letters) - _GRAM + 1 + n]) * _ODD[_VALUES + n]
        grams ^= grams >> np.uint32(15)
    inside = owner[: len(grams)] == owner[_GRAM - 1 :]
    grams, owner = grams[inside], owner[: len(grams)][inside]
    able = np.flatnonzero(sizes >= SHORTEST)
    found: list[Sketch] = [b""] * len(heads)
    if not len(able):
        return found
    first = np.searchsorted(owner, able)
    last = np.searchsorted(owner, able, side="right")
    # Texts too short lie between; their grams are left out before the minima are taken.
    wanted = np.zeros(len(grams) + 1, np.int32)
    np.add.at(wanted, first, 1)
    np.add.at(wanted, last, -1)
    grams = grams[np.cumsum(wanted[:-1]) > 0]
    at = np.cumsum(last - first) - (last - first)
    values = np.empty((len(at), _VALUES), np.uint32)
    for value in range(_VALUES):
        values[:, value] = np.minimum.reduceat(_mixed(grams * _ODD[value]), at)
    raw, width = values.astype("<u4", copy=False).tobytes(), BANDS.size
    for number, text in enumerate(able.tolist()):
        found[text] = raw[width * number : width * (number + 1)]
    return found


def _mixed(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return values ^ (values >> np.uint32(16))


def alike(one: Sketch, other: Sketch) -> bool:
    """Tell whether two texts are copies of each other."""
    agreed = 0
    for mine, theirs in zip(BANDS.unpack(one), BANDS.unpack(other), strict=True):
        differs = mine ^ theirs
        agreed += (not differs & _LOW) + (not differs >> 32)
    return agreed >= ALIKE

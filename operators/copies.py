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

from operators.letters import letters_of

HEAD: Final = 160
"""Characters of a text whose letters and digits are looked at."""

SHORTEST: Final = 12
"""Texts with fewer letters are alike by chance, so they are nobody's copy."""

ALIKE: Final = 5
"""Values of eight that have to agree."""

_GRAM: Final = 4
_VALUES: Final = 8
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


def sketches(texts: Sequence[str]) -> list[Sketch]:
    """Return the sketch of each text, all in one pass."""
    if not texts:
        return []
    letters, start, until = letters_of([text[:HEAD] for text in texts])
    found: list[Sketch] = [b""] * len(texts)
    able = np.flatnonzero(until - start >= SHORTEST)
    if not len(able):
        return found
    count = len(letters) - _GRAM + 1
    grams = np.zeros(count, np.uint32)
    for n in range(_GRAM):
        grams = (grams ^ letters[n : count + n]) * _ODD[_VALUES + n]
        grams ^= grams >> np.uint32(15)
    # Of each two ranges the first is a text's; the second holds what lies between two texts.
    ranges = np.stack((start[able], until[able] - _GRAM + 1), axis=1).ravel()
    grams = np.append(grams, np.uint32(0))
    values = np.empty((len(able), _VALUES), "<u4")
    for value in range(_VALUES):
        values[:, value] = np.minimum.reduceat(_mixed(grams * _ODD[value]), ranges)[::2]
    raw, width = values.tobytes(), BANDS.size
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

"""The letters and digits of many texts side by side, for what is said apart from how it is set."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

_BMP: Final = 0x10000
_LETTER: Final = np.fromiter((chr(code).isalnum() for code in range(_BMP)), np.bool_, _BMP)


class Letters(NamedTuple):
    """Letters and digits of the basic plane in one row.

    ``codes``: uint16; ``starts``, ``ends``: int64, where those of each text begin and end in it.
    """

    codes: npt.NDArray[np.uint16]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def letters_of(texts: Sequence[str]) -> Letters:
    """Lay out the letters of each text."""
    codes = np.frombuffer("\0".join([*texts, ""]).encode("utf-16-le", "surrogatepass"), "<u2")
    stops = np.flatnonzero(codes == 0)
    if len(stops) != len(texts):
        return letters_of([text.replace("\0", " ") for text in texts])
    kept = np.flatnonzero(_LETTER.take(codes))
    ends = kept.searchsorted(stops)
    return Letters(codes[kept], np.concatenate(([0], ends[:-1])), ends)

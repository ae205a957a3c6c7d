"""A text about a company as hashed character grams: of the whole, and of what is by the name."""

from functools import cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from operators.folding import fold_char

BITS: Final = 17
"""Grams are numbered with this many bits."""

LIMIT: Final = 400
"""Characters of a text that are read."""

_BEFORE: Final = 12
_AFTER: Final = 30
_TIMES: Final = 3
_MASK: Final = "▲"
_LONGEST: Final = 4
_STEP: Final = np.uint32(0x9E3779B1)
_SHIFT: Final = np.uint32(32 - BITS)

Buckets: TypeAlias = npt.NDArray[np.uint32]


@cache
def _table() -> npt.NDArray[np.uint32]:
    """Map each point of the basic plane to a hash of its folded character (MurmurHash3's end)."""
    points = np.fromiter((ord(fold_char(chr(p)) or " ") for p in range(1 << 16)), np.uint32)
    points ^= points >> np.uint32(16)
    points *= np.uint32(0x85EBCA6B)
    points ^= points >> np.uint32(13)
    points *= np.uint32(0xC2B2AE35)
    points ^= points >> np.uint32(16)
    return points


def grams(text: str, name: str) -> Buckets:
    """Return the buckets of a text about ``name``, each once; without a name those of the whole."""
    text = text[:LIMIT]
    if not name or name not in text:
        return np.unique(_hashed(text, _LONGEST, 0))
    parts = text.split(name)
    after = "\n".join(part[:_AFTER] for part in parts[1 : 1 + _TIMES])
    return np.unique(
        np.concatenate(
            [
                _hashed(_MASK.join(parts), _LONGEST, 0),
                _hashed(after, _LONGEST, 1),
                _hashed(parts[0][-_BEFORE:], _LONGEST - 1, 2),
            ]
        )
    )


def _hashed(text: str, longest: int, place: int) -> Buckets:
    """Hash the grams of 1 to ``longest`` characters; ``place`` keeps kinds of grams apart."""
    codes = _table()[np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")]
    rolled = codes * _STEP + np.uint32(place * 0x3C6EF372)
    found = [rolled * _STEP]
    for size in range(1, longest):
        if len(codes) <= size:
            break
        rolled = (rolled[:-1] ^ (rolled[:-1] >> np.uint32(15))) * _STEP + codes[size:]
        found.append(rolled * _STEP)
    return np.concatenate(found) >> _SHIFT

"""A text about a company as hashed character grams: of the whole, and of what is by the name."""

from functools import cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from operators.folding import fold_char

BITS: Final = 17
"""Grams are numbered with this many bits."""

LIMIT: Final = 400
"""Characters of a text that are read."""

_BEFORE: Final = 12
_COUNTS: Final = (1.0, 1.0, 0.7)
_AFTER: Final = 30
_TIMES: Final = 3
_MASK: Final = "▲"
_LONGEST: Final = 4
_STEP: Final = np.uint32(0x9E3779B1)
_SHIFT: Final = np.uint32(32 - BITS)
_BUCKET: Final = np.uint32((1 << BITS) - 1)
_LIMITS: Final = np.array([1 << BITS, 2 << BITS], np.uint32)

Buckets: TypeAlias = npt.NDArray[np.uint32]


class Features(NamedTuple):
    """The features of a text by number (uint32), and the value of each (float32)."""

    places: Buckets
    values: npt.NDArray[np.float32]


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


def grams(text: str, name: str) -> Features:
    """Return the buckets of a text about ``name``, and what each counts; all together count 1.

    Without a name those of the whole. The grams of the whole, those after the name and those before
    it are three shares, so a long text does not drown what is by the name.
    """
    text = text[:LIMIT]
    if not name or name not in text:
        keys = _distinct(_hashed(text, 0))
        return Features(keys, np.full(len(keys), max(len(keys), 1) ** -0.5, np.float32))
    parts = text.split(name)
    after = "\n".join([part[:_AFTER] for part in parts[1 : 1 + _TIMES]])
    before = "\n".join([part[-_BEFORE:] for part in parts[:_TIMES]])
    shares = [_hashed(_MASK.join(parts), 0), _hashed(after, 1), _hashed(before, 2)]
    for place in (1, 2):
        shares[place] += np.uint32(place << BITS)
    keys = _distinct(np.concatenate(shares))
    middle, last = keys.searchsorted(_LIMITS).tolist()
    sizes = (middle, last - middle, len(keys) - last)
    whole = sum(counts**2 for counts, size in zip(_COUNTS, sizes, strict=True) if size) ** 0.5
    values = [
        counts / whole * max(size, 1) ** -0.5 for counts, size in zip(_COUNTS, sizes, strict=True)
    ]
    keys &= _BUCKET
    return Features(keys, np.array(values, np.float32).repeat(sizes))


def _distinct(keys: Buckets) -> Buckets:
    """Sort in place, and keep one of equals; half the time of ``np.unique``."""
    keys.sort()
    if not len(keys):
        return keys
    first = np.empty(len(keys), np.bool_)
    first[0] = True
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    return keys[first]


def _hashed(text: str, place: int) -> Buckets:
    """Hash the grams of 1 to ``_LONGEST`` characters; ``place`` keeps kinds of grams apart."""
    codes = _table()[np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")]
    rolled = codes * _STEP + np.uint32(place * 0x3C6EF372)
    found = [rolled * _STEP]
    for size in range(1, _LONGEST):
        if len(codes) <= size:
            break
        rolled = (rolled[:-1] ^ (rolled[:-1] >> np.uint32(15))) * _STEP + codes[size:]
        found.append(rolled * _STEP)
    return np.concatenate(found) >> _SHIFT

"""A text about a company as hashed character grams: of the whole, and of what is by the name."""

from collections.abc import Sequence
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
_AFTER: Final = 30
_TIMES: Final = 3
_COUNTS: Final = np.array([1.0, 1.0, 0.7])
_SHARES: Final = len(_COUNTS)
_MASK: Final = "▲"
_LONGEST: Final = 4
_STEP: Final = np.uint32(0x9E3779B1)
_APART: Final = np.uint32(0x3C6EF372)
_SHIFT: Final = np.uint32(32 - BITS)
_NUMBER: Final = np.uint32(BITS)
_BUCKET: Final = np.uint32((1 << BITS) - 1)

_AT_ONCE: Final = 4096
"""Texts whose parts have numbers that fit above a bucket's."""

Buckets: TypeAlias = npt.NDArray[np.uint32]
Floats: TypeAlias = npt.NDArray[np.float32]


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
    keys = _hashed(_parts(text, name))
    sizes = np.bincount(keys >> _NUMBER, minlength=_SHARES)
    return Features(keys & _BUCKET, _values(sizes).repeat(sizes))


def sums(texts: Sequence[tuple[str, str]], table: npt.NDArray[np.int8]) -> Floats:
    """Sum the rows of a table for the ``grams`` of each text and name: float32 (texts, columns).

    All texts at once, in whole numbers: the same to the last bit whatever else is asked.
    """
    out = np.zeros((len(texts), table.shape[1]), np.float32)
    for at in range(0, len(texts), _AT_ONCE):
        some = texts[at : at + _AT_ONCE]
        keys = _hashed([part for text, name in some for part in _parts(text, name)])
        sizes = np.bincount(keys >> _NUMBER, minlength=_SHARES * len(some))
        shares = np.flatnonzero(sizes)
        if not len(shares):
            continue
        starts = (sizes.cumsum() - sizes)[shares]
        added = np.zeros((len(sizes), table.shape[1]), np.float32)
        added[shares] = np.add.reduceat(table.take(keys & _BUCKET, 0), starts, 0, np.int32)
        added *= _values(sizes)[:, None]
        out[at : at + _AT_ONCE] = added.reshape(len(some), _SHARES, -1).sum(1)
    return out


def _parts(text: str, name: str) -> tuple[str, str, str]:
    """Return the whole of a text with its name masked, what follows that, and what precedes it."""
    text = text[:LIMIT]
    if not name or name not in text:
        return text, "", ""
    pieces = text.split(name)
    after = "\n".join([piece[:_AFTER] for piece in pieces[1 : 1 + _TIMES]])
    before = "\n".join([piece[-_BEFORE:] for piece in pieces[:_TIMES]])
    return _MASK.join(pieces), after, before


def _values(sizes: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
    """Tell what a gram of each share counts, given how many grams each share of each text has."""
    shares = sizes.reshape(-1, _SHARES)
    whole = np.sqrt((_COUNTS**2 * (shares > 0)).sum(1, keepdims=True))
    values: Floats = _COUNTS / np.maximum(whole, 1e-9) / np.sqrt(np.maximum(shares, 1))
    return values.ravel().astype(np.float32)


def _hashed(parts: Sequence[str]) -> Buckets:
    """Hash the grams of 1 to ``_LONGEST`` characters, sorted, each once for a part.

    The number of the part stands above the ``BITS`` of the bucket; every ``_SHARES`` parts are the
    shares of a text, which are kept apart.
    """
    data = [part.encode("utf-16-le", "surrogatepass") for part in parts]
    lengths = [len(one) // 2 for one in data]
    part = np.arange(len(parts), dtype=np.uint32).repeat(lengths)
    codes = _table().take(np.frombuffer(b"".join(data), "<u2"))
    rolled = codes * _STEP + part % np.uint32(_SHARES) * _APART
    above = part << _NUMBER
    keys = [above | (rolled * _STEP >> _SHIFT)]
    for size in range(1, min(_LONGEST, len(codes))):
        rolled = (rolled[:-1] ^ (rolled[:-1] >> np.uint32(15))) * _STEP + codes[size:]
        # What reaches into the next part is no gram.
        inside = part[size:] == part[:-size]
        keys.append((above[size:] | (rolled * _STEP >> _SHIFT))[inside])
    return _distinct(np.concatenate(keys))


def _distinct(keys: Buckets) -> Buckets:
    """Sort in place, and keep one of equals; half the time of ``np.unique``."""
    keys.sort()
    first = np.empty(len(keys), np.bool_)
    first[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    return keys[first]

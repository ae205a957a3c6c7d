"""Texts to hashed character 1-, 2- and 3-grams, whole batches at a time and without a tokenizer.

The texts of a batch are joined into one buffer of code points; every gram of the buffer becomes a
bucket number by integer arithmetic alone. Two joining characters stand before each text, so no
gram spans two texts; the grams that touch them read as the shorter ones beside, so that the first
characters of a text count more.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

BITS: Final = 22
"""Buckets are numbered with this many bits while learning."""

TABLE_BITS: Final = 21
"""And with this many in the finished model: few buckets carry weight, so few then meet."""

LIMIT: Final = 256
"""Characters of a text that are read; what follows does not change a score."""

JOIN: Final = "\n\n"

_STEP: Final = np.uint32(0x9E3779B1)
_SURROGATES: Final = 0xD800
_COMPATIBILITY: Final = 0xF900

Buckets: TypeAlias = npt.NDArray[np.uint32]


class Buffer(NamedTuple):
    """The texts of a batch side by side.

    ``points``: uint16, the low half of each code point; ``codes``: uint32, a hash of each folded
    character; ``starts``: int64, where the joining characters before each text begin; ``lengths``:
    int64, characters read of each text.
    """

    points: npt.NDArray[np.uint16]
    codes: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]


def fold(char: str) -> str:
    """Give the one character that stands for ``char``: half width, lower case, digits as 0."""
    plain = unicodedata.normalize("NFKC", char)
    plain = (plain if len(plain) == 1 else char).lower()
    if len(plain) != 1 or plain.isspace() or not plain.isprintable():
        return " "
    return "0" if plain.isdecimal() else plain


@cache
def _table() -> npt.NDArray[np.uint32]:
    """Map the low 16 bits of a code point to a 32-bit hash of the folded character."""
    points = np.arange(1 << 16, dtype=np.uint32)
    for point in range(1 << 16):
        if not _SURROGATES <= point < _COMPATIBILITY:
            points[point] = ord(fold(chr(point)))
    points[ord(JOIN[0])] = 0
    # The finaliser of MurmurHash3: neighbouring code points must land far apart.
    points ^= points >> np.uint32(16)
    points *= np.uint32(0x85EBCA6B)
    points ^= points >> np.uint32(13)
    points *= np.uint32(0xC2B2AE35)
    points ^= points >> np.uint32(16)
    return points


def read(texts: Sequence[str]) -> Buffer:
    """Lay the first ``LIMIT`` characters of each text into one buffer."""
    cut = [text[:LIMIT] for text in texts]
    lengths = np.fromiter(map(len, cut), np.int64, len(cut))
    starts = np.zeros(len(cut), np.int64)
    np.cumsum(lengths[:-1] + len(JOIN), out=starts[1:])
    raw = JOIN.join(["", *cut, ""]).encode("utf-32-le", "surrogatepass")
    # The low half of a code point is enough: emoji land in the private use area.
    points = np.frombuffer(raw, "<u2")[::2]
    return Buffer(points, _table().take(points), starts, lengths)


def buckets(codes: npt.NDArray[np.uint32], bits: int = BITS) -> tuple[Buckets, Buckets, Buckets]:
    """Give bucket numbers to the grams of one, two and three characters at each place.

    The two joining characters at the end start none, so the arrays are two shorter than ``codes``.
    """
    shift = np.uint32(32 - bits)
    one = codes * _STEP
    two = one[:-1] + codes[1:]
    three = two[:-1] * _STEP
    three += codes[2:]
    return one[:-2] >> shift, two[:-1] >> shift, three >> shift


def term_buckets(term: str, bits: int = BITS) -> Buckets:
    """Give the buckets of a word: itself up to three characters, beyond that its 3-grams."""
    codes = read([term]).codes[len(JOIN) :]
    size = min(len(codes) - len(JOIN), 3)
    return buckets(codes, bits)[size - 1][: len(codes) - len(JOIN) - size + 1]

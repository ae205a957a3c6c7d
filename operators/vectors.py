"""Whole columns of a batch at once: entry ids, instants and identities as arrays of numbers.

Each function gives for every element what its plain counterpart gives for one; a column in which
something is out of the ordinary is worked element by element.
"""

import re
from collections.abc import Sequence
from datetime import tzinfo
from hashlib import blake2b
from typing import Final, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from operators.instants import instant_ms
from operators.wire import Time

Integers: TypeAlias = npt.NDArray[np.int64]
Hashes: TypeAlias = npt.NDArray[np.uint64]

NO_INSTANT: Final = -(2**62)
"""Stands in a column for what is no instant."""

SEQUENCE_BITS: Final = 20
_FEW: Final = 32
"""Shorter columns are done sooner one by one."""
_MS_DIGITS: Final = 13
_ZERO: Final = 48
_POWERS: Final = 10 ** np.arange(_MS_DIGITS - 1, -1, -1, dtype=np.int64)

_KEY_BYTES: Final = 48
_KEY_WORDS: Final = _KEY_BYTES // 8
_MIXERS: Final = np.random.Generator(np.random.PCG64(20_260_101)).integers(
    1, 2**63, _KEY_WORDS, dtype=np.uint64
) * np.uint64(2) + np.uint64(1)
_FINAL: Final = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53), np.uint64(33))

_STAMP: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{3})?(?:Z|[+-]\d\d:?\d\d)", re.ASCII
)
_PLACES: Final = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_PLACES_MS: Final = (*_PLACES, 20, 21, 22)
_PARTS: Final = np.zeros((17, 7))
"""Digits of a stamp times this are year, month, day, hour, minute, second and millisecond."""
_PARTS[range(17), (0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 6)] = (
    1000, 100, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 100, 10, 1,
)  # fmt: skip
_MONTH_DAYS: Final = np.array((0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), np.int64)


def entry_numbers(ids: Sequence[bytes]) -> Integers:
    """Turn Redis ids ``<ms>-<n>`` into integers as `operators.reading.entry_number` does."""
    if len(ids) < _FEW:
        return np.array([_entry_number(one) for one in ids], np.int64)
    column = np.array(ids, dtype=bytes)
    width = column.dtype.itemsize
    if width > _MS_DIGITS + 1:
        grid = column.view(np.uint8).reshape(len(ids), width)
        if (grid[:, _MS_DIGITS] == ord("-")).all():
            ms = (grid[:, :_MS_DIGITS].astype(np.int64) - _ZERO) @ _POWERS
            tail = np.zeros(len(ids), np.int64)
            for place in range(_MS_DIGITS + 1, width):
                digit = grid[:, place].astype(np.int64)
                tail = np.where(digit, tail * 10 + digit - _ZERO, tail)
            return (ms << SEQUENCE_BITS) | tail
    return np.array([_entry_number(one) for one in ids], np.int64)


def _entry_number(entry_id: bytes) -> int:
    ms, _, n = entry_id.partition(b"-")
    return (int(ms) << SEQUENCE_BITS) | int(n or 0)


def identities(keys: Sequence[str]) -> Hashes:
    """Hash each key to 64 bits, never 0: equal on every machine and in every batch."""
    try:
        column = np.array(keys, dtype=bytes)
    except UnicodeEncodeError:
        return np.array([_identity(key) for key in keys], np.uint64)
    if column.dtype.itemsize > _KEY_BYTES:
        return np.array([_identity(key) for key in keys], np.uint64)
    words = column.astype(f"S{_KEY_BYTES}").view(np.uint64).reshape(len(keys), _KEY_WORDS)
    # Multiply and xor-shift each word before they are added up, so that no two cancel out.
    mixed = words * _MIXERS
    mixed ^= mixed >> _FINAL[2]
    mixed *= _FINAL[0]
    sums = mixed.sum(axis=1, dtype=np.uint64)
    sums ^= sums >> _FINAL[2]
    sums *= _FINAL[1]
    sums ^= sums >> _FINAL[2]
    hashes: Hashes = np.maximum(sums, np.uint64(1))
    return hashes


def _identity(key: str) -> int:
    """Hash one key; a short one in ASCII as in a column of its own kind."""
    if len(key) <= _KEY_BYTES and key.isascii():
        return int(identities([key])[0])
    return max(1, int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little"))


def instants(values: Sequence[Time], zone: tzinfo) -> Integers:
    """Milliseconds since the epoch of each value, `NO_INSTANT` where it is none."""
    known = _alike(values, zone)
    if known is not None:
        return known
    found = (instant_ms(value, zone) for value in values)
    return np.array([NO_INSTANT if one is None else one for one in found], np.int64)


def _alike(values: Sequence[Time], zone: tzinfo) -> Integers | None:
    """Read a column of RFC 3339 stamps of one length and zone; None when it is not that."""
    if len(values) < _FEW or set(map(type, values)) != {str}:
        return None
    texts = cast("Sequence[str]", values)
    form = _STAMP.fullmatch(texts[0])
    width = len(texts[0])
    first_ms = instant_ms(texts[0], zone)
    if form is None or first_ms is None or set(map(len, texts)) != {width}:
        return None
    text = "".join(texts)
    if not text.isascii():
        return None
    grid = np.frombuffer(text.encode(), np.uint8).reshape(len(texts), width)
    places = _PLACES if form[1] is None else _PLACES_MS
    same = [place for place in range(width) if place not in places]
    digits = grid[:, places] - np.uint8(_ZERO)
    if (grid[:, same] != grid[0, same]).any() or digits.max() > 9:
        return None
    # Sums of small whole numbers, exact in floats, which multiply faster than integers.
    parts = (digits @ _PARTS[: len(places)]).astype(np.int64)
    year, month, day, hour, minute, second, ms = parts.T
    if (
        month.min() < 1
        or month.max() > 12
        or day.min() < 1
        or (day > _MONTH_DAYS[month]).any()
        or hour.max() > 23
        or minute.max() > 59
        or second.max() > 59
        or year.min() < 1
    ):
        return None
    seconds = ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    local: Integers = seconds * 1_000 + ms
    local += first_ms - local[0]
    return local


def _days(year: Integers, month: Integers, day: Integers) -> Integers:
    """Count the days since an epoch (Howard Hinnant's ``days_from_civil``)."""
    shifted = year - (month <= 2)
    from_march = (month + 9) % 12
    return (
        365 * shifted + shifted // 4 - shifted // 100 + shifted // 400
        + (153 * from_march + 2) // 5 + day
    )  # fmt: skip

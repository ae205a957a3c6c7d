"""One form for the many ways to write a character, and whole batches turned into it at once.

Half width, lower case, simplified script, one character at a time, by one table look-up; characters
put between others to slip past a filter are dropped (银*行, 银 行, 银🈲行), a character written
three times or more in a row counts once. Posts and patterns go the same way, so a pattern covers
all spellings, and the scan costs no more than on the bare text.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

SEPARATOR: Final = "\0"
"""Stands between the texts of a block; decoding takes it out of the texts themselves."""

Units: TypeAlias = npt.NDArray[np.uint16]
Places: TypeAlias = npt.NDArray[np.intp]

_POINTS: Final = 1 << 16
_SURROGATES: Final = range(0xD800, 0xE000)
_INSERTED: Final = frozenset("*•·・‧∙_-‐‑‒–—―~^|丨/\\`'’‘＿")
_GONE: Final = 0  # zero-width
_LOOSE: Final = 1  # dropped, except between two letters or digits
_POINT: Final = 2  # the same, but 2.5 is one number while `a b` is two words
_OTHER: Final = 3  # in no pattern
_MARK: Final = 4  # separator
_FIRST: Final = 5
_LATIN: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_HAN: Final = _FIRST + len(_LATIN)
_LOW: Final = 127
_MOST: Final = 128 * _LOW


def _code(number: int) -> int:
    """Give the two bytes of a character: the low one 1 to 127, the high one from 128.

    So no pattern can be found across the bytes of two characters, and none holds a zero byte.
    """
    return 1 + number % _LOW | (0x80 + number // _LOW) << 8


_GONE_CODE, _LOOSE_CODE, _POINT_CODE, _OTHER_CODE, _MARK_CODE = map(
    _code, (_GONE, _LOOSE, _POINT, _OTHER, _MARK)
)
_LATIN_CODES: Final = _code(_FIRST), _code(_HAN - 1)


class Block(NamedTuple):
    """The folded texts of a batch side by side, two bytes a character.

    ``codes``: uint16; ``dropped``: which characters of the joined texts, in UTF-16 units, are not
    among them, in order; ``ends``: where each text ends in ``codes``.
    """

    codes: Units
    dropped: Places
    ends: list[int]

    def places(self, chosen: Places) -> Places:
        """Tell where characters of ``codes`` stand in the joined texts, in UTF-16 units."""
        if not len(self.dropped):
            return chosen
        kept_before = self.dropped - np.arange(len(self.dropped))
        return chosen + kept_before.searchsorted(chosen, "right")

    def within(self, post: int, chosen: Sequence[int]) -> list[int]:
        """Tell where characters of one text's codes stand in that text, in UTF-16 units."""
        begin = self.ends[post - 1] + 1 if post else 0
        # The separator before the text is a character of its own; it is always kept.
        places = self.places(begin + np.array([-1, *chosen], np.intp)).tolist()
        origin = places[0] + 1 if begin else 0
        return [place - origin for place in places[1:]]


@cache
def _simplified() -> dict[str, str]:
    """Map each traditional character of the basic plane to its simplified form (OpenCC)."""
    from opencc import OpenCC

    chars = [chr(point) for point in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00))]
    plain = [unicodedata.normalize("NFKC", char) for char in chars]
    turned = OpenCC("t2s").convert("\n".join(plain)).split("\n")
    return {a: b for a, b in zip(chars, turned, strict=True) if a != b and len(b) == 1}


@cache
def _folds() -> tuple[str, ...]:
    """Give the folded character of each point; empty: without width; blank: loose."""
    simplified = _simplified()
    return tuple(_fold(chr(point), simplified) for point in range(_POINTS))


def _fold(char: str, simplified: dict[str, str]) -> str:
    if ord(char) in _SURROGATES:
        return " "  # half of an emoji
    plain = unicodedata.normalize("NFKC", char)
    plain = (plain if len(plain) == 1 else char).lower()
    plain = plain if len(plain) == 1 else char
    kind = unicodedata.category(plain)
    if plain in "\n\r" + SEPARATOR:
        return "\n"
    if kind in ("Cf", "Cc", "Mn", "Me"):
        return ""
    if plain.isspace() or plain in _INSERTED or kind == "So":
        return " "
    return simplified.get(plain, plain)


def fold_char(char: str) -> str:
    """Return the folded form of one character; empty when it has no width, blank when inserted."""
    return _folds()[ord(char)] if ord(char) < _POINTS else " "


class Alphabet:
    """The characters that occur in patterns; all others look alike to the scan."""

    def __init__(self, patterns: Iterable[str]) -> None:
        folds = _folds()
        used = {
            folds[ord(char)]
            for pattern in patterns
            for char in pattern
            if ord(char) < _POINTS and not char.isascii()
        }
        used |= {char for pattern in patterns for char in pattern if char.isascii()}
        known = sorted(used - set(_LATIN) - {"", " ", "."})
        if _HAN + len(known) > _MOST:
            msg = f"patterns use {len(known)} different characters, more than {_MOST - _HAN}"
            raise ValueError(msg)
        codes = {"": _GONE_CODE, " ": _LOOSE_CODE, ".": _POINT_CODE}
        codes |= {char: _code(_FIRST + place) for place, char in enumerate(_LATIN)}
        codes |= {char: _code(_HAN + place) for place, char in enumerate(known)}
        self._table = np.fromiter(
            (codes.get(char, _OTHER_CODE) for char in folds), np.uint16, _POINTS
        )
        self._table[ord(SEPARATOR)] = _MARK_CODE

    mark: Final = _MARK_CODE.to_bytes(2, "little")
    """Bytes between two texts of a block."""

    def encode(self, pattern: str) -> bytes:
        """Turn a pattern into the bytes that a scan looks for; empty when nothing is left of it."""
        return self.block([pattern]).codes.tobytes()

    def block(self, texts: Sequence[str]) -> Block:
        """Fold the texts of a batch; a separator inside a text is read as the end of one."""
        raw = SEPARATOR.join(texts).encode("utf-16-le", "surrogatepass")
        codes = self._table.take(np.frombuffer(raw, "<u2"))
        dropped = _loose(codes)
        if len(dropped):
            codes = _without(codes, dropped)
        again = codes[1:] == codes[:-1]
        again &= codes[1:] > _LATIN_CODES[1]
        thrice = again[1:] & again[:-1]
        block = Block(codes, dropped, [])
        if thrice.any():
            # Of three equal characters or more in a row the first is enough.
            extra = np.zeros(len(codes), np.bool_)
            extra[1:-1] = thrice
            extra[2:] |= thrice
            dropped = np.concatenate((dropped, block.places(np.flatnonzero(extra))))
            dropped.sort()
            block = Block(codes[~extra], dropped, [])
        block.ends.extend(np.flatnonzero(block.codes == _MARK_CODE).tolist())
        block.ends.append(len(block.codes))
        return block


def _loose(codes: Units) -> Places:
    """Tell which characters are not to be seen: all loose ones but those inside a word."""
    loose = np.flatnonzero(codes <= _POINT_CODE)
    if not len(loose):
        return loose
    # At an end there is no word on the other side: the edge itself is taken for its neighbour.
    within = is_latin(codes.take(loose - 1, mode="clip"))
    within &= is_latin(codes.take(loose + 1, mode="clip"))
    within &= codes.take(loose) >= _LOOSE_CODE
    return loose[~within]


def _without(codes: Units, dropped: Places) -> Units:
    keep = np.ones(len(codes), np.bool_)
    keep[dropped] = False
    return codes[keep]


def is_latin(codes: Units) -> npt.NDArray[np.bool_]:
    """Tell for each code whether it is a Latin letter or a digit."""
    latin: npt.NDArray[np.bool_] = codes >= _LATIN_CODES[0]
    latin &= codes <= _LATIN_CODES[1]
    return latin


def in_word(codes: Units) -> npt.NDArray[np.bool_]:
    """Tell for each code whether it is a Latin letter, a digit, or the point between two."""
    inside = is_latin(codes)
    inside |= codes == _POINT_CODE
    return inside

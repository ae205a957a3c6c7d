"""Which language a post is in: Chinese, English, or none this project can answer for.

Counting scripts settles nearly every Chinese post for a whole batch at once. Only what is left,
mostly Latin letters, is looked at one by one: py3langid names the language, and what it is not
sure of stays unknown. Nothing is guessed from a word or two.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGES: Final = ("unknown", "zh", "en")
"""What the codes stand for."""
UNKNOWN, CHINESE, ENGLISH = 0, 1, 2

Codes: TypeAlias = npt.NDArray[np.int8]

_LIMIT: Final = 256
_FIELD: Final = 10
"""Bits of a count: 256 characters fit, so three counts share one int32."""
_MASK: Final = (1 << _FIELD) - 1
_RARE: Final = 8
"""A Chinese text holds fewer than one foreign letter for so many of its own."""
_SURE: Final = 0.3
_SIBLINGS: Final = frozenset({"en", "pcm"})
"""Nigerian Pidgin is what the identifier calls casual English."""
_SPARE: Final = frozenset("のノﾉヽシツДдωσεﾟ")
"""Foreign letters that Chinese posts draw faces with or write for 的."""
_PICTURES: Final = 0x2600
_MACHINE: Final = re.compile(r"https?://\S+|www\.\S+|[@＠][\w\-]+|\[[^\[\]\s]{1,8}\]")
_LETTERS: Final = re.compile(r"[^\W\d_]+")


def detect(texts: Sequence[str]) -> Codes:
    """Name the language of each text: int8 (texts,), an index into ``LANGUAGES``."""
    cut = [text[:_LIMIT] for text in texts]
    if not cut:
        return np.zeros(0, np.int8)
    raw = "\n".join([*cut, ""]).encode("utf-32-le", "surrogatepass")
    kinds = _table().take(np.frombuffer(raw, "<u2")[::2])
    starts = np.zeros(len(cut), np.int64)
    np.cumsum([len(text) + 1 for text in cut[:-1]], out=starts[1:])
    counts = np.add.reduceat(kinds, starts)
    han, latin, foreign = counts & _MASK, (counts >> _FIELD) & _MASK, counts >> 2 * _FIELD
    clear = (han > 0) & (2 * han >= latin) & (_RARE * foreign <= han)
    codes = np.where(clear, np.int8(CHINESE), np.int8(UNKNOWN))
    for place in np.flatnonzero(~clear).tolist():
        codes[place] = _closely(cut[place])
    return codes


def detect_one(text: str) -> str:
    """Name the language of one text: zh, en or unknown."""
    return LANGUAGES[int(detect([text])[0])]


def _closely(text: str) -> int:
    """Look at the words of one text, without addresses, names and emoticons."""
    words = _MACHINE.sub(" ", text)
    counts = [_kind(char) for char in words]
    han, foreign = counts.count(1), counts.count(1 << 2 * _FIELD)
    latin = [word for word in _LETTERS.findall(words) if word.isascii()]
    if not (han or foreign or latin):
        # Pictures need no language; emoticons of the platforms are Chinese words.
        spoken = any(ord(char) >= _PICTURES for char in words) or "[" in text
        return CHINESE if spoken else UNKNOWN
    if _RARE * foreign > han + len(latin):
        return UNKNOWN
    if han and han >= len(latin):
        return CHINESE
    if not latin:
        return UNKNOWN
    name, chance = _identifier().classify(" ".join(latin))
    return ENGLISH if name in _SIBLINGS and chance >= _SURE else UNKNOWN


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _table() -> npt.NDArray[np.int32]:
    """Map the low 16 bits of a code point to one count of its script."""
    points = range(1 << 16)
    kinds = (0 if 0xD800 <= point < 0xF900 else _kind(chr(point)) for point in points)
    return np.fromiter(kinds, np.int32, 1 << 16)


def _kind(char: str) -> int:
    """Give 1 for a Chinese character, and one in a higher field for Latin and other letters."""
    if "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or char == "〇":
        return 1
    if not char.isalpha() or char in _SPARE:
        return 0
    plain = unicodedata.normalize("NFKD", char)[0]
    return 1 << (_FIELD if "a" <= plain.lower() <= "z" else 2 * _FIELD)

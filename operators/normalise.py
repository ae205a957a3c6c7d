"""A post in its normal form, with the way back to what was written, and its parts.

Batches are scanned through `operators.folding`; this is the form a person is shown, and the cutting
of repost chains: on Weibo an answer carries what it answers behind ``//@name:``.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from operators.folding import fold_char

if TYPE_CHECKING:
    from opencc import OpenCC

_TURNS: Final = re.compile(r"[/／]{2}\s*[@＠][^:：\s/@]{1,40}\s*[:：]?|[/／]{2}\s*[@＠]")
_PART: Final = re.compile(
    r"(?P<url>(?:https?://|www\.)[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+)"
    r"|(?P<name>[@＠][\w\u4e00-\u9fff·-]{1,30})"
    r"|[#＃](?P<topic>[^#＃\n]{1,60})[#＃]"
    r"|\[(?P<emoticon>[A-Za-z\u4e00-\u9fff]{1,8})\]"
)
_REPEATED: Final = re.compile(r"([^\W0-9a-z])\1{2,}|([^\w\s])\2{2,}")
_LOOSE: Final = re.compile(r"(?<![0-9a-z]) +| +(?![0-9a-z])")


@dataclass(frozen=True, slots=True)
class Normal:
    """The normal form of a text: ``own`` words, words of others (``quoted``), and what was in it.

    ``names`` are those called with @, ``topics`` those between #, ``emoticons`` those in brackets.
    """

    own: str
    quoted: tuple[str, ...]
    names: tuple[str, ...]
    topics: tuple[str, ...]
    emoticons: tuple[str, ...]
    urls: tuple[str, ...]


def own_words(text: str) -> str:
    """Return what the author wrote, without the words of others behind ``//@``."""
    if "//" not in text and "／" not in text:
        return text
    turn = _TURNS.search(text)
    return text if turn is None else text[: turn.start()].rstrip()


def quoted_words(text: str) -> tuple[str, ...]:
    """Return what the others in a repost chain wrote, the nearest first."""
    turns = list(_TURNS.finditer(text))
    ends = [turn.start() for turn in turns[1:]] + [len(text)] * bool(turns)
    said = (text[turn.end() : end].strip() for turn, end in zip(turns, ends, strict=True))
    return tuple(words for words in said if words)


def normalise(text: str) -> Normal:
    """Take a post apart and bring its words into the normal form."""
    own = own_words(text)
    parts = list(_PART.finditer(own))

    def found(kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part[kind] for part in parts if part[kind]))

    return Normal(
        own=normal_form(own),
        quoted=tuple(map(normal_form, quoted_words(text))),
        names=tuple(name[1:] for name in found("name")),
        topics=found("topic"),
        emoticons=found("emoticon"),
        urls=found("url"),
    )


def normal_form(text: str) -> str:
    """Return words in simplified script, half width and lower case, without what hides them.

    URLs go, names and emoticons stay, signs between characters go (银*行), so do blanks between
    Chinese characters; what is written three times or more in a row is written once.

    >>> normal_form("銀*行ＡＰＰ崩了了了！！！")
    '银行app崩了!'
    """
    text = _PART.sub(lambda part: " " if part["url"] else part[0], text)
    text = unicodedata.normalize("NFKC", text).lower()
    text = "".join(_kept(text))
    text = _simplified().convert(text)
    text = _REPEATED.sub(lambda run: run[1] or run[2], text)
    return _LOOSE.sub("", text).strip()


def _kept(text: str) -> Iterator[str]:
    """Drop signs of no width and signs put between letters; other signs stay."""
    for place, char in enumerate(text):
        folded = fold_char(char)
        if folded == "":
            continue
        if folded not in " .":
            yield char
        elif char.isspace():
            yield " "
        elif _between_latin(text, place):
            yield char


def _between_latin(text: str, place: int) -> bool:
    """Tell whether a sign stands between two Latin letters or digits, as in 2.5."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return all(near.isascii() and near.isalnum() for near in (before, after))


@cache
def _simplified() -> "OpenCC":
    from opencc import OpenCC

    return OpenCC("t2s")

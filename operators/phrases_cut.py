"""Texts to phrases: runs of one to four words within a clause, cut by jieba or as one is told."""

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Final

Cut = Callable[[str], Iterable[str]]

SHORTEST: Final = 2
LONGEST: Final = 8
MOST_WORDS: Final = 4

_KEPT: Final = 1 << 14
"""Clauses whose phrases are remembered: hashtags, quotes and copies come again and again."""

_URL: Final = re.compile(r"https?://\S+|www\.\S+")
_HANDLE: Final = re.compile(r"@[\w\-·]{1,30}")
_EMOTICON: Final = re.compile(r"\[[^\[\]\s]{1,8}\]")
_BREAK: Final = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9]+")
_NUMBER: Final = re.compile(r"[0-9A-Za-z]{1,2}|[0-9]+")
_LATIN: Final = re.compile(r"[0-9A-Za-z]+")
_AMOUNT: Final = re.compile(
    r"[第近约每前后上下]?[0-9一二三四五六七八九十百千万两几半多]+"
    r"个?(?:[个年月日天周号秒块元万次遍回人位家名条点岁折成倍]|小时|分钟|块钱|万元)"
    r"(?:[多来前后内钱起了]|左右|以上|以下)?"
)
"""An amount alone, such as 三年 or 两万元; 取两万 tells more."""
_NO_START: Final = ("了", "元", "块")
"""Words that belong to what stood before them."""


def phrases_of(text: str, cut: Cut | None = None, skip: Collection[str] = ()) -> set[str]:
    """List the phrases of one text: runs of one to four words within a clause.

    A word of ``skip`` parts clauses, as a comma does. ``cut`` splits a clause into words.
    """
    runs = _runs(cut or _jieba())
    return set().union(*map(runs, _clauses(text, skip)))


@lru_cache(maxsize=2)
def _runs(cut: Cut) -> Callable[[str], frozenset[str]]:
    """Return what tells the phrases of a clause."""

    @lru_cache(maxsize=_KEPT)
    def runs(clause: str) -> frozenset[str]:
        words = [word for word in cut(clause) if word.strip()]
        begins = [word not in _never_first() and not _NUMBER.fullmatch(word) for word in words]
        ends = [word not in _edge_words() and not _NUMBER.fullmatch(word) for word in words]
        found: set[str] = set()
        for first in range(len(words)):
            if not begins[first]:
                continue
            phrase = ""
            for last in range(first, min(first + MOST_WORDS, len(words))):
                phrase += words[last]
                if len(phrase) > LONGEST:
                    break
                if ends[last] and _tells(phrase, words[last]):
                    found.add(phrase)
        return frozenset(found)

    return runs


def _tells(phrase: str, last: str) -> bool:
    """Tell whether a run of words says something by itself."""
    if len(phrase) < SHORTEST + (len(last) == 1):
        return False
    return not (_LATIN.fullmatch(phrase) or _AMOUNT.fullmatch(phrase))


def _clauses(text: str, skip: Collection[str]) -> Iterator[str]:
    bare = _EMOTICON.sub(" ", _HANDLE.sub(" ", _URL.sub(" ", text)))
    for name in sorted(skip, key=len, reverse=True):
        bare = bare.replace(name, " ") if name else bare
    return (clause for clause in _BREAK.split(bare) if len(clause) >= SHORTEST)


@lru_cache(maxsize=1)
def _edge_words() -> frozenset[str]:
    """Words a phrase may not begin or end with: alone they tell nothing."""
    file = files("operators").joinpath("edge_words.txt")
    return frozenset(file.read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def _never_first() -> frozenset[str]:
    return _edge_words().union(_NO_START)


def warm() -> None:
    """Load the dictionary now, which takes a second: in a thread, while something else waits."""
    tuple(_jieba()("热身"))


@lru_cache(maxsize=1)
def _jieba() -> Cut:
    # Imported on first use: it takes a second.
    import jieba

    # It sets its own level and handler at import, to tell how long loading took.
    logging.getLogger("jieba").setLevel(logging.WARNING)
    return jieba.lcut

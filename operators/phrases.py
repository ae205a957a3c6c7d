"""Phrases that stand out in an incident: log-odds with a prior against the usual talk.

After Monroe, Colaresi and Quinn (2008), "Fightin' Words", per post instead of per word: the odds
that a post of the incident holds the phrase, against the odds for a post of the background, both
smoothed by the pooled share, over their standard error.
"""

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from math import log, sqrt
from typing import Final, Protocol

Cut = Callable[[str], Iterable[str]]

SHORTEST: Final = 2
LONGEST: Final = 8
MOST_WORDS: Final = 4
LEAST_STORIES: Final = 2
LEAST_POSTS: Final = 3
SAMPLE: Final = 1200
"""So many texts are cut into words; phrases are then counted in all of them."""

PRIOR: Final = 20.0
"""Posts of pooled talk that both sides are given before anything is counted."""

LEAST_USUAL: Final = 300.0
"""Posts the usual talk counts as when there is less of it, or none: a subject that is all there is
to talk about has phrases, too."""

LEAST_SCORE: Final = 1.64
"""One-sided 95 %: what stands out less is not shown."""

FULLER: Final = 0.6
"""A longer phrase with this much of a shorter one's texts is told in its place."""

SAME: Final = 0.6
"""Phrases that share signs and this much of their posts tell the same thing."""

SAME_STORY: Final = 0.75
"""Phrases with this much of their posts in common are pieces of one story, whatever the signs."""

TELLING: Final = {2: 0.3, 3: 0.8}
"""How much a short phrase tells against one of four signs or more: 付不了款 before 转账."""

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


class Voiced(Protocol):
    """Posts with the same words: the text once, how many said it, and how many of them in anger."""

    @property
    def text(self) -> str:
        """The words."""

    @property
    def posts(self) -> int:
        """Posts that say them."""

    @property
    def negative(self) -> int:
        """Negative ones of them."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase, the posts that hold it, the negative ones of them, and how much it stands out."""

    text: str
    posts: int
    negative: int
    score: float

    @property
    def negative_share(self) -> float:
        """Negative posts over the posts that hold the phrase."""
        return self.negative / self.posts if self.posts else 0.0


def top_phrases(
    stories: Sequence[Voiced],
    background: Sequence[Voiced],
    *,
    skip: Collection[str] = (),
    limit: int = 12,
    least: float = LEAST_SCORE,
    cut: Cut | None = None,
) -> tuple[Phrase, ...]:
    """Pick the phrases that stand out most in ``stories``, most telling first.

    Phrases have 2 to 8 signs and hold no word of ``skip`` (the subject's own names), which are no
    news. ``cut`` splits a clause into words, jieba when not given. Equal scores go by length, then
    text. Phrases are looked for in the first ``SAMPLE`` texts of either side and then counted in
    all of ``stories``, wherever they stand in a text.
    """
    words = cut or _jieba()
    sample, usual_sample = stories[:SAMPLE], background[:SAMPLE]
    holders = _holders(sample, words, skip)
    usual = _weights(usual_sample, words, skip)
    n_here = sum(_weight(story) for story in sample)
    n_usual = sum(_weight(story) for story in usual_sample)
    scale = max(1.0, LEAST_USUAL / n_usual) if n_usual else 1.0
    n_there = max(LEAST_USUAL, n_usual)
    found: list[tuple[float, str]] = []
    for text, places in holders.items():
        if len(places) < LEAST_STORIES:
            continue
        here = sum(_weight(sample[place]) for place in places)
        score = log_odds(here, n_here, scale * usual.get(text, 0.0), n_there)
        if score >= least:
            found.append((score * TELLING.get(len(text), 1.0), text))
    found.sort(key=lambda one: (-one[0], -len(one[1]), one[1]))
    fuller = ((score, _fuller(text, found, holders)) for score, text in found)
    phrases = (_counted(text, score, stories) for score, text in _distinct(fuller, holders))
    return tuple(islice((item for item in phrases if item.posts >= LEAST_POSTS), limit))


def _fuller(
    text: str, found: Sequence[tuple[float, str]], holders: dict[str, frozenset[int]]
) -> str:
    """Give the longest phrase that holds ``text`` and most of its posts: 手续费高 for 手续费."""
    least = FULLER * len(holders[text])
    longer = (one for _, one in found if text in one and len(holders[one]) >= least)
    return max(longer, key=lambda one: (len(one), len(holders[one]), one))


def _counted(text: str, score: float, stories: Sequence[Voiced]) -> Phrase:
    holding = [story for story in stories if text in story.text]
    posts = sum(story.posts for story in holding)
    return Phrase(text, posts, sum(story.negative for story in holding), score)


def log_odds(here: float, n_here: float, there: float, n_there: float) -> float:
    """How many standard errors the odds of a phrase are above the usual ones (a z-score)."""
    share = (here + there + 0.5) / (n_here + n_there + 1)
    prior, rest = PRIOR * share, PRIOR * (1 - share)
    one, other = here + prior, there + prior
    delta = log(one / (max(0.0, n_here - here) + rest))
    delta -= log(other / (max(0.0, n_there - there) + rest))
    return delta / sqrt(1 / one + 1 / other)


def candidates(text: str, cut: Cut, skip: Collection[str] = ()) -> set[str]:
    """List the phrases of one text: runs of one to four words within a clause.

    A word of ``skip`` parts clauses, as a comma does.
    """
    found: set[str] = set()
    never_first = _never_first()
    for clause in _clauses(text, skip):
        words = [word for word in cut(clause) if word.strip()]
        for first in range(len(words)):
            if words[first] in never_first or _NUMBER.fullmatch(words[first]):
                continue
            for last in range(first, min(first + MOST_WORDS, len(words))):
                phrase = "".join(words[first : last + 1])
                if len(phrase) > LONGEST:
                    break
                if _ends_well(words[last], phrase):
                    found.add(phrase)
    return found


def _ends_well(word: str, phrase: str) -> bool:
    edge = _edge_words()
    if word in edge or _NUMBER.fullmatch(word):
        return False
    if _LATIN.fullmatch(phrase) or _AMOUNT.fullmatch(phrase):
        return False
    return len(phrase) >= SHORTEST + (len(word) == 1)


def _clauses(text: str, skip: Collection[str]) -> Iterator[str]:
    bare = _EMOTICON.sub(" ", _HANDLE.sub(" ", _URL.sub(" ", text)))
    for name in sorted(skip, key=len, reverse=True):
        bare = bare.replace(name, " ") if name else bare
    return (clause for clause in _BREAK.split(bare) if len(clause) >= SHORTEST)


def _holders(
    stories: Sequence[Voiced], cut: Cut, skip: Collection[str]
) -> dict[str, frozenset[int]]:
    holders: dict[str, list[int]] = {}
    for place, story in enumerate(stories):
        for phrase in candidates(story.text, cut, skip):
            holders.setdefault(phrase, []).append(place)
    return {phrase: frozenset(places) for phrase, places in holders.items()}


def _weights(stories: Sequence[Voiced], cut: Cut, skip: Collection[str]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for story in stories:
        for phrase in candidates(story.text, cut, skip):
            weights[phrase] = weights.get(phrase, 0.0) + _weight(story)
    return weights


def _weight(story: Voiced) -> float:
    """Weigh a text: copies make it louder, but not as loud as as many authors would."""
    return 1 + log(max(1, story.posts))


def _distinct(
    phrases: Iterable[tuple[float, str]], holders: dict[str, frozenset[int]]
) -> Iterator[tuple[float, str]]:
    kept: list[str] = []
    for score, text in phrases:
        if not any(_same(text, other, holders) for other in kept):
            kept.append(text)
            yield score, text


def _same(one: str, other: str, holders: dict[str, frozenset[int]]) -> bool:
    """Tell whether two phrases are the same in other words, or pieces of the same story."""
    mine, theirs = holders[one], holders[other]
    common = len(mine & theirs)
    if common >= SAME_STORY * len(mine | theirs):
        return True
    if not _bigrams(one) & _bigrams(other):
        return False
    return one in other or other in one or common >= SAME * min(len(mine), len(theirs))


def _bigrams(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}


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

    @lru_cache(maxsize=1 << 16)
    def cut(clause: str) -> tuple[str, ...]:
        # The same clauses come again and again: hashtags, quotes, copies.
        return tuple(jieba.lcut(clause))

    return cut

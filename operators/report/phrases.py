"""Phrases that stand out in an incident: log-odds with a prior against the usual talk.

After Monroe, Colaresi and Quinn (2008), "Fightin' Words", per post instead of per word: the odds
that a post of the incident holds the phrase, against the odds for a post of the background, both
smoothed by the pooled share, over their standard error.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from math import log, sqrt
from typing import Final

from operators.report.data import StoryRow

Cut = Callable[[str], Iterable[str]]

SHORTEST: Final = 2
LONGEST: Final = 8
MOST_WORDS: Final = 4
LEAST_STORIES: Final = 2
LEAST_POSTS: Final = 3
PRIOR: Final = 20.0
"""Posts of pooled talk that both sides are given before anything is counted."""

LEAST_SCORE: Final = 1.64
"""One-sided 95 %: what stands out less is not shown."""

SAME: Final = 0.6
"""Phrases that share signs and this much of their posts tell the same thing."""

SAME_STORY: Final = 0.75
"""Phrases with this much of their posts in common are pieces of one story, whatever the signs."""

TELLING: Final = {2: 0.6, 3: 0.85}
"""How much a short phrase tells against one of four signs or more: 付不了款 before 转账."""

_URL: Final = re.compile(r"https?://\S+|www\.\S+")
_HANDLE: Final = re.compile(r"@[\w\-·]{1,30}")
_BREAK: Final = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9]+")
_NUMBER: Final = re.compile(r"[0-9A-Za-z]{1,2}|[0-9]+")

_EDGE: Final = frozenset(
    "的 是 在 和 与 及 或 也 都 就 还 又 才 很 太 最 更 被 把 将 从 对 向 给 让 为 以 于 到 等 着 过 地 得 "
    "我 你 他 她 它 们 这 那 哪 啊 吧 吗 呢 呀 哦 嗯 哈 啦 嘛 么 个 些 之 其 并 但 而 却 所 则 如 若 因 由 "
    "我们 你们 他们 她们 它们 咱们 自己 大家 别人 这个 那个 这些 那些 这样 那样 这么 那么 这里 那里 "
    "什么 怎么 为什么 怎样 哪里 多少 几个 一个 一些 一下 一样 一直 一点 有点 有些 有人 "
    "因为 所以 但是 可是 不过 而且 然后 如果 虽然 还是 或者 以及 就是 只是 真是 不是 可以 可能 应该 "
    "已经 正在 现在 今天 昨天 刚刚 时候 之后 以后 之前 以前 没有 还有 还要 只有 只能 觉得 知道 看到 "
    "真的 其实 反正 居然 竟然 到底 究竟 完全 非常 特别 比较 感觉 出来 起来 下去 说 看 想 要 会 能 去 来 "
    "有 没 不 上 下 里 中 后 前 再 吃 做 好 大 小 多 少 人 年 月 日 时 分 点 号 家 次 件 条 啥 呵呵 哈哈 "
    "不到 不了 "
    "转发 微博 转发微博 网页 链接 全文 展开 视频 图片 回复 来自".split()
)
"""Words a phrase may not begin or end with; alone they tell nothing."""

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
    stories: Sequence[StoryRow],
    background: Sequence[StoryRow],
    *,
    skip: Collection[str] = (),
    limit: int = 12,
    cut: Cut | None = None,
) -> tuple[Phrase, ...]:
    """Pick the phrases that stand out most in ``stories``, most telling first.

    Phrases have 2 to 8 signs and hold no word of ``skip`` (the subject's own names), which are no
    news. ``cut`` splits a clause into words, jieba when not given. Equal scores go by length, then
    text. Posts are counted wherever the phrase stands in the text.
    """
    words = cut or _jieba()
    holders = _holders(stories, words, skip)
    usual = _weights(background, words, skip)
    n_here = sum(_weight(story) for story in stories)
    n_there = sum(_weight(story) for story in background)
    found: list[tuple[float, str]] = []
    for text, places in holders.items():
        if len(places) < LEAST_STORIES:
            continue
        here = sum(_weight(stories[place]) for place in places)
        score = log_odds(here, n_here, usual.get(text, 0.0), n_there)
        if score >= LEAST_SCORE:
            found.append((score * TELLING.get(len(text), 1.0), text))
    found.sort(key=lambda one: (-one[0], -len(one[1]), one[1]))
    phrases = (_counted(text, score, stories) for score, text in _distinct(found, holders))
    return tuple(islice((item for item in phrases if item.posts >= LEAST_POSTS), limit))


def _counted(text: str, score: float, stories: Sequence[StoryRow]) -> Phrase:
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
    for clause in _clauses(text, skip):
        words = [word for word in cut(clause) if word.strip()]
        for first in range(len(words)):
            if words[first] in _EDGE or _NUMBER.fullmatch(words[first]):
                continue
            for last in range(first, min(first + MOST_WORDS, len(words))):
                phrase = "".join(words[first : last + 1])
                if len(phrase) > LONGEST:
                    break
                if len(phrase) >= SHORTEST and _ends_well(words[last], phrase):
                    found.add(phrase)
    return found


def _ends_well(word: str, phrase: str) -> bool:
    if word in _EDGE or _NUMBER.fullmatch(word):
        return False
    return len(word) > 1 or len(phrase) > SHORTEST


def _clauses(text: str, skip: Collection[str]) -> Iterator[str]:
    bare = _HANDLE.sub(" ", _URL.sub(" ", text))
    for name in sorted(skip, key=len, reverse=True):
        bare = bare.replace(name, " ") if name else bare
    return (clause for clause in _BREAK.split(bare) if len(clause) >= SHORTEST)


def _holders(
    stories: Sequence[StoryRow], cut: Cut, skip: Collection[str]
) -> dict[str, frozenset[int]]:
    holders: dict[str, list[int]] = {}
    for place, story in enumerate(stories):
        for phrase in candidates(story.text, cut, skip):
            holders.setdefault(phrase, []).append(place)
    return {phrase: frozenset(places) for phrase, places in holders.items()}


def _weights(
    stories: Sequence[StoryRow], cut: Cut, skip: Collection[str]
) -> dict[str, float]:
    weights: dict[str, float] = {}
    for story in stories:
        for phrase in candidates(story.text, cut, skip):
            weights[phrase] = weights.get(phrase, 0.0) + _weight(story)
    return weights


def _weight(story: StoryRow) -> float:
    """A copied text speaks louder than one post, but not as loud as as many authors would."""
    return 1 + log(max(1, story.posts))


def _distinct(
    phrases: Sequence[tuple[float, str]], holders: dict[str, frozenset[int]]
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
def _jieba() -> Cut:
    # Imported on first use: it takes a second, and nothing but a report needs it.
    import jieba

    jieba.setLogLevel("ERROR")
    cut: Cut = jieba.lcut
    return cut

"""What people say of an incident in an hour: phrases that stand out, and posts that stand for many.

Both are read from a sample of the hour's posts (`operators.phrases_sample`), copies of one story
counted as such. Representative posts are medoids, found greedily: each next one is typical of many,
weighs much, and is far from those chosen before.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from operators.letters import letters_of
from operators.model import HOUR, MINUTE, NEGATIVE
from operators.normalise import own_words
from operators.phrases import Phrase, top_phrases
from operators.phrases_sample import Saying
from operators.reading import wordless

FOCUS_EVERY: Final = 15 * MINUTE
LEAST_POSTS: Final = 5
"""Of fewer posts nothing is said."""
PHRASES: Final = 30
LEAST_SCORE: Final = 1.96
REPRESENTATIVES: Final = 6

_BUCKETS: Final = 2048
_WHOLE: Final = 1024
"""Parts of one in which a text's share of a pair is counted."""
_SAME: Final = 0.4
"""A post more alike than this to one already chosen says nothing new."""
_NEAR: Final = 0.12
"""A post less alike than this to all that were chosen is nobody's."""
_LEAST_LETTERS: Final = 10
"""Shorter posts stand for nobody."""
_LOUD: Final = 0.15
"""How much ten times the weight counts beside being typical."""


class Typical(NamedTuple):
    """A post, and how many posts of the sample are nearest to it."""

    platform: str
    id: str
    stands_for: int


@dataclass(frozen=True, slots=True)
class Focus:
    """What is said of a key; ``step`` tells how far into its hour it was read, in minutes."""

    hour_ms: int
    step: int
    posts: int
    phrases: tuple[Phrase, ...]
    typical: tuple[Typical, ...]


class _Text(NamedTuple):
    text: str
    posts: int
    negative: int


def focus_of(
    bin_ms: int, said: Sequence[Saying], usual: Sequence[Saying], names: Collection[str]
) -> Focus | None:
    """Read the hour that ends with a bin; ``names`` of the subject are no news about it.

    None when there is too little to read.
    """
    if len(said) < LEAST_POSTS:
        return None
    hour = bin_ms - bin_ms % HOUR
    step = (bin_ms - hour) // MINUTE + 5
    stories = _stories(said)
    phrases = top_phrases(
        [_text(some) for some in stories],
        [_text(some) for some in _stories(usual)],
        skip=names,
        limit=PHRASES,
        least=LEAST_SCORE,
    )
    return Focus(hour, step, len(said), phrases, representatives(stories))


def representatives(
    stories: Sequence[Sequence[Saying]], limit: int = REPRESENTATIVES
) -> tuple[Typical, ...]:
    """Choose posts that are typical and far apart, the one that stands for most first.

    A story is told by its first post; equal choices go by time and id.
    """
    long = [some for some in stories if len(some[0].text) >= _LEAST_LETTERS]
    pool = [some for some in long if not wordless(some[0].text)]
    if not pool:
        return ()
    alike = _likeness([some[0].text for some in pool])
    size = np.array([len(some) for some in pool], np.float64)
    weight = np.array([max(one.told.marks.weight for one in some) for some in pool], np.float64)
    angry = np.array([some[0].told.polarity == NEGATIVE for some in pool])
    worth = (alike @ size) / size.sum() + _LOUD * np.log10(1 + weight / 1000)
    worth *= np.where(angry, 1.25, 1.0)
    chosen: list[int] = []
    nearest = np.zeros(len(pool))
    while len(chosen) < limit:
        left = np.where(nearest > _SAME, -1.0, worth * (1 - nearest))
        left[chosen] = -1.0
        best = int(left.argmax())
        if left[best] < 0:
            break
        chosen.append(best)
        nearest = np.maximum(nearest, alike[best])
    owners = alike[chosen].argmax(axis=0)
    near = alike[chosen].max(axis=0) >= _NEAR
    stands = np.bincount(owners[near], weights=size[near], minlength=len(chosen)).astype(int)
    posts = [pool[place][0].told for place in chosen]
    order = sorted(range(len(posts)), key=lambda place: (-stands[place], place))
    return tuple(Typical(posts[n].platform, posts[n].id, int(stands[n])) for n in order)


def _stories(said: Sequence[Saying]) -> list[list[Saying]]:
    """Put the posts of one story together, each and all in the order of publication."""
    by_story: dict[int, list[Saying]] = {}
    for one in sorted(said, key=lambda one: one.told):
        words = own_words(one.text).strip()
        by_story.setdefault(one.story, []).append(one._replace(text=words))
    return list(by_story.values())


def _text(story: Sequence[Saying]) -> _Text:
    return _Text(story[0].text, len(story), sum(one.told.polarity == NEGATIVE for one in story))


def _likeness(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the cosine of each pair of texts over pairs of letters; what all say counts little.

    Whole numbers below 2**24 are multiplied, so the order of adding plays no part.
    """
    letters, starts, ends = letters_of(texts)
    own = np.repeat(np.arange(len(texts)), ends - starts)
    first, second = letters[:-1].astype(np.int64), letters[1:].astype(np.int64)
    within = own[:-1] == own[1:]
    held = np.zeros((len(texts), _BUCKETS), np.bool_)
    held[own[:-1][within], ((first * 31 + second * 1009) % _BUCKETS)[within]] = True
    common = held.sum(axis=0)
    telling = np.where(common, np.log((len(texts) + 1) / (common + 0.5)), 0)
    length = np.maximum(np.sqrt(held @ (telling * telling)), 1e-9)
    shared = common > 1
    parts = np.rint(held[:, shared] * telling[shared] / length[:, None] * _WHOLE)
    parts = parts.astype(np.float32)
    shares: npt.NDArray[np.float64] = (parts @ parts.T).astype(np.float64) / (_WHOLE * _WHOLE)
    np.fill_diagonal(shares, 1)
    return shares

"""Posts that stand for many: heavy ones, as far apart in words and place as can be."""

from collections.abc import Sequence
from math import log10
from typing import Final

from operators.model import NEGATIVE
from operators.report.data import PostRow

FULL: Final = 400
"""Signs of a text that are compared; beginnings tell posts apart."""

SAME_PLATFORM: Final = 0.12
"""How much alike being on the same platform makes two posts."""

ALIKE: Final = 0.6
"""A post more alike than this to one already chosen says nothing new."""


def representative(posts: Sequence[PostRow], limit: int = 6) -> tuple[PostRow, ...]:
    """Choose up to ``limit`` posts greedily: weight times distance to those chosen already.

    Equal choices go by publication and id, so that the order of ``posts`` does not matter.
    """
    pool = sorted(
        ((post, weight(post), bigrams(words_of(post))) for post in posts if words_of(post)),
        key=lambda item: (item[0].published_ms, item[0].key),
    )
    nearest = [0.0] * len(pool)
    chosen: list[PostRow] = []
    left = set(range(len(pool)))
    while left and len(chosen) < limit:
        place = max(sorted(left), key=lambda at: pool[at][1] * (1 - nearest[at]))
        left.discard(place)
        post, _, grams = pool[place]
        chosen.append(post)
        for at in sorted(left):
            other, _, others = pool[at]
            alike = overlap(grams, others)
            if alike > ALIKE:
                left.discard(at)
            else:
                alike += SAME_PLATFORM * (post.platform == other.platform)
                nearest[at] = min(1.0, max(nearest[at], alike))
    return tuple(chosen)


def weight(post: PostRow) -> float:
    """How much a post counts: resonance, audience and copies by order of magnitude.

    A repost of another's words and a removed post count less, a negative post more.
    """
    resonance = log10(1 + post.likes + 2 * post.comments + 3 * post.reposts)
    total = 1 + resonance + 0.5 * log10(1 + post.followers) + log10(max(1, post.copies))
    total *= 1.25 if post.polarity == NEGATIVE else 1.0
    total *= 0.5 if post.kind in ("repost", "comment") else 1.0
    return total * (0.8 if post.deleted else 1.0)


def words_of(post: PostRow) -> str:
    """Title and text as one line; the title only once where the text begins with it."""
    title, text = " ".join(post.title.split()), " ".join(post.text.split())
    if not title or text.startswith(title):
        return text
    return f"【{title}】{text}"


def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring signs, blanks left out."""
    packed = "".join(text[:FULL].split())
    return frozenset(packed[place : place + 2] for place in range(len(packed) - 1))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared pairs over the pairs of the shorter text: a quoted text counts as the same.

    >>> overlap(bigrams("手续费太高"), bigrams("转发：手续费太高"))
    1.0
    """
    least = min(len(one), len(other))
    return len(one & other) / least if least else 0.0

"""What is said of each key in a minute: all posts as a shard is told of them, the words of a few.

The words kept are those of the posts with the lowest identities, which is as good as drawing them
by lot and the same however the posts arrived.
"""

import heapq
from bisect import insort
from typing import Final, NamedTuple, TypeAlias

import msgspec

from operators.model import Mention
from operators.stories_post import Told

QUOTES: Final = 5
"""Posts of a key and minute whose words are read."""
QUOTED: Final = 120
"""Characters of a post that are read."""

Quote: TypeAlias = tuple[int, str]
"""Identity of a post, and the words it begins with."""

Where: TypeAlias = tuple[bool, str, str, int]
"""exercise, subject, crisis type, minute it counts in"""


class Talk(NamedTuple):
    """What a batch says of a key in a minute; the quotes in order of identity."""

    exercise: bool
    subject: str
    crisis_type: str
    bin_minute: int
    posts: list[Told]
    quotes: list[Quote]


class OpenTalk(msgspec.Struct, array_like=True):
    """What all batches said of a key in a minute that is still open."""

    posts: list[Told]
    quotes: list[Quote]

    def add(self, talk: Talk) -> None:
        """Take in what another batch says."""
        self.posts += talk.posts
        quotes = self.quotes
        for quote in talk.quotes:
            if len(quotes) < QUOTES:
                insort(quotes, quote)
            elif quote < quotes[-1]:
                quotes.pop()
                insort(quotes, quote)


def talk_of(where: Where, said: list[tuple[Told, Mention]]) -> Talk:
    """Sum up what a batch says of a key, with the words of a few posts."""
    if len(said) == 1:
        [(told, mention)] = said
        return Talk(*where, [told], [(told.key, _quoted(mention))])
    few = heapq.nsmallest(QUOTES, said, key=_identity)
    quotes = [(told.key, _quoted(mention)) for told, mention in few]
    return Talk(*where, [told for told, _mention in said], quotes)


def _identity(said: tuple[Told, Mention]) -> int:
    return said[0].key


def _quoted(mention: Mention) -> str:
    head = mention.text[:QUOTED]
    return f"{mention.title}\n{head}"[:QUOTED] if mention.title else head

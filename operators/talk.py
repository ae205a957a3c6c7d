"""What is said of each key in a minute: all posts as a shard is told of them, the words of a few.

The words kept are those of the posts with the lowest identities, which is as good as drawing them
by lot and the same however the posts arrived. What was said in open minutes is written as a log:
each snapshot freezes what came since the one before.
"""

import heapq
from bisect import insort
from typing import Final, NamedTuple, TypeAlias

import msgspec

from operators.frozen import Frozen
from operators.model import Mention
from operators.stories_post import Told

QUOTES: Final = 5
"""Posts of a key and minute whose words are read."""
QUOTED: Final = 120
"""Characters of a post that are read."""

Quote: TypeAlias = tuple[int, str]
"""Identity of a post, and the words it begins with."""

Key: TypeAlias = tuple[bool, str, str]
"""exercise, subject, crisis type"""

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


_encode = msgspec.msgpack.Encoder().encode
_talks = msgspec.msgpack.Decoder(list[Talk]).decode


class OpenTalks:
    """What was said in the minutes of a shard that are open."""

    def __init__(self) -> None:
        self._said: dict[int, dict[Key, OpenTalk]] = {}
        self._closed_ms = -1
        self._fresh: list[Talk] = []
        self._written: list[tuple[int, Frozen]] = []

    def add(self, talks: list[Talk]) -> None:
        """Take in what a batch says."""
        self._fresh += talks
        self._sort_in(talks)

    def hand_over(self, minute: int) -> list[tuple[Key, OpenTalk]]:
        """Give what was said in a minute that closes, by key, in the order of publication.

        Minutes close in order, and nothing is said in one that is closed.
        """
        said = sorted(self._said.pop(minute, {}).items())
        for _key, talk in said:
            talk.posts.sort()
        self._closed_ms = minute
        self._fresh = [talk for talk in self._fresh if talk.bin_minute > minute]
        self._written = [one for one in self._written if one[0] > minute]
        return said

    def _sort_in(self, talks: list[Talk]) -> None:
        for talk in talks:
            said = self._said.setdefault(talk.bin_minute, {})
            so_far = said.get(talk[:3])
            if so_far is None:
                said[talk[:3]] = OpenTalk([*talk.posts], [*talk.quotes])
            else:
                so_far.add(talk)

    def __getstate__(self) -> tuple[int, list[tuple[int, Frozen]]]:
        if self._fresh:
            newest = max(talk.bin_minute for talk in self._fresh)
            self._written.append((newest, Frozen(_encode(self._fresh))))
            self._fresh = []
        return self._closed_ms, [*self._written]

    def __setstate__(self, state: tuple[int, list[tuple[int, Frozen]]]) -> None:
        OpenTalks.__init__(self)
        self._closed_ms, self._written = state[0], [*state[1]]
        for _newest, part in self._written:
            talks = _talks(part.data)
            self._sort_in([talk for talk in talks if talk.bin_minute > self._closed_ms])


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

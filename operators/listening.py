"""What a shard hears of its keys' posts: stories told again, who speaks, and a sample of words."""

from operators.model import NEGATIVE
from operators.phrases_sample import Background, Samples, Saying
from operators.stories import Copy, Stories, Story, copy_of, identity_of
from operators.talk import Key, OpenTalk
from operators.watch_key import KeyState

NegativeArticles = dict[str, dict[int, int]]
"""Platform -> story -> negative articles that tell it."""


class Ear:
    """The memory of a shard for what was said."""

    def __init__(self, stories: int) -> None:
        self._stories = Stories(stories)
        self._background = Background()
        self._samples = Samples()
        self._copies: list[Copy] = []

    def make_room(self, stories: int) -> None:
        """Remember so many stories from now on."""
        self._stories.room = stories

    def hear(
        self, minute: int, key: Key, state: KeyState, talk: OpenTalk, *, followed: bool
    ) -> NegativeArticles:
        """Take in what was said of a key in a minute; return its negative articles by story."""
        articles: NegativeArticles = {}
        quotes, said, negative = dict(talk.quotes), [], 0
        tell, count = self._stories.tell, state.crowd.count
        for told in talk.posts:
            story = tell(*key, told)
            count(told, story, key[2])
            if story is None:
                number = identity_of(told)
            else:
                number = story.first.key
                self._copies.append(copy_of(told, story))
            if told.key in quotes:
                said.append(Saying(told.key, number, quotes[told.key], told))
            if told.polarity == NEGATIVE:
                negative += 1
                if told.article:
                    counts = articles.setdefault(told.platform, {})
                    counts[number] = counts.get(number, 0) + 1
        self._background.hear(minute, key, said)
        self._samples.hear(key, said, many=followed or state.rises(negative))
        return articles

    def close(self, bin_ms: int) -> None:
        """Close the bin, for all keys."""
        self._samples.close(bin_ms)

    def hour(self, key: Key) -> list[Saying]:
        """Return what was said of a key in the hour that ends with the last bin closed."""
        return self._samples.hour(key)

    def usual(self, key: Key) -> list[Saying]:
        """Return other talk than that of a key."""
        return self._background.usual(key)

    def copies(self) -> list[Copy]:
        """Hand over the posts that told a story again since last asked."""
        found, self._copies = self._copies, []
        return found

    def stories(self) -> list[Story]:
        """Return the stories that were told again since last asked."""
        return self._stories.changed()

"""Who speaks of a key and how much of it is copied: a bin's posts and those of the hour (水军提示).

Few authors, many copies or one loud account are hints at a paid campaign, never a verdict.
"""

from typing import Final, NamedTuple

import msgspec

from operators.model import BIN, GENERAL, HOUR, NEGATIVE
from operators.stories import Story
from operators.stories_post import CONFIRMS, DENIES, Told
from operators.tiers import RANKS

AUTHORS_KEPT: Final = 10_000
"""Authors a bin that are told apart; posts of further ones count as different authors."""

_NAMED: Final = 3
_TOLD_OFTEN: Final = 3
"""A story is worth naming from so many posts on."""


class CrowdStat(NamedTuple):
    """What a bin and the hour that ends with it held."""

    questioning: int = 0
    authors_1h: int = 0
    copies_1h: int = 0
    top_author_1h: int = 0
    top_tier: str = ""
    denials: tuple[str, ...] = ()
    confirmations: tuple[str, ...] = ()
    stories: tuple[int, ...] = ()


class _Bin(NamedTuple):
    at: int
    authors: dict[int, int]
    strangers: int
    copies: int


class Crowd(msgspec.Struct, array_like=True):
    """The authors and copies of one key."""

    hour: dict[int, int] = {}
    """Author -> posts in the closed bins of the hour."""
    bins: list[_Bin] = []
    authors: dict[int, int] = {}
    strangers: int = 0
    copies: int = 0
    questioning: int = 0
    tier: int = len(RANKS)
    denials: list[str] = []
    confirmations: list[str] = []
    stories: dict[int, int] = {}

    def count(self, told: Told, story: Story | None, crisis_type: str) -> None:
        """Take a post in; posts of a bin come in the order of publication."""
        marks = told.marks
        author = marks.author
        known = self.authors.get(author)
        if known is not None:
            self.authors[author] = known + 1
        elif author and len(self.authors) < AUTHORS_KEPT:
            self.authors[author] = 1
        else:
            self.strangers += 1
        if story is not None:
            self.copies += 1
            if told.polarity == NEGATIVE and story.posts >= _TOLD_OFTEN:
                key = story.first.key
                self.stories[key] = self.stories.get(key, 0) + 1
        if marks.questioning:
            self.questioning += 1
        # Without a trouble that is named, only who is cross raises the matter.
        if told.polarity == NEGATIVE or (told.polarity == 0 and crisis_type != GENERAL):
            rank = _RANK.get(marks.tier)
            if rank is not None and rank < self.tier:
                self.tier = rank
        if marks.stance == DENIES and len(self.denials) < _NAMED:
            self.denials.append(told.name)
        elif marks.stance == CONFIRMS and len(self.confirmations) < _NAMED:
            self.confirmations.append(told.name)

    def close(self, bin_ms: int) -> CrowdStat:
        """Close the bin; return what it and its hour held."""
        hour = self.hour
        if self.authors or self.strangers:
            for author, posts in self.authors.items():
                hour[author] = hour.get(author, 0) + posts
            self.bins.append(_Bin(bin_ms, self.authors, self.strangers, self.copies))
        while self.bins and self.bins[0].at < bin_ms + BIN - HOUR:
            for author, posts in self.bins.pop(0).authors.items():
                left = hour[author] - posts
                if left:
                    hour[author] = left
                else:
                    del hour[author]
        often = sorted(self.stories.items(), key=lambda one: (-one[1], one[0]))
        stat = CrowdStat(
            self.questioning,
            len(hour) + sum(one.strangers for one in self.bins),
            sum(one.copies for one in self.bins),
            max(hour.values(), default=0),
            RANKS[self.tier] if self.tier < len(RANKS) else "",
            tuple(self.denials),
            tuple(self.confirmations),
            tuple(key for key, _posts in often[:_NAMED]),
        )
        self.authors, self.stories = {}, {}
        self.strangers = self.copies = self.questioning = 0
        self.tier = len(RANKS)
        self.denials, self.confirmations = [], []
        return stat


_RANK: Final = {tier: place for place, tier in enumerate(RANKS)}

"""Which story each post of a shard tells (同一内容): the first post and its near-copies.

Posts are told in the order of publication when their minute closes, so the first post of a story is
the same however they arrived. Stories are remembered for each subject apart, in two generations of
bounded size: one that is told again is kept, others go when the memory is full.
"""

from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

import msgspec

from operators.copies import BANDS, alike
from operators.model import NEGATIVE
from operators.stories_post import Told
from operators.vectors import identities

AUTHORS_KEPT: Final = 1000
"""Authors of a story that are told apart; further posts count as different authors."""

_BANDS: Final = 4


class Story(msgspec.Struct, gc=False, array_like=True):
    """A story and what became of it; the figures are those since it was first told."""

    first: Told
    exercise: bool
    subject: str
    crisis_type: str
    first_ms: int
    last_ms: int
    posts: int = 1
    negative: int = 0
    reach: int = 0
    strangers: int = 0
    """Posts of authors who are not told apart."""
    platforms: list[str] | None = None
    people: set[int] | None = None

    @property
    def id(self) -> str:
        """Return ``platform/id`` of the first post."""
        return self.first.name

    @property
    def authors(self) -> int:
        """Different authors, exact as far as they are told apart."""
        return len(self.people or (1,)) + self.strangers

    def count(self, told: Told) -> None:
        """Take in a further post that tells it."""
        if self.people is None or self.platforms is None:
            self.people, self.platforms = {self.first.marks.author}, [self.first.platform]
        self.posts += 1
        self.first_ms = min(self.first_ms, told.published_ms)
        self.last_ms = max(self.last_ms, told.published_ms)
        self.reach += told.followers
        if told.polarity == NEGATIVE:
            self.negative += 1
        if told.platform not in self.platforms:
            self.platforms.append(told.platform)
        author = told.marks.author
        if not author or (author not in self.people and len(self.people) >= AUTHORS_KEPT):
            self.strangers += 1
        else:
            self.people.add(author)

    def copy(self) -> "Story":
        """Return its present state."""
        return msgspec.structs.replace(
            self, platforms=list(self.platforms or ()), people=set(self.people or ())
        )


class Copy(NamedTuple):
    """A post of a subject that tells a story told before in nearly the same words."""

    exercise: bool
    platform: str
    id: str
    subject: str
    published_ms: int
    story_id: str


def copy_of(told: Told, story: Story) -> Copy:
    """Return a post as a copy of a story's first post."""
    return Copy(story.exercise, told.platform, told.id, story.subject, told.published_ms, story.id)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, list[Story], list[tuple[list[int], list[int]]]]).decode


@dataclass(slots=True)
class Stories:
    """A bounded memory of the stories told; the oldest half goes when it is full."""

    room: int = 10_000
    _newer: dict[int, Story] = field(default_factory=dict)
    _older: dict[int, Story] = field(default_factory=dict)
    _changed: dict[int, Story] = field(default_factory=dict)
    _salts: dict[tuple[bool, str], int] = field(default_factory=dict)

    def tell(self, exercise: bool, subject: str, crisis_type: str, told: Told) -> Story | None:
        """Return the story a post tells; None for one too short to be told from others."""
        sketch = told.marks.sketch
        if not sketch:
            return None
        salt = self._salts.get((exercise, subject))
        if salt is None:
            salt = int(identities([f"{int(exercise)}\0{subject}"])[0])
            self._salts[exercise, subject] = salt
        # Different values meet under the salt by chance of one in ten to the nineteenth.
        one, two, three, four = BANDS.unpack(sketch)
        bands = (one ^ salt, two ^ salt, three ^ salt, four ^ salt)
        newer, older = self._newer, self._older
        for band in bands:
            known = newer.get(band) or (older.get(band) if older else None)
            if known is not None and alike(known.first.marks.sketch, sketch):
                known.count(told)
                self._changed[id(known)] = known
                break
        else:
            first, negative = told.published_ms, told.polarity == NEGATIVE
            known = Story(told, exercise, subject, crisis_type, first, first, 1, int(negative))
            known.reach = told.followers
        for band in bands:
            newer.setdefault(band, known)
        if len(newer) > self.room * _BANDS // 2:
            self._older, self._newer = newer, {}
        return known

    def changed(self) -> list[Story]:
        """Return the present state of the stories with copies that were told since last asked."""
        found = [story.copy() for story in self._changed.values()]
        self._changed = {}
        return sorted(found, key=lambda one: (one.exercise, one.subject, one.id))

    def __getstate__(self) -> bytes:
        # Many small values: msgpack writes them in a fraction of pickle's time.
        both = (self._newer, self._older, self._changed)
        names = [list(map(id, some.values())) for some in both]
        stories = dict(zip(chain(*names), chain(*(some.values() for some in both)), strict=True))
        number_of = dict(zip(stories, range(len(stories)), strict=True)).__getitem__
        places = [
            (list(some), list(map(number_of, told))) for some, told in zip(both, names, strict=True)
        ]
        return _encode((self.room, list(stories.values()), places))

    def __setstate__(self, state: bytes) -> None:
        self.room, stories, places = _decode(state)
        newer, older, changed = (
            dict(zip(bands, map(stories.__getitem__, numbers), strict=True))
            for bands, numbers in places
        )
        self._newer, self._older = newer, older
        self._changed = {id(story): story for story in changed.values()}
        self._salts = {}

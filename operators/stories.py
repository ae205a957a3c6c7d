"""Which story each post of a shard tells (同一内容): the first post and its near-copies.

Posts are told in the order of publication when their minute closes, so the first post of a story is
the same however they arrived. Posts are remembered for each subject apart, in generations: a story
that is told again is kept, others go when the memory is full. A generation that is over is frozen.
"""

from collections import deque
from typing import Final, NamedTuple, TypeAlias

import msgspec

from operators.copies import BANDS, Sketch, alike
from operators.frozen import Frozen
from operators.model import NEGATIVE
from operators.stories_post import Told
from operators.vectors import identities

AUTHORS_KEPT: Final = 1000
"""Authors of a story that are told apart; further posts count as different authors."""

_GENERATIONS: Final = 8


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
    generation: int = 0
    """The one it was told in last."""

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


def identity_of(told: Told) -> int:
    """Return the number of the story that a post begins; short posts with equal words share one."""
    return told.key if told.marks.sketch else told.story


_Bands: TypeAlias = tuple[int, int, int, int]
_Record: TypeAlias = tuple[int, Told, str]
"""Generation, the first post of a story, and what it was about."""


_Entry: TypeAlias = tuple[Sketch, bool, str, str, Told]
"""A post as it is written: its sketch, empty when it is the first of its story; exercise, subject
and crisis type; the first."""

_encode = msgspec.msgpack.Encoder().encode
_entries = msgspec.msgpack.Decoder(list[_Entry]).decode
_stories = msgspec.msgpack.Decoder(tuple[list[tuple[int, Story]], list[int]]).decode


class _Generation:
    """Posts told one after another; once full it never changes again."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.entries: list[_Entry] = []
        self.over = False
        self._frozen: Frozen | None = None

    def __getstate__(self) -> tuple[int, Frozen | bytes]:
        if self._frozen is None and self.over:
            self._frozen = Frozen(_encode(self.entries))
        return self.number, self._frozen or _encode(self.entries)

    def __setstate__(self, state: tuple[int, Frozen | bytes]) -> None:
        number, written = state
        _Generation.__init__(self, number)
        if isinstance(written, Frozen):
            self.over, self._frozen, written = True, written, written.data
        self.entries = _entries(written)


class Stories:
    """A bounded memory of the stories told; the oldest generation goes when it is full."""

    def __init__(self, room: int = 10_000) -> None:
        self.room = room
        self._generations = deque([_Generation(0)])
        self._known: dict[int, _Record] = {}
        self._stories: dict[int, Story] = {}
        self._changed: dict[int, Story] = {}
        self._salts: dict[tuple[bool, str], int] = {}

    def tell(self, exercise: bool, subject: str, crisis_type: str, told: Told) -> Story | None:
        """Return the story a post tells again; None for its first post, and for short ones."""
        sketch = told.marks.sketch
        if not sketch:
            return None
        salt = self._salt(exercise, subject)
        one, two, three, four = BANDS.unpack(sketch)
        bands = (one ^ salt, two ^ salt, three ^ salt, four ^ salt)
        known, now = self._known, self._generations[-1].number
        for band in bands:
            record = known.get(band)
            if record is not None and alike(record[1].marks.sketch, sketch):
                break
        else:
            self._put(bands, (now, told, crisis_type))
            self._keep((b"", exercise, subject, crisis_type, told))
            return None
        _last, first, about = record
        story = self._stories.get(salt ^ first.key)
        if story is None:
            story = _begun(exercise, subject, about, first)
            self._stories[salt ^ first.key] = story
        story.count(told)
        story.generation = now
        self._changed[salt ^ first.key] = story
        if self._put(bands, (now, first, about)):
            self._keep((sketch, exercise, subject, about, first))
        return story

    def _salt(self, exercise: bool, subject: str) -> int:
        # Different values meet under the salt by chance of one in ten to the nineteenth.
        salt = self._salts.get((exercise, subject))
        if salt is None:
            salt = int(identities([f"{int(exercise)}\0{subject}"])[0])
            self._salts[exercise, subject] = salt
        return salt

    def _put(self, bands: _Bands, record: _Record) -> bool:
        """Let bands lead to a first post, where they do not lead to one of this generation."""
        known, number, put = self._known, record[0], False
        for band in bands:
            before = known.get(band)
            if before is None or before[0] != number:
                known[band] = record
                put = True
        return put

    def _keep(self, entry: _Entry) -> None:
        generation = self._generations[-1]
        generation.entries.append(entry)
        if len(generation.entries) * _GENERATIONS < self.room:
            return
        generation.over = True
        self._generations.append(_Generation(generation.number + 1))
        if len(self._generations) > _GENERATIONS:
            self._forget(self._generations.popleft())

    def _forget(self, oldest: _Generation) -> None:
        known, last = self._known, oldest.number
        for entry in oldest.entries:
            for band in self._bands(entry):
                if band in known and known[band][0] == last:
                    del known[band]
        gone = [key for key, story in self._stories.items() if story.generation <= last]
        for key in gone:
            del self._stories[key]

    def _bands(self, entry: _Entry) -> _Bands:
        sketch, exercise, subject, _about, first = entry
        salt = self._salt(exercise, subject)
        one, two, three, four = BANDS.unpack(sketch or first.marks.sketch)
        return one ^ salt, two ^ salt, three ^ salt, four ^ salt

    def changed(self) -> list[Story]:
        """Return the present state of the stories that were told again since last asked."""
        found = [story.copy() for story in self._changed.values()]
        self._changed = {}
        return sorted(found, key=lambda one: (one.exercise, one.subject, one.id))

    def __getstate__(self) -> tuple[int, list[_Generation], bytes]:
        told = _encode((list(self._stories.items()), list(self._changed)))
        return self.room, list(self._generations), told

    def __setstate__(self, state: tuple[int, list[_Generation], bytes]) -> None:
        Stories.__init__(self, state[0])
        self._generations = deque(state[1])
        told, changed = _stories(state[2])
        self._stories = dict(told)
        self._changed = {key: self._stories[key] for key in changed}
        for generation in self._generations:
            for entry in generation.entries:
                self._put(self._bands(entry), (generation.number, entry[4], entry[3]))


def _begun(exercise: bool, subject: str, crisis_type: str, first: Told) -> Story:
    at, negative = first.published_ms, int(first.polarity == NEGATIVE)
    story = Story(first, exercise, subject, crisis_type, at, at, 1, negative)
    story.reach = first.followers
    return story

"""What a partition remembers of the posts it saw, bounded, in generations.

A generation is a number of posts in the order of the stream, whatever batches they came in; what
was put last is kept longest, and the oldest generation is forgotten at once.
"""

from collections import deque
from collections.abc import Collection
from types import GenericAlias
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

import msgspec
import numpy as np

from operators.frozen import Frozen
from operators.vectors import Hashes, Integers

GENERATIONS: Final = 32

V = TypeVar("V")

Facts: TypeAlias = tuple[int, int, int, int]
"""What is remembered of a post: engagement, views, when collected (ms), times seen."""


class Again(NamedTuple):
    """A post that grew: what was known of it, and what is known now."""

    before: Facts
    after: Facts


class Taken(NamedTuple):
    """What a batch was to the memory."""

    new: "np.typing.NDArray[np.bool_]"
    again: dict[int, Again]
    duplicates: set[int]
    forgotten: list[tuple[int, int]]
    """How many posts were forgotten, and after which of the batch."""


class _Generation:
    """Records of posts, in columns of a fixed length.

    Once full it never changes again, so what was written of it is frozen.
    """

    def __init__(self, first: int, room: int) -> None:
        self.first = first
        self.size = 0
        self.keys: Hashes = np.zeros(room, np.uint64)
        self.facts: Integers = np.zeros((room, 4), np.int64)
        self.over = False
        """Another generation has begun."""
        self._frozen: Frozen | None = None

    def __getstate__(self) -> Frozen | bytes:
        if self._frozen is not None:
            return self._frozen
        keys, facts = self.keys[: self.size], self.facts[: self.size]
        columns = tuple(_narrow(column) for column in facts.T)
        written = _encode((self.first, len(self.keys), keys.tobytes(), columns))
        if not self.over:
            return written
        self._frozen = Frozen(written)
        return self._frozen

    def __setstate__(self, state: Frozen | bytes) -> None:
        written = state.data if isinstance(state, Frozen) else state
        first, room, keys, columns = _decode(written)
        _Generation.__init__(self, first, room)
        self._frozen = state if isinstance(state, Frozen) else None
        self.size = len(keys) // 8
        self.keys[: self.size] = np.frombuffer(keys, np.uint64)
        for number, (least, kind, data) in enumerate(columns):
            column = np.frombuffer(data, kind).astype(np.int64)
            self.facts[: self.size, number] = column + least


class _Narrow(NamedTuple):
    """A column in few bytes: its least value, the type of what is above that, and those bytes."""

    least: int
    kind: str
    data: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, int, bytes, tuple[_Narrow, ...]]).decode


def _narrow(column: Integers) -> _Narrow:
    if not len(column):
        return _Narrow(0, "u1", b"")
    least, most = int(column.min()), int(column.max())
    kind = np.min_scalar_type(most - least).str
    return _Narrow(least, kind, (column - least).astype(kind).tobytes())


class Seen:
    """Tells new posts from posts seen before, and what grew since."""

    def __init__(self, capacity: int) -> None:
        self._room = max(1, capacity // GENERATIONS)
        self._most = capacity // self._room
        self._left = self._room
        self._generations = deque([_Generation(0, self._room)])
        self._known: dict[int, int] = {}

    def take(
        self,
        keys: Hashes,
        engagement: Integers,
        views: Integers,
        collected: Integers,
        deleted: Collection[int],
    ) -> Taken:
        """Remember the posts of a batch, in order; ``deleted`` are the numbers of notices."""
        taken = Taken(np.zeros(len(keys), np.bool_), {}, set(), [])
        columns = (keys, engagement, views, collected)
        begin = 0
        while begin < len(keys):
            end = min(len(keys), begin + self._left)
            self._part(begin, end, columns, deleted, taken)
            self._left -= end - begin
            if not self._left:
                self._turn(end - 1, taken)
            begin = end
        return taken

    def _part(
        self,
        begin: int,
        end: int,
        columns: tuple[Hashes, Integers, Integers, Integers],
        deleted: Collection[int],
        taken: Taken,
    ) -> None:
        """Take posts that all belong to the newest generation."""
        names: list[int] = columns[0][begin:end].tolist()
        known = self._known
        fresh = known.keys().isdisjoint(names) and len(set(names)) == len(names)
        if fresh:
            generation = self._generations[-1]
            size = generation.size
            now = slice(size, size + len(names))
            generation.keys[now] = columns[0][begin:end]
            for column in range(3):
                generation.facts[now, column] = columns[column + 1][begin:end]
            generation.facts[now, 3] = 1
            generation.size += len(names)
            first = generation.first
            known.update(zip(names, range(first + size, first + generation.size), strict=True))
            taken.new[begin:end] = True
            return
        facts = zip(*(column[begin:end].tolist() for column in columns[1:]), strict=True)
        for number, (name, (engagement, views, collected)) in enumerate(
            zip(names, facts, strict=True), begin
        ):
            record = known.get(name)
            if record is None:
                taken.new[number] = True
                self._put(name, (engagement, views, collected, 1))
                continue
            before = self._facts(record)
            most, viewed, last, times = before
            grown = collected > last or engagement > most or views > viewed
            if not grown and number not in deleted:
                taken.duplicates.add(number)
                continue
            after = (
                max(engagement, most),
                max(views, viewed),
                max(collected, last),
                times + 1,
            )
            self._put(name, after)
            taken.again[number] = Again(before, after)

    def _put(self, name: int, facts: Facts) -> None:
        generation = self._generations[-1]
        generation.keys[generation.size] = name
        generation.facts[generation.size] = facts
        self._known[name] = generation.first + generation.size
        generation.size += 1

    def _facts(self, record: int) -> Facts:
        generation = self._generations[(record - self._generations[0].first) // self._room]
        engagement, views, collected, times = generation.facts[record - generation.first].tolist()
        return engagement, views, collected, times

    def _turn(self, number: int, taken: Taken) -> None:
        """Begin a generation; forget the oldest when there are enough."""
        self._left = self._room
        first = self._generations[-1].first + self._room
        if len(self._generations) == self._most:
            oldest = self._generations.popleft()
            known = self._known
            before = len(known)
            names = oldest.keys[: oldest.size].tolist()
            for record, name in enumerate(names, oldest.first):
                if known[name] == record:
                    del known[name]
            taken.forgotten.append((number, before - len(known)))
        self._generations[-1].over = True
        self._generations.append(_Generation(first, self._room))

    def __len__(self) -> int:
        """Count the posts remembered."""
        return len(self._known)

    def __getstate__(self) -> tuple[int, int, int, list[_Generation]]:
        return self._room, self._most, self._left, list(self._generations)

    def __setstate__(self, state: tuple[int, int, int, list[_Generation]]) -> None:
        self._room, self._most, self._left, generations = state
        self._generations = deque(generations)
        for generation in generations[:-1]:
            generation.over = True
        self._known = {
            name: record
            for generation in generations
            for record, name in enumerate(
                generation.keys[: generation.size].tolist(), generation.first
            )
        }


class Remembered(Generic[V]):
    """Maps keys to values; at ``capacity`` keys it forgets the oldest generation at once.

    ``kind`` is the type of the values, one that msgspec knows: a snapshot is written by it, since
    pickling many small tuples takes ten times as long. A generation that is full never changes
    again, so what was written of it is frozen.
    """

    def __init__(self, capacity: int, kind: type[V]) -> None:
        self._kind = kind
        self._room = max(1, capacity // GENERATIONS)
        self._most = max(1, capacity // self._room)
        self._newest: dict[int, V] = {}
        self._older: list[dict[int, V]] = []
        self._written: list[Frozen] = []

    def get(self, key: int) -> V | None:
        """Return the value put last under ``key``, or None when it is not remembered."""
        value = self._newest.get(key)
        if value is not None:
            return value
        for generation in reversed(self._older):
            value = generation.get(key)
            if value is not None:
                return value
        return None

    def put(self, key: int, value: V) -> None:
        """Remember ``value``."""
        if len(self._newest) >= self._room:
            self._older.append(self._newest)
            self._newest = {}
            if len(self._older) == self._most:
                del self._older[0]
                del self._written[:1]
        self._newest[key] = value

    def __getstate__(self) -> tuple[type[V], int, int, list[Frozen], bytes]:
        self._written += [Frozen(_encode(one)) for one in self._older[len(self._written) :]]
        return self._kind, self._room, self._most, [*self._written], _encode(self._newest)

    def __setstate__(self, state: tuple[type[V], int, int, list[Frozen], bytes]) -> None:
        self._kind, self._room, self._most, self._written, newest = state
        kept: Any = GenericAlias(dict, (int, self._kind))
        decode = msgspec.msgpack.Decoder(kept).decode
        self._older = [decode(one.data) for one in self._written]
        self._newest = decode(newest)

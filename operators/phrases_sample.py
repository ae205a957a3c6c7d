"""The words of a few posts of each key: the same few however the posts arrived (言论样本).

Of each key and minute the posts with the lowest identities are read, which is as good as drawing
them by lot. A key that is followed or rises keeps many of them for an hour, a quiet one next to
none; a shard keeps some of all keys for a day, against which is seen what stands out. What is of a
bin or hour that is over is frozen.
"""

from bisect import insort
from itertools import chain
from typing import Final, NamedTuple

import msgspec

from operators.frozen import Frozen
from operators.model import BIN, DAY, HOUR
from operators.stories_post import Told
from operators.talk import Key

FOLLOWED: Final = 25
"""Posts a bin kept of a key that is followed or rises."""
QUIET: Final = 2
"""Posts a bin kept of any other key."""
USUAL: Final = 600
"""Posts of the background that are compared with."""
_USUAL_HOUR: Final = 32
"""Posts an hour kept of a shard."""


class Saying(NamedTuple):
    """A post and the words it begins with; ``story`` is equal for copies."""

    key: int
    story: int
    text: str
    told: Told


class _Usual(NamedTuple):
    """A saying of the background, and where it was said."""

    saying: Saying
    exercise: bool
    subject: str
    crisis_type: str


_encode = msgspec.msgpack.Encoder().encode
_said = msgspec.msgpack.Decoder(list[tuple[Key, list[Saying]]]).decode
_usual = msgspec.msgpack.Decoder(list[_Usual]).decode


class Samples:
    """What was said of each key of a shard: in the bin that is open, and in the last hour."""

    def __init__(self) -> None:
        self._now: dict[Key, list[Saying]] = {}
        self._bins: dict[int, _Bin] = {}

    def hear(self, key: Key, said: list[Saying], *, many: bool) -> None:
        """Take in the quotes of a minute; ``many`` are kept of a key that deserves a look."""
        known = self._now.get(key)
        if known is not None:
            said = [*known, *said]
        if said:
            self._now[key] = sorted(said)[: FOLLOWED if many else QUIET]

    def close(self, bin_ms: int) -> None:
        """Close the bin, for all keys."""
        first = bin_ms + BIN - HOUR
        self._bins = {at: some for at, some in self._bins.items() if at >= first}
        if self._now:
            self._bins[bin_ms] = _Bin(self._now)
            self._now = {}

    def hour(self, key: Key) -> list[Saying]:
        """Return what was said of a key in the hour that ends with the last bin closed."""
        return [saying for some in self._bins.values() for saying in some.said.get(key, ())]

    def __getstate__(self) -> tuple[bytes, list[tuple[int, "_Bin"]]]:
        return _encode(list(self._now.items())), list(self._bins.items())

    def __setstate__(self, state: tuple[bytes, list[tuple[int, "_Bin"]]]) -> None:
        self._now, self._bins = dict(_said(state[0])), dict(state[1])


class _Bin:
    """What was said in a bin that has closed."""

    def __init__(self, said: dict[Key, list[Saying]]) -> None:
        self.said = said
        self._frozen: Frozen | None = None

    def __getstate__(self) -> Frozen:
        if self._frozen is None:
            self._frozen = Frozen(_encode(list(self.said.items())))
        return self._frozen

    def __setstate__(self, state: Frozen) -> None:
        self.said, self._frozen = dict(_said(state.data)), state


class Background:
    """Usual talk: a few posts of each hour, whatever they are about, for a day."""

    def __init__(self) -> None:
        self._hour = 0
        self._now: list[_Usual] = []
        self._before: dict[int, _Hour] = {}

    def hear(self, minute: int, key: Key, said: list[Saying]) -> None:
        """Take in the quotes of a key and minute; minutes come in order."""
        hour = minute - minute % HOUR
        if hour != self._hour:
            if self._now:
                self._before[self._hour] = _Hour(self._now)
            self._before = {at: one for at, one in self._before.items() if at > hour - DAY}
            self._hour, self._now = hour, []
        now = self._now
        for saying in said:
            if len(now) < _USUAL_HOUR:
                insort(now, _Usual(saying, *key))
            elif saying.key < now[-1].saying.key:
                now.pop()
                insort(now, _Usual(saying, *key))

    def usual(self, key: Key) -> list[Saying]:
        """Return other talk than that of ``key``: of its subject first, then of all others."""
        own: list[Saying] = []
        others: list[Saying] = []
        hours = [one.said for one in self._before.values()]
        for saying, exercise, subject, crisis_type in chain(*hours, self._now):
            if exercise == key[0] and (subject, crisis_type) != key[1:]:
                (own if subject == key[1] else others).append(saying)
        return [*sorted(own)[: USUAL // 2], *sorted(others)][:USUAL]

    def __getstate__(self) -> tuple[int, bytes, list[tuple[int, "_Hour"]]]:
        return self._hour, _encode(self._now), list(self._before.items())

    def __setstate__(self, state: tuple[int, bytes, list[tuple[int, "_Hour"]]]) -> None:
        self._hour, now, before = state
        self._now, self._before = _usual(now), dict(before)


class _Hour:
    """The background of an hour that is over."""

    def __init__(self, said: list[_Usual]) -> None:
        self.said = said
        self._frozen: Frozen | None = None

    def __getstate__(self) -> Frozen:
        if self._frozen is None:
            self._frozen = Frozen(_encode(self.said))
        return self._frozen

    def __setstate__(self, state: Frozen) -> None:
        self.said, self._frozen = _usual(state.data), state

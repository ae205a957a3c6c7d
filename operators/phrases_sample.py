"""The words of a few posts of each key: the same few however the posts arrived (言论样本).

Of each key and minute the posts with the lowest identities are read, which is as good as drawing
them by lot. A key keeps an hour of them; a shard keeps some of all keys for a day, against which
is seen what stands out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from operators.model import BIN, DAY, HOUR
from operators.stories_post import Told

QUIET: Final = 8
"""Posts a bin kept of a key that nobody follows."""
FOLLOWED: Final = 25
"""Posts a bin kept of a key that is followed."""
USUAL: Final = 600
"""Posts of the background that are compared with."""
_USUAL_EACH: Final = 4
"""Posts an hour kept of each subject and type."""


class Saying(NamedTuple):
    """A post and the words it begins with; ``story`` is equal for copies."""

    key: int
    story: int
    text: str
    told: Told


_encode = msgspec.msgpack.Encoder().encode
_hours = msgspec.msgpack.Decoder(
    list[tuple[int, list[tuple[tuple[bool, str, str], list[Saying]]]]]
).decode


class Sayings(msgspec.Struct, array_like=True):
    """What was said of one key in the last hour."""

    bins: list[tuple[int, list[Saying]]] = []
    now: list[Saying] = []

    def close(self, bin_ms: int, *, followed: bool) -> list[Saying]:
        """Close the bin; return what is kept of it."""
        kept = sorted(self.now)[: FOLLOWED if followed else QUIET] if self.now else []
        self.now = []
        if kept:
            self.bins.append((bin_ms, kept))
        while self.bins and self.bins[0][0] < bin_ms + BIN - HOUR:
            del self.bins[0]
        return kept

    def hour(self) -> list[Saying]:
        """Return what was said in the hour that ends with the last bin closed."""
        return [saying for _bin, some in self.bins for saying in some]


@dataclass(slots=True)
class Background:
    """Usual talk: a few posts of each subject and type and hour, for a day."""

    hours: dict[int, dict[tuple[bool, str, str], list[Saying]]] = field(default_factory=dict)

    def take(self, key: tuple[bool, str, str], bin_ms: int, said: Sequence[Saying]) -> None:
        """Take in what was kept of a bin of a key."""
        hour = bin_ms - bin_ms % HOUR
        if hour not in self.hours:
            self.hours = {at: some for at, some in self.hours.items() if at > hour - DAY}
            self.hours[hour] = {}
        known = self.hours[hour].get(key, [])
        self.hours[hour][key] = sorted([*known, *said])[:_USUAL_EACH]

    def usual(self, key: tuple[bool, str, str]) -> list[Saying]:
        """Return other talk than that of ``key``: of its subject first, then of all others."""
        own: list[Saying] = []
        others: list[Saying] = []
        for some in self.hours.values():
            for (exercise, subject, crisis_type), sayings in some.items():
                if exercise == key[0] and (subject, crisis_type) != key[1:]:
                    (own if subject == key[1] else others).extend(sayings)
        return [*sorted(own)[: USUAL // 2], *sorted(others)][:USUAL]

    def __getstate__(self) -> bytes:
        return _encode([(hour, list(some.items())) for hour, some in self.hours.items()])

    def __setstate__(self, state: bytes) -> None:
        self.hours = {hour: dict(some) for hour, some in _hours(state)}

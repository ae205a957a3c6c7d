"""Which rules hold when: from the first minute after their entry in the stream ``rules``.

What a post is read by depends on its time of arrival and the entries before it alone, so however
often it is read again, it is read by the same version.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from operators.model import MINUTE, CrisisType, Subject
from operators.reading import Entry, entry_number
from operators.register import Register
from operators.rulebook_bundle import Bundle, no_news
from operators.rules import ThresholdRule
from operators.vectors import SEQUENCE_BITS


class RulesEntry(NamedTuple):
    """A version that an entry put in force: ``entry`` is its number, unique and growing."""

    entry: int
    version: str

    @property
    def at_ms(self) -> int:
        """When it entered the stream."""
        return self.entry >> SEQUENCE_BITS

    @property
    def effective_ms(self) -> int:
        """First minute of arrival that is read by it."""
        return self.at_ms - self.at_ms % MINUTE + MINUTE


Schedule: TypeAlias = tuple[RulesEntry, ...]
"""Entries in the order of the stream; of those that are over only the last has to be there."""


@dataclass(frozen=True, slots=True)
class RulesChange:
    """What other stages need of a version: threshold rules, and whom and what it knows."""

    entry: int
    effective_ms: int
    version: str
    thresholds: tuple[ThresholdRule, ...]
    register: Register
    no_news: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Subject -> words that tell nothing of it: its own names, and the stop-list."""


def change_of(entry: RulesEntry, bundle: Bundle) -> RulesChange:
    """Return what other stages are told of an entry; small, for their state holds it."""
    subjects = {one.id: _slim_subject(one) for one in bundle.subjects}
    types = {(one.industry, one.id): _slim_type(one) for one in bundle.crisis_types}
    return RulesChange(
        entry.entry,
        entry.effective_ms,
        entry.version,
        bundle.thresholds,
        Register(subjects, types),
        no_news(bundle.subjects, bundle.stop_words),
    )


def _slim_subject(one: Subject) -> Subject:
    return Subject(one.id, one.name, one.industry, tags=one.tags, hotline=one.hotline)


def _slim_type(one: CrisisType) -> CrisisType:
    return replace(one, terms=(), exclude=(), rules=(), unless=())


def version_at(schedule: Schedule, arrived_ms: int) -> str:
    """Return the version by which what arrives at an instant is read; empty: those at start."""
    place = bisect_right(schedule, arrived_ms, key=_effective)
    return schedule[place - 1].version if place else ""


def _effective(entry: RulesEntry) -> int:
    return entry.effective_ms


def cut(entries: Sequence[Entry], schedule: Schedule) -> list[tuple[str, Sequence[Entry]]]:
    """Cut entries, in order of arrival, where another version takes effect."""
    if not entries:
        return []
    if not schedule:
        return [("", entries)]
    first, last = (entry_number(one[0]) >> SEQUENCE_BITS for one in (entries[0], entries[-1]))
    low = bisect_right(schedule, first, key=_effective)
    high = bisect_right(schedule, last, key=_effective)
    pieces: list[tuple[str, Sequence[Entry]]] = []
    begin, version = 0, version_at(schedule, first)
    for change in schedule[low:high]:
        end = bisect_left(entries, change.effective_ms, key=_arrived)
        if end > begin:
            pieces.append((version, entries[begin:end]))
        begin, version = max(begin, end), change.version
    pieces.append((version, entries[begin:]))
    return pieces


def _arrived(entry: Entry) -> int:
    return entry_number(entry[0]) >> SEQUENCE_BITS


def forget(schedule: Schedule, arrived_ms: int) -> Schedule:
    """Drop the entries that were superseded before an instant."""
    place = bisect_right(schedule, arrived_ms, key=_effective)
    return schedule[max(0, place - 1) :]


class Registers:
    """Whom and what is known at each minute: state of a desk, beside the register at start."""

    def __init__(self) -> None:
        self._known: list[tuple[int, Register]] = []
        self._entry = 0

    def add(self, change: RulesChange) -> None:
        """Take in a version; one that is known already is passed over."""
        if change.entry > self._entry:
            self._entry = change.entry
            self._known.append((change.effective_ms, change.register))

    def at(self, base: Register, ms: int) -> Register:
        """Return what holds at a minute.

        A post is read by the version of its arrival, and counts in the minute of its publication,
        so whoever is unknown to the version of that minute is looked up in the next ones.
        """
        if not self._known:
            return base
        place = bisect_right(self._known, ms, key=_from)
        later = [register for _from_ms, register in self._known[place:]]
        order = [self._known[place - 1][1], *later, base] if place else [base, *later]
        subjects: dict[str, Subject] = {}
        types: dict[tuple[str, str], CrisisType] = {}
        for one in reversed(order):
            subjects |= one.subjects
            types |= one.types
        return Register(subjects, types)

    def forget(self, ms: int) -> None:
        """Make one of the versions that are over at a minute: who was known stays known."""
        place = bisect_right(self._known, ms, key=_from)
        if place <= 1:
            return
        over = self._known[:place]
        subjects: dict[str, Subject] = {}
        types: dict[tuple[str, str], CrisisType] = {}
        for _from_ms, register in over:
            subjects |= register.subjects
            types |= register.types
        self._known = [(over[-1][0], Register(subjects, types)), *self._known[place:]]


def _from(one: tuple[int, Register]) -> int:
    return one[0]

"""A false alarm teaches the baselines: the same again is usual, clearly more is not."""

import pickle
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pytest

from operators.control import FAR
from operators.desk import Desk
from operators.incident_parts import IncidentRules
from operators.model import BIN, DAY, HOUR, MINUTE, Action, Signal
from operators.rulings import IncidentEvent
from operators.watch import BinStat, Watch, WatchRules
from operators.windows import Cell, CellKey, Piece
from tests.support.desk_story import REGISTER

T0: Final = 1_760_000_000_000 - 1_760_000_000_000 % DAY
ONSET: Final = T0 + 3 * DAY
LENGTH: Final = HOUR
CALLED: Final = ONSET + 2 * HOUR
NEXT: Final = ONSET + DAY
END: Final = NEXT + 4 * HOUR


def posts(kind: str, at: int, negative: int) -> tuple[CellKey, Cell]:
    """Return so many negative posts of a minute."""
    cell = Cell(mentions=negative, negative=negative)
    return CellKey(False, "bank", kind, "weibo", at, at), cell


def pieces(partition: int, surges: dict[tuple[str, int], int]) -> list[Piece]:
    """Return one partition's pieces: a post every two hours, and surges of so many a bin."""
    made: list[Piece] = []
    for at in range(T0, END + BIN, BIN):
        cells = [
            posts(kind, at, negative)
            for (kind, onset), negative in surges.items()
            if onset <= at < onset + LENGTH
        ]
        if at % (2 * HOUR) == 0:
            cells += [posts(kind, at, 1) for kind in ("run", "outage")]
        made.append(Piece(partition, T0, at + BIN, cells))
    return made


@dataclass
class Shard:
    """A watch and its desk, told pieces and what people did in any order."""

    watch: Watch = field(default_factory=lambda: Watch(WatchRules(1)))
    desk: Desk = field(default_factory=lambda: Desk(0, IncidentRules()))
    read_ms: int = 0
    signals: list[Signal] = field(default_factory=list)
    bins: list[BinStat] = field(default_factory=list)
    events: list[IncidentEvent] = field(default_factory=list)

    def told(self, actions: Sequence[Action], read_ms: int) -> None:
        """Hear of actions and how far they are known."""
        self.watch.lessons.told(actions)
        self.desk.told(actions, read_ms)
        self.read_ms = max(self.read_ms, read_ms)
        self.feed()

    def feed(self, *some: Piece) -> None:
        """Take pieces in."""
        watched = self.watch.feed(some, self.read_ms)
        self.signals += watched.signals
        self.bins += watched.bins
        self.desk.watched([watched])
        self.events += self.desk.work(REGISTER).events

    def resume(self) -> None:
        """Go on from a snapshot."""
        self.watch = pickle.loads(pickle.dumps(self.watch))
        self.desk = pickle.loads(pickle.dumps(self.desk))
        self.desk.resume()
        self.read_ms = 0

    def since(self, kind: str, at: int) -> set[str]:
        """Return the detectors that have fired for a kind from a time on."""
        found = (one for one in self.signals if one.crisis_type == kind)
        return {one.detector for one in found if one.decided_ms >= at}

    def happened(self, kind: str, at: int) -> list[str]:
        """Return the kinds of events of a crisis type from a time on."""
        found = (one for one in self.events if one.crisis_type == kind)
        return [one.change.kind for one in found if one.at_ms >= at]

    def usual(self, kind: str, at: int) -> float:
        """Return the usual level of the first bin from a time on."""
        found = (one for one in self.bins if one.crisis_type == kind and one.bin_ms >= at)
        return next(found).expected


def incident_of(shard: Shard, kind: str) -> str:
    """Return the id of the first incident of a kind."""
    return next(one.incident_id for one in shard.events if one.crisis_type == kind)


def false_alarm(incident: str, at: int = CALLED, kind: str = "run") -> Action:
    """Return a person's word."""
    return Action(f"{at}-0", at, incident, "false_alarm", "王敏", "bank", kind)


def played(again: int, other: int = 0, *, called: bool = True, by_key: bool = False) -> Shard:
    """Play a surge of 40 a bin, a word on it, and a surge of ``again`` the day after.

    ``other``: the height of a surge of another crisis type at both times.
    """
    surges = {("run", ONSET): 40, ("run", NEXT): again}
    surges |= {("outage", ONSET): other, ("outage", NEXT): other}
    shard = Shard()
    shard.told([], FAR)
    for piece in pieces(0, surges):
        if called and piece.watermark_ms == CALLED:
            name = "" if by_key else incident_of(shard, "run")
            shard.told([false_alarm(name)], FAR)
        shard.feed(piece)
    return shard


def test_without_a_word_the_same_comes_back() -> None:
    """The surge of the next day fires when nobody called the first one a false alarm."""
    shard = played(40, called=False)
    assert "volume_surge" in shard.since("run", ONSET)
    assert "volume_surge" in shard.since("run", NEXT)


@pytest.mark.parametrize("by_key", [False, True])
def test_the_same_height_does_not_fire_again(by_key: bool) -> None:
    """After the word the same surge raises no signal of volume and opens nothing."""
    shard = played(40, by_key=by_key)
    assert "volume_surge" in shard.since("run", ONSET)
    assert "volume_surge" not in shard.since("run", NEXT)
    assert {"opened", "reopened"}.isdisjoint(shard.happened("run", NEXT))


def test_clearly_more_fires() -> None:
    """Three times the height fires within the hour and opens an incident."""
    shard = played(120)
    surge = [one for one in shard.signals if one.decided_ms >= NEXT]
    assert "volume_surge" in {one.detector for one in surge}
    assert min(one.decided_ms for one in surge if one.detector == "volume_surge") <= NEXT + HOUR
    assert "opened" in shard.happened("run", NEXT)


def test_the_usual_level_quotes_what_was_learned() -> None:
    """The baseline rows after the word hold the incident's bins as a part of the usual."""
    learned, not_learned = played(120), played(120, called=False)
    assert learned.usual("run", NEXT) > 5 * not_learned.usual("run", NEXT)
    bins = (NEXT - T0) // BIN
    held = LENGTH // BIN * 40 + (NEXT - T0) // (2 * HOUR)
    assert learned.usual("run", NEXT) == pytest.approx(held / bins, rel=0.1)
    assert learned.usual("run", CALLED - BIN) == not_learned.usual("run", CALLED - BIN)
    (first, *_rest) = [one for one in learned.signals if one.decided_ms >= NEXT]
    assert "平时约" in first.explanation


def test_another_key_is_untouched() -> None:
    """The word on one crisis type changes nothing for another of the same subject."""
    called, not_called = played(40, 40), played(40, 40, called=False)
    assert "volume_surge" in called.since("outage", NEXT)
    others = [
        [one for one in each.bins if one.crisis_type == "outage"] for each in (called, not_called)
    ]
    assert others[0] == others[1]


def test_a_word_on_nothing_known_teaches_nothing() -> None:
    """An id nobody has, and a word said before there was any surge, leave all as it was."""
    plain = played(40, called=False)
    shard = Shard()
    shard.told([false_alarm("c0ffee"), false_alarm("", T0 + HOUR)], FAR)
    for piece in pieces(0, {("run", ONSET): 40, ("run", NEXT): 40}):
        shard.feed(piece)
    assert [one.signal_id for one in shard.signals if one.crisis_type == "run"] == [
        one.signal_id for one in plain.signals if one.crisis_type == "run"
    ]


def test_a_second_word_teaches_only_what_is_new() -> None:
    """Said twice, the same incident is learned once."""
    twice = Shard()
    twice.told([], FAR)
    for piece in pieces(0, {("run", ONSET): 40, ("run", NEXT): 120}):
        if piece.watermark_ms == CALLED:
            name = incident_of(twice, "run")
            words = [false_alarm(name), false_alarm(name, CALLED + MINUTE)]
            twice.told([*words, false_alarm(name, CALLED + 3 * HOUR)], FAR)
        twice.feed(piece)
    assert twice.usual("run", NEXT) == pytest.approx(played(120).usual("run", NEXT), rel=0.02)


def test_minutes_wait_for_what_people_did() -> None:
    """No minute is decided before the actions are known that far; then all of them are."""
    shard = Shard()
    some = pieces(0, {("run", ONSET): 40})
    for piece in some:
        shard.feed(piece)
    assert not shard.bins
    shard.told([], ONSET + 20 * MINUTE + 17)
    assert shard.watch.windows.watermark_ms == ONSET + 20 * MINUTE
    shard.told([], FAR)
    assert shard.watch.windows.watermark_ms == some[-1].watermark_ms


@pytest.mark.parametrize("seed", range(6))
def test_arrival_order_and_resuming_change_nothing(seed: int) -> None:
    """Words early or late, in any cut, with resumes between: the same signals and baselines."""
    surges = {("run", ONSET): 40, ("run", NEXT): 120, ("outage", ONSET): 20}
    straight = Shard()
    straight.told([], FAR)
    some = pieces(0, surges)
    for piece in some:
        straight.feed(piece)
    word = false_alarm(incident_of(straight, "run"))
    reference = Shard()
    reference.told([word], FAR)
    for piece in some:
        reference.feed(piece)
    assert reference.bins != straight.bins

    rng = random.Random(seed)
    shard, read, told = Shard(), T0, False
    rest = list(some)
    while rest or read < END + DAY:
        if rng.random() < 0.01:
            shard.resume()
            shard.told([], read)
        if rest and rng.random() < 0.5:
            cut = rng.randrange(1, 60)
            shard.feed(*rest[:cut])
            rest = rest[cut:]
        else:
            read += rng.randrange(MINUTE, 9 * HOUR)
            words = [word] if not told and read > CALLED else []
            told = told or bool(words)
            shard.told(words, read)
    assert (shard.signals, shard.bins) == (reference.signals, reference.bins)
    assert shard.events == reference.events

"""The incident desk: opens, escalates, merges, obeys people, fades, closes and comes back."""

import pickle

import pytest

from operators.baseline import Totals
from operators.desk import Desk, DeskOutput, Register
from operators.incident import IncidentRules
from operators.model import BIN, GENERAL, HOUR, MINUTE, Action, CrisisType, Signal, Subject
from operators.severity import FACTOR_NAMES, LEVEL_FROM, MOST, LevelHold, level_of
from operators.watch import BinStat, Watched

T0 = 1_760_000_000_000 - 1_760_000_000_000 % HOUR
BANK = Subject("bank", "星河银行", "banking")
KIND = CrisisType("run", "挤兑谣言", "banking", (("取不出", 1.0),), gravity=0.9)
REGISTER = Register({"bank": BANK}, {("banking", "run"): KIND})
FOREVER = T0 + 1000 * HOUR


def stat(at: int, negative: int, hour: int, kind: str = "run") -> BinStat:
    """Return a bin with so many negative posts, and so many in the hour up to it."""
    totals = Totals(negative, negative, negative * 100)
    platforms = (("weibo", negative),)
    return BinStat(
        False, "bank", kind, at, negative, 0.1, 1.0, totals, 0, hour, hour, 0.2, True, platforms, ()
    )


def signal(at: int, kind: str = "run", observed: float = 60) -> Signal:
    """Return a surge decided at an instant."""
    return Signal(
        f"{kind}{at}", False, "bank", kind, "volume_surge", at - HOUR, at, at, 2.0, observed, 1.0,
        1.0, "负面突增", onset_ms=at - BIN, negative_1h=int(observed),
    )  # fmt: skip


def action(kind: str, at: int, **detail: str) -> Action:
    """Return a human action on the bank's incident."""
    return Action(f"{at}-1", at, "", kind, "王敏", "bank", "run", detail=detail)


class Story:
    """Tell a desk a story and keep what it said."""

    def __init__(self) -> None:
        self.desk = Desk(0, IncidentRules())
        self.desk.told((), FOREVER)
        self.outputs: list[DeskOutput] = []

    def tell(self, until: int, *things: Signal | BinStat | Action) -> DeskOutput:
        """Tell things and advance the watermark."""
        signals = [one for one in things if isinstance(one, Signal)]
        bins = [one for one in things if isinstance(one, BinStat)]
        self.desk.told([one for one in things if isinstance(one, Action)], FOREVER)
        self.desk.watched([Watched(until, signals, bins)])
        self.desk = pickle.loads(pickle.dumps(self.desk))
        out = self.desk.work(REGISTER)
        self.outputs.append(out)
        return out

    def burst(self, bins: int = 12, per_bin: int = 60) -> DeskOutput:
        """Open an incident at T0 and let it grow."""
        out = DeskOutput()
        for number in range(bins):
            at = T0 + number * BIN
            told: list[Signal | BinStat] = [stat(at, per_bin, per_bin * (number + 1))]
            if not number:
                told.append(signal(at + BIN))
            out = self.tell(at + BIN, *told)
        return out

    def kinds(self) -> list[str]:
        """List the kinds of all events so far."""
        return [event.change.kind for out in self.outputs for event in out.events]


@pytest.fixture
def story() -> Story:
    """Start a story."""
    return Story()


def test_opens_on_a_signal_and_asks_for_a_playbook(story: Story) -> None:
    """A signal opens an incident with onset, detection and severity, and a case goes out."""
    out = story.tell(T0 + BIN, signal(T0 + BIN), stat(T0, 60, 60))
    incident = out.incidents[-1]
    assert (incident.onset_ms, incident.detected_ms) == (T0, T0 + BIN)
    assert incident.severity == pytest.approx(sum(incident.factors.values()))
    assert set(incident.factors) == set(FACTOR_NAMES) == set(MOST)
    assert [case.crisis_name for case in out.cases] == ["挤兑谣言"]
    assert story.kinds() == ["opened"]


def test_escalates_and_tells_why(story: Story) -> None:
    """A level that holds for the set time is taken, and a new case goes out for it."""
    story.burst(bins=12, per_bin=200)
    levels = [
        event.change.after
        for out in story.outputs
        for event in out.events
        if event.change.kind == "level"
    ]
    assert levels == ["severe"]
    assert [case.level for out in story.outputs for case in out.cases][-1] == "severe"


def test_fades_and_closes_after_calm(story: Story) -> None:
    """Six hours at the usual level end it; its events are numbered without a gap."""
    story.burst()
    for number in range(12, 12 + 8 * 12):
        at = T0 + number * BIN
        story.tell(at + BIN, stat(at, 0, 0))
    events = [event for out in story.outputs for event in out.events]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.change.after for event in events if event.change.kind == "stage"][-1] == "fading"
    assert story.kinds()[-1] == "closed"
    versions = [incident.version for out in story.outputs for incident in out.incidents]
    assert versions == list(range(1, len(versions) + 1))


def test_comes_back_instead_of_starting_anew(story: Story) -> None:
    """A signal within a day of its end opens the same incident again."""
    story.burst()
    story.tell(T0 + 2 * HOUR, action("resolve", T0 + HOUR + 1))
    out = story.tell(T0 + 3 * HOUR, signal(T0 + 3 * HOUR), stat(T0 + 3 * HOUR - BIN, 50, 50))
    assert out.events[0].change.kind == "reopened"
    assert len({one.incident_id for output in story.outputs for one in output.incidents}) == 1


def test_false_alarm_is_not_opened_again_by_more_of_the_same(story: Story) -> None:
    """After a false alarm the same volume stays quiet for a day; twice its peak does not."""
    story.burst(bins=2)
    story.tell(T0 + HOUR, action("false_alarm", T0 + HOUR - MINUTE))
    assert story.tell(T0 + 2 * HOUR, signal(T0 + 2 * HOUR, observed=100)).events == []
    out = story.tell(T0 + 3 * HOUR, signal(T0 + 3 * HOUR, observed=500))
    assert [event.change.kind for event in out.events] == ["opened"]


def test_unnamed_trouble_joins_the_named(story: Story) -> None:
    """General negative talk beside a named crisis of the subject is the same story."""
    story.tell(T0 + BIN, signal(T0 + BIN, GENERAL), stat(T0, 60, 60, GENERAL))
    out = story.tell(T0 + 2 * BIN, signal(T0 + 2 * BIN), stat(T0 + BIN, 60, 60))
    states = {incident.crisis_type: incident.state for incident in out.incidents}
    assert states == {GENERAL: "merged", "run": "open"}
    out = story.tell(T0 + 8 * HOUR, signal(T0 + 8 * HOUR, GENERAL))
    assert [incident.crisis_type for incident in out.incidents] == ["run"]


def test_echo_of_a_larger_story_waits(story: Story) -> None:
    """A second type with few posts is noted in the main incident, and opens once it has grown."""
    story.burst(bins=6, per_bin=100)
    now = T0 + 35 * MINUTE
    out = story.tell(now, signal(now, "outage", observed=20), stat(now - BIN, 100, 700))
    assert [event.change.kind for event in out.events][:1] == ["signal"]
    assert {event.crisis_type for event in out.events} == {"run"}
    later = now + BIN
    out = story.tell(later, stat(later - BIN, 300, 400, "outage"), stat(later - BIN, 100, 800))
    assert ("outage", "opened") in [(one.crisis_type, one.change.kind) for one in out.events]


def test_people_act(story: Story) -> None:
    """Each action takes effect at the first watermark minute after it and is an event."""
    story.burst(bins=3)
    at = T0 + 20 * MINUTE
    out = story.tell(
        T0 + HOUR,
        action("acknowledge", at),
        action("assign", at + 1, owner="李静"),
        action("statement", at + 2),
        action("override", at + 3, playbook="banking.general"),
        action("verify", at + 4, state="不实"),
        action("dance", at + 5),
    )
    incident = out.incidents[-1]
    assert incident.acknowledged_ms == incident.statement_ms == at + MINUTE
    assert (incident.owner, incident.override) == ("李静", "banking.general")
    assert incident.verification == "不实"
    assert [one.outcome for one in out.outcomes] == ["applied"] * 5 + ["invalid"]
    assert [case.verification for case in out.cases] == ["未核实", "不实"]


def test_action_on_nothing_is_told(story: Story) -> None:
    """An action nobody can apply is kept with that outcome."""
    out = story.tell(T0 + HOUR, action("acknowledge", T0))
    assert [one.outcome for one in out.outcomes] == ["unknown_incident"]


def test_nothing_is_decided_before_the_actions_are_read() -> None:
    """Minutes wait until the stream of actions has been read that far."""
    desk = Desk(0, IncidentRules())
    desk.watched([Watched(T0 + HOUR, [signal(T0 + BIN)], [stat(T0, 60, 60)])])
    assert desk.work(REGISTER) == DeskOutput()
    desk.told([action("acknowledge", T0 + BIN - 2)], T0 + HOUR)
    out = desk.work(REGISTER)
    # It took effect at the minute of the opening, just before it.
    assert [one.outcome for one in out.outcomes] == ["unknown_incident"]
    assert out.events


def test_level_needs_to_hold() -> None:
    """A number that touches a limit for a moment does not change the level."""
    hold = LevelHold("minor")
    high = LEVEL_FROM[2] + 1
    assert hold.update(high, T0, 10 * MINUTE) == "minor"
    assert hold.update(10.0, T0 + BIN, 10 * MINUTE) == "minor"
    assert hold.update(high, T0 + 2 * BIN, 10 * MINUTE) == "minor"
    assert hold.update(high, T0 + 4 * BIN, 10 * MINUTE) == "severe"
    assert hold.update(0.0, T0 + 5 * BIN, 10 * MINUTE) == "severe"
    assert hold.update(0.0, T0 + 5 * BIN + HOUR, 10 * MINUTE) == "minor"
    assert [level_of(least) for least in LEVEL_FROM] == ["minor", "moderate", "severe"]

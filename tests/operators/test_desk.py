"""The incident desk: opens, escalates, merges, obeys people, fades, closes and comes back."""

import pytest

from operators.desk import Desk
from operators.incident_parts import IncidentRules
from operators.model import BIN, GENERAL, HOUR, MINUTE
from operators.rulings import DeskOutput
from operators.schemes import scheme
from operators.severity import FACTOR_NAMES, MOST, LevelHold
from operators.watched import Watched
from tests.support.desk_story import REGISTER, T0, Story, action, signal, stat


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
    out = story.tell(T0 + 2 * HOUR, signal(T0 + 2 * HOUR, observed=100))
    assert [event.change.kind for event in out.events] == ["held"]
    assert "误报" in out.events[0].change.cause
    assert story.tell(T0 + 9 * HOUR, signal(T0 + 9 * HOUR, observed=110)).events == []
    out = story.tell(T0 + 10 * HOUR, signal(T0 + 10 * HOUR, observed=500))
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
        action("verify", at + 4, state="不实", evidence="https://example.org/notice"),
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
    levels = scheme("three_levels").at(T0)
    hold = LevelHold()
    high = levels.levels[2].least + 1

    def rank(severity: float, at: int) -> int:
        return hold.update(severity, at, 10 * MINUTE, levels)

    assert rank(high, T0) == 0
    assert rank(10.0, T0 + BIN) == 0
    assert rank(high, T0 + 2 * BIN) == 0
    assert rank(high, T0 + 4 * BIN) == 2
    assert rank(0.0, T0 + 5 * BIN) == 2
    assert rank(0.0, T0 + 5 * BIN + HOUR) == 0


def test_level_goes_up_step_by_step() -> None:
    """Severity that goes on rising is not made to wait again for each level it has held."""
    levels = scheme("three_levels").at(T0)
    hold = LevelHold()
    middle, high = (levels.levels[rank].least for rank in (1, 2))
    ranks = [
        hold.update(severity, T0 + number * BIN, 10 * MINUTE, levels)
        for number, severity in enumerate((middle, high, high, high))
    ]
    assert ranks == [0, 0, 1, 2]

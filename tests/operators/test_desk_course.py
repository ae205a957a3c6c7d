"""How incidents go on: they come back, merge, are held false, are verified and foretold."""

import pytest

from operators.hints import Voices, hints
from operators.incident_parts import IncidentRules
from operators.model import BIN, GENERAL, HOUR, MINUTE
from tests.support.desk_story import T0, Story, action, posts, signal, stat

LINK = "https://example.org/notice"


@pytest.fixture
def story() -> Story:
    """Start a story."""
    return Story()


def test_posts_between_end_and_return_are_counted(story: Story) -> None:
    """What was said after the end belongs to the incident that comes back."""
    story.burst(bins=3)
    story.tell(T0 + HOUR, action("resolve", T0 + HOUR - MINUTE))
    before = story.incident().negative
    for number in range(12, 15):
        at = T0 + number * BIN
        story.tell(at + BIN, stat(at, 7, 30))
    now = T0 + 16 * BIN
    story.tell(now, signal(now), stat(now - BIN, 50, 90))
    back = story.incident()
    assert (back.reopened, back.state, back.closed_by) == (1, "open", "")
    assert back.negative == before + 3 * 7 + 50
    assert "21" in story.changes("reopened")[0].cause


def test_the_same_dominant_posts_make_one_incident(story: Story) -> None:
    """Two types told by the same posts become one; the larger takes the other's signals in."""
    same = posts("a", "b", "c", "d")
    for number in range(4):
        at = T0 + number * BIN
        told = [stat(at, 60, 60 * (number + 1), evidence=same)]
        other = stat(at, 50, 50 * (number + 1), "outage", evidence=same if number > 1 else ())
        if number == 0:
            story.tell(at + BIN, signal(at + BIN), signal(at + BIN, "outage"), *told, other)
        else:
            story.tell(at + BIN, *told, other)
    into, gone = story.incident(), story.incident("outage")
    assert (into.state, gone.state, gone.merged_into) == ("open", "merged", into.incident_id)
    assert set(gone.signals) <= set(into.signals)
    assert story.changes("merged")[0].evidence == tuple(f"weibo/{name}" for name in "abcd")
    later = T0 + HOUR
    out = story.tell(later, signal(later, "outage", observed=400), stat(later - BIN, 60, 700))
    assert {event.incident_id for event in out.events} == {into.incident_id}


def test_a_few_posts_in_common_are_not_one_story(story: Story) -> None:
    """Two shared posts of many do not make two incidents one."""
    story.tell(
        T0 + BIN,
        signal(T0 + BIN),
        signal(T0 + BIN, "outage"),
        stat(T0, 60, 60, evidence=posts(*"abcdef")),
        stat(T0, 60, 60, "outage", evidence=posts(*"abwxyz")),
    )
    assert story.incident("outage").state == story.incident().state == "open"


def test_people_merge(story: Story) -> None:
    """A merge by hand names its target; without one that is open nothing happens."""
    story.tell(T0 + BIN, signal(T0 + BIN), stat(T0, 60, 60))
    story.tell(T0 + 2 * BIN, signal(T0 + 2 * BIN, "outage"), stat(T0 + BIN, 60, 60, "outage"))
    target = story.incident("outage").incident_id
    now = T0 + 3 * BIN
    out = story.tell(now, action("merge", now - 2 * MINUTE, into="nothing"))
    assert [one.outcome for one in out.outcomes] == ["unknown_target"]
    out = story.tell(now + BIN, action("merge", now, into=target))
    assert [one.outcome for one in out.outcomes] == ["applied"]
    assert story.incident().merged_into == target
    assert story.incident().closed_by == "王敏"


def test_a_false_alarm_is_learned_for_days_only(story: Story) -> None:
    """The level of a false alarm keeps a key quiet for a week; then it is news again."""
    story.burst(bins=2)
    story.tell(T0 + HOUR, action("false_alarm", T0 + HOUR - MINUTE))
    for days in (2, 6):
        now = T0 + days * 24 * HOUR
        story.tell(now, signal(now, observed=100), stat(now - BIN, 10, 100, followed=False))
    assert "reopened" not in story.kinds()
    assert story.kinds().count("opened") == 1
    now = T0 + 8 * 24 * HOUR
    story.tell(now, signal(now, observed=100))
    assert story.kinds().count("opened") == 2


def test_growth_after_a_false_alarm_is_seen(story: Story) -> None:
    """A held signal opens an incident as soon as the hour outgrows what was called false."""
    story.burst(bins=2)
    story.tell(T0 + HOUR, action("false_alarm", T0 + HOUR - MINUTE))
    now = T0 + 2 * HOUR
    story.tell(now, signal(now, observed=100), stat(now - BIN, 20, 100))
    out = story.tell(now + BIN, stat(now, 90, 190))
    assert [event.change.kind for event in out.events] == ["opened"]


def test_a_regulator_is_heard_after_a_false_alarm(story: Story) -> None:
    """A source of the highest tier opens an incident whatever was called false."""
    story.burst(bins=2)
    story.tell(T0 + HOUR, action("false_alarm", T0 + HOUR - MINUTE))
    now = T0 + 2 * HOUR
    out = story.tell(now, signal(now, observed=1, tier="regulator"))
    assert [event.change.kind for event in out.events] == ["opened"]


@pytest.mark.parametrize(
    ("detail", "outcome"),
    [
        ({"state": "属实", "evidence": LINK}, "applied"),
        ({"state": "属实", "link": LINK}, "applied"),
        ({"state": "属实"}, "missing_evidence"),
        ({"state": "属实", "evidence": "我看到了"}, "missing_evidence"),
        ({"state": "大概", "evidence": LINK}, "invalid"),
    ],
)
def test_verification_needs_evidence(story: Story, detail: dict[str, str], outcome: str) -> None:
    """Only a person with a link sets the verification; the outcome says what was wrong."""
    story.burst(bins=1)
    assert "未核实" in story.incident().explanation
    out = story.tell(T0 + HOUR, action("verify", T0 + 20 * MINUTE, **detail))
    assert [one.outcome for one in out.outcomes] == [outcome]
    incident = story.incident()
    if outcome == "applied":
        assert (incident.verification, incident.verification_evidence) == ("属实", LINK)
        assert incident.verified_by == "王敏"
        assert story.changes("action")[0].evidence == (LINK,)
    else:
        assert (incident.verification, incident.verified_by) == ("未核实", "")


def test_an_ended_incident_can_still_be_verified(story: Story) -> None:
    """The truth may come out after the end; assigning it to somebody is too late."""
    story.burst(bins=1)
    story.tell(T0 + HOUR, action("resolve", T0 + 20 * MINUTE))
    at = T0 + HOUR
    out = story.tell(
        T0 + 2 * HOUR,
        action("verify", at, state="不实", evidence=LINK),
        action("assign", at + 1, owner="李静"),
    )
    assert [one.outcome for one in out.outcomes] == ["applied", "closed_incident"]


def test_hints_stand_beside_the_verdict(story: Story) -> None:
    """Denials, doubts and copies are told as hints; the verification stays what people set."""
    story.tell(
        T0 + BIN,
        signal(T0 + BIN),
        stat(
            T0, 60, 60, questioning=20, copies_1h=50, authors_1h=30, top_author_1h=3,
            top_tier="verified", denials=("weibo/n1",),
        ),
    )  # fmt: skip
    incident = story.incident()
    said = "\n".join(incident.hints)
    assert all(word in said for word in ("否认", "weibo/n1", "质疑", "近似文本", "尚无媒体"))
    assert incident.verification == "未核实"
    assert incident.voices.unique_authors == pytest.approx(0.5)
    assert incident.voices.copies == pytest.approx(50 / 60)


def test_a_top_tier_lifts_the_level_at_once(story: Story) -> None:
    """A regulator's post is not waited for; without one the same severity has to hold."""
    levels = {}
    for tier in ("media", "regulator"):
        told = Story(IncidentRules(level_hold_ms=HOUR))
        told.tell(T0 + BIN, signal(T0 + BIN), stat(T0, 12, 12))
        told.tell(T0 + 2 * BIN, stat(T0 + BIN, 3000, 3012, top_tier=tier))
        levels[tier] = told.incident().level_id
    assert levels == {"media": "minor", "regulator": "severe"}


def test_past_incidents_count(story: Story) -> None:
    """A second incident of the key within a month is more severe by that alone."""
    story.burst(bins=2)
    story.tell(T0 + HOUR, action("resolve", T0 + 20 * MINUTE))
    now = T0 + 48 * HOUR
    story.tell(now, signal(now), stat(now - BIN, 60, 60))
    assert story.incident().factors["past"] > 0


def test_another_scheme_names_its_own_levels() -> None:
    """The scheme gives the name; playbooks are still chosen by the common three levels."""
    told = Story(IncidentRules(scheme="four_levels"))
    out = told.burst(bins=12, per_bin=9000)
    incident = out.incidents[-1]
    assert (incident.scheme, incident.level_name) == ("four_levels", "严重")
    assert incident.level_id == incident.level_peak == "severe"


def test_the_outlook_is_told_every_bin(story: Story) -> None:
    """Each bin of an open incident has a forecast with ordered intervals; an ended one has none."""
    out = story.burst(bins=6, per_bin=100)
    outlook = out.forecasts[0].outlook
    assert outlook.made_ms == T0 + 6 * BIN
    for span in (*outlook.negative, *outlook.mentions):
        assert 0 <= span.low <= span.expected <= span.high
    expected = [span.expected for span in outlook.negative]
    assert expected == sorted(expected)
    assert all(
        some.expected >= bad.expected
        for some, bad in zip(outlook.mentions, outlook.negative, strict=True)
    )
    out = story.tell(T0 + HOUR, action("resolve", T0 + 31 * MINUTE))
    assert out.incidents[-1].outlook.negative[0].expected == 0
    assert out.forecasts == []


def test_what_past_incidents_did_moves_the_outlook() -> None:
    """After a month of bursts that died at once, the same burst is expected to bring less."""
    told = Story()
    first = last = 0.0
    for day in range(30):
        start = T0 + day * 48 * HOUR
        for number in range(24):
            at = start + number * BIN
            busy = number < 12
            hour = 60 * min(number + 1, 12) if busy else 60 * (23 - number)
            bins = [stat(at, 60 if busy else 0, hour)]
            signals = [signal(at + BIN)] if not number else []
            out = told.tell(at + BIN, *signals, *bins)
            if number == 11:
                last = out.forecasts[0].outlook.negative[1].expected
                first = first or last
        told.tell(start + 9 * HOUR, stat(start + 9 * HOUR - BIN, 0, 0))
    assert last < 0.8 * first


def test_general_trouble_is_never_made_one_by_posts(story: Story) -> None:
    """Unnamed trouble joins a named incident by its own rule, and is closed as merged."""
    story.tell(T0 + BIN, signal(T0 + BIN, GENERAL), stat(T0, 60, 60, GENERAL))
    now = T0 + 2 * BIN
    story.tell(now, signal(now), stat(now - BIN, 60, 60))
    assert story.incident(GENERAL).merged_into == story.incident().incident_id


def test_many_posts_of_few_accounts_hint_at_posting_in_mass() -> None:
    """Copies alone may be a story that many retell; few authors beside them are the sign."""
    many = Voices(mentions=100, unique_authors=0.9, copies=0.8)
    few = Voices(mentions=100, unique_authors=0.25, copies=0.8)
    assert hints(many, 100, 100, "未核实") == ("最近 1 小时 80% 的提及为近似文本",)
    assert hints(few, 100, 100, "未核实") == (
        "最近 1 小时 80% 的提及为近似文本，平均每个账号发 4.0 条，疑有集中发帖",
    )

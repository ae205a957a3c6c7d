"""The truth set: exact onsets, alerts held against them, and the shipped watch driven by it."""

import numpy as np
import pytest

from benchmarks.incident_forecast import Told
from benchmarks.truth.foretold import Foretold, scores
from benchmarks.truth.judge import judge
from benchmarks.truth.play import watch
from benchmarks.truth.scenes import (
    DECOYS,
    MINUTES,
    RATES,
    SHAPES,
    KeyScene,
    Played,
    Trouble,
    at_ms,
    is_fast,
    play,
    scenes,
)
from benchmarks.truth.shard import shards
from operators.forecast.outlook import Span
from operators.model import HOUR, MINUTE, Signal
from operators.watched import Watched

ONSET = 5 * 1440 + 600
TROUBLE = Trouble(ONSET, 120, "step", "day", 5.0)


def signal(subject: str, minute: int) -> Signal:
    """Return a signal of a key, decided at a minute of the set."""
    at = at_ms(minute)
    where = (f"{subject}{minute}", False, subject, "outage", "volume_surge")
    return Signal(*where, at - HOUR, at, at, 1.0, 1.0, 1.0, 1.0, "…")


def drawn(*some: KeyScene) -> list[Played]:
    """Draw the counts of some keys."""
    return list(play(list(some), 1))


def test_the_set_holds_what_it_promises() -> None:
    """Every rate with every shape, night and weekend, decoys, new and overlapping keys."""
    found = scenes(1)
    kinds = {
        (one.per_day, trouble.shape, trouble.timing) for one in found for trouble in one.troubles
    }
    for rate in RATES:
        for shape in SHAPES:
            assert {(rate, shape, when) for when in ("day", "night", "weekend")} <= kinds
    assert {one.decoy for one in found} == {"", *DECOYS}
    assert any(one.new for one in found)
    assert len({(one.subject, one.crisis_type) for one in found}) == len(found)
    assert len({one.subject for one in found}) < len(found)


def test_nothing_happens_before_the_onset() -> None:
    """A key never heard of has its first post at the onset or after; the set is the same again."""
    (one,) = drawn(KeyScene("new", "outage", 0, 0.2, (TROUBLE,), new=True))
    assert np.flatnonzero(one.negative + one.others)[0] >= ONSET
    assert is_fast(one, TROUBLE)
    (again,) = drawn(KeyScene("new", "outage", 0, 0.2, (TROUBLE,), new=True))
    assert (one.negative == again.negative).all()


def test_alerts_are_held_against_the_truth() -> None:
    """An alert within the trouble is true, a second is the same one, one elsewhere is false."""
    played = drawn(KeyScene("a", "outage", 0, 0.2, (TROUBLE,)), KeyScene("q", "outage", 30, 0.2))
    judged = judge(played, [signal("a", ONSET + 9), signal("a", ONSET + 60), signal("q", 3000)])
    assert (judged.true_alerts, [one.subject for one in judged.false_alerts]) == (1, ["q"])
    figures = judged.figures()
    assert (figures["median_min"], figures["recall"], figures["precision"]) == (10, 1, 0.5)


def test_a_missed_surge_costs_recall() -> None:
    """Signals before the onset or long after find nothing."""
    played = drawn(KeyScene("a", "outage", 0, 0.2, (TROUBLE,)))
    judged = judge(played, [signal("a", ONSET - 5), signal("a", ONSET + 900)])
    assert judged.figures()["recall"] == 0
    assert len(judged.false_alerts) == 2


@pytest.mark.parametrize("per_day", [0, 3])
def test_the_shipped_watch_finds_a_rare_key(per_day: int) -> None:
    """Keys never heard of and keys of three posts a day are found within minutes, and only then."""
    heard: list[Watched] = []
    played = drawn(KeyScene("a", "outage", per_day, 0.2, (TROUBLE,), new=not per_day))
    judged = judge(played, watch(played, 1, [heard.append]))
    assert judged.false_alerts == ()
    assert judged.cases[0].delay_min is not None
    assert judged.cases[0].delay_min <= 12
    assert heard[-1].watermark_ms == at_ms(MINUTES - 1) + MINUTE
    assert any(out.bins for out in heard)


def test_copies_of_one_article_raise_nothing() -> None:
    """A wire story sent out again and again is one story to the watch, and no alert."""
    scene = KeyScene("w", "outage", 30, 0.2, decoy="wire copies", decoy_at=ONSET)
    assert watch(drawn(scene), 1) == []


def test_shards_hold_every_key_once_and_subjects_whole() -> None:
    """No key is lost or seen twice, and the troubles of a subject come to the same desk."""
    played = drawn(*scenes(1)[-60:], *scenes(1)[120:140])
    parts = shards(played)
    assert sorted(id(one) for part in parts for one in part) == sorted(map(id, played))
    homes = [{one.scene.subject for one in part} for part in parts]
    assert sum(map(len, homes)) == len(set().union(*homes))


def test_forecasts_are_held_against_what_came() -> None:
    """An open incident is forecast every half hour; each forecast stands beside the true count."""
    played = drawn(KeyScene("a", "outage", 3, 0.2, (TROUBLE,)))
    foretold = Foretold(played)
    watch(played, 1, [foretold])
    told = foretold.told(1)
    assert len(told) >= 12
    assert {one.incident for one in told} == {0}
    # What is told as having come is what lies in the trouble's counts.
    assert max(one.actual for one in told) <= played[0].negative[ONSET:].sum()
    assert max(one.actual for one in told) > 100
    assert told[-1].actual < 20
    assert set(scores([{1: told}])) == {1}


def test_incidents_of_shards_count_apart() -> None:
    """Two shards number their incidents alike and still have two, each counting the same."""
    good, bad = Told(0, Span(10, 8, 12), 10), Told(0, Span(10, 8, 12), 100)
    assert scores([{1: [good] * 9}, {1: [bad]}])[1].coverage80 == pytest.approx(0.5)

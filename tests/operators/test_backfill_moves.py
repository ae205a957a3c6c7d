"""What moves in the metrics when a post is read otherwise, and how time is cut for that."""

import pytest

from operators.backfill import Facts, Moves, Standing, moved, units
from operators.metrics import MetricKey
from operators.model import DAY, HOUR, MINUTE, NEGATIVE, POSITIVE
from operators.relabel import Label
from operators.windows import Cell

T0 = 1_780_000_200_000
FACTS = Facts(False, "weibo", T0 + 1_234, followers=70, engagement=9, late=True)
FEES = MetricKey(False, "xinghe_bank", "fees", "weibo", T0 // MINUTE * MINUTE)
OUTAGE = FEES._replace(crisis_type="system_outage")
WAS = Standing((("xinghe_bank", "fees"),), NEGATIVE, 2_000)


def test_taken_out_and_put_in() -> None:
    """What a post counted for leaves its row and goes into another, with its present weight."""
    moves = Moves()
    now = Standing((("xinghe_bank", "system_outage"),), POSITIVE, 1_500)
    assert moves.move(FACTS, WAS, now)
    assert moves.deltas == {
        FEES: Cell(-1, -1, 0, 0, -70, -9, -1, weight=-2_000),
        OUTAGE: Cell(1, 0, 0, 1, 70, 9, 1, weight=1_500),
    }
    assert moved(Cell(1, 1, 0, 0, 70, 9, 1, weight=2_000), moves.deltas[FEES]) == Cell()
    assert moved(None, moves.deltas[OUTAGE]) == moves.deltas[OUTAGE]


def test_only_the_mood_changes() -> None:
    """The row of its subject is changed once."""
    moves = Moves()
    assert moves.move(FACTS, WAS, Standing(WAS.spoken, POSITIVE, WAS.weight))
    assert moves.deltas == {FEES: Cell(0, -1, 0, 1)}


@pytest.mark.parametrize("now", [WAS, Standing((), POSITIVE, 1)])
def test_nothing_moves(now: Standing) -> None:
    """The same reading, or a post that speaks of nobody before and after, changes no row."""
    moves = Moves()
    assert not moves.move(FACTS, WAS if now.spoken else Standing(), now)
    assert not moves.deltas


def test_what_a_person_said_stands() -> None:
    """Noise counts nowhere by either rules; another type wins over both."""
    now = Standing((("xinghe_bank", "system_outage"),), POSITIVE, 1_500)
    noise = Label(noise=True)
    assert not WAS.labelled(noise).spoken
    assert not now.labelled(noise).spoken
    smear = Label(crisis_type="smear")
    assert now.labelled(smear) == Standing((("xinghe_bank", "smear"),), POSITIVE, 1_500)
    assert now.labelled(None) == now


def test_no_sum_below_zero() -> None:
    """More taken out than was there leaves nothing; growth that came in the minute stays."""
    stored = Cell(1, 1, 0, 0, 50, 12, 1, 3, weight=1_000)
    gone = Cell(-1, -1, 0, 0, -70, -4, 0, weight=-900)
    assert moved(stored, gone) == Cell(engagement=8, updates=3)
    assert moved(None, gone) is None
    assert moved(stored, Cell()) is None
    two = Cell(2, 2, 0, 0, 50, 12, 2)
    left = moved(two, Cell(-1, -1))
    assert left is not None
    assert left.late == 1


def test_hours_are_read_together() -> None:
    """As many whole hours as hold few posts, cut where the time asked for begins and ends."""
    hour = T0 // HOUR * HOUR
    hours = {hour: 5, hour + HOUR: 5, hour + 2 * HOUR: 3, hour + 9 * HOUR: 30}
    found = units(hours, hour + MINUTE, hour + 9 * HOUR + MINUTE, most=10)
    assert found == [
        (hour + MINUTE, hour + 2 * HOUR, 10),
        (hour + 2 * HOUR, hour + 3 * HOUR, 3),
        (hour + 9 * HOUR, hour + 9 * HOUR + MINUTE, 30),
    ]


def test_a_time_with_few_posts_is_cut_as_well() -> None:
    """The store takes rows of some days at once, however few they are."""
    hour = T0 // HOUR * HOUR
    hours = {hour + day * DAY: 1 for day in range(0, 200, 10)}
    found = units(hours, hour, hour + 300 * DAY)
    assert sum(one.posts for one in found) == len(hours)
    assert all(one.end_ms - one.start_ms <= 30 * DAY for one in found)

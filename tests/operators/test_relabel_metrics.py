"""Labels correct the metrics by differences, once, whatever the order and however often said."""

import pickle
from itertools import permutations

import pytest

from operators.metrics import MetricGeneration, MetricKey, Retention
from operators.model import DAY, HOUR, MINUTE, Action
from operators.relabel import (
    Counted,
    Label,
    Post,
    Relabel,
    Relabels,
    detail_of,
    labelled,
    read_relabel,
    too_old,
)
from operators.windows import Cell, CellKey

T0 = 1_760_000_400_000
GENERATION = 10 * MINUTE
POST = Post("weibo", "1", T0 + 5, followers=7, engagement=3, weight=1500)
READ = Counted((("bank", "outage"),), -1)


def said(after: Counted, at_ms: int = T0 + HOUR, label: Label | None = None) -> Relabel:
    """Return what a person says of the post, as it comes out of its action."""
    detail = detail_of(POST, label or Label(), READ, after)
    found = read_relabel(Action(f"{at_ms}-0", at_ms, "", "relabel", "王敏", detail=detail))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        (Label(polarity=1), Counted((("a", "x"), ("b", "general")), 1)),
        (Label(crisis_type="y"), Counted((("a", "y"), ("b", "y")), -1)),
        (Label(subject="b"), Counted((("b", "general"),), -1)),
        (Label(subject="c"), Counted((("c", "general"),), -1)),
        (Label(subject="c", crisis_type="y", polarity=0), Counted((("c", "y"),), 0)),
        (Label(noise=True), Counted((), -1)),
    ],
)
def test_what_a_label_makes_of_a_post(label: Label, wanted: Counted) -> None:
    """What is not said stays as it was read."""
    assert labelled(Counted((("a", "x"), ("b", "general")), -1), label) == wanted


def test_what_cannot_be_read_is_no_label() -> None:
    """An action without a sound detail says nothing."""
    good = detail_of(POST, Label(), READ, READ)
    for detail in (
        {},
        {"relabel": "no json"},
        {"relabel": good["relabel"].replace('"polarity":-1', '"polarity":5')},
        detail_of(Post("", "1", T0), Label(), READ, READ),
        detail_of(Post("weibo", "1", 0), Label(), READ, READ),
    ):
        assert read_relabel(Action("1-0", 1, "", "relabel", detail=detail)) is None


def test_differences_wait_for_their_minute() -> None:
    """They are given once the watermark has passed the action, each shard its own part."""
    relabel = said(Counted((("broker", "rumour"),), 0))
    everything: list[tuple[CellKey, Cell]] = []
    for shard in range(4):
        waiting = Relabels(GENERATION, DAY)
        waiting.told([relabel], T0 + 2 * HOUR)
        assert waiting.due(shard, 4, relabel.effective_ms - 1, 0) == []
        resumed: Relabels = pickle.loads(pickle.dumps(waiting))
        everything += resumed.due(shard, 4, relabel.effective_ms, 0)
        assert resumed.due(shard, 4, relabel.effective_ms + HOUR, 0) == []
    found = {key.subject: (key, cell) for key, cell in everything}
    taken, given = found["bank"][1], found["broker"][1]
    assert (taken.mentions, taken.negative, taken.reach, taken.weight) == (-1, -1, -7, -1500)
    assert (given.mentions, given.neutral, given.engagement) == (1, 1, 3)
    assert {key.minute for key, _cell in everything} == {T0}
    assert len(everything) == 2


def test_said_twice_counts_once() -> None:
    """The second word takes away what the first one put in, whatever it thinks was there."""
    waiting = Relabels(GENERATION, DAY)
    waiting.told([said(Counted((("bank", "fees"),), -1), T0 + n) for n in range(3)], T0 + DAY)
    waiting.told([said(Counted((), -1), T0 + MINUTE)], T0 + DAY)
    sums: dict[str, int] = {}
    for key, cell in waiting.due(0, 1, T0 + HOUR, 0):
        sums[key.crisis_type] = sums.get(key.crisis_type, 0) + cell.mentions
    assert sums == {"outage": -1, "fees": 0}


def test_versions_grow_and_the_order_does_not_matter() -> None:
    """Rows of a minute end the same in any order, each with a higher version than before."""
    own = CellKey(False, "bank", "outage", "weibo", T0, T0)
    waiting = Relabels(GENERATION, DAY)
    waiting.told([said(Counted((("bank", "outage"),), 1))], T0 + DAY)
    corrections = waiting.due(0, 1, T0 + 2 * HOUR, 0)
    later = (own, Cell(1, 1, reach=5, late=1))
    retention = Retention(GENERATION, DAY)
    ends = set()
    for order in permutations([*corrections, later]):
        generation = MetricGeneration()
        first = retention.route([(own, Cell(1, 1, reach=7))], T0 + HOUR, advanced=False)
        generation.feed(first.values())
        told = 0
        for key, cell in order:
            routed = retention.route([(key, cell.copy())], T0 + HOUR, advanced=False)
            (row,) = generation.feed(routed.values())
            assert row.version > told
            told = row.version
        assert row.key == MetricKey(*own[:5])
        ends.add((row.version, row.cell.mentions, row.cell.negative, row.cell.positive))
    assert ends == {(2 * 4 + 1, 2, 1, 1)}


def test_no_sum_falls_below_zero() -> None:
    """A post that was never counted cannot be taken away from a row."""
    assert Cell(-1, -1, reach=-5, relabels=2).sound() == Cell(relabels=2)


def test_a_minute_is_kept_while_it_may_be_corrected() -> None:
    """Whether it is too old depends on times alone; nothing ends before actions are known."""
    late = said(READ, T0 + DAY + GENERATION - 2 * MINUTE)
    assert not too_old(late, GENERATION, DAY)
    assert too_old(said(READ, T0 + DAY + GENERATION - MINUTE), GENERATION, DAY)
    retention = Retention(GENERATION, DAY)
    cell = (CellKey(False, "bank", "outage", "weibo", T0, T0), Cell(1))
    retention.route([cell], T0 + 2 * DAY, advanced=True, read_ms=0)
    kept = retention.route([], T0 + 3 * DAY, advanced=True, read_ms=T0 + HOUR)
    assert not any(piece.expired for piece in kept.values())
    ended = retention.route([], T0 + 3 * DAY + 1, advanced=True, read_ms=T0 + 3 * DAY)
    assert [piece.expired for piece in ended.values()] == [True]
    waiting = Relabels(GENERATION, DAY)
    waiting.told([late], T0 + 3 * DAY)
    assert waiting.due(0, 1, T0 + 3 * DAY, retention.gone_ms) == []

"""Watching a shard: minutes close by the least watermark, and the detectors decide."""

import pickle
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operators.copies import sketches
from operators.model import BIN, DAY, HOUR, MINUTE, Evidence, Signal
from operators.stories_post import Marks, Told
from operators.talk import Talk
from operators.watch import BinStat, Watch, Watched, WatchRules
from operators.windows import Cell, CellKey, Piece

T0 = 1_760_000_000_000 - 1_760_000_000_000 % DAY


def piece(partition: int, watermark: int, *cells: tuple[int, Cell], kind: str = "run") -> Piece:
    """Return what one partition sends: cells by minute, and its watermark."""
    keyed = [(CellKey(False, "bank", kind, "weibo", at, at), cell) for at, cell in cells]
    return Piece(partition, T0, watermark, keyed)


def bad(count: int) -> Cell:
    """Return ``count`` negative posts."""
    return Cell(mentions=count, negative=count, evidence=[Evidence(1, T0, "weibo", "x")])


def quiet_then(counts: list[int], days: int = 2) -> list[Signal]:
    """Watch one post an hour for some days, then the given negative posts a minute."""
    watch = Watch(WatchRules(partitions=1))
    signals = []
    for hour in range(days * 24):
        at = T0 + hour * HOUR
        signals += watch.feed([piece(0, at, (at, Cell(mentions=1, neutral=1)))]).signals
    onset = T0 + days * DAY
    for number, count in enumerate(counts):
        at = onset + number * MINUTE
        signals += watch.feed([piece(0, at, (at, bad(count)))]).signals
    signals += watch.feed([piece(0, onset + len(counts) * MINUTE + BIN)]).signals
    return signals


def test_waits_for_every_partition() -> None:
    """Nothing closes before all partitions have told a watermark, and then by the least."""
    watch = Watch(WatchRules(partitions=2))
    assert watch.feed([piece(0, T0 + HOUR, (T0, bad(1)))]).watermark_ms == 0
    assert watch.feed([piece(1, T0 + MINUTE)]).watermark_ms == T0 + MINUTE


def test_a_snapshot_leaves_the_names_of_the_settings_out() -> None:
    """Names are by far the largest setting; they come with the settings when a shard goes on."""
    rules = WatchRules(1, names={"bank": ("星河银行", "星河")})
    watch = Watch(rules)
    snapshot = pickle.dumps(watch)
    assert watch.rules.names
    assert "星河".encode() not in snapshot
    resumed: Watch = pickle.loads(snapshot)
    resumed.resume(rules)
    assert resumed.rules == rules


def test_surge_fires_within_two_bins() -> None:
    """A sudden burst on a quiet key fires at the end of its first or second bin."""
    signals = quiet_then([10] * 30)
    assert {signal.detector for signal in signals} == {"volume_surge", "negative_share"}
    first = min(signal.decided_ms for signal in signals)
    assert first - (T0 + 2 * DAY) <= 2 * BIN
    assert all(T0 + 2 * DAY - BIN <= signal.onset_ms <= first for signal in signals)


def test_key_never_heard_of_fires() -> None:
    """A key without a single mention before its burst starts as zeros from the stream's start."""
    watch = Watch(WatchRules(partitions=1))
    watch.feed([piece(0, T0 + MINUTE, (T0, Cell(mentions=1, neutral=1)), kind="general")])
    at = T0 + DAY
    out = watch.feed([piece(0, at + 10 * MINUTE, (at, bad(15)), (at + MINUTE, bad(15)))])
    assert "volume_surge" in {signal.detector for signal in out.signals}


def test_few_posts_stay_quiet() -> None:
    """Below the least number of negative posts an hour nothing fires, however unusual."""
    assert quiet_then([1, 0, 1, 1, 0, 1, 1, 1]) == []


@pytest.mark.parametrize(("kind", "fires"), [("general", False), ("run", True)])
def test_attention_is_not_trouble(kind: str, fires: bool) -> None:
    """A crowd that is no more negative than usual is a surge only where a crisis rule fired."""
    watch = Watch(WatchRules(partitions=1))
    for hour in range(48):
        calm = Cell(mentions=4, negative=1, neutral=3)
        watch.feed([piece(0, T0 + hour * HOUR, (T0 + hour * HOUR, calm), kind=kind)])
    at = T0 + 2 * DAY
    crowd = Cell(mentions=300, negative=100, neutral=200)
    out = watch.feed([piece(0, at + HOUR, (at, crowd), kind=kind)])
    assert ("volume_surge" in {signal.detector for signal in out.signals}) is fires


def test_wire_story_counts_once() -> None:
    """Three hundred copies of one negative article are one piece of news, not a surge.

    So they are when the flow is stopped while their minute is open.
    """
    watch = Watch(WatchRules(partitions=1))
    watch.feed([piece(0, T0 + MINUTE, (T0, Cell(mentions=1, neutral=1)))])
    at = T0 + DAY
    wire = "星河银行因未按规定披露费用被监管部门处以罚款二百万元，相关责任人被警告"
    touched = [wire if number % 2 else f"【快讯】{wire}。" for number in range(300)]
    posts = [
        Told(at + number, "news", f"n{number}", number, -1, 0, True, 0, Marks(sketch=sketch))
        for number, sketch in enumerate(sketches(touched))
    ]
    key = CellKey(False, "bank", "run", "news", at, at)
    said = [Talk(False, "bank", "run", at, posts, [])]
    cells = [(key, Cell(mentions=300, negative=300))]
    watch.feed([Piece(0, T0, at, cells, said)])
    resumed: Watch = pickle.loads(pickle.dumps(watch))
    out = resumed.feed([Piece(0, T0, at + HOUR, [])])
    assert [stat.observed for stat in out.bins if stat.bin_ms == at] == [1.0]
    assert "volume_surge" not in {signal.detector for signal in out.signals}
    assert [stat.copies_1h for stat in out.bins if stat.bin_ms == at] == [299]
    assert {copy.story_id for copy in out.copies} == {"news/n0"}
    [story] = out.stories
    assert (story.id, story.posts, story.negative, story.platforms) == (
        "news/n0",
        300,
        300,
        ["news"],
    )


def test_signals_name_their_numbers() -> None:
    """The sentence quotes what the signal's columns hold."""
    signal = next(one for one in quiet_then([10] * 30) if one.detector == "volume_surge")
    assert f"{signal.observed:.0f} 条" in signal.explanation
    assert f"高于该主体近期 {signal.percentile * 100:.1f}% 的时段" in signal.explanation
    assert f"近{signal.baseline_days}日平均" in signal.explanation
    assert signal.explanation.endswith(f"其中微博 {signal.top_share:.0%}")
    assert signal.top_platform == "weibo"


def _feed_all(order: list[Piece], watch: Watch, pause: int) -> tuple[object, ...]:
    signals: list[Signal] = []
    bins: list[BinStat] = []
    out = Watched()
    for number, one in enumerate(order):
        if number == pause:
            watch = pickle.loads(pickle.dumps(watch))
        out = watch.feed([one])
        signals += out.signals
        bins += out.bins
    return signals, bins, out.watermark_ms


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_interleaving_of_partitions_does_not_matter(seed: int) -> None:
    """Signals and bins are the same however partitions interleave, with a resume between."""
    rng = random.Random(seed)
    streams: list[list[Piece]] = []
    for partition in range(3):
        at, pieces = T0, []
        for _ in range(25):
            at += rng.choice((MINUTE, 3 * MINUTE, BIN, 4 * HOUR))
            cells = [(at + rng.randrange(3) * MINUTE, bad(rng.choice((1, 5, 40))))]
            pieces.append(piece(partition, at, *cells))
        pieces.append(piece(partition, T0 + 30 * DAY))
        streams.append(pieces)
    results = []
    for _ in range(2):
        queues = [list(stream) for stream in streams]
        order = []
        while any(queues):
            order.append(rng.choice([queue for queue in queues if queue]).pop(0))
        results.append(_feed_all(order, Watch(WatchRules(partitions=3)), rng.randrange(70)))
    assert results[0] == results[1]

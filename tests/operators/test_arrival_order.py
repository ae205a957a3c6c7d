"""The same posts in any order of arrival within the lateness end in the same tables."""

import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from operators.metrics import MetricGeneration, MetricPiece, MetricRow
from operators.model import DAY, HOUR, MINUTE, SECOND, Attribution, Mention, Sentiment, Signal
from operators.reading import Post, ReadBatch
from operators.track import Tracker
from operators.tracked import TrackRules
from operators.watch import BinStat, Watch, WatchRules

T0 = 1_760_054_400_000 - 1_760_054_400_000 % DAY
LATENESS = MINUTE
PARTITIONS = 2
END = T0 + 4 * HOUR
PLATFORMS = ("weibo", "zhihu")


class Said(NamedTuple):
    """A post: when it was published, of which key, and its tone."""

    published: int
    number: int
    kind: str
    polarity: int

    @property
    def platform(self) -> str:
        """Where it was said; a platform has a partition of its own here."""
        return PLATFORMS[self.number % PARTITIONS]


def posts(seed: int) -> list[Said]:
    """Return an hour or two of chatter with an outburst in it, a lone post first."""
    rng = np.random.default_rng(seed)
    calm = rng.integers(5 * MINUTE, 3 * HOUR, 60)
    loud = rng.integers(2 * HOUR, 2 * HOUR + 15 * MINUTE, 90)
    kinds = rng.choice(["run", "outage"], 150)
    said = [
        Said(T0 + int(at), number + 2, str(kinds[number]), -1 if number >= 60 else 0)
        for number, at in enumerate([*calm, *loud])
    ]
    return [Said(T0, 0, "run", 0), Said(T0, 1, "run", 0), *said]


def batch(partition: int, arrivals: Sequence[tuple[int, Said]], end: int = 0) -> ReadBatch:
    """Lay some arrivals of a partition out as the reader does; with ``end``, an end mark last."""
    mentions = {}
    for place, (at, one) in enumerate(arrivals):
        mention = Mention(f"p{one.number}", one.platform, one.published, at, followers=one.number)
        about = (Attribution("bank", one.kind, "星河银行"),)
        mood = Sentiment(one.polarity, float(one.polarity < 0), 0.0)
        mentions[place] = Post(mention, about, mood)
    size = len(arrivals)
    arrived = [at << 20 for at, _one in arrivals] + [(END + HOUR) << 20] * bool(end)
    zeros = np.zeros(size, np.int64)
    return ReadBatch(
        partition,
        np.array(arrived, np.int64),
        np.arange(size),
        np.array([zlib.crc32(f"p{one.number}".encode()) for _at, one in arrivals], np.uint64),
        np.array([one.published for _at, one in arrivals], np.int64),
        zeros,
        zeros,
        zeros,
        mentions,
        {size: end} if end else {},
        [b""] * len(arrived),
    )


Tables = tuple[list[Signal], list[BinStat], list[MetricRow]]


def tables(said: Sequence[Said], seed: int | None) -> Tables:
    """Return the final rows; with a seed, for a random order of arrival, cut and interleaved."""
    rng = np.random.default_rng(seed)
    streams: list[list[ReadBatch]] = []
    for partition in range(PARTITIONS):
        own = [one for one in said if one.number % PARTITIONS == partition]
        late = rng.integers(0, LATENESS - SECOND, len(own)) if seed is not None else [0] * len(own)
        arrivals = sorted((one.published + int(by), one) for one, by in zip(own, late, strict=True))
        batches = []
        while arrivals:
            size = int(rng.integers(1, 30))
            batches.append(batch(partition, arrivals[:size]))
            arrivals = arrivals[size:]
        streams.append([*batches, batch(partition, [], END)])
    trackers = [Tracker(n, TrackRules(lateness_ms=LATENESS, shards=1)) for n in range(PARTITIONS)]
    watch, counts = Watch(WatchRules(PARTITIONS)), MetricGeneration()
    signals: list[Signal] = []
    bins: list[BinStat] = []
    rows: dict[object, MetricRow] = {}
    while any(streams):
        waiting = [n for n in range(PARTITIONS) if streams[n]]
        partition = int(rng.choice(waiting)) if seed is not None else waiting[0]
        for piece in trackers[partition].feed(streams[partition].pop(0)).pieces.values():
            out = watch.feed([piece])
            signals += out.signals
            bins += out.bins
            metric = MetricPiece(tuple(piece.cells), out.watermark_ms)
            rows.update({row.key: row for row in counts.feed([metric])})
    return signals, bins, [rows[key] for key in sorted(rows, key=str)]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.integers(0, 10_000))
def test_order_of_arrival_does_not_matter(seed: int, order: int) -> None:
    """Signals, baselines and final metrics are equal however posts overtook each other."""
    said = posts(seed)
    signals, bins, rows = tables(said, None)
    assert {signal.detector for signal in signals} >= {"volume_surge"}
    assert sum(row.cell.mentions for row in rows) == len(said)
    assert tables(said, order) == (signals, bins, rows)

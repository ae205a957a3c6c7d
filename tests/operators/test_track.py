"""Following a stream partition: identity, lateness, inheritance and the balance."""

import pickle
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import pytest

from operators.health import Health
from operators.model import (
    DAY,
    HOUR,
    MINUTE,
    NEGATIVE,
    NEUTRAL,
    Attribution,
    Mention,
    Rejected,
    Sentiment,
)
from operators.reading import Post, ReadBatch
from operators.track import Tracker
from operators.tracked import Stored, Tracked, TrackRules
from operators.vectors import Integers

T0 = 1_760_000_040_000 - 1_760_000_040_000 % HOUR
ABOUT = (Attribution("bank", "run", "星河银行: 取不出"),)
BAD = Sentiment(NEGATIVE, 0.9, 0.0)
CALM = Sentiment(NEUTRAL, 0.1, 0.1)


class Item(NamedTuple):
    """One entry as the reader would find it."""

    arrived: int
    post: Post | None = None
    other: Rejected | int = 0
    seq: bytes = b""


def reading(
    name: str,
    published: int,
    arrived: int | None = None,
    *,
    about: tuple[Attribution, ...] = ABOUT,
    mood: Sentiment | None = BAD,
    seq: bytes = b"",
    **fields: object,
) -> Item:
    """Return what the reader makes of one mention."""
    at = published if arrived is None else arrived
    body = {"id": name, "platform": "weibo", "published_ms": published, "arrived_ms": at}
    mention = msgspec.convert({**body, **fields}, Mention)
    root_key = zlib.crc32(mention.root_id.encode()) if mention.root_id else 0
    return Item(at, Post(mention, about, mood, root_key=root_key), seq=seq)


def batch_of(items: Sequence[Item], *, keep_all: bool = True) -> ReadBatch:
    """Lay entries out in columns as the reader does."""
    mentions = [(place, item.post) for place, item in enumerate(items) if item.post]
    posts = [post.mention for _place, post in mentions]

    def column(values: Iterable[int]) -> Integers:
        return np.array([*values], np.int64)

    return ReadBatch(
        0,
        column(item.arrived << 20 for item in items),
        column(place for place, _post in mentions),
        np.array([zlib.crc32(post.id.encode()) for post in posts], np.uint64),
        column(post.published_ms for post in posts),
        column(post.collected_ms for post in posts),
        column(post.likes + post.comments + post.reposts for post in posts),
        column(post.views for post in posts),
        {
            number: post
            for number, (_place, post) in enumerate(mentions)
            if keep_all or post.attributions or post.root_key or post.mention.deleted
        },
        {place: item.other for place, item in enumerate(items) if item.post is None},
        [item.seq for item in items],
    )


def feed(tracker: Tracker, *items: Item) -> Tracked:
    """Feed one batch."""
    return tracker.feed(batch_of(items))


def balance(tracked: Tracked) -> dict[str, int]:
    """Return the counts of the batch's last health row."""
    last = tracked.health[-1]
    names = ("read", "accepted", "matched", "unmatched", "updates", "duplicates", "rejected")
    return {name: getattr(last, name) for name in names}


@pytest.fixture
def tracker() -> Tracker:
    """Follow partition 0 with one shard."""
    return Tracker(0, TrackRules(shards=1))


def test_seen_again_is_an_update(tracker: Tracker) -> None:
    """The same id with larger counts adds only what it grew by; unchanged, it is a duplicate."""
    first = reading("a", T0, likes=5)
    again = reading("a", T0, T0 + MINUTE, likes=9, collected_ms=T0 + MINUTE)
    out = feed(tracker, first, again, again)
    cells = [cell for _key, cell in out.pieces[0].cells]
    assert sum(cell.mentions for cell in cells) == 1
    assert sum(cell.engagement for cell in cells) == 9
    assert [stored.times for stored in out.stored] == [1, 2]
    assert sum(row.updates for row in out.health) == 1
    assert out.health[-1].duplicates == 1


def test_balance(tracker: Tracker) -> None:
    """Every entry read is accepted, an update, a duplicate or rejected; accepted splits in two."""
    out = feed(
        tracker,
        reading("a", T0),
        reading("b", T0, about=(), mood=None),
        reading("a", T0),
        reading("a", T0, likes=3),
        Item(T0, other=Rejected("not_json", "", "")),
        Item(T0),
    )
    assert balance(out) == {
        "read": 5,
        "accepted": 2,
        "matched": 1,
        "unmatched": 1,
        "updates": 1,
        "duplicates": 1,
        "rejected": 1,
    }


def test_late_post_counts_for_its_minute_and_for_the_open_one(tracker: Tracker) -> None:
    """A late post corrects its own minute; the detectors see it in the oldest open minute."""
    feed(tracker, reading("a", T0 + 10 * MINUTE))
    out = feed(tracker, reading("b", T0 + 3 * MINUTE, T0 + 11 * MINUTE))
    ((key, cell),) = out.pieces[0].cells
    assert (key.minute, key.bin_minute) == (T0 + 3 * MINUTE, T0 + 9 * MINUTE)
    assert cell.late == 1
    assert out.health[-1].late == 1


def test_within_the_lateness_is_not_late(tracker: Tracker) -> None:
    """A post at most the lateness behind the newest counts in its own minute."""
    feed(tracker, reading("a", T0 + 10 * MINUTE))
    out = feed(tracker, reading("b", T0 + 9 * MINUTE, T0 + 10 * MINUTE))
    ((key, cell),) = out.pieces[0].cells
    assert key.minute == key.bin_minute == T0 + 9 * MINUTE
    assert cell.late == 0


def test_history_is_stored_and_counted_only(tracker: Tracker) -> None:
    """A post older than six hours on arrival opens no window, however negative."""
    out = feed(tracker, reading("old", T0 - 7 * HOUR, T0))
    assert all(not piece.cells for piece in out.pieces.values())
    assert out.stored[0].history
    assert out.health[-1].history == 1


def test_post_stamped_ahead_does_not_push_the_watermark_ahead(tracker: Tracker) -> None:
    """Within the tolerance a stamp may lie ahead of its arrival; time follows the arrival."""
    feed(tracker, reading("a", T0 + 4 * MINUTE, T0))
    assert tracker.watermark_ms == T0 - MINUTE


def test_post_seen_again_does_not_push_the_watermark(tracker: Tracker) -> None:
    """Time follows new posts: what is crawled again, or told twice, says nothing about the rest."""
    later = T0 + 10 * MINUTE
    feed(tracker, reading("a", T0), reading("a", later, later, likes=3), reading("a", later, later))
    assert tracker.watermark_ms == T0 - MINUTE


def test_repost_without_words_belongs_to_its_root(tracker: Tracker) -> None:
    """It counts for the root's subject, type and sentiment; one with words keeps its own tone."""
    out = feed(
        tracker,
        reading("root", T0),
        reading("r1", T0, about=(), mood=None, root_id="root", kind="repost"),
        reading("r2", T0, about=(), mood=CALM, root_id="root", kind="repost"),
    )
    ((_key, cell),) = out.pieces[0].cells
    assert (cell.mentions, cell.negative, cell.neutral) == (3, 2, 1)
    assert [stored.inherited for stored in out.stored] == [False, True, True]


def test_reply_that_only_names_the_subject_takes_the_trouble_of_its_root(tracker: Tracker) -> None:
    """「星河银行太差了」 under a post about a run is about the run, in its own tone."""
    named = (Attribution("bank", "general", "星河银行"), Attribution("other", "general", "别家"))
    out = feed(
        tracker,
        reading("root", T0),
        reading("r", T0, about=named, mood=CALM, root_id="root", kind="comment"),
    )
    types = {(key.subject, key.crisis_type): cell for key, cell in out.pieces[0].cells}
    assert set(types) == {("bank", "run"), ("other", "general")}
    assert types["bank", "run"].neutral == 1


def test_repost_of_an_unknown_root_is_an_orphan(tracker: Tracker) -> None:
    """Without words and without a known root nothing can be said about it; it is counted."""
    out = feed(tracker, reading("r", T0, about=(), mood=None, root_id="gone", kind="repost"))
    assert (out.health[-1].orphans, out.health[-1].unmatched) == (1, 1)


def test_deletion_keeps_the_row(tracker: Tracker) -> None:
    """A deletion notice marks the post and does not overwrite its words."""
    out = feed(tracker, reading("a", T0), reading("a", T0, T0 + 5, deleted=True, text=""))
    assert len(out.stored) == 1
    assert [one.id for one in out.deletions] == ["a"]


def test_watermark_is_told_once_per_minute(tracker: Tracker) -> None:
    """Shards hear of the watermark when its minute changes, and only then."""
    told = [feed(tracker, reading(str(n), T0 + n * 20_000, about=())).pieces for n in range(12)]
    assert sum(bool(pieces) for pieces in told) == 4


def test_heartbeat_and_end_move_time(tracker: Tracker) -> None:
    """A heartbeat stands for its arrival less the lateness; an end mark closes its own minute."""
    out = feed(tracker, reading("a", T0), Item(T0 + HOUR))
    assert out.pieces[0].watermark_ms == T0 + HOUR - MINUTE
    end = T0 + 2 * HOUR
    out = feed(tracker, Item(T0 + DAY, other=end))
    assert out.pieces[0].watermark_ms == end + MINUTE


def test_missing_entries_of_a_producer_are_counted(tracker: Tracker) -> None:
    """A gap in a producer's numbers is counted exactly, each producer by itself."""
    numbers = (b"p:1", b"p:2", b"q:1", b"p:6", b"q:2")
    out = feed(tracker, *(reading(str(n), T0, seq=seq) for n, seq in enumerate(numbers)))
    assert out.health[-1].missing == 3


@pytest.mark.parametrize(("store", "kept"), [("matched", 1), ("all", 2), ("none", 0)])
def test_what_is_stored(store: str, kept: int) -> None:
    """The setting says whether matched mentions, all or none are stored."""
    tracker = Tracker(0, TrackRules(shards=1, store=store))
    out = feed(tracker, reading("a", T0), reading("b", T0, about=(), mood=None))
    assert len(out.stored) == kept


def test_forgetting_is_counted() -> None:
    """What does not fit falls out a generation at a time, oldest first, and is counted."""
    tracker = Tracker(0, TrackRules(shards=1, ids=160))
    out = feed(tracker, *(reading(str(n), T0) for n in range(180)))
    assert out.health[-1].forgotten == 25
    out = feed(tracker, reading("179", T0), reading("25", T0), reading("24", T0))
    assert (out.health[-1].duplicates, out.health[-1].accepted) == (2, 181)


def test_what_grew_is_remembered_longer() -> None:
    """A post that is seen again with more is remembered as if it were new; its growth is kept."""
    tracker = Tracker(0, TrackRules(shards=1, ids=160))
    feed(tracker, reading("hot", T0, likes=1))
    feed(tracker, *(reading(str(n), T0) for n in range(100)))
    feed(tracker, reading("hot", T0, likes=5))
    feed(tracker, *(reading(str(n), T0) for n in range(100, 200)))
    out = feed(tracker, reading("hot", T0, likes=5), reading("hot", T0, likes=9))
    assert (out.health[-1].duplicates, out.health[-1].updates) == (1, 2)
    assert [cell.engagement for _key, cell in out.pieces[0].cells] == [4]
    assert [stored.times for stored in out.stored] == [3]


def test_batches_do_not_matter() -> None:
    """Cut into batches in any way, and resumed from a snapshot between them, sums are the same."""
    readings = [
        reading(
            str(n % 70),
            T0 + (n * 7919) % 900_000,
            T0 + n * 9_000,
            likes=n % 5,
            about=ABOUT if n % 3 else (),
            deleted=n % 41 == 40,
            collected_ms=T0 + n * 8_900 if n % 2 else 0,
            root_id=str(n // 2 % 70) if n % 11 == 0 else "",
        )
        if n % 13
        else Item(T0 + n * 9_000, other=Rejected("bad_type", "", "") if n % 2 else 0)
        for n in range(400)
    ]
    sums = []
    minutes = []
    kept = []
    for size in (400, 1, 7):
        tracker = Tracker(0, TrackRules(shards=3, ids=64))
        cells: dict[object, list[int]] = {}
        health: dict[int, Health] = {}
        stored: list[Stored] = []
        for begin in range(0, len(readings), size):
            out = tracker.feed(batch_of(readings[begin : begin + size], keep_all=False))
            health |= {row.minute_ms: row for row in out.health}
            stored += out.stored
            for piece in out.pieces.values():
                for key, cell in piece.cells:
                    known = cells.setdefault(key, [0, 0, 0])
                    known[0] += cell.mentions
                    known[1] += cell.engagement
                    known[2] += cell.late
            tracker = pickle.loads(pickle.dumps(tracker))
        sums.append(cells)
        minutes.append(health)
        kept.append(stored)
    assert sums[0] == sums[1] == sums[2]
    assert minutes[0] == minutes[1] == minutes[2]
    assert kept[0] == kept[1] == kept[2]
    total = minutes[0].values()
    assert sum(row.read for row in total) == sum(
        row.accepted + row.updates + row.duplicates + row.rejected for row in total
    )
    assert sum(row.forgotten for row in total) > 0

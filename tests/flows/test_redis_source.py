"""A partition of the mention streams is read once, whatever stops it, and says when it cannot."""

import dataclasses
import logging
import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest
from redis import Redis

from flows import redis_source
from flows.embedded_redis import connect
from flows.raw_stream import RawStreams
from flows.redis_source import (
    TRIMMED,
    MentionPartition,
    MentionSource,
    SourceOptions,
    stop_asked,
)
from flows.stream_writer import READ
from flows.streams import mention_stream
from operators.errors import StreamGapError
from operators.reading import Entry, entry_number
from tests.support.rule_books import rule_book

STREAM = mention_stream(0)
FIRST_MS = 1_780_000_000_000
OPTIONS = SourceOptions(partitions=1, read_count=10, retain_s=0.0, live=False)
PATIENCE_S = 20.0

Start = Callable[..., MentionPartition]


@pytest.fixture
def start(url: str, redis: "Redis") -> Iterator[Start]:
    """Give what makes the partition as the engine does, with changed options."""
    opened: list[MentionPartition] = []

    def make(resume: bytes | None = None, **options: Any) -> MentionPartition:
        changed = dataclasses.replace(OPTIONS, **options)
        source = MentionSource(lambda: connect(url), changed, rule_book())
        partition = source.build_part("tingfeng.read_streams", "0", resume)
        opened.append(partition)
        return partition

    yield make
    for partition in opened:
        partition.close()


def fill(client: "Redis", count: int, first: int = 0, size: int = 10) -> list[bytes]:
    """Add mentions a second apart; returns their ids."""
    ids = [f"{FIRST_MS + (first + number) * 1000}-0" for number in range(count)]
    pipe = client.pipeline()
    for entry_id in ids:
        pipe.xadd(STREAM, {"mention": b"x" * size}, id=entry_id)
    pipe.execute()
    return [entry_id.encode() for entry_id in ids]


def read(partition: MentionPartition) -> list[bytes]:
    """Read once; returns the ids that came."""
    return [entry_id for batch in partition.next_batch() for entry_id, _fields in batch.entries]


def stop(partition: MentionPartition) -> None:
    """Ask for a stop, with which the partition must end."""
    stop_asked.set()
    try:
        with pytest.raises(StopIteration):
            partition.next_batch()
    finally:
        stop_asked.clear()


def read_all(partition: MentionPartition) -> list[bytes]:
    """Read until nothing is left."""
    found: list[bytes] = []
    while more := read(partition):
        found += more
    return found


def held(client: "Redis") -> list[Entry]:
    """Return the entries the stream still holds."""
    streams = RawStreams(client)
    found = streams.read(STREAM, b"0-0", 100_000)
    streams.release()
    return found


def there(client: "Redis") -> list[bytes]:
    """Return the ids the stream still holds."""
    return [entry_id for entry_id, _fields in held(client)]


def test_reads_everything_once_and_in_order(redis: "Redis", start: Start) -> None:
    """Batches hold at most the count, together all entries, as they lie in the stream."""
    ids = fill(redis, 25)
    partition = start()
    batches = [read(partition) for _ in range(4)]
    assert [len(batch) for batch in batches] == [10, 10, 5, 0]
    assert list(chain(*batches)) == ids
    assert fill(redis, 1, first=25) == read(partition)


def test_resumes_behind_its_snapshot(redis: "Redis", start: Start) -> None:
    """A new partition goes on behind the id of the snapshot: nothing twice, nothing left out."""
    ids = fill(redis, 25)
    first = start()
    seen = read(first)
    state = first.snapshot()
    read(first)
    assert seen + read_all(start(state)) == ids


@pytest.mark.parametrize("entries", [0, 5])
def test_resumes_from_before_the_first_entry(redis: "Redis", start: Start, entries: int) -> None:
    """A flow that was stopped before it read anything starts again, and reads from the start."""
    state = start().snapshot()
    ids = fill(redis, entries)
    assert read_all(start(state)) == ids


def test_says_how_far_it_has_read(redis: "Redis", start: Start) -> None:
    """The last id read stands in Redis when the partition ends, for producers and progress."""
    ids = fill(redis, 5)
    partition = start()
    read_all(partition)
    stop(partition)
    assert redis.hget(READ, "0") == ids[-1]


def test_a_large_reply_halves_the_count(
    redis: "Redis", start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Replies above the limit make the next ones smaller, down to one entry; none is lost."""
    monkeypatch.setattr(redis_source, "_REPLY_LIMIT", 2_500)
    ids = fill(redis, 40, size=1000)
    partition = start()
    with caplog.at_level(logging.WARNING):
        assert [len(read(partition)) for _ in range(4)] == [10, 5, 2, 2]
    assert "COUNT is now 5" in caplog.text
    assert ids[19:] == read_all(partition)
    big = fill(redis, 5, first=40, size=5000)
    assert [read(partition) for _ in range(4)] == [big[:2], big[2:3], big[3:4], big[4:]]


def test_throttle(redis: "Redis", start: Start) -> None:
    """No more is read than the rate allows since the start, and all is read in the end."""
    ids = fill(redis, 60)
    began = time.monotonic()
    partition = start(max_per_second=200)
    found: list[bytes] = []
    while len(found) < len(ids):
        found += read(partition)
        assert len(found) <= (time.monotonic() - began) * 200
        assert time.monotonic() - began < PATIENCE_S
        time.sleep(0.005)
    assert found == ids


def test_looks_again_soon_at_the_end_of_the_stream(redis: "Redis", start: Start) -> None:
    """With a backlog it reads on at once; when it got less than it asked for it waits a moment."""
    fill(redis, 5)
    partition = start(idle_poll_ms=50, read_count=3)
    assert len(read(partition)) == 3
    assert partition.next_awake() is None
    assert len(read(partition)) == 2
    assert partition.next_awake() is not None
    assert not read(partition)
    assert partition.next_awake() is not None


def test_an_idle_partition_says_so_in_its_stream(redis: "Redis", start: Start) -> None:
    """With a live clock a silent partition gets a heartbeat of the present, once a pause."""
    ids = fill(redis, 1)
    partition = start(live=True, idle_after_s=0.2)
    began = time.monotonic()
    found: list[bytes] = []
    while len(found) < 3:
        found += read(partition)
        assert time.monotonic() - began < PATIENCE_S
        time.sleep(0.005)
        assert redis.xlen(STREAM) - 1 <= (time.monotonic() - began) / 0.2
    assert found[0] == ids[0]
    beats = held(redis)[1:]
    assert [fields for _id, fields in beats] == [[b"heartbeat", b""]] * 2
    seconds, micros = redis.time()
    now_ms = seconds * 1000 + micros // 1000
    assert all(now_ms - 60_000 < entry_number(beat) >> 20 <= now_ms for beat, _fields in beats)


def test_no_heartbeat_while_entries_come(redis: "Redis", start: Start) -> None:
    """A partition in which something happens needs nobody to move its time on."""
    fill(redis, 1)
    partition = start(live=True, idle_after_s=5.0)
    assert len(read_all(partition)) == 1
    assert redis.xlen(STREAM) == 1


def test_a_stream_clock_has_no_idleness(redis: "Redis", start: Start) -> None:
    """In a replay the silence of the wall clock means nothing: no heartbeat is written."""
    fill(redis, 1)
    partition = start(live=False, idle_after_s=0.01)
    read_all(partition)
    for _ in range(5):
        time.sleep(0.02)
        assert not read(partition)
    assert redis.xlen(STREAM) == 1


def test_until_end(redis: "Redis", start: Start) -> None:
    """With ``until_end`` the end mark is read and ends the partition; without it, it does not."""
    ids = fill(redis, 3)
    end = f"{FIRST_MS + 9_000}-0".encode()
    redis.xadd(STREAM, {"end": str(FIRST_MS + 9_000)}, id=end)
    ending = start(until_end=True)
    assert read(ending) == [*ids, end]
    with pytest.raises(StopIteration):
        ending.next_batch()
    going_on = start()
    assert read(going_on) == [*ids, end]
    assert read(going_on) == []


def test_until_end_waits_for_the_end(redis: "Redis", start: Start) -> None:
    """Finite input ends at its end mark and not where the stream happens to end just now."""
    fill(redis, 3)
    partition = start(until_end=True)
    assert len(read(partition)) == 3
    assert read(partition) == []
    redis.xadd(STREAM, {"end": "1"}, id=f"{FIRST_MS + 9_000}-0")
    assert len(read(partition)) == 1
    with pytest.raises(StopIteration):
        partition.next_batch()


def test_a_stop_ends_after_the_present_batch(redis: "Redis", start: Start) -> None:
    """Asked to stop, the partition ends with the snapshot of what it has given out."""
    ids = fill(redis, 25)
    partition = start()
    seen = read(partition)
    stop(partition)
    assert partition.snapshot() == seen[-1] == ids[9]


def snapshots(partition: MentionPartition, count: int) -> list[bytes]:
    """Read a hundred entries before each of so many snapshots."""
    taken = []
    for _ in range(count):
        for _ in range(10):
            partition.next_batch()
        taken.append(partition.snapshot())
    return taken


def test_trims_behind_the_third_snapshot_before(redis: "Redis", start: Start) -> None:
    """What is dropped lies behind a committed snapshot; its own entry and all later ones stay."""
    ids = fill(redis, 2000)
    partition = start()
    taken = snapshots(partition, 3)
    assert there(redis) == ids
    assert not redis.hlen(TRIMMED)
    taken += snapshots(partition, 12)
    kept = there(redis)
    oldest = taken[-4]
    assert redis.hget(TRIMMED, "0") == oldest
    assert kept[0] > ids[0]
    assert set(ids[ids.index(oldest) :]) <= set(kept)
    assert read_all(start(oldest)) == ids[ids.index(oldest) + 1 :]


def test_entries_stay_for_a_while_in_any_case(redis: "Redis", start: Start) -> None:
    """Nothing younger than ``retain_s``, in the stream's own time, is trimmed."""
    ids = fill(redis, 2000)
    snapshots(start(retain_s=3600.0), 20)
    assert there(redis) == ids
    assert not redis.hlen(TRIMMED)
    snapshots(start(retain_s=1000.0), 20)
    kept = there(redis)
    assert kept[0] > ids[0]
    assert set(ids[1000:]) <= set(kept)


def test_trimming_can_be_turned_off(redis: "Redis", start: Start) -> None:
    """With ``trim: false`` the streams are left alone."""
    ids = fill(redis, 1000)
    snapshots(start(trim=False), 10)
    assert there(redis) == ids
    assert not redis.hlen(TRIMMED)


def test_refuses_to_start_past_a_gap(
    redis: "Redis", start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """Entries trimmed past the resume id: the message says which stream, from when to when."""
    ids = fill(redis, 50)
    partition = start()
    read(partition)
    state = partition.snapshot()
    redis.xtrim(STREAM, minid=ids[30].decode(), approximate=False)
    with caplog.at_level(logging.ERROR), pytest.raises(StreamGapError) as refused:
        start(state)
    message = str(refused.value)
    assert STREAM in message
    assert f"{ids[9].decode()} (2026-05-28 20:26:49 UTC)" in message
    assert f"{ids[30].decode()} (2026-05-28 20:27:10 UTC)" in message
    assert "--accept-gap" in message
    assert "tingfeng.read_streams, partition 0" in caplog.text


def test_goes_on_past_a_gap_when_told_to(
    redis: "Redis", start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """With ``accept_gap`` it warns and reads what is there."""
    ids = fill(redis, 50)
    redis.xtrim(STREAM, minid=ids[30].decode(), approximate=False)
    with caplog.at_level(logging.WARNING):
        partition = start(ids[9], accept_gap=True)
    assert "accepted" in caplog.text
    assert read_all(partition) == ids[30:]


def test_refuses_when_the_stream_is_gone(redis: "Redis", start: Start) -> None:
    """A resume id of a stream that is empty now is a gap too."""
    (entry,) = fill(redis, 1)
    redis.delete(STREAM)
    with pytest.raises(StreamGapError, match="the stream is empty"):
        start(entry)


def test_no_gap_when_only_what_was_read_is_gone(redis: "Redis", start: Start) -> None:
    """A stream trimmed up to the resume id, which itself stays, has lost nothing."""
    ids = fill(redis, 50)
    redis.xtrim(STREAM, minid=ids[9].decode(), approximate=False)
    assert read_all(start(ids[9])) == ids[10:]


def test_refuses_when_the_state_is_lost(redis: "Redis", start: Start) -> None:
    """Without its recovery store over a stream it has trimmed before, the flow does not start."""
    ids = fill(redis, 2000)
    snapshots(start(), 12)
    trimmed = redis.hget(TRIMMED, "0")
    assert isinstance(trimmed, bytes)
    with pytest.raises(StreamGapError) as refused:
        start()
    assert f"everything up to {trimmed.decode()}" in str(refused.value)
    assert "--accept-gap" in str(refused.value)
    assert read_all(start(accept_gap=True))[-1] == ids[-1]


def test_a_fresh_start_over_a_whole_stream(redis: "Redis", start: Start) -> None:
    """Without state and without anything trimmed all is read from the first entry."""
    ids = fill(redis, 12)
    assert read_all(start()) == ids


def test_one_partition_for_each_stream(url: str) -> None:
    """The parts are the streams, by number."""
    options = dataclasses.replace(OPTIONS, partitions=3)
    source = MentionSource(lambda: connect(url), options, rule_book())
    assert source.list_parts() == ["0", "1", "2"]

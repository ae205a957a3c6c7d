"""The clocks of the streams, and producers that run for long."""

import json
import os
import threading
import time
import zlib
from pathlib import Path
from typing import Any, cast

import pytest
from redis import Redis

from flows.collect import CollectReport, collect
from flows.streams import mention_stream, read_meta, require_meta, write_meta
from operators.errors import InputError, StoreError
from operators.partition import partition_of
from tests.fixtures.feeds import (
    PARTITIONS,
    STAMP_MS,
    Fields,
    entries,
    entry_ms,
    mentions,
    post,
    written,
)


@pytest.fixture
def replay(streams: "Redis") -> "Redis":
    """Give a client of an empty database with streams that keep stream time."""
    streams.flushall()
    write_meta(streams, PARTITIONS, "stream")
    return streams


def test_live_entries_carry_the_time_of_arrival(streams: "Redis", tmp_path: Path) -> None:
    """With a live clock Redis gives the ids."""
    before = int(time.time() * 1000) - 1000
    collect(written(tmp_path / "in.jsonl", post(1)), streams)
    (entry_id,) = [one for p in range(PARTITIONS) for one, _fields in entries(streams, p)]
    assert entry_ms(entry_id) >= before


def test_stream_time_is_the_time_of_publication(replay: "Redis", tmp_path: Path) -> None:
    """Entries carry their own time; heartbeats and ends keep all streams level."""
    path = written(tmp_path / "in.jsonl", *(post(number) for number in range(50)))
    collect(path, replay, stream_time=True, end=True)
    last = STAMP_MS + 49_000
    for partition in range(PARTITIONS):
        rows = entries(replay, partition)
        for entry_id, fields in rows:
            if b"mention" in fields:
                assert entry_ms(entry_id) == json.loads(fields[b"mention"])["published_at"]
        assert rows[-1][1] == {b"end": str(last).encode()}
        assert entry_ms(rows[-2][0]) == last  # its last mention, or a heartbeat
    for stream in ("actions", "playbooks"):
        rows = cast("list[tuple[bytes, Fields]]", replay.xrange(stream))
        assert [fields for _id, fields in rows] == [{b"end": str(last).encode()}]


def test_disorder_is_clamped_and_counted(replay: "Redis", tmp_path: Path) -> None:
    """A record behind its stream gets the stream's time, one without a time that before it."""
    lines: list[dict[str, Any] | bytes]
    lines = [post(10, root_id="r"), post(4, root_id="r"), b"broken", post(11, root_id="r")]
    report = collect(written(tmp_path / "in.jsonl", *lines), replay, stream_time=True)
    assert (report.records, report.clamped, report.untimed) == (4, 1, 1)
    rows = entries(replay, partition_of("weibo", "", "r", PARTITIONS))
    found = {
        json.loads(fields[b"mention"])["id"]: entry_ms(entry_id)
        for entry_id, fields in rows
        if fields.get(b"mention", b"{}") != b"broken" and b"mention" in fields
    }
    assert found == {"10": STAMP_MS + 10_000, "4": STAMP_MS + 10_000, "11": STAMP_MS + 11_000}


def test_a_record_without_time_arrives_with_the_one_before(replay: "Redis", tmp_path: Path) -> None:
    """In stream time there is no other moment at which it could have come."""
    elsewhere = zlib.crc32(b"broken") % PARTITIONS
    root = next(one for one in "abcdef" if partition_of("weibo", "", one, PARTITIONS) != elsewhere)
    first, second = post(3, root_id=root), post(5, root_id=root)
    collect(written(tmp_path / "in.jsonl", first, second, b"broken"), replay, stream_time=True)
    rows = [row for partition in range(PARTITIONS) for row in entries(replay, partition)]
    (entry_id,) = [one for one, fields in rows if fields.get(b"mention") == b"broken"]
    assert entry_ms(entry_id) == STAMP_MS + 5000


def test_a_stamp_in_the_future_does_not_move_stream_time(replay: "Redis", tmp_path: Path) -> None:
    """One wrong stamp must not push all that follow into the future."""
    ahead = int(time.time() * 1000) + 86_400_000
    path = written(tmp_path / "in.jsonl", post(1), post(2, published_at=ahead), post(3))
    report = collect(path, replay, stream_time=True)
    assert report.refused == {"published_in_future": 1}
    ids = [one for partition in range(PARTITIONS) for one, _f in entries(replay, partition)]
    assert max(map(entry_ms, ids)) == STAMP_MS + 3000


def test_stream_time_goes_on_behind_what_is_there(replay: "Redis", tmp_path: Path) -> None:
    """A second run may start before the end of the first; nothing is refused by Redis."""
    path = written(tmp_path / "in.jsonl", *(post(number) for number in range(20)))
    collect(path, replay, stream_time=True, end=True)
    report = collect(path, replay, stream_time=True, end=True)
    assert report.records == 20
    assert report.clamped > 0
    assert len(mentions(replay)) == 40


@pytest.mark.parametrize("clock", ["live", "stream"])
def test_clocks_do_not_mix(streams: "Redis", tmp_path: Path, clock: str) -> None:
    """Streams keep the clock they were made with."""
    streams.flushall()
    write_meta(streams, PARTITIONS, "live" if clock == "live" else "stream")
    with pytest.raises(InputError, match="stream clock"):
        collect(written(tmp_path / "in.jsonl", post(1)), streams, stream_time=clock == "live")
    assert not mentions(streams)


def test_streams_must_be_set_up(streams: "Redis", tmp_path: Path) -> None:
    """Without the number of partitions nothing is guessed."""
    streams.flushall()
    with pytest.raises(StoreError, match="not set up"):
        collect(written(tmp_path / "in.jsonl", post(1)), streams)


def test_setup_is_written_once(streams: "Redis") -> None:
    """The same set-up again is fine; another one is refused with both named."""
    assert write_meta(streams, PARTITIONS, "live") == read_meta(streams) == require_meta(streams)
    with pytest.raises(StoreError, match="3 partitions and a live clock, not 4 and live"):
        write_meta(streams, 4, "live")
    with pytest.raises(StoreError, match="not 3 and stream"):
        write_meta(streams, PARTITIONS, "stream")
    streams.hset("mentions:meta", "partitions", "many")
    with pytest.raises(StoreError, match="partitions='many'"):
        read_meta(streams)


def test_pipe_is_read_while_it_is_open(streams: "Redis") -> None:
    """What came through a pipe is in Redis while the pipe is still open."""
    reading, writing = os.pipe()
    reports: list[CollectReport] = []
    source = Path(f"/dev/fd/{reading}")
    worker = threading.Thread(target=lambda: reports.append(collect(source, streams, end=True)))
    worker.start()
    try:
        os.write(writing, json.dumps(post(1)).encode() + b"\n")
        until = time.monotonic() + 20
        while not mentions(streams) and time.monotonic() < until:
            time.sleep(0.01)
        assert len(mentions(streams)) == 1
        os.write(writing, json.dumps(post(2)).encode())
    finally:
        os.close(writing)
        worker.join(timeout=20)
        os.close(reading)
    assert reports[0].records == 2
    assert all(b"end" in entries(streams, partition)[-1][1] for partition in range(PARTITIONS))


def test_a_pipe_may_have_any_descriptor(streams: "Redis") -> None:
    """A process that holds thousands of files reads pipes as well."""
    reading, writing = os.pipe()
    os.write(writing, json.dumps(post(1)).encode() + b"\n")
    os.close(writing)
    others = [os.dup(reading) for _ in range(1100)]
    try:
        collect(Path(f"/dev/fd/{reading}"), streams, end=True)
    finally:
        for other in (*others, reading):
            os.close(other)
    assert len(mentions(streams)) == 1


def test_a_quiet_pipe_has_a_heart(streams: "Redis") -> None:
    """While a pipe has nothing to give, every partition is told that all is quiet."""
    reading, writing = os.pipe()
    source = Path(f"/dev/fd/{reading}")
    worker = threading.Thread(target=lambda: collect(source, streams, heartbeat_s=0.0))
    worker.start()
    until = time.monotonic() + 20
    while time.monotonic() < until and not all(entries(streams, n) for n in range(PARTITIONS)):
        time.sleep(0.01)
    os.close(writing)
    worker.join(timeout=20)
    os.close(reading)
    for partition in range(PARTITIONS):
        assert entries(streams, partition)[0][1] == {b"heartbeat": b""}


def test_back_pressure_waits_for_the_reader(streams: "Redis", tmp_path: Path) -> None:
    """With a limit the producer stops until the flow has told that it has read on."""
    path = written(tmp_path / "in.jsonl", *(post(n, root_id="r") for n in range(3_000)))
    number = partition_of("weibo", "", "r", PARTITIONS)
    stream = mention_stream(number)
    reports: list[CollectReport] = []
    worker = threading.Thread(
        target=lambda: reports.append(collect(path, streams, max_pending=500))
    )
    worker.start()
    until = time.monotonic() + 20
    for written_so_far in (1_000, 2_000):
        while streams.xlen(stream) < written_so_far and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.3)  # time enough to do wrong
        assert streams.xlen(stream) == written_so_far
        streams.hset("mentions:read", str(number), entries(streams, number)[-1][0])
    worker.join(timeout=20)
    assert reports[0].records == streams.xlen(stream) == 3_000

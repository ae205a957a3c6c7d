"""`collect` against a real Redis: every record becomes one entry, whatever is in it."""

import gzip
import json
import os
import zlib
from pathlib import Path

import pytest
from redis import Redis

from flows.collect import collect
from flows.embedded_redis import connect, serving
from flows.mapping import FieldRule, Mapping
from flows.streams import write_meta
from operators.decode import DecodeRules, decode
from operators.errors import InputError, StoreError
from operators.model import Mention
from operators.partition import partition_of
from operators.wire import MAX_BYTES
from tests.fixtures.feeds import (
    PARTITIONS,
    STAMP_MS,
    entries,
    mentions,
    post,
    written,
)


def test_records_arrive_unchanged_in_their_partition(streams: "Redis", tmp_path: Path) -> None:
    """A line goes as it is to the partition of its thread, numbered by the producer."""
    lines = [post(1), post(2), post(3, root_id="1"), post(4, root_id="1")]
    report = collect(written(tmp_path / "in.jsonl", *lines), streams)
    assert report.records == 4
    seen = 0
    for partition in range(PARTITIONS):
        numbers = []
        for _id, fields in entries(streams, partition):
            record = json.loads(fields[b"mention"])
            assert record in lines
            root = record.get("root_id", "")
            assert partition_of("weibo", record["id"], root, PARTITIONS) == partition
            producer, _, number = fields[b"seq"].decode().partition(":")
            assert producer == report.producer
            numbers.append(int(number))
        assert numbers == list(range(1, len(numbers) + 1))
        assert report.per_partition[partition] == len(numbers)
        seen += len(numbers)
    assert seen == 4


def test_two_runs_are_two_producers(streams: "Redis", tmp_path: Path) -> None:
    """Numbers start again with every run, so every run has a name of its own."""
    path = written(tmp_path / "in.jsonl", post(1))
    assert collect(path, streams).producer != collect(path, streams).producer


BROKEN = [
    b"no json",
    b'{"platform": "weibo"',
    b"[1, 2]",
    b'{"text": "no platform", "published_at": 1262304000}',
    b'{"platform": "weibo", "text": "no time"}',
    b'{"platform": "weibo", "published_at": "tomorrow", "text": "x"}',
    b'{"platform": "weibo", "published_at": 1262304000}',
    b'{"platform": "weibo", "published_at": 1262304000, "text": ["x"]}',
    b'{"platform": "weibo", "published_at": 1262304000, "id": true, "text": "x"}',
    b'{"platform": "weibo", "published_at": 99999999999, "text": "x"}',
    b"\xff\xfe\x00",
]


def test_broken_lines_are_sent_on(streams: "Redis", tmp_path: Path) -> None:
    """A line that cannot be used is never dropped: the flow refuses it, the report tells it."""
    report = collect(written(tmp_path / "in.jsonl", *BROKEN, post(1)), streams)
    assert report.records == len(BROKEN) + 1
    assert report.refused.total() == len(BROKEN)
    assert {fields[b"mention"] for fields in mentions(streams)} >= set(BROKEN)
    reasons = {
        "not_json",
        "not_an_object",
        "missing_platform",
        "missing_time",
        "bad_time",
        "empty",
        "bad_type",
        "bad_id",
        "published_in_future",
    }
    assert set(report.refused) == reasons
    assert report.first_refused["missing_time"].record == 5
    assert any("missing_time" in line for line in report.lines())


@pytest.mark.parametrize("ends", [b"\n", b""])
def test_ten_megabytes_in_one_line(streams: "Redis", tmp_path: Path, ends: bytes) -> None:
    """Of a line above the limit the beginning is sent, with its size, and the run goes on."""
    size = 10_000_000
    line = b'{"text": "' + b"x" * (size - 12) + b'"}'
    path = tmp_path / "in.jsonl"
    path.write_bytes(json.dumps(post(1)).encode() + b"\n" + line + ends)
    report = collect(path, streams)
    assert (report.records, report.refused) == (2, {"too_large": 1})
    large = [fields for fields in mentions(streams) if b"oversize" in fields]
    assert [int(fields[b"oversize"]) for fields in large] == [size]
    assert large[0][b"mention"] == line[:2048]


def test_the_line_after_a_large_one_is_whole(streams: "Redis", tmp_path: Path) -> None:
    """Cutting a line must not touch its neighbours, wherever the chunks end."""
    big = b"y" * (MAX_BYTES + 1)
    fits = json.dumps(post(2, text="z" * 15_000)).encode()
    path = written(tmp_path / "in.jsonl", post(1), big, fits, big * 3, post(3))
    report = collect(path, streams)
    assert report.records == 5
    whole = {fields[b"mention"] for fields in mentions(streams) if b"oversize" not in fields}
    assert whole == {json.dumps(post(1)).encode(), fits, json.dumps(post(3)).encode()}


def test_blank_lines_and_line_ends_do_not_count(streams: "Redis", tmp_path: Path) -> None:
    """CRLF, blank lines, a byte order mark and a missing last line end are normal."""
    path = tmp_path / "in.jsonl"
    first, second = (json.dumps(post(number)).encode() for number in (1, 2))
    path.write_bytes(b"\xef\xbb\xbf" + first + b"\r\n\r\n   \n" + second)
    assert collect(path, streams).records == 2
    assert {fields[b"mention"] for fields in mentions(streams)} == {first, second}


def test_gzip_is_told_by_its_content(streams: "Redis", tmp_path: Path) -> None:
    """Compressed input works under any name, several members included."""
    packed = b"".join(gzip.compress(json.dumps(post(n)).encode() + b"\n") for n in range(1, 4))
    path = tmp_path / "in.jsonl"
    path.write_bytes(packed)
    assert collect(path, streams).records == 3


def test_broken_gzip_says_how_far_it_got(streams: "Redis", tmp_path: Path) -> None:
    """Every line that could be unpacked is sent; the error says from where to go on."""
    lines = [json.dumps(post(n, text=os.urandom(400).hex())).encode() for n in range(1_500)]
    packed = gzip.compress(b"\n".join(lines))[:-200_000]
    whole = zlib.decompressobj(31).decompress(packed).count(b"\n")
    path = tmp_path / "in.jsonl.gz"
    path.write_bytes(packed)
    with pytest.raises(InputError, match=rf"break off.*go on with --skip {whole}\)"):
        collect(path, streams)
    assert len(mentions(streams)) == whole > 0


def test_skip_goes_on_where_a_run_ended(streams: "Redis", tmp_path: Path) -> None:
    """Skipped records are not sent and not forgotten in the count."""
    path = written(tmp_path / "in.jsonl", post(1), b"", post(2), post(3), b"broken")
    report = collect(path, streams, skip=2)
    assert (report.records, report.skipped) == (2, 2)
    assert report.first_refused["not_json"].record == 4
    sent = {json.dumps(post(3)).encode(), b"broken"}
    assert {fields[b"mention"] for fields in mentions(streams)} == sent


def test_end_is_marked_in_every_partition(streams: "Redis", tmp_path: Path) -> None:
    """The end entry tells until when everything has been sent; control streams stay alone."""
    report = collect(written(tmp_path / "in.jsonl", post(1), post(5), post(2)), streams, end=True)
    assert report.ended
    for partition in range(PARTITIONS):
        assert entries(streams, partition)[-1][1] == {b"end": str(STAMP_MS + 5000).encode()}
    assert not streams.exists("actions", "playbooks")


class Cutter:
    """A progress display that takes the server away once something was sent."""

    def __init__(self, client: "Redis") -> None:
        self._client = client

    def update(self, done: int, total: int | None, text: str) -> None:
        """Stop the server when the first batch is in."""
        if text != "0 records":
            self._client.shutdown(nosave=True, now=False)

    def close(self) -> None:
        """Show nothing."""


def test_lost_redis_says_how_far_it_got(tmp_path: Path) -> None:
    """The error names the number of records to skip next time, and no address."""
    path = written(tmp_path / "in.jsonl", *(post(number) for number in range(3_000)))
    with serving("embedded", tmp_path, durable=False) as address:
        client = Redis.from_url(address, protocol=2, retry=None)
        write_meta(client, PARTITIONS, "live")
        with pytest.raises(StoreError, match=r"sent 1,000 records; go on with --skip 1005\)"):
            collect(path, client, progress=Cutter(connect(address)), skip=5)


def test_a_mapping_reads_foreign_fields(streams: "Redis", tmp_path: Path) -> None:
    """Records with other names arrive in the mention format."""
    record = {"mid": 7, "content": "海川证券又卡了", "ts": STAMP_MS // 1000, "fans": "1.2万"}
    mapping = Mapping(
        (
            FieldRule("id", ("mid",)),
            FieldRule("platform", const="xueqiu"),
            FieldRule("text", ("content",)),
            FieldRule("published_at", ("ts",)),
            FieldRule("author.followers", ("fans",)),
        )
    )
    collect(written(tmp_path / "in.jsonl", record, b"broken"), streams, mapping)
    found = [fields[b"mention"] for fields in mentions(streams)]
    mention = decode(max(found, key=len), STAMP_MS, DecodeRules())
    assert isinstance(mention, Mention)
    assert (mention.id, mention.platform, mention.followers) == ("7", "xueqiu", 12_000)
    assert b"broken" in found


def test_a_platform_reads_raw_records(streams: "Redis", tmp_path: Path) -> None:
    """Raw crawler records go through the adapter of their platform."""
    record = {"note_id": "n1", "desc": "等了40分钟", "time": STAMP_MS, "liked_count": "1.2万"}
    report = collect(written(tmp_path / "in.jsonl", record), streams, platform="xiaohongshu")
    assert not report.refused
    assert json.loads(mentions(streams)[0][b"mention"])["platform"] == "xiaohongshu"


def test_unknown_platforms_and_two_readers_are_refused(streams: "Redis", tmp_path: Path) -> None:
    """The message names what there is."""
    path = written(tmp_path / "in.jsonl", post(1))
    with pytest.raises(InputError, match=r"'myspace' \(try douyin, .*weibo"):
        collect(path, streams, platform="myspace")
    with pytest.raises(InputError, match="a mapping and a platform"):
        collect(path, streams, Mapping(), "weibo")


def test_missing_files_are_named(streams: "Redis", tmp_path: Path) -> None:
    """A path that is not there is an error with the path in it."""
    with pytest.raises(InputError, match=r"nowhere\.jsonl: cannot be opened"):
        collect(tmp_path / "nowhere.jsonl", streams)


def test_a_json_array_is_not_json_lines(streams: "Redis", tmp_path: Path) -> None:
    """A file that is one array is told apart from broken lines, with the way out."""
    path = tmp_path / "in.json"
    path.write_text(json.dumps([post(1), post(2)], indent=1))
    with pytest.raises(InputError, match="one JSON array"):
        collect(path, streams)

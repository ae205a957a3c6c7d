"""``tingfeng collect``: files, pipes and standard input to the mention streams.

Every record becomes exactly one entry of one stream, also one that cannot be read: the flow
refuses and counts it, so the numbers on both ends agree. What it will refuse is told at once.
"""

import time
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from flows.input_lines import Input, Source, open_input
from flows.mapping import Mapping
from flows.progress import Progress, Silent
from flows.records import Adapt, Format, Payload, format_of, payloads
from flows.stream_writer import HEARTBEAT_S, StreamWriter
from flows.streams import require_meta
from operators.decode import DecodeRules, decode, oversized
from operators.errors import InputError, StoreError
from operators.model import SECOND, Mention
from operators.partition import partition_of
from operators.platforms import PLATFORMS

_UPDATE_EVERY: Final = 500


@dataclass(frozen=True, slots=True)
class Refused:
    """The first record that the flow will refuse for a reason, counted from 1."""

    record: int
    detail: str


@dataclass(slots=True)
class CollectReport:
    """What became of the input; ``records`` are those sent, whatever is in them."""

    producer: str = ""
    records: int = 0
    skipped: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    first_refused: dict[str, Refused] = field(default_factory=dict)
    clamped: int = 0
    untimed: int = 0
    max_published_ms: int = 0
    per_partition: list[int] = field(default_factory=list)
    ended: bool = False
    interrupted: bool = False
    seconds: float = 0.0

    def so_far(self) -> str:
        """Say how far an attempt got that failed, empty when nothing was sent."""
        if not self.records:
            return ""
        resume = self.skipped + self.records
        return f" (sent {self.records:,} records; go on with --skip {resume})"

    def lines(self) -> Iterator[str]:
        """Yield the report for people, a line each."""
        speed = f", {self.records / self.seconds:,.0f}/s" if self.seconds > 0 else ""
        skipped = f", {self.skipped:,} skipped before" if self.skipped else ""
        yield f"{self.records:,} records sent in {self.seconds:.1f} s{speed}{skipped}"
        for reason, count in sorted(self.refused.items()):
            first = self.first_refused[reason]
            yield (
                f"  {count:,} will be rejected as {reason}, first record {first.record:,}: "
                f"{first.detail}"
            )
        if self.clamped:
            yield f"  {self.clamped:,} were not in order of time and arrive with a later one"
        if self.untimed:
            yield f"  {self.untimed:,} without a usable time arrive with the one before them"
        if self.interrupted:
            yield f"interrupted; go on with --skip {self.skipped + self.records}"
        elif self.ended:
            yield "end of input marked in every partition"


def collect(
    source: Source,
    client: "Redis",
    mapping: Mapping | None = None,
    platform: str | None = None,
    *,
    stream_time: bool = False,
    end: bool = False,
    progress: Progress | None = None,
    input_format: Format | None = None,
    skip: int = 0,
    max_pending: int = 0,
    heartbeat_s: float = HEARTBEAT_S,
    rules: DecodeRules | None = None,
) -> CollectReport:
    """Send every record of ``source`` (a path, or ``-``) to the mention streams.

    ``platform`` names the adapter for raw crawler records, ``mapping`` maps fields; without either
    records are in the mention format. ``stream_time`` gives entries the time of publication and
    needs streams with a stream clock and input in order of time. ``end`` tells the flow that all
    has been sent. ``skip`` records are passed over. ``max_pending`` waits for the flow while a
    stream holds more unread entries. Raises `InputError` and `StoreError`.
    """
    started = time.monotonic()
    report = CollectReport()
    try:
        meta = require_meta(client)
        _check_clock(meta.clock == "stream", stream_time=stream_time)
        run = _Run(
            writer=StreamWriter(client, meta, max_pending, heartbeat_s),
            partitions=meta.partitions,
            stream_time=stream_time,
            rules=rules or DecodeRules(),
            report=report,
            progress=progress or Silent(),
        )
        with open_input(source, run.idle) as opened:
            adapt = _adapter(mapping, platform)
            kind = input_format or format_of(opened)
            run.read(opened, payloads(opened, kind, adapt), skip)
        if end and not report.interrupted:
            run.writer.end(report.max_published_ms)
            report.ended = True
    except RedisError as error:
        msg = f"Redis failed: {error}{report.so_far()}"
        raise StoreError(msg) from error
    except InputError as error:
        msg = f"{error}{report.so_far()}"
        raise InputError(msg) from error
    finally:
        (progress or Silent()).close()
        report.seconds = time.monotonic() - started
    return report


def _check_clock(is_stream: bool, *, stream_time: bool) -> None:
    """Refuse to mix the time of arrival and the time of publication in one set of streams."""
    if stream_time and not is_stream:
        msg = (
            "stream time needs streams with a stream clock, these have a live clock "
            "(try without --stream-time, or another Redis database)"
        )
        raise InputError(msg)
    if is_stream and not stream_time:
        msg = "these streams have a stream clock (try --stream-time)"
        raise InputError(msg)


def _adapter(mapping: Mapping | None, platform: str | None) -> Adapt | None:
    """Choose what brings records into the mention format."""
    if mapping is not None and platform is not None:
        msg = "a mapping and a platform were given; one of them reads the records"
        raise InputError(msg)
    if mapping is not None:
        return mapping.apply
    if platform is None:
        return None
    if platform not in PLATFORMS:
        msg = f"no adapter for the platform {platform!r} (try {', '.join(sorted(PLATFORMS))})"
        raise InputError(msg)
    return PLATFORMS[platform].adapt


@dataclass(slots=True)
class _Run:
    """One call of `collect`: reads, looks at each record, and writes it."""

    writer: StreamWriter
    partitions: int
    stream_time: bool
    rules: DecodeRules
    report: CollectReport
    progress: Progress
    source: Input | None = None
    now_ms: int = 0

    def read(self, source: Input, records: Iterator[Payload], skip: int) -> None:
        """Send all records but the first ``skip``."""
        self.source = source
        self.report.producer = self.writer.producer
        try:
            self.report.skipped = sum(1 for _ in islice(records, skip))
            for number, payload in enumerate(records):
                if number % _UPDATE_EVERY == 0:
                    self.tick()
                self.send(payload, self.report.skipped + number + 1)
            self.writer.flush()
        except KeyboardInterrupt:
            self.report.interrupted = True
            self.writer.flush()
        except InputError:  # the source broke off; what was read of it is good
            self.writer.flush()
            raise
        finally:
            self.note()

    def send(self, payload: Payload, number: int) -> None:
        """Put one record into its stream."""
        data, report = payload.data, self.report
        if payload.whole:
            found = decode(data, self.now_ms, self.rules)
        else:
            found = oversized(data, payload.size)
        if isinstance(found, Mention):
            partition = partition_of(found.platform, found.id, found.root_id, self.partitions)
            report.max_published_ms = max(report.max_published_ms, found.published_ms)
            self.writer.add(partition, found.published_ms, data)
            return
        report.refused[found.reason] += 1
        report.first_refused.setdefault(found.reason, Refused(number, found.detail))
        report.untimed += self.stream_time
        partition = zlib.crc32(data) % self.partitions
        self.writer.add(partition, None, data, 0 if payload.whole else payload.size)

    def tick(self) -> None:
        """Look at the clock and show how far the work is."""
        self.now_ms = time.time_ns() * SECOND // 10**9
        self.note()
        if self.source is not None:
            if not self.source.finite:
                self.writer.beat()
            text = f"{self.report.records:,} records"
            self.progress.update(self.source.position, self.source.total, text)

    def idle(self) -> None:
        """Send what is there while the source has nothing; say that all is quiet."""
        self.writer.flush()
        self.tick()
        self.writer.beat()

    def note(self) -> None:
        """Take over what the writer knows for sure."""
        report = self.report
        report.records, report.clamped = self.writer.sent, self.writer.clamped
        report.per_partition = self.writer.numbers

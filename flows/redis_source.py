"""Mention streams as a source: one partition a stream, one item a read.

Delivery: exactly once with recovery. A plain XREAD continues after the last id, which is all the
state there is; no consumer group keeps a second cursor. Streams are trimmed behind the oldest
snapshot still kept, and a start that finds entries missing refuses to go on unless told to.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from bytewax.inputs import FixedPartitionedSource, StatefulSourcePartition
from redis import Redis
from typing_extensions import override

from flows.raw_stream import RawStreams
from flows.stream_writer import READ
from flows.streams import mention_stream
from operators.errors import StreamGapError
from operators.health import RejectedEntry
from operators.reading import Entry, entry_number
from operators.rulebook import RULES, RuleBook
from operators.rulebook_schedule import RulesEntry, Schedule, forget

logger = logging.getLogger(__name__)

TRIMMED: Final = "mentions:trimmed"
_START: Final = b"0-0"
_KEPT_SNAPSHOTS: Final = 3
_RULES_COUNT: Final = 16
_REPLY_LIMIT: Final = 32 * 1024 * 1024
_REPORT_EVERY_S: Final = 0.5

stop_asked = threading.Event()
"""Set by a signal handler: every partition ends after its present batch, with a last snapshot."""


class RawBatch(NamedTuple):
    """Entries of one read of one partition."""

    partition: int
    entries: list[Entry]
    schedule: Schedule = ()
    """Rules in force when the entries arrived."""
    told: tuple[RulesEntry | RejectedEntry, ...] = ()
    """What the partition has read of the stream ``rules`` since its batch before."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How streams are read."""

    partitions: int
    read_count: int = 1000
    idle_poll_ms: int = 20
    idle_after_s: float = 10.0
    max_per_second: int = 0
    trim: bool = True
    retain_s: float = 3600.0
    live: bool = True
    until_end: bool = False
    accept_gap: bool = False


class MentionPartition(StatefulSourcePartition[RawBatch, bytes]):
    """Reads one stream; state is the id of the last entry read."""

    def __init__(
        self,
        client: "Redis",
        partition: int,
        options: SourceOptions,
        resume: bytes | None,
        rules: RuleBook,
    ) -> None:
        self._client = client
        self._streams = RawStreams(client)
        self._partition = partition
        self._stream = mention_stream(partition)
        self._options = options
        self._last = resume or _START
        self._count = options.read_count
        self._snapshots: deque[bytes] = deque(maxlen=_KEPT_SNAPSHOTS)
        self._ended = False
        self._at_end = False
        self._heard = self._started = self._reported = time.monotonic()
        self._read = 0
        self._rules = rules
        # Read anew at each start: what holds depends on the times of the entries alone.
        self._rules_last = _START
        self._schedule: Schedule = ()
        self._told: tuple[RulesEntry | RejectedEntry, ...] = ()
        self._learn(self._streams.read(RULES, _START, _RULES_COUNT))
        if self._last != _START or client.hexists(TRIMMED, str(partition)):
            self._check_gap()

    @override
    def next_batch(self) -> list[RawBatch]:
        if self._ended or stop_asked.is_set():
            self._report()
            raise StopIteration
        count = self._allowed()
        entries = self._xread(count) if count else []
        now = time.monotonic()
        # After less than was asked for another read would only find the stream's end.
        self._at_end = len(entries) < count or not count
        if entries:
            self._last = entries[-1][0]
            self._read += len(entries)
            self._heard = now
            if self._options.until_end:
                self._ended = any(fields[0] == b"end" for _id, fields in entries)
        elif self._options.live and now - self._heard >= self._options.idle_after_s:
            # Said in the stream itself, so that a replay finds it idle at the same place.
            self._client.xadd(self._stream, {"heartbeat": ""})
            self._heard = now
        if now - self._reported >= _REPORT_EVERY_S:
            self._report()
        if not entries:
            return []
        batch = RawBatch(self._partition, entries, self._schedule, self._told)
        self._told = ()
        if self._schedule:
            self._schedule = forget(self._schedule, entry_number(self._last) >> 20)
        return [batch]

    @override
    def next_awake(self) -> datetime | None:
        if self._at_end and not self._ended:
            return datetime.now(UTC) + timedelta(milliseconds=self._options.idle_poll_ms)
        return None

    @override
    def snapshot(self) -> bytes:
        if self._options.trim and len(self._snapshots) == _KEPT_SNAPSHOTS:
            self._trim(self._snapshots[0])
        self._snapshots.append(self._last)
        return self._last

    @override
    def close(self) -> None:
        self._streams.close()

    def _allowed(self) -> int:
        rate = self._options.max_per_second
        if not rate:
            return self._count
        earned = int((time.monotonic() - self._started) * rate) - self._read
        return max(0, min(self._count, earned))

    def _xread(self, count: int) -> list[Entry]:
        # Whoever arrived after an entry of the rules is read together with it, or later.
        entries, rules = self._streams.read_both(
            self._stream, self._last, count, RULES, self._rules_last
        )
        if rules:
            self._learn(rules)
        size = sum(len(fields[1]) for _id, fields in entries)
        if size > _REPLY_LIMIT and self._count > 1:
            self._count //= 2
            logger.warning(
                "%s: a reply of %d bytes; COUNT is now %d", self._stream, size, self._count
            )
        return entries

    def _learn(self, entries: list[Entry]) -> None:
        """Take in entries of the rules, and all that are behind them."""
        while entries:
            self._rules_last = entries[-1][0]
            found = self._rules.learn(entries)
            put = tuple(one for one in found if isinstance(one, RulesEntry))
            self._schedule += put
            self._told += tuple(found)
            entries = self._streams.read(RULES, self._rules_last, _RULES_COUNT)

    def _trim(self, committed: bytes) -> None:
        """Drop what is old and lies behind a snapshot that is surely committed; its entry stays."""
        newest_ms = entry_number(self._last) >> 20
        old_ms = max(0, newest_ms - int(self._options.retain_s * 1000))
        until = min(committed, b"%d-0" % old_ms, key=entry_number)
        first = self._streams.read(self._stream, _START, 1)
        if not first or entry_number(first[0][0]) >= entry_number(until):
            return
        pipe = self._client.pipeline(transaction=True)
        pipe.hset(TRIMMED, str(self._partition), until)
        pipe.xtrim(self._stream, minid=until, approximate=True)
        pipe.execute()

    def _report(self) -> None:
        self._reported = time.monotonic()
        self._client.hset(READ, str(self._partition), self._last)

    def _check_gap(self) -> None:
        """Refuse to start when entries after the resume id may be gone."""
        here = self._client.xrange(self._stream, self._last, self._last, count=1)
        if here:
            return
        first = self._client.xrange(self._stream, count=1)
        if self._last == _START:
            trimmed = self._client.hget(TRIMMED, str(self._partition))
            missing = f"everything up to {_shown(trimmed)}, read by a flow whose state is not here"
        elif not first:
            missing = f"everything after {_shown(self._last)}: the stream is empty"
        else:
            missing = f"what lay between {_shown(self._last)} and {_shown(first[0][0])}"
        msg = (
            f"{self._stream}: Redis no longer holds {missing}. Metrics of that time would be too "
            "low. Restore the stream, or go on without it: tingfeng run --accept-gap"
        )
        if not self._options.accept_gap:
            raise StreamGapError(msg)
        logger.warning("%s (accepted)", msg)


def _shown(entry_id: Any) -> str:
    text = entry_id.decode() if isinstance(entry_id, bytes) else str(entry_id)
    ms = int(text.partition("-")[0])
    return f"{text} ({datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC)"


class MentionSource(FixedPartitionedSource[RawBatch, bytes]):
    """All mention streams; supports exactly-once processing."""

    def __init__(
        self, connect: Callable[[], "Redis"], options: SourceOptions, rules: RuleBook
    ) -> None:
        self._connect = connect
        self._options = options
        self._rules = rules

    @override
    def list_parts(self) -> list[str]:
        return [str(partition) for partition in range(self._options.partitions)]

    @override
    def build_part(
        self, step_id: str, for_part: str, resume_state: bytes | None
    ) -> MentionPartition:
        try:
            return MentionPartition(
                self._connect(), int(for_part), self._options, resume_state, self._rules
            )
        except Exception:
            logger.exception("step %s, partition %s: cannot start", step_id, for_part)
            raise

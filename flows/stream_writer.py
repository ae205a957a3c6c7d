"""Appends mentions to the partition streams, many in one round trip.

Each entry carries the producer's number of it, so that the flow can count what got lost. With a
stream clock the ids are given: the time of publication, never going back within a stream.
"""

import secrets
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, cast

from redis import Redis

from flows.streams import Meta, mention_stream

CONTROL_STREAMS: Final = ("actions", "playbooks")
READ: Final = "mentions:read"
"""Hash in which the flow tells the last id it has read of each partition."""

_BATCH: Final = 1_000
_BATCH_BYTES: Final = 4 * 1024 * 1024
_LAST_NUMBER: Final = 2**20 - 1
HEARTBEAT_S: Final = 5.0
_ROOM_POLL_S: Final = 0.1


class EntryId(NamedTuple):
    """A Redis stream id: milliseconds and a number within them."""

    ms: int
    number: int

    def next(self, ms: int) -> "EntryId":
        """Return the first free id at ``ms`` or later."""
        if ms > self.ms:
            return EntryId(ms, 0)
        if self.number < _LAST_NUMBER:
            return EntryId(self.ms, self.number + 1)
        return EntryId(self.ms + 1, 0)

    def __str__(self) -> str:
        return f"{self.ms}-{self.number}"


def parse_entry_id(text: bytes | str) -> EntryId:
    """Read an id as Redis gives it."""
    ms, _, number = (text.decode() if isinstance(text, bytes) else text).partition("-")
    return EntryId(int(ms), int(number or 0))


class StreamWriter:
    """Writes for one run of a producer; what was added is in Redis after `flush`, in order.

    ``sent`` counts the mentions that are surely in Redis, ``clamped`` those that came after a later
    one of their stream and were given its time (stream clock only). ``max_pending``: wait while a
    stream holds more entries than that which the flow has yet to read; 0 never waits.
    """

    def __init__(
        self,
        client: "Redis",
        meta: Meta,
        max_pending: int = 0,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._heartbeat_s = heartbeat_s
        self.producer = secrets.token_hex(6)
        self.sent = 0
        self.clamped = 0
        self.numbers = [0] * meta.partitions
        self._client = client
        self._streams = [mention_stream(partition) for partition in range(meta.partitions)]
        self._stream_time = meta.clock == "stream"
        self._ids = [EntryId(0, 0)] * meta.partitions
        if self._stream_time:
            self._ids = [last_entry_id(client, stream) for stream in self._streams]
        self._recent_ms = 0
        self._latest_ms = 0
        self._commands: list[tuple[str | bytes, ...]] = []
        self._bytes = 0
        self._mentions = 0
        self._next_beat = time.monotonic() + self._heartbeat_s
        self._room = _Room(client, self._streams, max_pending) if max_pending else None

    def add(self, partition: int, ms: int | None, payload: bytes, oversize: int = 0) -> None:
        """Append a record published at ``ms`` (None: not known, the time of the one before)."""
        if ms is None:
            ms = self._recent_ms
        elif ms < self._ids[partition].ms and self._stream_time:
            self.clamped += 1
        self._recent_ms = ms
        self.numbers[partition] += 1
        fields: tuple[str | bytes, ...] = ("mention", payload)
        if oversize:
            fields += ("oversize", str(oversize))
        fields += ("seq", f"{self.producer}:{self.numbers[partition]}")
        self._append(partition, ms, fields)
        self._mentions += 1
        self._bytes += len(payload)
        if self._mentions >= _BATCH or self._bytes >= _BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Send what was added; with a stream clock no partition stays behind the others."""
        if not self._mentions:
            return
        if self._stream_time:
            for partition, last in enumerate(self._ids):
                if last.ms < self._latest_ms:
                    self._append(partition, self._latest_ms, ("heartbeat", ""))
        if self._room is not None:
            self._room.wait()
        self._execute()

    def beat(self) -> None:
        """Tell every few seconds that all is quiet: a heartbeat in every partition."""
        if self._stream_time or time.monotonic() < self._next_beat:
            return
        self._next_beat = time.monotonic() + self._heartbeat_s
        for partition in range(len(self._streams)):
            self._append(partition, 0, ("heartbeat", ""))
        self._execute()

    def end(self, ms: int) -> None:
        """Tell that everything published up to ``ms`` has been sent."""
        self.flush()
        for partition in range(len(self._streams)):
            self._append(partition, max(ms, self._latest_ms), ("end", str(ms)))
        if self._stream_time:
            for stream in CONTROL_STREAMS:
                entry_id = last_entry_id(self._client, stream).next(ms)
                self._commands.append(("XADD", stream, str(entry_id), "end", str(ms)))
        self._execute()

    def _append(self, partition: int, ms: int, fields: tuple[str | bytes, ...]) -> None:
        """Add an entry; the clock decides about its id."""
        entry_id = "*"
        if self._stream_time:
            self._ids[partition] = self._ids[partition].next(ms)
            self._latest_ms = max(self._latest_ms, self._ids[partition].ms)
            entry_id = str(self._ids[partition])
        self._commands.append(("XADD", self._streams[partition], entry_id, *fields))

    def _execute(self) -> None:
        """Send all commands in one round trip."""
        pipe: Any = self._client.pipeline(transaction=False)
        for command in self._commands:
            pipe.execute_command(*command)
        replies = pipe.execute()
        if self._room is not None:
            self._room.note(self._commands, replies)
        self.sent += self._mentions
        self._commands, self._mentions, self._bytes = [], 0, 0


class _Room:
    """Knows how much of what was written still has to be read."""

    def __init__(self, client: "Redis", streams: Sequence[str], limit: int) -> None:
        self._client = client
        self._limit = limit
        self._counts = dict.fromkeys(streams, 0)
        self._batches: dict[str, deque[tuple[EntryId, int]]] = {name: deque() for name in streams}

    def note(self, commands: Sequence[tuple[str | bytes, ...]], replies: Sequence[Any]) -> None:
        """Remember the ids that a batch got."""
        last: dict[str, Any] = {}
        for command, reply in zip(commands, replies, strict=True):
            if isinstance(command[1], str) and command[1] in self._counts:
                last[command[1]] = reply
                self._counts[command[1]] += 1
        for stream, entry_id in last.items():
            self._batches[stream].append((parse_entry_id(entry_id), self._counts[stream]))

    def wait(self) -> None:
        """Return once no stream has more than the limit of entries unread."""
        while self._pending() > self._limit:
            time.sleep(_ROOM_POLL_S)

    def _pending(self) -> int:
        """Return the largest number of entries that wait in a stream.

        A stream also keeps entries that were read, so its length is too much; what this run wrote
        behind the last id read is exact, but leaves out what others wrote. The smaller one holds.
        """
        pipe = self._client.pipeline(transaction=False)
        pipe.hgetall(READ)
        for stream in self._counts:
            pipe.xlen(stream)
        told, *lengths = pipe.execute()
        read = {_number(name): parse_entry_id(value) for name, value in told.items()}
        pending = 0
        for partition, (stream, length) in enumerate(zip(self._counts, lengths, strict=True)):
            unread = length
            if partition in read:
                unread = min(length, self._unread(stream, read[partition]))
            pending = max(pending, unread)
        return pending

    def _unread(self, stream: str, read: EntryId) -> int:
        """Count what this run wrote behind an id, in whole batches."""
        batches = self._batches[stream]
        while len(batches) > 1 and batches[1][0] <= read:
            batches.popleft()
        passed = batches[0][1] if batches and batches[0][0] <= read else 0
        return self._counts[stream] - passed


def last_entry_id(client: "Redis", stream: str) -> EntryId:
    """Return the last id a stream has given out, 0-0 when there is no such stream."""
    if not client.exists(stream):
        return EntryId(0, 0)
    info = cast("dict[str, bytes | str]", client.xinfo_stream(stream))
    return parse_entry_id(info["last-generated-id"])


def _number(name: bytes | str) -> int:
    """Read a partition number as Redis gives it."""
    return int(name)

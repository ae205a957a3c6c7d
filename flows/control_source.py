"""The control streams ``actions`` and ``playbooks`` as a source.

Delivery: exactly once with recovery, like the mention streams. Besides entries it tells how far
the streams have been read, for nothing is decided before them: with a live clock that is Redis'
own time just before a read that found the end, else everything that was there.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from bytewax.inputs import FixedPartitionedSource, StatefulSourcePartition
from redis import Redis
from typing_extensions import override

from flows.raw_stream import RawStreams
from flows.redis_source import stop_asked
from operators.control import (
    ACTIONS,
    FAR,
    PLAYBOOKS,
    STREAMS,
    ControlBatch,
    read_actions,
    read_playbooks,
)
from operators.reading import Entry

logger = logging.getLogger(__name__)

PART: Final = "control"
_COUNT: Final = 500
_POLL_S: Final = 0.2
_TELL_EVERY_MS: Final = 1_000


class ControlPartition(StatefulSourcePartition[ControlBatch, dict[str, bytes]]):
    """Reads both streams; state is the last id of each."""

    def __init__(
        self,
        client: "Redis",
        live: bool,
        until_end: bool,
        resume: dict[str, bytes] | None,
    ) -> None:
        self._client = client
        self._streams = RawStreams(client)
        # Input that ends has nobody to wait for.
        self._live = live and not until_end
        self._until_end = until_end
        self._last = resume or dict.fromkeys(STREAMS, b"0-0")
        self._told = dict.fromkeys(STREAMS, 0)

    @override
    def next_batch(self) -> list[ControlBatch]:
        ending = stop_asked.is_set() or self._until_end
        actions, actions_until = self._read(ACTIONS)
        playbooks, playbooks_until = self._read(PLAYBOOKS)
        if not actions and not playbooks and not actions_until and not playbooks_until:
            if ending:
                raise StopIteration
            return []
        done, refused = read_actions(actions)
        known, refused_too = read_playbooks(playbooks)
        for one in (*refused, *refused_too):
            logger.error("control entry refused: %s: %s", one.rejected.reason, one.rejected.detail)
        return [ControlBatch(done, known, refused + refused_too, actions_until, playbooks_until)]

    @override
    def next_awake(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=_POLL_S)

    @override
    def snapshot(self) -> dict[str, bytes]:
        return dict(self._last)

    @override
    def close(self) -> None:
        self._streams.close()

    def _read(self, stream: str) -> tuple[list[Entry], int]:
        """Return new entries, and until when the stream is known when that has moved on."""
        seconds, micros = self._client.time()
        entries = self._streams.read(stream, self._last[stream], _COUNT)
        if entries:
            self._last[stream] = entries[-1][0]
        if len(entries) == _COUNT:
            return entries, 0
        until = int(seconds) * 1000 + int(micros) // 1000 - 1 if self._live else FAR
        if entries or until - self._told[stream] >= _TELL_EVERY_MS:
            self._told[stream] = until
            return entries, until
        return entries, 0


class ControlSource(FixedPartitionedSource[ControlBatch, dict[str, bytes]]):
    """Both control streams, read in one place; supports exactly-once processing."""

    def __init__(self, connect: Callable[[], "Redis"], *, live: bool, until_end: bool) -> None:
        self._connect = connect
        self._live = live
        self._until_end = until_end

    @override
    def list_parts(self) -> list[str]:
        return [PART]

    @override
    def build_part(
        self, step_id: str, for_part: str, resume_state: dict[str, bytes] | None
    ) -> ControlPartition:
        try:
            return ControlPartition(self._connect(), self._live, self._until_end, resume_state)
        except Exception:
            logger.exception("step %s, partition %s: cannot start", step_id, for_part)
            raise

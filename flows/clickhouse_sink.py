"""Rows to ClickHouse or chDB, many at a time.

Delivery: at least once, exactly once in effect. Rows have natural keys and full state, a snapshot
is taken only after everything before it has been inserted, and a replay after a crash writes equal
rows or rows with a higher version. A failed insert ends the flow; nothing is dropped.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from bytewax.outputs import FixedPartitionedSink, StatefulSinkPartition
from typing_extensions import override

from flows.rows import SUPERSEDING, TABLES, Rows

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client
    from clickhouse_connect.driver.insert import InsertContext

logger = logging.getLogger(__name__)

PART: Final = "store"
_MOST_WAITING: Final = 50_000
_LATER: Final = frozenset({"mentions", "pipeline_health"})
"""Tables that nobody watches second by second; they are written last."""
_REST: Final = 2
"""How many times as long as an insert took to wait before the next, at least."""


class Buffer:
    """Rows that wait for the next insert, by table."""

    def __init__(self) -> None:
        self.lists: dict[str, list[tuple[Any, ...]]] = {}
        self.latest: dict[str, dict[tuple[Any, ...], tuple[Any, ...]]] = {}
        self.size = 0

    def add(self, item: Rows) -> None:
        """Add rows; of rows with one natural key only the one with the highest version stays."""
        self.size += len(item.rows)
        if item.table not in SUPERSEDING:
            self.lists.setdefault(item.table, []).extend(item.rows)
            return
        keys = TABLES[item.table].keys
        latest = self.latest.setdefault(item.table, {})
        for row in item.rows:
            key = row[:keys]
            known = latest.get(key)
            if known is None or row[-1] >= known[-1]:
                latest[key] = row

    def take(self) -> dict[str, list[tuple[Any, ...]]]:
        """Hand over what waits and start anew; what somebody waits for comes first."""
        taken = self.lists
        for table, rows in self.latest.items():
            if rows:
                taken[table] = list(rows.values())
        self.lists, self.latest, self.size = {}, {}, 0
        return dict(sorted(taken.items(), key=lambda item: item[0] in _LATER))


class StorePartition(StatefulSinkPartition[Rows, None]):
    """Inserts from a thread of its own every ``flush_ms``, and in full at each snapshot.

    The client lives and dies in that thread: chDB waits for ever when it is closed in a worker
    thread of the engine.
    """

    def __init__(
        self,
        step_id: str,
        connect: "Callable[[], Client]",
        flush_ms: int,
        serve: "Callable[[Client], Callable[[], None]] | None",
    ) -> None:
        self._step_id = step_id
        self._connect = connect
        self._serve = serve
        self._pause = flush_ms / 1000
        self._contexts: dict[str, InsertContext] = {}
        self._buffer = Buffer()
        self._lock = threading.Condition()
        self._connected = False
        self._inserting = False
        self._stopping = False
        self._flush_asked = False
        self._failure: BaseException | None = None
        self._told = False
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()
        with self._lock:
            while not self._connected and self._failure is None:
                self._lock.wait()
            self._check()

    @override
    def write_batch(self, values: list[Rows]) -> None:
        with self._lock:
            self._check()
            if not self._buffer.size:
                self._lock.notify_all()
            for item in values:
                self._buffer.add(item)
            # Back-pressure: a store slower than the stream must not fill the memory.
            while self._buffer.size > _MOST_WAITING and self._failure is None:
                self._flush_asked = True
                self._lock.notify_all()
                self._lock.wait()
            self._check()

    @override
    def snapshot(self) -> None:
        self._drain()

    @override
    def close(self) -> None:
        if self._told:
            # The engine is going down with that failure, and aborts on a second one.
            return
        self._drain()
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
        self._thread.join()
        self._check()

    def _check(self) -> None:
        if self._failure is not None:
            self._told = True
            raise self._failure

    def _drain(self) -> None:
        with self._lock:
            while (self._buffer.size or self._inserting) and self._failure is None:
                self._flush_asked = True
                self._lock.notify_all()
                self._lock.wait()
            self._check()

    def _run(self) -> None:
        try:
            client = self._connect()
            stop_serving = self._serve(client) if self._serve else None
            with self._lock:
                self._connected = True
                self._lock.notify_all()
            self._insert_until_stopped(client)
            if stop_serving is not None:
                stop_serving()
            client.close()
        # Whatever happens in this thread is raised in the worker, at its next call.
        except BaseException as error:
            logger.exception("step %s, part %s: the store failed", self._step_id, PART)
            with self._lock:
                self._failure = error
                self._lock.notify_all()

    def _insert_until_stopped(self, client: "Client") -> None:
        due = 0.0
        while True:
            with self._lock:
                while not self._stopping:
                    wait = due - time.monotonic()
                    if self._buffer.size and (wait <= 0 or self._flush_asked):
                        break
                    self._lock.wait(max(wait, 0.001) if self._buffer.size else None)
                if self._stopping and not self._buffer.size:
                    return
                taken = self._buffer.take()
                self._inserting = True
                self._flush_asked = False
            began = time.monotonic()
            for table, rows in taken.items():
                self._insert(client, table, rows)
            now = time.monotonic()
            # Behind a backlog inserts grow instead of following each other: fewer parts to merge.
            due = now + max(self._pause, _REST * (now - began))
            with self._lock:
                self._inserting = False
                self._lock.notify_all()

    def _insert(self, client: "Client", table: str, rows: list[tuple[Any, ...]]) -> None:
        context = self._contexts.get(table)
        if context is None:
            context = client.create_insert_context(table, TABLES[table].columns)
            self._contexts[table] = context
        context.data = rows
        # One block an insert: ClickHouse takes a block whole or not at all.
        context.block_row_count = len(rows)
        client.insert(context=context)


def insert_rows(client: "Client", item: Rows) -> None:
    """Insert rows at once, outside the flow."""
    client.insert(item.table, item.rows, column_names=TABLES[item.table].columns)


class StoreSink(FixedPartitionedSink[Rows, None]):
    """One partition per store; its client is made where the partition runs and nowhere else."""

    def __init__(
        self,
        connect: Callable[[], "Client"],
        flush_ms: int,
        serve: Callable[["Client"], Callable[[], None]] | None = None,
    ) -> None:
        self._connect = connect
        self._flush_ms = flush_ms
        self._serve = serve

    @override
    def list_parts(self) -> list[str]:
        return [PART]

    @override
    def build_part(self, step_id: str, for_part: str, resume_state: None) -> StorePartition:
        return StorePartition(step_id, self._connect, self._flush_ms, self._serve)

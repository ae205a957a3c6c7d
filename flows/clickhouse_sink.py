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

from flows.tables import SUPERSEDING, TABLES, Rows

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client
    from clickhouse_connect.driver.insert import InsertContext

logger = logging.getLogger(__name__)

PART: Final = "store"
_MOST_WAITING: Final = 50_000
_LATER: Final = frozenset({"mentions", "pipeline_health"})
"""Tables that nobody watches second by second: they are written seldom, in large blocks, since a
block of such wide rows costs as much as a thousand of its rows."""
_LATER_S: Final = 2.0
_LATER_ROWS: Final = 16_384
_INSERTING: Final = {"optimize_on_insert": 0}
"""Rows are replaced when parts merge and when somebody asks; doing it here as well, where hardly a
key comes twice, takes as long as the insert itself."""
_BEHIND_S: Final = 1.0
"""Pause in a backlog, in which a later row soon takes the place of most."""


class Buffer:
    """Rows that wait for the next insert, by table."""

    def __init__(self) -> None:
        self.lists: dict[str, list[tuple[Any, ...]]] = {}
        self.latest: dict[str, dict[tuple[Any, ...], tuple[Any, ...]]] = {}
        self.size = 0
        self.later = 0
        self.behind = False

    def add(self, item: Rows) -> None:
        """Add rows; of rows with one natural key only the one with the highest version stays."""
        self.size += len(item.rows)
        self.behind |= item.behind
        if item.table in _LATER:
            self.later += len(item.rows)
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

    @property
    def soon(self) -> int:
        """Return how many rows have been added that somebody may wait for."""
        return self.size - self.later

    def take(self, *, later: bool) -> dict[str, list[tuple[Any, ...]]]:
        """Hand over what waits; what nobody waits for only when ``later`` is set, and then last."""
        taken: dict[str, list[tuple[Any, ...]]] = {}
        for later_ones in (False, True) if later else (False,):
            for table in [name for name in self.lists if (name in _LATER) == later_ones]:
                taken[table] = self.lists.pop(table)
            for table in [name for name in self.latest if (name in _LATER) == later_ones]:
                taken[table] = list(self.latest.pop(table).values())
        self.size = 0 if later else self.later
        self.later = 0 if later else self.later
        self.behind = False
        return taken


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
            idle, waited = not self._buffer.size, self._buffer.soon > 0
            for item in values:
                self._buffer.add(item)
            if idle or (not waited and self._buffer.soon) or self._buffer.later >= _LATER_ROWS:
                self._lock.notify_all()
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
        due = due_later = 0.0
        while True:
            with self._lock:
                while not (self._stopping or self._flush_asked):
                    wait = self._wait(due, due_later)
                    if wait is not None and wait <= 0:
                        break
                    self._lock.wait(wait)
                if self._stopping and not self._buffer.size:
                    return
                later = self._flush_asked or self._stopping or self._is_due_later(due_later)
                pause = max(self._pause, _BEHIND_S) if self._buffer.behind else self._pause
                taken = self._buffer.take(later=later)
                self._inserting = True
                self._flush_asked = False
            due = time.monotonic() + pause
            for table, rows in taken.items():
                self._insert(client, table, rows)
                if table not in _LATER:
                    # Who waits for the next rows does not wait for those of nobody, too.
                    due = time.monotonic() + pause
            if later:
                due_later = time.monotonic() + max(self._pause, _LATER_S)
            with self._lock:
                self._inserting = False
                self._lock.notify_all()

    def _wait(self, due: float, due_later: float) -> float | None:
        """Return how long until there is something to insert; None: until something is added."""
        now = time.monotonic()
        if self._is_due_later(due_later):
            return 0.0
        waits = [due - now] if self._buffer.soon else []
        if self._buffer.later:
            waits.append(due_later - now)
        return min(waits, default=None)

    def _is_due_later(self, due_later: float) -> bool:
        later = self._buffer.later
        return later > 0 and (later >= _LATER_ROWS or time.monotonic() >= due_later)

    def _insert(self, client: "Client", table: str, rows: list[tuple[Any, ...]]) -> None:
        context = self._contexts.get(table)
        if context is None:
            columns = TABLES[table].columns
            context = client.create_insert_context(table, columns, settings=_INSERTING)
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

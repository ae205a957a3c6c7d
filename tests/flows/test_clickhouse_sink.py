"""Rows reach the store before the snapshot that stands for them, and nothing is dropped."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from redis import Redis

from flows import clickhouse_sink
from flows.clickhouse_sink import PART, StorePartition, StoreSink, insert_rows
from flows.demo_feed import Feeder
from flows.embedded_redis import connect, serving
from flows.settings import load_settings
from flows.store import open_store
from flows.streams import write_meta
from flows.tables import TABLES, Rows
from operators.model import MINUTE
from tests.support.clickhouse_http import running
from tests.support.flow_runs import Position, Run, assert_equal, publish_packs
from tests.support.small_streams import START_MS, chatter, in_order, trouble

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

PATIENCE_S = 20.0
Row = tuple[Any, ...]


class Store:
    """Stands for a store: takes inserts when its gate is open, and fails when told to."""

    def __init__(self) -> None:
        self.inserted: list[tuple[str, list[Row]]] = []
        self.times: list[tuple[float, float]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.began = threading.Event()
        self.failure: Exception | None = None
        self.ended: list[str] = []

    def create_insert_context(
        self, table: str, columns: tuple[str, ...], settings: dict[str, Any]
    ) -> SimpleNamespace:
        """Begin inserts into a table, whose parts are left to be merged later."""
        assert columns == TABLES[table].columns
        assert settings == {"optimize_on_insert": 0}
        return SimpleNamespace(table=table, data=[], block_row_count=0)

    def insert(self, context: SimpleNamespace) -> None:
        """Take rows."""
        began = time.monotonic()
        self.began.set()
        self.gate.wait(PATIENCE_S)
        if self.failure is not None:
            raise self.failure
        assert context.block_row_count == len(context.data)
        self.inserted.append((context.table, list(context.data)))
        self.times.append((began, time.monotonic()))

    def close(self) -> None:
        """Remember that it was closed."""
        self.ended.append("closed")

    def holds(self, table: str, number: int) -> bool:
        """Tell whether a table has got so many rows."""
        return len(self.rows(table)) == number

    def rows(self, table: str) -> list[Row]:
        """Return all rows a table has got."""
        return [row for name, rows in self.inserted if name == table for row in rows]


@pytest.fixture
def store() -> Store:
    """Give a store that takes everything."""
    return Store()


@pytest.fixture
def sink(store: Store) -> Iterator[StorePartition]:
    """Give the sink's partition over it, closed at the end when the test has not done so."""
    opened = build(store, flush_ms=10)
    yield opened
    store.gate.set()
    if store.failure is None and not store.ended:
        opened.close()


def build(store: Store, flush_ms: int) -> StorePartition:
    """Make the partition as the engine does."""

    def serve(_client: "Client") -> Callable[[], None]:
        return lambda: store.ended.append("unserved")

    made = StoreSink(lambda: cast("Client", store), flush_ms, serve)
    assert made.list_parts() == [PART]
    return made.build_part("tingfeng.store", PART, None)


def metric(minute: int, version: int) -> Row:
    """Make a row of ``metrics_minute`` with little in it."""
    key = (False, "xinghe_bank", "general", "weibo", minute)
    return (*key, version, 0, 0, 0, 0, 0, 0, 0, False, version)


def signal(number: int) -> Row:
    """Make something that stands for a row of ``signals``, a table whose rows are never changed."""
    return (number,)


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def begin(store: Store, sink: StorePartition, row: Row) -> None:
    """Write a row whose insert lasts until the gate is opened."""
    store.gate.clear()
    sink.write_batch([Rows("signals", [row])])
    until(store.began.is_set)


def in_thread(work: Callable[[], None]) -> threading.Thread:
    """Do work that blocks in a thread of its own."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def fails_in_thread(store: Store, work: Callable[[], None]) -> None:
    """Do work that blocks; it must fail with the insert that is under way."""
    caught: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except RuntimeError as error:
            caught.append(error)

    thread = in_thread(run)
    store.failure = RuntimeError("connection lost")
    store.gate.set()
    thread.join(PATIENCE_S)
    assert [str(error) for error in caught] == ["connection lost"]


def test_rows_are_inserted_without_being_asked_for(store: Store, sink: StorePartition) -> None:
    """Written rows reach their tables soon after, in order."""
    sink.write_batch([Rows("signals", [signal(1), signal(2)]), Rows("signals", [signal(3)])])
    until(lambda: len(store.rows("signals")) == 3)
    assert store.rows("signals") == [signal(1), signal(2), signal(3)]


def test_of_superseded_rows_the_highest_version_stays(store: Store, sink: StorePartition) -> None:
    """Rows of one natural key that wait together become the one with the highest version."""
    begin(store, sink, signal(0))
    for versions in ((2, 6), (4,), (3,)):
        sink.write_batch([Rows("metrics_minute", [metric(60, version) for version in versions])])
    sink.write_batch([Rows("metrics_minute", [metric(120, 1), metric(120, 2)])])
    store.gate.set()
    sink.snapshot()
    assert store.rows("metrics_minute") == [metric(60, 6), metric(120, 2)]


def test_rows_of_other_tables_are_all_kept(store: Store, sink: StorePartition) -> None:
    """Where rows are not superseded, equal ones are written as often as they came."""
    begin(store, sink, signal(0))
    sink.write_batch([Rows("signals", [signal(1)]), Rows("signals", [signal(1)])])
    store.gate.set()
    sink.snapshot()
    assert store.rows("signals") == [signal(0), signal(1), signal(1)]


def test_wide_rows_wait_for_a_large_block(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mentions are written seldom and many at once, what people watch meanwhile at once."""
    monkeypatch.setattr(clickhouse_sink, "_LATER_S", 3600.0)
    monkeypatch.setattr(clickhouse_sink, "_LATER_ROWS", 5)
    sink = build(store, flush_ms=10)
    sink.write_batch([Rows("mentions", [signal(0)])])
    until(lambda: len(store.rows("mentions")) == 1)
    for number in range(1, 4):
        sink.write_batch([Rows("mentions", [signal(number)]), Rows("signals", [signal(number)])])
        until(partial(store.holds, "signals", number))
    assert store.rows("mentions") == [signal(0)]
    sink.write_batch([Rows("mentions", [signal(4), signal(5)])])
    until(lambda: len(store.rows("mentions")) == 6)
    sink.write_batch([Rows("mentions", [signal(6)])])
    sink.snapshot()
    assert store.rows("mentions") == [signal(number) for number in range(7)]
    assert sum(table == "mentions" for table, _rows in store.inserted) == 3
    sink.close()


def test_a_version_written_before_does_not_hold_back_later_ones(
    store: Store, sink: StorePartition
) -> None:
    """What was inserted already is no longer compared with."""
    for version in (5, 4):
        sink.write_batch([Rows("metrics_minute", [metric(60, version)])])
        sink.snapshot()
    assert store.rows("metrics_minute") == [metric(60, 5), metric(60, 4)]


def test_a_snapshot_waits_for_the_insert(store: Store, sink: StorePartition) -> None:
    """It returns only when everything written before it has been inserted, also what was late."""
    begin(store, sink, signal(1))
    sink.write_batch([Rows("signals", [signal(2)])])
    seen: list[list[Row]] = []

    def snapshot() -> None:
        sink.snapshot()
        seen.append(store.rows("signals"))

    thread = in_thread(snapshot)
    thread.join(0.1)
    assert thread.is_alive()
    store.gate.set()
    thread.join(PATIENCE_S)
    assert seen == [[signal(1), signal(2)]]


def test_a_snapshot_of_nothing_returns(sink: StorePartition) -> None:
    """Without rows there is nothing to wait for."""
    sink.snapshot()


@pytest.mark.parametrize("next_call", ["write_batch", "snapshot", "close"])
def test_a_failed_insert_ends_the_flow(
    store: Store, sink: StorePartition, caplog: pytest.LogCaptureFixture, next_call: str
) -> None:
    """The error is logged with step and part and raised at the next call, whichever it is."""
    store.failure = RuntimeError("no space left")
    with caplog.at_level(logging.ERROR):
        sink.write_batch([Rows("signals", [signal(1)])])
        until(lambda: "no space left" in caplog.text)
    assert f"step tingfeng.store, part {PART}" in caplog.text
    calls: dict[str, Callable[[], None]] = {
        "write_batch": lambda: sink.write_batch([Rows("signals", [signal(2)])]),
        "snapshot": sink.snapshot,
        "close": sink.close,
    }
    with pytest.raises(RuntimeError, match="no space left"):
        calls[next_call]()
    # The engine closes what it has when a call failed, and aborts when that fails too.
    sink.close()


def test_a_snapshot_fails_with_its_insert(store: Store, sink: StorePartition) -> None:
    """An insert that fails while a snapshot waits for it fails the snapshot."""
    begin(store, sink, signal(1))
    fails_in_thread(store, sink.snapshot)


def test_a_store_that_cannot_be_opened(caplog: pytest.LogCaptureFixture) -> None:
    """The flow does not start, and the log names the step."""

    def refuse() -> "Client":
        msg = "held by another process"
        raise RuntimeError(msg)

    with caplog.at_level(logging.ERROR), pytest.raises(RuntimeError, match="held by another"):
        StoreSink(refuse, 10).build_part("tingfeng.store", PART, None)
    assert "tingfeng.store" in caplog.text


def test_a_slow_store_slows_the_flow(
    store: Store, sink: StorePartition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With much waiting a write returns only when the store has taken some of it."""
    monkeypatch.setattr(clickhouse_sink, "_MOST_WAITING", 10)
    begin(store, sink, signal(0))
    sink.write_batch([Rows("signals", [signal(n) for n in range(1, 11)])])
    thread = in_thread(lambda: sink.write_batch([Rows("signals", [signal(11)])]))
    thread.join(0.1)
    assert thread.is_alive()
    store.gate.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    sink.snapshot()
    assert store.rows("signals") == [signal(n) for n in range(12)]


def test_a_store_that_fails_frees_the_flow(
    store: Store, sink: StorePartition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that waits for room fails when the insert does."""
    monkeypatch.setattr(clickhouse_sink, "_MOST_WAITING", 10)
    begin(store, sink, signal(0))
    fails_in_thread(
        store, lambda: sink.write_batch([Rows("signals", [signal(n) for n in range(20)])])
    )


def test_closing_inserts_the_rest(store: Store) -> None:
    """What waits is inserted; then readers are no longer answered; then the client is closed."""
    sink = build(store, flush_ms=60_000)
    sink.write_batch([Rows("signals", [signal(1)])])
    sink.snapshot()
    sink.write_batch([Rows("signals", [signal(2)])])
    sink.close()
    assert store.rows("signals") == [signal(1), signal(2)]
    assert store.ended == ["unserved", "closed"]


def test_a_pause_between_inserts(store: Store) -> None:
    """Without snapshots a table is inserted into at most once in ``flush_ms``."""
    sink = build(store, flush_ms=50)
    for number in range(60):
        sink.write_batch([Rows("signals", [signal(number)])])
        time.sleep(0.003)
    until(lambda: len(store.rows("signals")) == 60)
    pauses = [
        began - ended
        for (_, ended), (began, _) in zip(store.times[:-1], store.times[1:], strict=True)
    ]
    assert all(pause >= 0.05 for pause in pauses)
    sink.close()


def fed(client: "Redis", url: str) -> Position:
    """Fill the streams with a small story; returns how to see what has been read."""
    partitions = load_settings(None).redis.partitions
    write_meta(client, partitions, "stream")
    publish_packs(client, load_settings(None))
    minutes = 90
    feeder = Feeder(client)
    feeder.feed(
        in_order(
            chatter(START_MS, minutes),
            trouble("星河银行", START_MS + 20 * MINUTE),
            trouble("海川证券", START_MS + 50 * MINUTE),
        )
    )
    feeder.end(START_MS + minutes * MINUTE)
    return Position(client, partitions)


def test_nothing_is_lost_when_an_insert_fails(tmp_path: Path) -> None:
    """The flow ends with an error; started again when the store is mended, all rows are there."""
    with (
        serving("embedded", tmp_path, durable=False) as url,
        running(tmp_path / "server") as dsn,
    ):
        redis = connect(url)
        position = fed(redis, url)
        straight = Run(tmp_path / "straight", url, f"{dsn.rpartition('/')[0]}/straight")
        straight.prepare()
        straight.finish(straight.start())
        wanted = straight.tables()
        assert wanted["recommendations"]

        position.forget()
        run = Run(tmp_path / "run", url, f"{dsn.rpartition('/')[0]}/broken")
        run.prepare(per_second=20)
        (process,) = run.start()
        position.wait(0.3)
        admin = open_store(run.settings.store.dsn)
        admin.command("RENAME TABLE pipeline_health TO away")
        assert process.wait(timeout=PATIENCE_S) == 1
        assert position.fraction() < 1
        admin.command("RENAME TABLE away TO pipeline_health")
        admin.close()
        run.finish(run.start())
        assert_equal(run.tables(), wanted)
        redis.close()


def test_rows_outside_the_flow(tmp_path: Path) -> None:
    """``insert_rows`` writes at once, with the columns of the table."""
    with running(tmp_path / "server") as dsn:
        run = Run(tmp_path / "run", "", dsn)
        run.prepare()
        client = open_store(dsn)
        insert_rows(client, Rows("rule_versions", [("subjects", "abc", "[]", 0, 1)]))
        rows = client.query("SELECT kind, version_hash, body FROM rule_versions").result_rows
        assert rows == [("subjects", "abc", "[]")]
        client.close()

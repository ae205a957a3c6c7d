"""The tables are the same however the flow was stopped, killed, split or slowed down."""

import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from flows.demo_feed import Feeder
from flows.embedded_redis import connect, serving
from flows.settings import load_settings
from flows.stream_writer import READ
from flows.streams import write_meta
from operators.drill import Entry
from tests.support.clickhouse_http import running
from tests.support.flow_runs import (
    END_MS,
    Position,
    Run,
    Tables,
    assert_equal,
    demo_entries,
    publish_packs,
)

PARTITIONS = load_settings(None).redis.partitions
RATE = 5_000
"""Entries a second and partition: slow enough to be killed on the way."""


class Streams:
    """A Redis server that holds the demo's whole stream."""

    def __init__(self, url: str, client: "Redis", entries: list[Entry]) -> None:
        self.url = url
        self.client = client
        self.entries = entries
        self.position = Position(client, PARTITIONS)


def in_order(entries: list[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Return the actions, then the mentions."""
    actions = [entry for entry in entries if entry.stream == "actions"]
    return actions, [entry for entry in entries if entry.stream == "mentions"]


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """Make the demo's stream once."""
    return demo_entries()


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> Iterator[Streams]:
    """Fill the streams once; every run reads them with a store and a recovery of its own."""
    with serving("embedded", tmp_path_factory.mktemp("redis"), durable=False) as url:
        client = connect(url)
        write_meta(client, PARTITIONS, "stream")
        publish_packs(client, load_settings(None))
        feeder = Feeder(client)
        for part in in_order(entries):
            feeder.feed(part)
        feeder.end(END_MS)
        yield Streams(url, client, entries)
        client.close()


@pytest.fixture(scope="module")
def straight(streams: Streams, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Tables of a run that nothing disturbed."""
    run = Run(tmp_path_factory.mktemp("straight") / "run", streams.url)
    run.prepare(snapshot_s=5.0)
    run.finish(run.start())
    return run.tables()


def test_straight_run_holds_something(straight: Tables) -> None:
    """What the others are compared with is not empty in any table the demo fills."""
    empty = [table for table, rows in straight.items() if not rows]
    others = {"rule_versions", "rejected", "labels", "drills", "incident_links", "backfills"}
    assert set(empty) <= others


def test_killed_five_times(streams: Streams, straight: Tables, tmp_path: Path) -> None:
    """Killed at five places of the stream and resumed each time, the tables are the same."""
    run = Run(tmp_path / "run", streams.url)
    run.prepare(per_second=RATE)
    streams.position.forget()
    fractions = sorted(random.Random(5).uniform(0.05, 0.9) for _ in range(5))
    for fraction in fractions:
        (process,) = run.start()
        streams.position.wait(fraction)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert streams.position.fraction() < 1
    run.finish(run.start())
    assert_equal(run.tables(), straight)


def test_stopped_while_a_producer_writes(
    entries: list[Entry], straight: Tables, tmp_path: Path
) -> None:
    """Stopped cleanly and resumed while entries keep coming, the tables are the same."""
    with serving("embedded", tmp_path / "redis", durable=False) as url:
        client = connect(url)
        write_meta(client, PARTITIONS, "stream")
        publish_packs(client, load_settings(None))
        actions, mentions = in_order(entries)
        feeder = Feeder(client)
        # A stream clock takes the actions as they are when the flow starts.
        feeder.feed(actions)
        run = Run(tmp_path / "run", url)
        run.prepare()
        written = threading.Event()

        def produce() -> None:
            # Whole batches of the writer, so that its heartbeats lie where they lay before.
            step = 4_000
            for begin in range(0, len(mentions), step):
                feeder.feed(mentions[begin : begin + step])
                written.wait(0.15)
            feeder.end(END_MS)

        producer = threading.Thread(target=produce)
        producer.start()
        for _ in range(2):
            before = client.hgetall(READ)
            process = run.start(until_end=False)
            while client.hgetall(READ) == before and process[0].poll() is None:
                written.wait(0.05)
            written.wait(0.5)
            run.stop(process)
        producer.join()
        run.finish(run.start())
        client.close()
    assert_equal(run.tables(), straight)


def test_partitions_at_very_different_speeds(
    streams: Streams, straight: Tables, tmp_path: Path
) -> None:
    """A partition that is read twenty times slower than another changes nothing."""
    run = Run(tmp_path / "run", streams.url)
    run.prepare()
    run.finish(run.start(module="tests.support.uneven_worker"))
    assert_equal(run.tables(), straight)


def test_two_threads(streams: Streams, straight: Tables, tmp_path: Path) -> None:
    """Two worker threads share the work and leave the same tables."""
    run = Run(tmp_path / "run", streams.url)
    run.prepare(workers=2)
    run.finish(run.start())
    assert_equal(run.tables(), straight)


def test_two_processes_on_a_server(streams: Streams, straight: Tables, tmp_path: Path) -> None:
    """Two processes that write to a server over HTTP leave the same tables."""
    with running(tmp_path / "server") as dsn:
        run = Run(tmp_path / "run", streams.url, dsn, processes=2)
        run.prepare()
        run.finish(run.start())
        assert_equal(run.tables(), straight)

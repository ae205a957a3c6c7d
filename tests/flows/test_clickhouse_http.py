"""The test server is ClickHouse enough: tables, inserts and queries from several processes."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from flows.store import open_store
from tests.support import clickhouse_http
from tests.support.clickhouse_http import running

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one server for the module; each test takes a database of its own."""
    with running(tmp_path_factory.mktemp("server") / "data", "p@ss") as dsn:
        yield dsn.removesuffix("default")


@pytest.fixture
def dsn(server: str, tmp_path: Path) -> str:
    """Address of a database that does not exist yet."""
    return f"{server}{tmp_path.name}"


def test_rows_come_back_as_they_went_in(dsn: str) -> None:
    """Native inserts of all types the schema uses, compressed and in several blocks."""
    client = open_store(dsn, create=True)
    client.command(
        "CREATE TABLE t (id UInt32, s String, l LowCardinality(String), n Nullable(Float64),"
        " a Array(String), al Array(LowCardinality(String)), m Map(LowCardinality(String),"
        " Float64), d DateTime('UTC'), d3 DateTime64(3, 'UTC'), i Int8)"
        " ENGINE = ReplacingMergeTree ORDER BY id COMMENT 'it''s; a table'"
    )
    at = datetime(2026, 1, 1, tzinfo=UTC)
    many = 30_000
    rows = [
        (
            i,
            "星河\t\n\\" * (i % 3),
            "weibo",
            None if i % 2 else 0.5,
            ["a", ""][: i % 3],
            ["x"] * (i % 2),
            {"k": 1.5},
            at,
            at.replace(microsecond=7000),
            -1,
        )
        for i in range(many)
    ]
    summary = client.insert("t", rows, column_names="*")
    assert summary.written_rows == many
    assert client.query("SELECT * FROM t ORDER BY id").result_rows == rows
    client.close()


def test_commands_answer_as_a_server_does(dsn: str) -> None:
    """Counts are numbers, empty results are empty, changes have no body."""
    client = open_store(dsn, create=True)
    client.command("CREATE TABLE t (id UInt32) ENGINE = MergeTree ORDER BY id")
    client.command("INSERT INTO t VALUES (1), (2)")
    client.command("INSERT INTO t SELECT 3")
    client.raw_insert("t", ["id"], b"4\n5\n", fmt="TSV")
    assert client.command("SELECT count() FROM t") == 5
    assert client.command("SELECT id FROM t WHERE id > 9") == ""
    assert client.command("EXISTS TABLE u") == 0
    assert client.query("SELECT {x:String}", parameters={"x": "it's\n"}).result_rows == [
        ("it's\n",)
    ]
    client.close()


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("CREATE TABLE t (id UInt32) ENGINE = Memory", 57),
        ("INSERT INTO nowhere VALUES (1)", 60),
        ("SELECT nope", 47),
        ("SELEC 1", 62),
    ],
)
def test_errors_have_their_code(dsn: str, sql: str, code: int) -> None:
    """What is caught by code with a server is caught by code here."""
    client = open_store(dsn, create=True)
    client.command("CREATE TABLE t (id UInt32) ENGINE = Memory")
    with pytest.raises(DatabaseError) as caught:
        client.command(sql)
    assert caught.value.code == code
    client.close()


def test_a_bad_insert_leaves_nothing(dsn: str) -> None:
    """Data that cannot be parsed is an error, and the next insert works."""
    client = open_store(dsn, create=True)
    client.command("CREATE TABLE t (id UInt32) ENGINE = MergeTree ORDER BY id")
    with pytest.raises(DatabaseError, match="Cannot parse"):
        client.raw_insert("t", ["id"], b"1\nx\n", fmt="TSV")
    client.insert("t", [(7,)], column_names=["id"])
    assert client.query("SELECT id FROM t").result_rows == [(7,)]
    client.close()


def test_databases_are_apart(dsn: str) -> None:
    """A table of one database is not seen in another."""
    first, second = open_store(f"{dsn}_1", create=True), open_store(f"{dsn}_2", create=True)
    first.command("CREATE TABLE t (id UInt32) ENGINE = Memory")
    assert (first.command("EXISTS TABLE t"), second.command("EXISTS TABLE t")) == (1, 0)
    first.close()
    second.close()


def test_two_processes_write_at_once(dsn: str) -> None:
    """Every row of both is there, while a third process reads."""
    client = open_store(dsn, create=True)
    client.command("CREATE TABLE t (who UInt8, id UInt32) ENGINE = MergeTree ORDER BY (who, id)")
    code = f"""
import sys
from flows.store import open_store
client = open_store({dsn!r})
who = int(sys.argv[1])
for batch in range(10):
    rows = [(who, batch * 100 + i) for i in range(100)]
    client.insert("t", rows, column_names=["who", "id"])
"""
    command = [sys.executable, "-c", code]
    writers = [subprocess.Popen([*command, str(who)], cwd=ROOT) for who in (1, 2)]
    while any(writer.poll() is None for writer in writers):
        client.query("SELECT count() FROM t")
    assert [writer.wait() for writer in writers] == [0, 0]
    found = client.query("SELECT who, count(), uniqExact(id) FROM t GROUP BY who ORDER BY who")
    assert found.result_rows == [(1, 1000, 1000), (2, 1000, 1000)]
    client.close()


def test_it_ends_when_told_and_keeps_what_it_has(tmp_path: Path) -> None:
    """The command line of its docstring works, SIGTERM ends it, and the data stays."""
    ready = tmp_path / "ready.json"
    command = [sys.executable, clickhouse_http.__file__, "--path", f"{tmp_path}/data"]
    with running(tmp_path / "data") as dsn:
        client = open_store(dsn)
        client.command("CREATE TABLE t (id UInt32) ENGINE = MergeTree ORDER BY id")
        client.insert("t", [(1,)], column_names=["id"])
        client.close()
    process = subprocess.Popen([*command, "--port", "0", "--ready", str(ready)])
    while not ready.exists():
        assert process.poll() is None
    described = json.loads(ready.read_text())
    client = open_store(described["dsn"])
    assert client.query("SELECT id FROM t").result_rows == [(1,)]
    client.close()
    assert described["pid"] == process.pid
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0
    assert not (tmp_path / "data/status").exists()

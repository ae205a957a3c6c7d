"""Stores are opened and read alike, embedded or as a server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.store import open_store
from flows.store_reader import DESCRIPTOR, Result, connect_reading
from flows.store_server import StoreServer
from operators.errors import StoreError
from tests.support.clickhouse_http import running

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
TABLE = """
CREATE TABLE t
(
    id UInt32, minute DateTime('UTC'), at DateTime64(3, 'UTC'), text String, share Nullable(Float64)
)
ENGINE = MergeTree ORDER BY id
"""
ROW = (1, NEW_YEAR, NEW_YEAR.replace(microsecond=7000), "星河银行", None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one test server for the module; each test takes a database of its own."""
    with running(tmp_path_factory.mktemp("server") / "data", "geheim") as dsn:
        yield dsn.removesuffix("default")


@pytest.fixture(params=["chdb", "http"])
def dsn(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty place for a store of each kind."""
    if request.param == "chdb":
        return f"chdb://{tmp_path}/deep/store"
    return f"{request.getfixturevalue('server')}{tmp_path.name}"


def filled(dsn: str) -> "Client":
    """Make a store with one row in it."""
    client = open_store(dsn, create=True)
    client.command(TABLE)
    client.insert("t", [ROW], column_names="*")
    return client


def in_another_process(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run Python code that may import the project."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_store_is_made_only_when_asked(dsn: str, tmp_path: Path) -> None:
    """Opening what is not there says what makes it, and leaves nothing behind."""
    for attempt in (open_store, lambda dsn: connect_reading(dsn, tmp_path)):
        with pytest.raises(StoreError, match=r"no (such database|store there) yet; `tingfeng mig"):
            attempt(dsn)
    assert not (tmp_path / "deep").exists()
    filled(dsn).close()
    client = open_store(dsn)
    assert client.query("SELECT count() FROM t").result_rows == [(1,)]
    client.close()


def test_a_reader_reads_values_types_and_names(dsn: str, tmp_path: Path) -> None:
    """Instants are aware UTC; an empty answer still has its columns."""
    filled(dsn).close()
    with connect_reading(dsn, tmp_path) as reader:
        result = reader.query("SELECT * FROM t WHERE id = {id:UInt32} -- one;", {"id": 1})
        assert result.columns == ("id", "minute", "at", "text", "share")
        assert result.types[2:] == ("DateTime64(3, 'UTC')", "String", "Nullable(Float64)")
        assert result.rows == (ROW,)
        empty = reader.query("SELECT id, share FROM t WHERE id = 9;")
        assert empty == Result(("id", "share"), ("UInt32", "Nullable(Float64)"), ())


@pytest.mark.parametrize("value", ['it\'s\n\t\\ "x" {a}', "%s; DROP TABLE t -- ", "", "听风"])
def test_parameters_are_values_and_nothing_else(dsn: str, tmp_path: Path, value: str) -> None:
    """What is given for a parameter comes back as it was."""
    filled(dsn).close()
    with connect_reading(dsn, tmp_path) as reader:
        sql = "SELECT {v:String} AS v, {l:Array(String)} AS l"
        assert reader.query(sql, {"v": value, "l": [value]}).rows == ((value, [value]),)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("DROP TABLE t", "readonly mode"),
        ("INSERT INTO t (id) VALUES (2)", "readonly mode"),
        ("SET readonly = 0", "readonly mode"),
        ("SELECT 1; SELECT 2", r"one statement at a time \(got 2\)"),
        ("-- nothing", r"one statement at a time \(got 0\)"),
        ("SELECT 'open", "line 1: ' is never closed"),
        ("SELECT nope FROM t", r"^Unknown expression .*`nope`.*\(UNKNOWN_IDENTIFIER\)$"),
    ],
)
def test_a_reader_only_reads(dsn: str, tmp_path: Path, sql: str, message: str) -> None:
    """Whatever would write is refused, with ClickHouse's own words and nothing around them."""
    filled(dsn).close()
    with connect_reading(dsn, tmp_path) as reader:
        with pytest.raises(StoreError, match=message):
            reader.query(sql)
        assert reader.query("SELECT count() FROM t").rows == ((1,),)


def test_a_failed_query_leaves_nothing_to_the_next(dsn: str, tmp_path: Path) -> None:
    """Rows written before a failure do not turn up in a later answer."""
    filled(dsn).close()
    with connect_reading(dsn, tmp_path) as reader:
        with pytest.raises(StoreError, match="throwIf"):
            reader.query("SELECT number FROM numbers(3000000) WHERE NOT throwIf(number = 2999000)")
        assert reader.query("SELECT id FROM t WHERE id = 9").rows == ()
        assert reader.query("SELECT id FROM t").rows == ((1,),)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_instants_do_not_depend_on_the_zone_of_the_host(tmp_path: Path, zone: str) -> None:
    """A host in Shanghai writes and reads the same instants."""
    code = f"""
from datetime import UTC, datetime
from flows.store import open_store
client = open_store("chdb://{tmp_path}/store", create=True)
client.command("CREATE TABLE t (m DateTime('UTC'), a DateTime64(3, 'UTC')) ENGINE = Memory")
at = datetime(2026, 1, 1, tzinfo=UTC)
client.insert("t", [(at, at)], column_names="*")
client.insert("t", [(1767225600, 1767225600000)], column_names="*")
rows = client.query("SELECT m, a, toString(m), toString(toDateTime(0)) FROM t").result_rows
print(*(value for row in rows for value in row), sep="|")
"""
    done = in_another_process(code, TZ=zone)
    utc = "2026-01-01 00:00:00"
    row = f"{utc}+00:00|{utc}+00:00|{utc}|1970-01-01 00:00:00"
    assert done.stdout.strip() == f"{row}|{row}", done.stderr


def test_one_process_may_hold_a_path_several_times_and_another_none(tmp_path: Path) -> None:
    """The second process is told who holds the path; once closed, it may have it."""
    dsn = f"chdb://{tmp_path}/store"
    first, second = filled(dsn), open_store(dsn)
    code = f"from flows.store import open_store\nopen_store({dsn!r}).close()"
    refused = in_another_process(code)
    assert f"{tmp_path}/store: process {os.getpid()} holds it" in refused.stderr
    assert "CANNOT_OPEN_FILE" not in refused.stderr
    first.close()
    assert in_another_process(code).returncode != 0
    second.close()
    assert in_another_process(code).returncode == 0


def test_a_process_holds_one_path_at_a_time(tmp_path: Path) -> None:
    """A second path is refused while the first is open, and opened afterwards."""
    first = filled(f"chdb://{tmp_path}/first")
    with pytest.raises(StoreError, match="another chDB directory open"):
        open_store(f"chdb://{tmp_path}/second", create=True)
    first.close()
    filled(f"chdb://{tmp_path}/second").close()


def test_a_lock_file_left_by_a_dead_process_does_not_matter(tmp_path: Path) -> None:
    """Only a lock that is held counts."""
    dsn = f"chdb://{tmp_path}/store"
    filled(dsn).close()
    (tmp_path / "store/status").write_text("PID: 1\n")
    open_store(dsn).close()


def test_a_folder_that_is_no_store_is_told(tmp_path: Path) -> None:
    """What chDB cannot open is an error of the store."""
    (tmp_path / "store").mkdir()
    (tmp_path / "store/data").write_text("not a folder")
    with pytest.raises(StoreError, match=f"{tmp_path}/store: chDB cannot open it"):
        open_store(f"chdb://{tmp_path}/store")


def test_a_server_that_is_not_there_or_refuses_is_told_without_the_password(
    tmp_path: Path,
) -> None:
    """The address is named, the password is not."""
    with running(tmp_path / "server", "richtig") as dsn:
        wrong = dsn.replace("richtig", "falsch")
        with pytest.raises(StoreError, match="cannot be used as user default: Auth") as caught:
            open_store(wrong)
        assert "falsch" not in str(caught.value)
    with pytest.raises(StoreError, match=r"/default: cannot be reached: .* refused") as caught:
        open_store(dsn)
    assert "richtig" not in str(caught.value)


def test_reading_goes_through_the_process_that_holds_the_path(tmp_path: Path) -> None:
    """While it is held another process reads through its server, and afterwards directly."""
    dsn = f"chdb://{tmp_path}/store"
    client = filled(dsn)
    code = f"""
from pathlib import Path
from flows.store_reader import connect_reading
with connect_reading({dsn!r}, Path({str(tmp_path)!r})) as reader:
    print(reader.query("SELECT text, minute FROM t").rows)
"""
    expected = "(('星河银行', datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)),)"
    refused = in_another_process(code)
    assert "holds it" in refused.stderr
    server = StoreServer.start(client, tmp_path)
    through = in_another_process(code, http_proxy="http://127.0.0.1:1", TZ="Asia/Shanghai")
    assert through.stdout.strip() == expected, through.stderr
    server.stop()
    client.close()
    directly = in_another_process(code)
    assert directly.stdout.strip() == expected, directly.stderr


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"url": 1, "token": "x", "pid": 1, "path": "PATH"}',
        '{"url": "http://127.0.0.1:1", "token": "x", "pid": 1, "path": "PATH"}',
        '{"url": "http://127.0.0.1:1", "token": "x", "pid": 1, "path": "elsewhere"}',
    ],
)
def test_what_a_dead_process_left_is_ignored(tmp_path: Path, text: str) -> None:
    """A descriptor that is stale, broken or of another path leads to the path itself."""
    dsn = f"chdb://{tmp_path}/store"
    filled(dsn).close()
    (tmp_path / DESCRIPTOR).write_text(text.replace("PATH", f"{tmp_path}/store"))
    with connect_reading(dsn, tmp_path) as reader:
        assert reader.query("SELECT id FROM t").rows == ((1,),)


def test_a_holder_of_another_path_is_not_asked(tmp_path: Path) -> None:
    """The descriptor of a live server counts only for the path it holds."""
    client = filled(f"chdb://{tmp_path}/mine")
    server = StoreServer.start(client, tmp_path)
    described = json.loads((tmp_path / DESCRIPTOR).read_text())
    assert described["path"] == f"{tmp_path}/mine"
    with pytest.raises(StoreError, match="other: no store there yet"):
        connect_reading(f"chdb://{tmp_path}/other", tmp_path)
    server.stop()
    client.close()

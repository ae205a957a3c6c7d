"""While a process holds a chDB path, others read it over HTTP, and only read it."""

import base64
import contextlib
import http.client
import json
import os
import socket
import stat
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest

from flows.store import DESCRIPTOR, Reader, connect_reading, open_store
from flows.store_server import Limits, StoreServer
from operators.errors import StoreError

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

SECRET = "only-in-the-file"
ENDLESS = "SELECT count() FROM numbers(100000000000)"
LIMITS = Limits(seconds=1.0, result_bytes=1 << 20, memory_bytes=200 << 20)


class Held:
    """A chDB path with a table in it, held and served by this process."""

    def __init__(self, folder: Path, limits: Limits = LIMITS) -> None:
        self.folder = folder
        self.dsn = f"chdb://{folder}/store"
        self.client: Client = open_store(self.dsn, create=True)
        self.client.command(
            "CREATE TABLE t (id UInt32, text String) ENGINE = MergeTree ORDER BY id"
        )
        self.client.insert("t", [(1, "星河"), (2, "")], column_names="*")
        self.server = StoreServer.start(self.client, folder, limits)

    def ask(
        self,
        sql: str = "",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
        path: str = "/",
        server: StoreServer | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request as it is; answer status, headers and body."""
        asked = server or self.server
        port = urlsplit(asked.url).port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        sent = {"X-ClickHouse-Key": asked.token} if headers is None else headers
        address = f"{path}?{urlencode(query or {})}"
        try:
            connection.request(method, address, sql.encode() or None, dict(sent))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def close(self) -> None:
        """Stop serving and let go of the path."""
        self.server.stop()
        self.client.close()


def wait_for_endless(held: Held) -> None:
    """Return once somebody is asking the endless question."""
    running = "SELECT count() FROM system.processes WHERE startsWith(query, {sql:String})"
    while held.client.query(running, parameters={"sql": ENDLESS}).result_rows == [(0,)]:
        time.sleep(0.01)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """Hold one path for the module."""
    folder = tmp_path_factory.mktemp("held")
    (folder / "secret.csv").write_text(f"a\n{SECRET}\n")
    holder = Held(folder)
    yield holder
    holder.close()


@pytest.fixture
def reader(held: Held) -> Iterator[Reader]:
    """Read as another process would."""
    with connect_reading(held.dsn, held.folder) as opened:
        yield opened


WRITES = [
    "INSERT INTO t VALUES (3, 'x')",
    "INSERT INTO t SELECT 3, 'x'",
    "INSERT INTO FUNCTION file('TARGET', 'CSV', 'a Int8') VALUES (1)",
    "WITH a AS (SELECT 3 AS i, 'x' AS t) INSERT INTO t SELECT * FROM a",
    "ALTER TABLE t DELETE WHERE 1",
    "ALTER TABLE t ADD COLUMN z UInt8",
    "DELETE FROM t WHERE 1",
    "UPDATE t SET text = '' WHERE 1",
    "DROP TABLE t",
    "TRUNCATE TABLE t",
    "RENAME TABLE t TO u",
    "EXCHANGE TABLES t AND t",
    "DETACH TABLE t",
    "ATTACH TABLE t",
    "OPTIMIZE TABLE t FINAL",
    "CREATE TABLE u (a UInt8) ENGINE = Memory",
    "CREATE TEMPORARY TABLE u (a UInt8)",
    "CREATE VIEW u AS SELECT 1",
    "CREATE OR REPLACE TABLE t (a UInt8) ENGINE = Memory",
    "CREATE DATABASE u",
    "CREATE FUNCTION u AS x -> x",
    "CREATE USER u",
    "GRANT ALL ON *.* TO default",
    "BACKUP TABLE t TO File('TARGET')",
    "RESTORE TABLE t FROM File('TARGET')",
    "SYSTEM FLUSH LOGS",
    "SYSTEM STOP MERGES",
    "KILL QUERY WHERE 1",
    "SET readonly = 0",
    "SET max_threads = 8",
    "USE system",
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT 1 SETTINGS max_execution_time = 0",
    "SELECT 1 INTO OUTFILE 'TARGET'",
    "SELECT 1 INTO /* */ OUTFILE 'TARGET' TRUNCATE FORMAT CSV",
    "SHOW TABLES INTO OUTFILE 'TARGET'",
    "EXPLAIN SELECT 1 INTO OUTFILE 'TARGET'",
    "SELECT 1; DROP TABLE t",
    "SELECT 1; SELECT 2",
    "SELECT 1 PARALLEL WITH SELECT 2",
    "EXPLAIN INSERT INTO t VALUES (3, 'x')",
    "EXECUTE AS default SELECT 1",
    "CHECK TABLE t",
    "graph = 1 SELECT 1",
    "SELECT 1 FORMAT Null FORMAT Null",
    "",
    "   ;; ",
    "SELECT 1\0",
]

ESCAPES = [
    "SELECT * FROM file('FILE', 'CSV')",
    "SELECT * FROM `file`('FILE', 'CSV')",
    "SELECT * FROM \"fi\\x6ce\"('FILE', 'CSV')",
    "SELECT file('FILE')",
    "SELECT FILE('FILE')",
    "SELECT `file`('FILE')",
    "SELECT file /* ( */ ('FILE')",
    "SELECT 1 WHERE 'x' IN (SELECT file('FILE'))",
    "SELECT arrayMap(file, ['FILE'])",
    "SELECT arrayMap({f:Identifier}, ['FILE'])",
    "SELECT arrayMap(x -> file(x), ['FILE'])",
    "SELECT * APPLY(file) FROM (SELECT 'FILE' AS p)",
    "SELECT * APPLY file FROM (SELECT 'FILE' AS p)",
    "SELECT * APPLY(x -> file(x)) FROM (SELECT 'FILE' AS p)",
    "SELECT * APPLY(`fi\\x6ce`) FROM (SELECT 'FILE' AS p)",
    "SELECT * APPLY({f:Identifier}) FROM (SELECT 'FILE' AS p)",
    "WITH (x -> file(x)) AS f SELECT f('FILE')",
    "SELECT ‘'’, file('FILE'), ‘'’",
    "SELECT 1 ORDER BY 1 WITH FILL FROM length(file('FILE'))",
    "DESCRIBE file('FILE', 'CSV')",
    "DESCRIBE (SELECT file('FILE'))",
    "DESCRIBE url('http://127.0.0.1:PORT/x.csv')",
    "DESCRIBE s3('http://127.0.0.1:PORT/bucket/x.csv')",
    "DESCRIBE remote('127.0.0.1:PORT', system.one)",
    "DESCRIBE sqlite('FILE', 't')",
    "EXPLAIN SELECT file('FILE')",
    "EXPLAIN SYNTAX SELECT file('FILE')",
    "SHOW TABLES WHERE name = file('FILE')",
    "SHOW COLUMNS FROM t WHERE field = file('FILE')",
    "SELECT file('FILE') FORMAT CSV FORMAT RawBLOB",
    "SELECT file('FILE') FORMAT RawBLOB",
    "DESCRIBE (SELECT file('FILE')) FORMAT RawBLOB",
    "EXPLAIN SELECT file('FILE') FORMAT RawBLOB",
    "SELECT * FROM 'FILE'",
    'SELECT * FROM "FILE"',
    "SELECT * FROM `FILE`",
    "SELECT 1 IN `FILE`",
    "SELECT * FROM {t:Identifier}",
    "SELECT * FROM fileCluster('default', 'FILE', 'CSV')",
    "SELECT * FROM filesystem('FILE')",
    "SELECT * FROM sqlite('FILE', 't')",
    "SELECT * FROM executable('cat FILE', 'TSV', 'a String')",
    "SELECT * FROM python(os)",
    "SELECT * FROM eval('SELECT 1')",
    "SELECT * FROM viewExplain('EXPLAIN', '', (SELECT 1))",
    "SELECT * FROM loop(t)",
    "SELECT * FROM input('a String')",
    "SELECT * FROM dictionary('d')",
    "SELECT * FROM url('http://127.0.0.1:PORT/', 'LineAsString')",
    "SELECT 1 IN url('http://127.0.0.1:PORT/', 'LineAsString')",
    "SELECT * FROM 'http://127.0.0.1:PORT/x.csv'",
    "SELECT * FROM urlCluster('default', 'http://127.0.0.1:PORT/')",
    "SELECT * FROM s3('http://127.0.0.1:PORT/bucket/x', 'CSV', 'a String')",
    "SELECT * FROM gcs('http://127.0.0.1:PORT/bucket/x', 'CSV', 'a String')",
    "SELECT * FROM azureBlobStorage('http://127.0.0.1:PORT', 'c', 'b', 'n', 'k', 'CSV')",
    "SELECT * FROM hdfs('hdfs://127.0.0.1:PORT/x', 'CSV', 'a String')",
    "SELECT * FROM deltaLake('http://127.0.0.1:PORT/x/y')",
    "SELECT * FROM iceberg('http://127.0.0.1:PORT/x/y')",
    "SELECT * FROM remote('127.0.0.1:PORT', system.one)",
    "SELECT * FROM remoteSecure('127.0.0.1:PORT', system.one)",
    "SELECT * FROM cluster('default', system.one)",
    "SELECT * FROM clusterAllReplicas('default', system.one)",
    "SELECT * FROM mysql('127.0.0.1:PORT', 'd', 't', 'u', 'p')",
    "SELECT * FROM postgresql('127.0.0.1:PORT', 'd', 't', 'u', 'p')",
    "SELECT * FROM mongodb('127.0.0.1:PORT', 'd', 't', 'u', 'p', 'a String')",
    "SELECT * FROM redis('127.0.0.1:PORT', 'k', 'k String, v String')",
    "SELECT * FROM odbc('DSN=x', 'd', 't')",
    "SELECT * FROM jdbc('x', 'd', 't')",
    "SELECT hasColumnInTable('127.0.0.1:PORT', 'u', 'p', 'd', 't', 'c')",
    "SELECT aiGenerate('x', 'hello')",
    "SELECT AIEmbed('x', 'hello')",
]


@pytest.mark.parametrize("sql", WRITES)
def test_nothing_is_written_and_nothing_is_set(held: Held, sql: str) -> None:
    """Every kind of change is refused and leaves the table, the settings and the disk alone."""
    out = held.folder / "out.csv"
    status, headers, body = held.ask(sql.replace("TARGET", str(out)))
    assert status == 400
    assert headers["X-ClickHouse-Exception-Code"] in ("62", "164")
    assert body.startswith(b"Code: ")
    assert not out.exists()
    assert held.client.query("SELECT id, text FROM t").result_rows == [(1, "星河"), (2, "")]
    assert held.ask("SELECT currentDatabase(), getSetting('readonly')")[2] == b"default\t1\n"


@pytest.mark.parametrize("sql", ESCAPES)
def test_nothing_outside_of_the_store_is_reached(held: Held, sql: str) -> None:
    """No file is read, no program run and no connection made, however it is written."""
    knocks: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0)
        port = trap.getsockname()[1]
        status, _, body = held.ask(
            sql.replace("FILE'", f"{held.folder}/secret.csv'")
            .replace('FILE"', f'{held.folder}/secret.csv"')
            .replace("FILE`", f"{held.folder}/secret.csv`")
            .replace("PORT", str(port)),
            query={"param_f": "file", "param_t": f"{held.folder}/secret.csv"},
        )
        with contextlib.suppress(BlockingIOError):
            knocks.append(trap.accept())
    assert status == 400
    assert SECRET.encode() not in body
    assert not knocks


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT count() FROM t", "2\n"),
        ("SELECT text AS file FROM t WHERE id = 1 -- file('x')", "星河\n"),
        ("SELECT 'file(x);', \"id\" FROM t WHERE id = 1;", "file(x);\t1\n"),
        ("WITH a AS (SELECT 1 AS x) SELECT x FROM a UNION ALL SELECT 1", "1\n1\n"),
        ("SELECT * APPLY(max) FROM (SELECT id FROM t)", "2\n"),
        ("SELECT sum(number) FROM numbers(4)", "6\n"),
        ("SELECT * FROM values('a UInt8', 7)", "7\n"),
        ("SELECT * FROM merge('default', '^t$') WHERE id = 1", "1\t星河\n"),
        ("SELECT format('{}-{}', 'a', 'b'), '，“；”'", "a-b\t，“；”\n"),
        ("SHOW TABLES", "t\n"),
        ("EXISTS TABLE t", "1\n"),
        ("DESCRIBE TABLE t FORMAT JSONCompactEachRow", '["id", "UInt32", "", "", "", "", ""]\n'),
        ("EXPLAIN SYNTAX SELECT 1", "SELECT 1"),
        ("(SELECT 1)", "1\n"),
    ],
)
def test_reading_of_all_kinds_is_answered(held: Held, sql: str, expected: str) -> None:
    """What analysts write is not refused for looking dangerous."""
    status, _, body = held.ask(sql)
    assert (status, body.decode()[: len(expected)]) == (200, expected)


def test_a_semicolon_among_doubtful_quotes_is_explained(held: Held) -> None:
    """Where two lexers might disagree nothing is guessed."""
    status, _, body = held.ask("SELECT '“;”'")
    assert status == 400
    assert b"char(59)" in body


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-ClickHouse-Key": "wrong"},
        {"X-ClickHouse-Key": ""},
        {"Authorization": "Basic " + base64.b64encode(b"default:wrong").decode()},
        {"Authorization": "Basic %%%"},
        {"Authorization": "Bearer TOKEN"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/ping"])
def test_without_the_token_there_is_no_answer(
    held: Held, headers: dict[str, str], path: str
) -> None:
    """Every request needs it, and the refusal does not tell it."""
    given = {name: value.replace("TOKEN", held.server.token) for name, value in headers.items()}
    for query in ({}, {"password": "wrong"}, {"password": "é"}):
        status, answered, body = held.ask("SELECT 1", headers=given, query=query, path=path)
        assert (status, answered["X-ClickHouse-Exception-Code"]) == (403, "516")
        assert held.server.token.encode() not in body


def test_the_token_is_taken_in_every_usual_place(held: Held) -> None:
    """Header, basic password and parameter are equal."""
    basic = base64.b64encode(f"any:{held.server.token}".encode()).decode()
    assert held.ask("SELECT 1")[0] == 200
    assert held.ask("SELECT 1", headers={"Authorization": f"Basic {basic}"})[0] == 200
    assert held.ask("SELECT 1", headers={}, query={"password": held.server.token})[0] == 200
    assert held.ask(method="GET", path="/ping")[::2] == (200, b"Ok.\n")


def test_it_listens_on_loopback_only(held: Held) -> None:
    """The address and the socket are those of this machine alone."""
    assert urlsplit(held.server.url).hostname == "127.0.0.1"


def test_statement_format_and_parameters_come_in_every_usual_place(held: Held) -> None:
    """Address and body are joined; FORMAT in the statement wins over the default."""
    assert held.ask(method="GET", query={"query": "SELECT 1"})[2] == b"1\n"
    assert held.ask("WHERE id = 1", query={"query": "SELECT id FROM t"})[2] == b"1\n"
    asked = {"param_s": "it's\\n\\\\", "database": "default", "unknown_setting": "1"}
    status, headers, body = held.ask(
        "SELECT {s:String} AS s", query={**asked, "default_format": "JSONEachRow"}
    )
    assert (status, json.loads(body)) == (200, {"s": "it's\n\\"})
    assert headers["X-ClickHouse-Format"] == "JSONEachRow"
    status, headers, body = held.ask("SELECT 1 FORMAT CSV", query={"default_format": "Native"})
    assert (headers["X-ClickHouse-Format"], body) == ("CSV", b"1\n")
    assert held.ask("SELECT 1", query={"default_format": "DataFrame"})[0] == 400


def test_broken_requests_are_answered(held: Held) -> None:
    """Bytes that are no text, sizes that are none and bodies too large get an error each."""
    assert held.ask(method="GET", query={"query": "SELECT 1"}, path="/any")[0] == 200
    key = {"X-ClickHouse-Key": held.server.token}
    assert held.ask(headers={**key, "Content-Length": "x"})[0] == 400
    assert held.ask(headers={**key, "Content-Length": "-1"})[0] == 400
    assert held.ask(headers={**key, "Content-Length": str(1 << 40)})[0] == 413
    assert held.ask("SELECT 1", headers={**key, "Content-Encoding": "br"})[0] == 400
    port = urlsplit(held.server.url).port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/", b"SELECT '\xff'", key)
    answer = connection.getresponse()
    assert (answer.status, b"UTF-8" in answer.read()) == (400, True)
    connection.request("POST", "/", iter([b"SELECT ", b"42"]), key, encode_chunked=True)
    assert connection.getresponse().read() == b"42\n"
    connection.close()


def test_clickhouse_go_is_greeted(held: Held) -> None:
    """Its first question is answered in the form of its revision, telling it to use revision 0."""
    query = {"default_format": "Native", "client_protocol_version": "54460"}
    sql = "SELECT displayName(), version(), revision(), timezone()"
    body = held.ask(sql, query=query)[2]
    assert body.startswith(
        b"\x01\x00\x02\xff\xff\xff\xff\x00\x04\x01\x0ddisplayName()\x06String\x00"
    )
    assert b"\x0arevision()\x06UInt32\x00" + struct.pack("<I", 0) in body
    assert body.endswith(b"\x0atimezone()\x06String\x00\x03UTC")
    assert held.ask("SELECT 1", query=query)[2] == b"\x01\x01\x011\x05UInt8\x01"


def test_one_reader_cannot_cost_too_much(held: Held, reader: Reader) -> None:
    """Time, memory and size are bounded, and the next question is answered."""
    for sql, reason in (
        (ENDLESS, "TIMEOUT_EXCEEDED"),
        ("SELECT sleep(3)", "TIMEOUT_EXCEEDED"),
        ("SELECT number FROM numbers(10000000)", "TOO_MANY_ROWS_OR_BYTES"),
        ("SELECT length(groupArray(number)) FROM numbers(1000000000)", "MEMORY_LIMIT_EXCEEDED"),
    ):
        with pytest.raises(StoreError, match=reason):
            reader.query(sql)
        assert reader.query("SELECT id FROM t WHERE id > 9").rows == ()
    assert held.ask("SELECT 1")[2] == b"1\n"


def test_readers_beyond_the_limit_are_told_to_come_again(held: Held, tmp_path: Path) -> None:
    """With all connections busy longer than a question may take, the answer is 503."""
    one = StoreServer.start(held.client, tmp_path, Limits(seconds=0.1, connections=1))
    with one._readers.lease():
        status, headers, body = held.ask("SELECT 1", server=one)
        assert (status, headers["X-ClickHouse-Exception-Code"]) == (503, "202")
        assert b"too many readers" in body
    assert held.ask("SELECT 1", server=one)[2] == b"1\n"
    one.stop()


def test_a_stop_does_not_wait_for_long_questions(held: Held, tmp_path: Path) -> None:
    """What a reader is asking is cancelled, the descriptor goes, and later questions fail."""
    server = StoreServer.start(held.client, tmp_path, Limits(seconds=60.0))
    answers: list[tuple[int, dict[str, str], bytes]] = []
    asked = threading.Thread(target=lambda: answers.append(held.ask(ENDLESS, server=server)))
    asked.start()
    wait_for_endless(held)
    server.stop()
    asked.join()
    assert answers[0][0] == 400
    assert b"QUERY_WAS_CANCELLED" in answers[0][2]
    assert not (tmp_path / DESCRIPTOR).exists()
    with pytest.raises(ConnectionRefusedError):
        held.ask("SELECT 1", server=server)
    server.stop()


def test_a_descriptor_of_someone_else_is_left_alone(held: Held, tmp_path: Path) -> None:
    """A server removes only what it wrote."""
    server = StoreServer.start(held.client, tmp_path)
    other = json.dumps({"url": "http://127.0.0.1:1", "token": "x", "pid": 1, "path": "/"})
    (tmp_path / DESCRIPTOR).write_text(other)
    server.stop()
    assert (tmp_path / DESCRIPTOR).read_text() == other


def test_a_server_is_not_served(held: Held, tmp_path: Path) -> None:
    """A client of a ClickHouse server has nothing to offer to others."""
    url = urlsplit(held.server.url)
    client = open_store(f"http://default:{held.server.token}@{url.netloc}")
    with pytest.raises(StoreError, match="only a chDB directory"):
        StoreServer.start(client, tmp_path)
    client.close()


def test_the_writer_goes_on_while_readers_read(held: Held, tmp_path: Path) -> None:
    """Inserts are done and seen while long questions take all connections of readers."""
    slow = StoreServer.start(held.client, tmp_path, Limits(seconds=60.0, connections=1))
    asked = threading.Thread(target=held.ask, args=(ENDLESS,), kwargs={"server": slow})
    asked.start()
    wait_for_endless(held)
    held.client.command("CREATE TABLE w (id UInt32) ENGINE = MergeTree ORDER BY id")
    for number in range(3):
        held.client.insert("w", [(number,)], column_names=["id"])
    assert held.ask("SELECT count() FROM w")[2] == b"3\n"
    assert asked.is_alive()
    slow.stop()
    asked.join()
    held.client.command("DROP TABLE w SYNC")


def test_the_descriptor_is_private_and_goes_away(held: Held) -> None:
    """Only the owner reads the token, and the store itself does not hold it."""
    file = held.folder / DESCRIPTOR
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    described = json.loads(file.read_text())
    assert described == {
        "url": held.server.url,
        "token": held.server.token,
        "pid": os.getpid(),
        "path": f"{held.folder}/store",
    }
    assert len(held.server.token) >= 32
    assert held.server.token.encode() not in held.ask("SELECT * FROM system.processes")[2]
    assert not list(held.folder.glob(f".{DESCRIPTOR}.*"))

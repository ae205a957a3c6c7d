"""Whoever reads the store of another process can neither change it nor reach anything else."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from tests.support.held_store import Held

SECRET = "only-in-the-file"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """Hold one path for the module."""
    folder = tmp_path_factory.mktemp("held")
    (folder / "secret.csv").write_text(f"a\n{SECRET}\n")
    holder = Held(folder)
    yield holder
    holder.close()


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

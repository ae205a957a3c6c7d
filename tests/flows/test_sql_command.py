"""``tingfeng sql`` shows answers so that nothing is mistaken."""

import json
from collections.abc import Iterator

import pytest

from flows.sql_command import run
from flows.store import open_store
from flows.store_reader import Reader, connect_reading
from operators.errors import StoreError

SQL = """
SELECT 1 AS id, '星河' AS name, '' AS empty, NULL AS missing, 'NULL' AS word,
       toDateTime('2026-01-01 00:00:00', 'UTC') AS at,
       toDateTime64('2026-01-01 00:00:00.250', 3, 'UTC') AS exact
"""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Read an empty store."""
    folder = tmp_path_factory.mktemp("sql")
    dsn = f"chdb://{folder}/store"
    open_store(dsn, create=True).close()
    with connect_reading(dsn, folder) as opened:
        yield opened


def shown(reader: Reader, sql: str, fmt: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the command prints."""
    run(reader, sql, fmt)
    return capsys.readouterr().out


def test_a_table_tells_null_from_empty_and_the_zone(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    """Times are Shanghai's and say so, NULL is not the text NULL, an empty text is empty."""
    lines = shown(reader, SQL, "table", capsys).splitlines()
    assert lines[0] == (
        "id  name  empty  missing  word    at (Asia/Shanghai)   exact (Asia/Shanghai)"
    )
    assert lines[2] == (
        " 1  星河         NULL     'NULL'  2026-01-01 08:00:00  2026-01-01 08:00:00.250"
    )
    assert lines[3:] == ["共 1 行，时间为 Asia/Shanghai"]


def test_csv_tells_null_from_empty_and_the_zone(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    r"""NULL is \N, text is quoted, the zone stands in the head."""
    assert shown(reader, SQL, "csv", capsys).splitlines() == [
        '"id","name","empty","missing","word","at (Asia/Shanghai)","exact (Asia/Shanghai)"',
        r'1,"星河","",\N,"NULL","2026-01-01 08:00:00","2026-01-01 08:00:00.250"',
    ]


def test_json_is_an_array_of_objects(reader: Reader, capsys: pytest.CaptureFixture[str]) -> None:
    """Times carry their offset, NULL is null."""
    assert json.loads(shown(reader, SQL, "json", capsys)) == [
        {
            "id": 1,
            "name": "星河",
            "empty": "",
            "missing": None,
            "word": "NULL",
            "at": "2026-01-01T08:00:00+08:00",
            "exact": "2026-01-01T08:00:00.250000+08:00",
        }
    ]


@pytest.mark.parametrize(
    ("expression", "table", "csv", "value"),
    [
        ("['a', '星']", '["a","星"]', '"[""a"",""星""]"', ["a", "星"]),
        ("map('k', 1.5)", '{"k":1.5}', '"{""k"":1.5}"', {"k": 1.5}),
        (
            "[toDateTime(0, 'UTC')]",
            '["1970-01-01 08:00:00"]',
            '"[""1970-01-01 08:00:00""]"',
            ["1970-01-01T08:00:00+08:00"],
        ),
        ("toDate('2026-01-02')", "2026-01-02", '"2026-01-02"', "2026-01-02"),
        ("toDecimal64(1.5, 2)", "1.50", "1.50", "1.50"),
        ("18446744073709551615", "18446744073709551615", "18446744073709551615", 2**64 - 1),
        (
            "toInt128('-9223372036854775809')",
            "-9223372036854775809",
            "-9223372036854775809",
            "-9223372036854775809",
        ),
        ("true", "true", "true", True),
        ("toFixedString('ab', 4)", "ab", '"ab"', "ab"),
        ("'a\"b\\n\\x1b'", 'a"b\\n\\x1b', '"a""b\n\x1b"', 'a"b\n\x1b'),
        ("repeat('长', 40)", "长" * 29 + "…", '"' + "长" * 40 + '"', "长" * 40),
    ],
)
def test_values_of_all_types_are_shown(
    reader: Reader,
    capsys: pytest.CaptureFixture[str],
    expression: str,
    table: str,
    csv: str,
    value: object,
) -> None:
    """Only the table cuts, only the table writes control signs out."""
    sql = f"SELECT {expression} AS v"
    assert shown(reader, sql, "table", capsys).split("\n")[2].strip() == table
    assert shown(reader, sql, "csv", capsys).split("\n", 1)[1] == f"{csv}\n"
    assert json.loads(shown(reader, sql, "json", capsys)) == [{"v": value}]


def test_no_rows_are_shown_as_such(reader: Reader, capsys: pytest.CaptureFixture[str]) -> None:
    """Heads are there without rows."""
    sql = "SELECT 1 AS a, now() AS b WHERE 0"
    assert shown(reader, sql, "table", capsys).splitlines()[::2] == [
        "a  b (Asia/Shanghai)",
        "共 0 行，时间为 Asia/Shanghai",
    ]
    assert shown(reader, sql, "csv", capsys) == '"a","b (Asia/Shanghai)"\n'
    assert json.loads(shown(reader, sql, "json", capsys)) == []


def test_equal_names_do_not_hide_each_other(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    """A JSON object keeps both columns."""
    sql = "SELECT a.x, b.x FROM (SELECT 1 AS x) AS a CROSS JOIN (SELECT 2 AS x) AS b"
    assert list(json.loads(shown(reader, sql, "json", capsys))[0].values()) == [1, 2]


def test_another_zone_can_be_asked_for(reader: Reader, capsys: pytest.CaptureFixture[str]) -> None:
    """The settings' zone is used and named."""
    run(reader, "SELECT toDateTime(0, 'UTC') AS at", "csv", "UTC")
    assert capsys.readouterr().out == '"at (UTC)"\n"1970-01-01 00:00:00"\n'


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT nope", r"^Unknown expression"),
        ("CREATE TABLE t (id UInt8) ENGINE = Memory", r"readonly mode"),
        (
            "SELECT 1 FORMAT JSON;",
            r"^leave FORMAT out .*--format takes table, csv, tsv, json, parquet$",
        ),
    ],
)
def test_an_error_is_one_message(
    reader: Reader, capsys: pytest.CaptureFixture[str], sql: str, message: str
) -> None:
    """Nothing is printed, and ClickHouse's words come without codes around them."""
    with pytest.raises(StoreError, match=message):
        run(reader, sql, "table")
    assert capsys.readouterr().out == ""


def test_a_narrow_terminal_gets_a_narrow_table(
    reader: Reader, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table fits the terminal, and says the zone even when heads are cut."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    lines = shown(reader, SQL, "table", capsys).splitlines()
    assert max(map(len, lines)) <= 60
    assert "Asia/Shanghai" in lines[-1]

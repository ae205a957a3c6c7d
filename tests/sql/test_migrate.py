"""Stores are brought to the schema of the release, whatever state they were left in."""

import shutil
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.store import open_store
from operators.errors import StoreError
from sql import migrate as migrate_module
from sql.files import Migration, read_migrations, read_views, shipped
from sql.migrate import Applied, applied, migrate, pending
from sql.retention import TIME_COLUMN, apply_retention
from tests.support.clickhouse_http import running

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one test server for the module; each test takes a database of its own."""
    with running(tmp_path_factory.mktemp("server") / "data") as dsn:
        yield dsn.removesuffix("default")


@pytest.fixture(params=["chdb", "http"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator["Client"]:
    """Open an empty store of each kind."""
    if request.param == "chdb":
        dsn = f"chdb://{tmp_path}/store"
    else:
        dsn = f"{request.getfixturevalue('server')}{tmp_path.name}"
    opened = open_store(dsn, create=True)
    yield opened
    opened.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Make a schema of two small migrations and a view."""
    folder = tmp_path / "schema"
    (folder / "migrations").mkdir(parents=True)
    (folder / "views").mkdir()
    (folder / "migrations/0001_first.sql").write_text(
        "CREATE TABLE a (x UInt8) ENGINE = MergeTree ORDER BY x;\n"
        "INSERT INTO a VALUES (1);\n"
        "CREATE TABLE b (x UInt8) ENGINE = MergeTree ORDER BY x;\n"
    )
    (folder / "migrations/0002_second.sql").write_text("ALTER TABLE a ADD COLUMN y UInt8;\n")
    (folder / "views/v_a.sql").write_text("CREATE OR REPLACE VIEW v_a AS SELECT * FROM a")
    return folder


def tables(client: "Client") -> set[str]:
    """Names of the tables and views of a store."""
    found = client.query("SELECT name FROM system.tables WHERE database = currentDatabase()")
    return {row[0] for row in found.result_rows}


def test_the_shipped_schema_is_applied_once(client: "Client") -> None:
    """Migrating makes every table and view; doing it again changes nothing."""
    names = [migration.name for migration in read_migrations(shipped())]
    assert [migration.name for migration in pending(client)] == names
    report = migrate(client, {"mentions": 90})
    assert list(report.migrations) == names
    assert {*report.views, *TIME_COLUMN, "schema_migrations"} <= tables(client)
    assert report.retention == (("mentions", 90),)
    assert pending(client) == ()
    again = migrate(client, {"mentions": 90})
    assert (again.migrations, again.views, again.retention) == ((), report.views, ())
    for view in report.views:
        assert client.query(f"SELECT * FROM {view}").result_rows == []


def test_asking_what_is_pending_changes_nothing(client: "Client") -> None:
    """Looking at an empty store leaves it empty."""
    assert applied(client) == ()
    assert pending(client)
    assert tables(client) == set()


def test_an_edited_migration_is_refused(client: "Client", source: Path) -> None:
    """Hashes and the way out are named, and nothing is applied."""
    migrate(client, {}, source)
    recorded = applied(client)[0].sha256
    file = source / "migrations/0001_first.sql"
    file.write_text(file.read_text().replace("TABLE b", "TABLE c"))
    actual = read_migrations(source)[0].sha256
    for attempt in (pending, lambda *given: migrate(given[0], {}, given[1])):
        with pytest.raises(StoreError) as caught:
            attempt(client, source)
        assert str(caught.value) == (
            "0001_first.sql: changed after it had been applied"
            f" (recorded sha256 {recorded}, file has {actual});"
            " restore the file and put the change into a new migration 0003_….sql"
        )
    assert "c" not in tables(client)


def test_line_ends_do_not_change_a_hash(source: Path) -> None:
    """A checkout with CRLF is the same migration."""
    before = read_migrations(source)
    file = source / "migrations/0001_first.sql"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_migrations(source)[0].sha256 == before[0].sha256


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("0004_gap.sql", "0004_gap.sql: migration 0003 is missing before it"),
        ("0002_twice.sql", r"0002_twice.sql: number 0002 is used twice \(try 0003\)"),
        ("3_short.sql", "3_short.sql: not a migration's name"),
        ("0003_Upper.sql", "0003_Upper.sql: not a migration's name"),
    ],
)
def test_numbers_have_no_gap_and_no_double(source: Path, name: str, message: str) -> None:
    """The order of migrations is never a matter of luck."""
    (source / "migrations" / name).write_text("SELECT 1")
    with pytest.raises(StoreError, match=message):
        read_migrations(source)


@pytest.mark.parametrize(("text", "message"), [("-- no", "no statement"), ("SELECT 'a", "line 1")])
def test_a_migration_that_cannot_be_read_is_refused(source: Path, text: str, message: str) -> None:
    """An empty file or an open quote is told before anything is applied."""
    (source / "migrations/0003_bad.sql").write_text(text)
    with pytest.raises(StoreError, match=f"0003_bad.sql: {message}"):
        read_migrations(source)


def test_a_store_of_a_newer_release_is_refused(client: "Client", source: Path) -> None:
    """An old installation does not touch a store it does not understand."""
    migrate(client, {}, source)
    (source / "migrations/0002_second.sql").unlink()
    with pytest.raises(StoreError, match=r"0002_second\.sql; it was made by a newer release"):
        migrate(client, {}, source)


@pytest.mark.parametrize(
    ("at", "recorded"), [(0, True), (1, True), (1, False), (2, True), (3, True), (3, False)]
)
def test_a_crash_in_the_middle_is_resumed(
    client: "Client", source: Path, monkeypatch: pytest.MonkeyPatch, at: int, recorded: bool
) -> None:
    """Whether or not the last statement was still recorded, the rest is done once."""
    record = migrate_module._record

    def crash(client: "Client", migration: Migration, done: int) -> None:
        if done == at and not recorded:
            raise KeyboardInterrupt
        record(client, migration, done)
        if done == at:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(migrate_module, "_record", crash)
        with pytest.raises(KeyboardInterrupt):
            migrate(client, {}, source)
    assert applied(client)[0].done == (at if recorded else at - 1)
    left = [migration.name for migration in pending(client, source)]
    assert left == ["0001_first.sql", "0002_second.sql"][at == 3 and recorded :]
    assert list(migrate(client, {}, source).migrations) == left
    assert [record.done for record in applied(client)] == [3, 1]
    assert client.query("SELECT x, y FROM v_a").result_rows == [(1, 0)]
    assert client.query("SELECT * FROM b").result_rows == []


def test_a_table_of_someone_else_is_not_taken_over(client: "Client", source: Path) -> None:
    """A table that exists without a record is an error that says what may be wrong."""
    client.command("CREATE TABLE a (z String) ENGINE = Memory")
    with pytest.raises(StoreError, match=r"0001_first\.sql: statement 1 of 3 .* another program"):
        migrate(client, {}, source)


def test_a_refused_statement_is_named_and_can_be_corrected(client: "Client", source: Path) -> None:
    """A file of which nothing went through may be corrected; then all is applied."""
    file = source / "migrations/0003_wrong.sql"
    file.write_text("ALTER TABLE nowhere ADD COLUMN y UInt8")
    with pytest.raises(StoreError, match=r"0003_wrong\.sql: statement 1 of 1 failed: .*nowhere"):
        migrate(client, {}, source)
    file.write_text("ALTER TABLE b ADD COLUMN y UInt8")
    assert migrate(client, {}, source).migrations == ("0003_wrong.sql",)
    assert [record.done for record in applied(client)] == [3, 1, 1]
    assert applied(client)[2] == Applied(
        3, "0003_wrong.sql", read_migrations(source)[2].sha256, 1, 1
    )


def test_views_follow_the_tables_they_read(client: "Client", source: Path) -> None:
    """After a migration a view has the new columns, and old views are replaced."""
    migrate(client, {}, source)
    (source / "migrations/0003_more.sql").write_text("ALTER TABLE a ADD COLUMN z UInt8")
    migrate(client, {}, source)
    assert client.query("SELECT * FROM v_a").column_names == ("x", "y", "z")


def test_views_come_after_the_views_they_read(source: Path) -> None:
    """The order is that of reading, not of names; a circle is refused."""
    (source / "views/v_0.sql").write_text("CREATE OR REPLACE VIEW v_0 AS SELECT * FROM v_b")
    (source / "views/v_b.sql").write_text(
        "-- not v_0\nCREATE OR REPLACE VIEW v_b AS SELECT 'v_0' FROM v_a"
    )
    assert [view.name for view in read_views(source)] == ["v_a", "v_b", "v_0"]
    (source / "views/v_a.sql").write_text("CREATE OR REPLACE VIEW v_a AS SELECT * FROM v_0")
    with pytest.raises(StoreError, match="in a circle"):
        read_views(source)


@pytest.mark.parametrize(
    "text",
    [
        "CREATE OR REPLACE VIEW v_b AS SELECT 1",
        "CREATE VIEW v_a AS SELECT 1",
        "CREATE OR REPLACE VIEW v_a AS SELECT 1; DROP TABLE a",
    ],
)
def test_a_view_file_holds_its_own_view_and_nothing_else(source: Path, text: str) -> None:
    """Nothing else can be smuggled into what runs at every start."""
    (source / "views/v_a.sql").write_text(text)
    with pytest.raises(StoreError, match=r"v_a\.sql: must be one statement"):
        read_views(source)


def test_an_incomplete_installation_is_told(source: Path) -> None:
    """Without its folder there is no schema."""
    shutil.rmtree(source / "views")
    with pytest.raises(StoreError, match="is the installation complete"):
        read_views(source)


def test_retention_follows_the_settings_and_only_the_settings(client: "Client") -> None:
    """TTL is set, changed and removed as told; what is right already is left alone."""
    engine = "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = "
    migrate(client, {"mentions": 90, "metrics_minute": 30})
    shown = client.command(f"{engine}'mentions'")
    assert "TTL toDateTime(arrived_at) + toIntervalDay(90)" in str(shown)
    shown = client.command(f"{engine}'metrics_minute'")
    assert "TTL toDateTime(window_start) + toIntervalDay(30)" in str(shown)
    assert apply_retention(client, {"mentions": 7, "metrics_minute": 30}) == (("mentions", 7),)
    assert apply_retention(client, {"mentions": 0}) == (("mentions", 0), ("metrics_minute", 0))
    assert "TTL" not in str(client.command(f"{engine}'mentions'"))
    assert apply_retention(client, {}) == ()


def test_every_retention_counts_from_a_column_of_its_table(client: "Client") -> None:
    """Each table with a retention has the column, and the engine takes it."""
    migrate(client, dict.fromkeys(TIME_COLUMN, 3650))
    assert len(apply_retention(client, {})) == len(TIME_COLUMN)


def test_a_wrong_retention_is_told_before_anything_is_applied(client: "Client") -> None:
    """Unknown tables and negative days are told together."""
    with pytest.raises(StoreError) as caught:
        migrate(client, {"mentoins": 3, "signals": -1})
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == [
        "retention.mentoins",
        "retention.signals",
    ]
    assert tables(client) == set()


def test_shipped_is_a_folder_of_the_package() -> None:
    """The schema is found wherever the package is installed."""
    folder: Traversable = shipped()
    assert (folder / "migrations").is_dir()
    assert [view.name for view in read_views(folder)]

"""Bring a ClickHouse or chDB store to the schema of this release.

Three steps, each safe to repeat: migrations that are not applied yet, all views, the retention.
``schema_migrations`` records the hash of every applied file and how many of its statements are
done, so a crash in the middle is resumed and a file edited afterwards is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Final

from operators.errors import StoreError
from sql.files import Migration, read_migrations, read_views, shipped
from sql.retention import apply_retention, check_retention

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client
    from clickhouse_connect.driver.exceptions import Error

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS schema_migrations
(
    number     UInt32 COMMENT 'number of the migration',
    name       String COMMENT 'name of its file',
    sha256     String COMMENT 'hash of its text',
    statements UInt32 COMMENT 'statements in it',
    done       UInt32 COMMENT 'statements carried out so far',
    at_wall    DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the last one was'
)
ENGINE = ReplacingMergeTree(done)
ORDER BY (number, sha256)
COMMENT 'Migrations applied to this store'
"""

# What ClickHouse answers when a statement had its effect already (src/Common/ErrorCodes.cpp):
# 57 table, 82 database, 15 column and 44 index exist; 60 table, 10 and 16 column are gone.
_DONE_BEFORE: Final = (
    (re.compile(r"CREATE\s", re.IGNORECASE), {57, 82}),
    (re.compile(r"ALTER\s+TABLE\s+\S+\s+ADD\s", re.IGNORECASE), {15, 44}),
    (re.compile(r"ALTER\s+TABLE\s+\S+\s+(DROP|RENAME)\s", re.IGNORECASE), {10, 16}),
    (re.compile(r"(DROP|RENAME)\s", re.IGNORECASE), {60}),
)


@dataclass(frozen=True, slots=True)
class Applied:
    """What the store has recorded about a migration; complete when ``done == statements``."""

    number: int
    name: str
    sha256: str
    statements: int
    done: int


@dataclass(frozen=True, slots=True)
class Report:
    """What `migrate` did: files applied, views made, (table, days) whose retention changed."""

    migrations: tuple[str, ...]
    views: tuple[str, ...]
    retention: tuple[tuple[str, int], ...]


def applied(client: "Client") -> tuple[Applied, ...]:
    """Return what the store has recorded, by number. Read-only."""
    if not client.command("EXISTS TABLE schema_migrations"):
        return ()
    found = client.query(
        "SELECT number, name, sha256, statements, done FROM schema_migrations FINAL"
        " ORDER BY number, done"
    )
    # A file may be corrected as long as none of its statements went through: the last hash counts.
    last = {row[0]: Applied(*row) for row in found.result_rows}
    return tuple(last.values())


def pending(client: "Client", source: Traversable | None = None) -> tuple[Migration, ...]:
    """Return the migrations still to apply, a half-applied one first. Read-only.

    ``source`` is a folder with ``migrations`` and ``views``, by default the shipped one. Raises
    StoreError when an applied file was edited or the store is newer than this release.
    """
    return tuple(migration for migration, _ in _unapplied(applied(client), source or shipped()))


def migrate(
    client: "Client", retention: Mapping[str, int], source: Traversable | None = None
) -> Report:
    """Apply pending migrations, then all views, then ``retention`` (table: days, 0 for ever).

    Raises StoreError for a wrong file, an edited one, or a statement the store refuses.
    """
    from clickhouse_connect.driver.exceptions import Error

    folder = source or shipped()
    check_retention(retention)
    views = read_views(folder)
    missing = _unapplied(applied(client), folder)
    what = "schema_migrations"
    try:
        client.command(_TABLE)
        for migration, record in missing:
            _apply(client, migration, record)
        for view in views:
            what = view.name
            client.command(view.statement)
        what = "retention"
        changed = apply_retention(client, retention)
    except Error as error:
        msg = f"{what}: the store refused it: {error}"
        raise StoreError(msg) from error
    return Report(
        tuple(migration.name for migration, _ in missing),
        tuple(view.name for view in views),
        changed,
    )


def _unapplied(
    records: tuple[Applied, ...], folder: Traversable
) -> tuple[tuple[Migration, Applied | None], ...]:
    migrations = read_migrations(folder)
    by_number = {record.number: record for record in records}
    unknown = [record.name for record in records if record.number > len(migrations)]
    if unknown:
        msg = (
            f"the store has migrations this release does not know: {', '.join(unknown)};"
            " it was made by a newer release: update this installation"
        )
        raise StoreError(msg)
    missing: list[tuple[Migration, Applied | None]] = []
    for migration in migrations:
        record = by_number.get(migration.number)
        if record is not None and record.done and record.sha256 != migration.sha256:
            msg = (
                f"{migration.name}: changed after it had been applied"
                f" (recorded sha256 {record.sha256}, file has {migration.sha256});"
                f" restore the file and put the change into a new migration"
                f" {len(migrations) + 1:04d}_….sql"
            )
            raise StoreError(msg)
        if record is None or record.sha256 != migration.sha256:
            missing.append((migration, None))
        elif record.done < record.statements:
            missing.append((migration, record))
    return tuple(missing)


def _apply(client: "Client", migration: Migration, record: Applied | None) -> None:
    from clickhouse_connect.driver.exceptions import Error

    start = record.done if record else 0
    if record is None:
        _record(client, migration, 0)
    for index in range(start, len(migration.statements)):
        statement = migration.statements[index]
        try:
            client.command(statement)
        except Error as error:
            # A crash between a statement and its record leaves exactly one statement in doubt.
            if record is None or index > start or not _done_before(statement, error):
                raise _refused(migration, index, error) from error
        _record(client, migration, index + 1)


def _record(client: "Client", migration: Migration, done: int) -> None:
    client.insert(
        "schema_migrations",
        [[migration.number, migration.name, migration.sha256, len(migration.statements), done]],
        column_names=["number", "name", "sha256", "statements", "done"],
    )


def _done_before(statement: str, error: "Error") -> bool:
    return any(head.match(statement) and error.code in codes for head, codes in _DONE_BEFORE)


def _refused(migration: Migration, index: int, error: "Error") -> StoreError:
    hint = ""
    if _done_before(migration.statements[index], error):
        hint = (
            "; the store has no record of it: does the database belong to another program,"
            " or is another migrate running?"
        )
    msg = (
        f"{migration.name}: statement {index + 1} of {len(migration.statements)} failed:"
        f" {error}{hint}"
    )
    return StoreError(msg)

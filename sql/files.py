"""The schema as this release ships it: numbered migrations and views, read and checked."""

import hashlib
import re
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from importlib.resources.abc import Traversable

from operators.errors import StoreError
from sql.lexer import identifiers, statements

_MIGRATION = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_VIEW = re.compile(r"(v_[a-z0-9_]+)\.sql")
_VIEW_HEAD = re.compile(r"CREATE\s+OR\s+REPLACE\s+VIEW\s+(\w+)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Migration:
    """A numbered file of ``sql/migrations``: its statements and the hash of its text."""

    number: int
    name: str
    sha256: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A file of ``sql/views``: one CREATE OR REPLACE VIEW."""

    name: str
    statement: str


def shipped() -> Traversable:
    """Return the folder of this package, with ``migrations`` and ``views`` in it."""
    return files("sql")


def _sql_files(folder: Traversable) -> list[Traversable]:
    if not folder.is_dir():
        msg = f"{folder}: folder not found; is the installation complete?"
        raise StoreError(msg)
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return sorted(found, key=lambda entry: entry.name)


def _read(file: Traversable) -> tuple[str, tuple[str, ...]]:
    # Read as text, a checkout with CRLF has the same hash.
    text = file.read_text(encoding="utf-8")
    try:
        found = statements(text)
    except ValueError as error:
        msg = f"{file.name}: {error}"
        raise StoreError(msg) from error
    if not found:
        msg = f"{file.name}: no statement in it"
        raise StoreError(msg)
    return text, found


def read_migrations(source: Traversable) -> tuple[Migration, ...]:
    """Read ``migrations/NNNN_*.sql`` in order.

    Raises StoreError for a name out of form and for a number that is missing or used twice.
    """
    migrations: list[Migration] = []
    for file in _sql_files(source / "migrations"):
        match = _MIGRATION.fullmatch(file.name)
        if match is None:
            msg = f"{file.name}: not a migration's name (try 0007_short_name.sql)"
            raise StoreError(msg)
        number, expected = int(match[1]), len(migrations) + 1
        if number < expected:
            msg = f"{file.name}: number {match[1]} is used twice (try {expected:04d})"
            raise StoreError(msg)
        if number > expected:
            msg = f"{file.name}: migration {expected:04d} is missing before it"
            raise StoreError(msg)
        text, found = _read(file)
        digest = hashlib.sha256(text.encode()).hexdigest()
        migrations.append(Migration(number, file.name, digest, found))
    return tuple(migrations)


def read_views(source: Traversable) -> tuple[View, ...]:
    """Read ``views/v_*.sql``, each after the views it reads.

    Raises StoreError when a file is not one CREATE OR REPLACE VIEW of its own name, or when views
    read each other in a circle.
    """
    views: dict[str, View] = {}
    for file in _sql_files(source / "views"):
        name = _VIEW.fullmatch(file.name)
        _, found = _read(file)
        head = _VIEW_HEAD.match(found[0])
        if name is None or len(found) != 1 or head is None or head[1] != name[1]:
            msg = f"{file.name}: must be one statement CREATE OR REPLACE VIEW v_<file name> AS …"
            raise StoreError(msg)
        views[name[1]] = View(name[1], found[0])
    reads = {
        name: sorted((identifiers(view.statement) & views.keys()) - {name})
        for name, view in views.items()
    }
    try:
        order = tuple(TopologicalSorter(reads).static_order())
    except CycleError as error:
        msg = f"sql/views: these views read each other in a circle: {' → '.join(error.args[1])}"
        raise StoreError(msg) from error
    return tuple(views[name] for name in order)

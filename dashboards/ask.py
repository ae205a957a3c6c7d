"""Ask a store what a dashboard asks, as Grafana would: for previews and tests.

The store is anything with ``query(sql)`` that answers columns, types and rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from dashboards.frames import Answer
from dashboards.macros import ALL, Scope, expand
from dashboards.model import COLUMNS, Dashboard, Panel, Target
from operators.model import DAY, HOUR, MINUTE, SECOND

WIDTH: Final = 1920
"""Pixels of the screen that a dashboard is made for."""

_NICE: Final = tuple(
    seconds * SECOND
    for seconds in (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800,
                    21600, 43200, 86400, 604800)
)  # fmt: skip
_UNITS: Final = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}


class Answers(Protocol):
    """What a store gives back: names, ClickHouse types and rows."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of the columns."""

    @property
    def types(self) -> Sequence[str]:
        """ClickHouse types of the columns."""

    @property
    def rows(self) -> Sequence[Sequence[object]]:
        """Rows."""


class Store(Protocol):
    """Answers one statement."""

    def query(self, sql: str) -> Answers:
        """Answer a statement."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A target of a panel with the SQL it became and what came back."""

    panel: Panel
    target: Target
    sql: str
    answer: Answer


def duration_ms(text: str) -> int:
    """Return a duration such as 5m in ms.

    >>> duration_ms("now-7d".removeprefix("now-"))
    604800000
    """
    return int(text[:-1]) * _UNITS[text[-1]]


def start_of(board: Dashboard, end_ms: int) -> int:
    """Return where a dashboard's range begins when it ends at ``end_ms``."""
    return end_ms - duration_ms(board.span.removeprefix("now-"))


def interval_of(panel: Panel, width: int, span_ms: int) -> int:
    """Return the interval (ms) for a panel of ``width`` of 24 columns, as Grafana rounds it."""
    points = max(1, WIDTH * width // COLUMNS)
    least = duration_ms(panel.interval) if panel.interval else SECOND
    wanted = span_ms / points
    nice = next((one for one in _NICE if one >= wanted), _NICE[-1])
    return max(nice, least)


def answer_of(store: Store, sql: str) -> Answer:
    """Ask one statement."""
    found = store.query(sql)
    return Answer(tuple(found.columns), tuple(found.types), tuple(tuple(row) for row in found.rows))


def choices(store: Store, board: Dashboard, scope: Scope) -> Scope:
    """Fill the variables as Grafana does on opening: all where several are allowed, else the first.

    A value that ``scope`` has already is kept.
    """
    for variable in board.variables:
        found = answer_of(store, expand(variable.sql, scope))
        values = tuple(str(row[0]) for row in found.rows)
        first = values[0] if values else ""
        chosen = scope.variables.get(variable.name, (ALL,) if variable.multi else first)
        scope = replace(
            scope,
            variables={**scope.variables, variable.name: chosen},
            options={**scope.options, variable.name: values},
        )
    return scope


def ask_all(store: Store, board: Dashboard, scope: Scope) -> Iterator[Asked]:
    """Ask every query of every panel; ``scope`` has the variables."""
    for line in board.lines:
        for width, panel in line.panels:
            interval = interval_of(panel, width, scope.end_ms - scope.start_ms)
            for target in panel.targets:
                sql = expand(target.sql, replace(scope, interval_ms=interval))
                yield Asked(panel, target, sql, answer_of(store, sql))

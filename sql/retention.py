"""How long rows are kept: a table TTL made of settings, so that no migration hash depends on it."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from operators.errors import StoreError

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

TIME_COLUMN: Final[Mapping[str, str]] = {
    "mentions": "arrived_at",
    "deletions": "arrived_at",
    "rejected": "arrived_at",
    "pipeline_health": "minute",
    "metrics_minute": "window_start",
    "baselines": "window_start",
    "stories": "last_at",
    "copies": "published_at",
    "signals": "decided_at",
    "incidents": "updated_at",
    "incident_events": "at",
    "recommendations": "decided_at",
    "actions": "at",
}
"""Column each table's age is counted from; tables not named here are kept for ever."""

_TTL = re.compile(r" TTL (.+?)(?: SETTINGS |$)")


def check_retention(retention: Mapping[str, int]) -> None:
    """Raise StoreError, with everything wrong in it, unless days are given per known table."""
    wrong = [
        f"retention.{table}: no such table with a retention (try {', '.join(TIME_COLUMN)})"
        for table in retention
        if table not in TIME_COLUMN
    ]
    wrong += [
        f"retention.{table}: {days} days (try 0 to keep for ever, or a positive number)"
        for table, days in retention.items()
        if days < 0
    ]
    if wrong:
        raise StoreError("\n".join(wrong))


def apply_retention(client: "Client", retention: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Give each table the TTL of ``retention`` (days; 0 or not named: for ever).

    Only tables whose TTL differs are altered, since a change rewrites their parts. Returns the
    (table, days) that were changed.
    """
    check_retention(retention)
    found = client.query(
        "SELECT name, engine_full FROM system.tables WHERE database = currentDatabase()"
    )
    engines: dict[str, str] = {row[0]: row[1] for row in found.result_rows}
    changed: list[tuple[str, int]] = []
    for table, column in TIME_COLUMN.items():
        if table not in engines:
            continue
        match = _TTL.search(engines[table])
        present = match[1] if match else ""
        days = retention.get(table, 0)
        wanted = f"toDateTime({column}) + toIntervalDay({days})" if days else ""
        if present == wanted:
            continue
        client.command(
            f"ALTER TABLE {table} MODIFY TTL {wanted}"
            if wanted
            else f"ALTER TABLE {table} REMOVE TTL"
        )
        changed.append((table, days))
    return tuple(changed)

"""Pieces of SQL that several panels share. Each reads ``v_*`` views and takes time from macros."""

from collections.abc import Mapping
from typing import Final

from dashboards.theme import LEVEL_RANKS, PLATFORMS

WALL: Final = "tingfeng-wall"
DETAIL: Final = "tingfeng-incident"
COMPARING: Final = "tingfeng-compare"
RESPONDING: Final = "tingfeng-response"
PIPELINE: Final = "tingfeng-health"

REAL: Final = "exercise = 0"
SUBJECT: Final = "$__conditionalAll(subject IN (${subject:singlequote}), $subject)"
IN_TIME: Final = "$__timeFilter(window_start)"
LAST_HOUR: Final = "window_start >= $__toTime - INTERVAL 1 HOUR AND window_start < $__toTime"
THIS: Final = "incident_id = ${incident:singlequote}"
KEY_OF_THIS: Final = (
    "(exercise, subject, crisis_type) IN (SELECT exercise, subject, crisis_type"
    f" FROM v_incidents WHERE {THIS})"
)
MINUTES_LEFT: Final = "dateDiff('minute', $__toTime, due_at)"

ALIVE: Final = "SELECT $__timeInterval(minute) AS time FROM v_pipeline_health"
"""Head of a query for the bins in which the pipeline ran: no row elsewhere, so no false zero."""

ALIVE_BINS: Final = f"{ALIVE} WHERE $__timeFilter(minute) GROUP BY time"


def named(column: str, names: Mapping[str, str]) -> str:
    """Return an expression that turns ids into Chinese names and keeps what it does not know.

    >>> named("x", {"a": "甲"})
    "transform(toString(x), ['a'], ['甲'], toString(x))"
    """
    ids = ", ".join(f"'{key}'" for key in names)
    words = ", ".join(f"'{word}'" for word in names.values())
    return f"transform(toString({column}), [{ids}], [{words}], toString({column}))"


PLATFORM: Final = named("platform", PLATFORMS)
_LEVEL_IDS: Final = ", ".join(f"'{level}'" for level in LEVEL_RANKS)
_RANKS: Final = ", ".join(str(rank) for rank in LEVEL_RANKS.values())
RANK: Final = f"transform(toString(level), [{_LEVEL_IDS}], [{_RANKS}], 0)"
"""Number of the level: the higher the worse."""


def share(part: str, whole: str) -> str:
    """Return part of whole, NULL when there is no whole."""
    return f"if(({whole}) = 0, NULL, ({part}) / ({whole}))"


def minutes(seconds: str) -> str:
    """Return seconds as minutes."""
    return f"({seconds}) / 60"

"""The tasks of a recommendation, read back from the JSON the store keeps."""

from dataclasses import dataclass
from typing import Any

import orjson

from operators.report.moments import parse_utc


@dataclass(frozen=True, slots=True)
class Task:
    """Who does what until when, and when it is done; ``due_ms`` is 0 when the row has none."""

    role: str
    task: str
    deadline_minutes: int
    due_ms: int
    done_when: str


def tasks(text: str) -> tuple[Task, ...]:
    """Read the JSON array of ``recommendations.actions``; empty text means no tasks.

    ``due_at`` may be ISO 8601 or ms since epoch. Raises ``ValueError`` when it is not such an
    array: the store then holds something the flow has not written.
    """
    if not text:
        return ()
    rows = orjson.loads(text)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        msg = f"recommendations.actions is not a JSON array of objects (got {text[:80]})"
        raise ValueError(msg)
    found = (_task(row) for row in rows)
    return tuple(sorted(found, key=lambda task: (task.deadline_minutes, task.role, task.task)))


def detail(text: str) -> dict[str, str]:
    """Read the JSON object of ``actions.detail`` as words; empty text means none."""
    return {str(key): str(value) for key, value in orjson.loads(text or "{}").items()}


def _task(row: dict[str, Any]) -> Task:
    return Task(
        str(row.get("role", "")),
        str(row.get("task", "")),
        int(row.get("deadline_minutes", 0)),
        _instant(row.get("due_at", 0)),
        str(row.get("done_when", "")),
    )


def _instant(value: str | float) -> int:
    if isinstance(value, str):
        return (parse_utc(value) or 0) if value else 0
    return int(value)

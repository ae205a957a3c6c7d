"""Tasks, clocks and outcomes to rows of their tables."""

from typing import Any

from operators.model import SECOND
from operators.outcomes import Outcome
from operators.tasks import BoardClock, BoardTask, Item

_NEVER = -1


def _s(ms: int) -> int:
    return ms // SECOND


def task_row(task: BoardTask) -> tuple[Any, ...]:
    """Row of ``tasks``."""
    plan = task.plan
    return (
        *_key(task.item),
        task.playbook_id,
        task.playbook_version,
        task.seq,
        plan.role,
        task.person,
        task.department,
        task.deputy,
        plan.task,
        plan.done_when,
        list(plan.depends_on),
        _s(task.item.opened_ms),
        *_standing(task.item),
    )


def clock_row(clock: BoardClock) -> tuple[Any, ...]:
    """Row of ``clocks``."""
    rule = clock.rule
    return (
        *_key(clock.item),
        rule.title,
        rule.whom,
        rule.rule,
        rule.certain,
        rule.note,
        _s(clock.item.opened_ms),
        *_standing(clock.item),
    )


def outcome_row(outcome: Outcome) -> tuple[Any, ...]:
    """Row of ``outcomes``."""
    statement_ms = outcome.time_to_statement_ms
    half_life_ms = outcome.half_life_ms
    return (
        outcome.exercise,
        outcome.subject,
        outcome.crisis_type,
        outcome.incident_id,
        outcome.playbook_id,
        outcome.playbook_version,
        outcome.industry,
        outcome.level,
        bool(outcome.chosen),
        outcome.chosen,
        _s(statement_ms) if statement_ms >= 0 else _NEVER,
        outcome.share_at,
        _s(half_life_ms) if half_life_ms >= 0 else _NEVER,
        _s(outcome.ended_ms),
        outcome.version,
    )


def _key(item: Item) -> tuple[Any, ...]:
    return (item.exercise, item.subject, item.crisis_type, item.incident_id, item.id)


def _standing(item: Item) -> tuple[Any, ...]:
    """Columns from ``due_at`` on, alike for tasks and clocks."""
    return (
        _s(item.due_ms),
        item.status,
        item.overdue,
        _s(item.ended_ms),
        item.ended_by,
        item.reason,
        item.version,
    )

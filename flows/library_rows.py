"""Playbooks, rules and recommendations to rows, as `flows.rows` does for posts."""

from typing import Any

import orjson

from operators.library import PlaybookEntry, Recommended
from operators.library_gaps import Gap
from operators.model import SECOND
from operators.rulebook_bundle import PARTS, Bundle, bundle_to_dict, content_version
from operators.rulebook_schedule import RulesEntry
from playbooks.schema import playbook_to_dict


def _s(ms: int) -> int:
    return ms // SECOND


def recommendation_row(recommended: Recommended) -> tuple[Any, ...]:
    """Row of ``recommendations``."""
    case, given = recommended.case, recommended.recommendation
    tasks = [
        {
            "role": task.role,
            "task": task.task,
            "deadline_minutes": task.deadline_minutes,
            "due_at": task.due_ms,
            "done_when": task.done_when,
            "id": task.id,
            "kind": task.kind,
            "depends_on": task.depends_on,
        }
        for task in given.actions
    ]
    return (
        case.exercise,
        case.subject.id,
        case.crisis_type,
        case.incident_id,
        _s(case.decided_ms),
        f"{case.incident_id}-{_s(case.decided_ms)}",
        given.playbook_id,
        given.playbook_version,
        given.title,
        given.level,
        given.stage,
        given.score,
        given.parts,
        list(given.matched),
        list(given.unmatched),
        given.reason,
        given.runner_up,
        given.runner_up_reason,
        given.change,
        given.statement,
        list(given.statement_gaps),
        orjson.dumps(tasks).decode(),
        list(given.legal_notes),
        list(given.donts),
        given.approver,
        list(given.evidence),
        given.fit_level,
        given.general,
        orjson.dumps(given.statements).decode(),
        given.blocked,
        given.holding,
        given.strategy,
        1,
    )


def gap_row(gap: Gap) -> tuple[Any, ...]:
    """Row of ``library_gaps``."""
    case = gap.case
    return (
        case.exercise,
        case.subject.id,
        case.crisis_type,
        case.incident_id,
        _s(case.decided_ms),
        gap.kind,
        case.subject.industry,
        case.level,
        gap.playbook_id,
        gap.note,
        1,
    )


def playbook_row(entry: PlaybookEntry) -> tuple[Any, ...]:
    """Row of ``playbook_versions``."""
    playbook = entry.playbook
    body = orjson.dumps(playbook_to_dict(playbook)).decode() if playbook else ""
    return (
        entry.playbook_id,
        entry.at_ms,
        entry.version_hash,
        playbook.industry if playbook else "",
        playbook.crisis_type if playbook else "",
        playbook.title if playbook else "",
        body,
        playbook is None,
        1,
    )


def rule_rows(entry: RulesEntry, bundle: Bundle) -> list[tuple[Any, ...]]:
    """Rows of ``rule_versions`` of what was published."""
    return _rule_rows(bundle, entry.at_ms, entry.entry)


def base_rule_rows(bundle: Bundle) -> list[tuple[Any, ...]]:
    """Rows of ``rule_versions`` of what was read at start."""
    return _rule_rows(bundle, 0, 1)


def _rule_rows(bundle: Bundle, at_ms: int, version: int) -> list[tuple[Any, ...]]:
    body = bundle_to_dict(bundle)
    parts = {part: content_version(body[part]) for part in PARTS}
    rows = [
        (part, parts[part], orjson.dumps(body[part]).decode(), at_ms, version) for part in PARTS
    ]
    return [*rows, ("bundle", bundle.version, orjson.dumps(parts).decode(), at_ms, version)]

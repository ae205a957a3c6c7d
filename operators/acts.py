"""What people do to an incident: each action changes its state, or is refused with the reason."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from operators.case import PARTLY_TRUE, TRUE, UNTRUE, UNVERIFIED
from operators.incident import Incident
from operators.incident_parts import FALSE_ALARM, RESOLVED, Change
from operators.model import Action

VERIFICATIONS: Final = (UNVERIFIED, TRUE, PARTLY_TRUE, UNTRUE)
WHEN_CLOSED: Final = ("note", "verify", "statement")
"""Kinds that also make sense once an incident has ended."""

ELSEWHERE: Final = frozenset({"task_done", "task_waive", "clock_done", "clock_waive", "relabel"})
"""Kinds that other steps take care of, with an outcome of their own."""

MERGE: Final = "merge"
APPLIED: Final = "applied"
INVALID: Final = "invalid"
NO_EVIDENCE: Final = "missing_evidence"
CLOSED_INCIDENT: Final = "closed_incident"
UNKNOWN_INCIDENT: Final = "unknown_incident"
UNKNOWN_TARGET: Final = "unknown_target"

_LINKS: Final = ("http://", "https://")

Result: TypeAlias = Change | str
"""What changed, or the outcome that says why nothing did."""


def act(incident: Incident, action: Action, now: int) -> Result:
    """Apply an action; merging is the desk's, since it takes two incidents."""
    apply = _KINDS.get(action.kind)
    if apply is None:
        return INVALID
    result = apply(incident, action, now)
    if isinstance(result, Change):
        incident.updated_ms = now
    return result


def _note_of(action: Action, otherwise: str) -> str:
    return action.detail.get("note", "") or otherwise


def _acknowledge(incident: Incident, action: Action, now: int) -> Result:
    if not incident.acknowledged_ms:
        incident.acknowledged_ms, incident.acknowledged_by = now, action.actor
    return Change("action", "", "acknowledge", _note_of(action, "已确认"), action.actor)


def _assign(incident: Incident, action: Action, _now: int) -> Result:
    before, incident.owner = incident.owner, action.detail.get("owner", action.actor)
    after = f"assign {incident.owner}"
    return Change("action", before, after, _note_of(action, "已指派"), action.actor)


def _statement(incident: Incident, action: Action, now: int) -> Result:
    incident.statement_ms = incident.statement_ms or now
    shown = _note_of(action, action.detail.get("channel", "") or "已发布声明")
    return Change("action", "", "statement", shown, action.actor)


def _override(incident: Incident, action: Action, _now: int) -> Result:
    before, incident.override = incident.override, action.detail.get("playbook", "")
    after = f"override {incident.override}"
    return Change("action", before, after, _note_of(action, ""), action.actor)


def _verify(incident: Incident, action: Action, _now: int) -> Result:
    state = action.detail.get("state", "")
    if state not in VERIFICATIONS:
        return INVALID
    link = action.detail.get("evidence", "") or action.detail.get("link", "")
    if not link.strip().startswith(_LINKS):
        return NO_EVIDENCE
    before, incident.verification = incident.verification, state
    incident.verification_evidence, incident.verified_by = link.strip(), action.actor
    cause = _note_of(action, f"由{action.actor or '人工'}核实为{state}")
    return Change("action", before, state, cause, action.actor, (link.strip(),))


def _remark(_incident: Incident, action: Action, _now: int) -> Result:
    return Change("action", "", "note", _note_of(action, ""), action.actor)


def _resolve(incident: Incident, action: Action, now: int) -> Result:
    return incident.end(RESOLVED, now, _note_of(action, "已处置完毕"), action.actor)


def _false_alarm(incident: Incident, action: Action, now: int) -> Result:
    return incident.end(FALSE_ALARM, now, _note_of(action, "误报"), action.actor)


_KINDS: Final[Mapping[str, Callable[[Incident, Action, int], Result]]] = {
    "acknowledge": _acknowledge,
    "assign": _assign,
    "statement": _statement,
    "override": _override,
    "verify": _verify,
    "note": _remark,
    "resolve": _resolve,
    "false_alarm": _false_alarm,
}

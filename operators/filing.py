"""An incident as others need it: the library's case, and the brief for the other desks."""

from operators.case import Case
from operators.incident import Incident
from operators.links import Brief
from operators.model import GENERAL
from operators.register import Register
from operators.watched import BinStat


def case_of(incident: Incident, now: int, register: Register, past: int) -> Case:
    """Return what the library is asked with."""
    words = (word for one in incident.evidence for word in one.words.partition(": ")[2].split())
    return Case(
        incident_id=incident.incident_id,
        exercise=incident.exercise,
        subject=register.subjects[incident.subject],
        crisis_type=incident.crisis_type,
        crisis_name=_type_name(incident, register),
        level=incident.level_id,
        stage=incident.stage,
        severity=incident.severity,
        negative_share=incident.negative / incident.mentions if incident.mentions else 0.0,
        platforms=tuple(incident.platforms),
        keywords=tuple(dict.fromkeys(words)),
        verification=incident.verification,
        onset_ms=incident.onset_ms,
        detected_ms=incident.detected_ms,
        decided_ms=now,
        mentions=incident.mentions,
        negative=incident.negative,
        evidence=tuple(one.name for one in incident.evidence),
        past_incidents=past,
        tiers=(incident.voices.top_tier,) if incident.voices.top_tier else (),
        override=incident.override,
    )


def brief_of(incident: Incident, stat: BinStat, register: Register) -> Brief:
    """Return what other desks need to know of it after a bin."""
    subject = register.subjects[incident.subject]
    return Brief(
        incident.exercise,
        incident.subject,
        subject.name,
        subject.industry,
        incident.crisis_type,
        _type_name(incident, register),
        incident.incident_id,
        stat.decided_ms,
        incident.detected_ms,
        frozenset(one.name for one in incident.evidence),
        stat.stories[0] if stat.stories else 0,
    )


def _type_name(incident: Incident, register: Register) -> str:
    if incident.crisis_type == GENERAL:
        return "综合"
    kind = register.type_of(incident.subject, incident.crisis_type)
    return kind.name if kind else "综合"

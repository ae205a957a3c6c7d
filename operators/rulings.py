"""What the incident desk hands on: states, events, outcomes, forecasts, cases and briefs."""

from dataclasses import dataclass, field

from operators.case import Case
from operators.forecast.outlook import Outlook
from operators.incident import Incident
from operators.incident_parts import Change
from operators.links import Brief
from operators.model import Action
from operators.phrases_focus import Focus


@dataclass(frozen=True, slots=True)
class IncidentEvent:
    """A change of an incident, numbered within it."""

    exercise: bool
    subject: str
    crisis_type: str
    incident_id: str
    severity: float
    seq: int
    at_ms: int
    change: Change


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """What became of a human action."""

    action: Action
    incident_id: str
    effective_ms: int
    outcome: str


@dataclass(frozen=True, slots=True)
class ForecastMade:
    """What was expected of an open incident when a bin had closed."""

    exercise: bool
    subject: str
    crisis_type: str
    incident_id: str
    outlook: Outlook


@dataclass(frozen=True, slots=True)
class FocusFound:
    """What people say of an open incident."""

    exercise: bool
    subject: str
    crisis_type: str
    incident_id: str
    focus: Focus


@dataclass(slots=True)
class DeskOutput:
    """What working through the minutes brought about."""

    incidents: list[Incident] = field(default_factory=list)
    events: list[IncidentEvent] = field(default_factory=list)
    outcomes: list[ActionOutcome] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    forecasts: list[ForecastMade] = field(default_factory=list)
    briefs: list[Brief] = field(default_factory=list)
    focuses: list[FocusFound] = field(default_factory=list)

"""Signals, incidents and what follows from them to rows, as `flows.rows` does for posts."""

from typing import Any, Final

import orjson

from operators.forecast.course import HORIZONS_H
from operators.incident import Incident
from operators.links import Link
from operators.model import SECOND, Signal
from operators.rulings import ActionOutcome, ForecastMade, IncidentEvent
from operators.taskboard import UNKNOWN, TaskOutcome
from operators.watch import BinStat

ALL_PLATFORMS: Final = "*"


def _s(ms: int) -> int:
    return ms // SECOND


def baseline_row(stat: BinStat) -> tuple[Any, ...]:
    """Row of ``baselines``."""
    return (
        stat.exercise,
        stat.subject,
        stat.crisis_type,
        ALL_PLATFORMS,
        _s(stat.bin_ms),
        stat.observed,
        stat.expected,
        stat.score,
        stat.mentions_1h,
        stat.negative_1h,
        stat.baseline_share,
        stat.top_platform,
        stat.top_platform_1h,
        stat.authors_1h,
        stat.copies_1h,
        stat.top_author_1h,
        1,
    )


def signal_row(signal: Signal) -> tuple[Any, ...]:
    """Row of ``signals``."""
    return (
        signal.exercise,
        signal.subject,
        signal.crisis_type,
        ALL_PLATFORMS,
        _s(signal.window_start_ms),
        signal.detector,
        signal.rule,
        _s(signal.window_end_ms),
        signal.signal_id,
        _s(signal.decided_ms),
        signal.score,
        signal.observed,
        signal.expected,
        signal.threshold,
        signal.explanation,
        [one.name for one in signal.evidence],
        signal.percentile,
        signal.top_platform,
        signal.top_share,
        signal.baseline_days,
        1,
    )


def incident_row(incident: Incident) -> tuple[Any, ...]:
    """Row of ``incidents``."""
    return (
        incident.exercise,
        incident.subject,
        incident.crisis_type,
        incident.incident_id,
        incident.state,
        incident.level_id,
        incident.stage,
        incident.severity,
        incident.factors,
        _s(incident.onset_ms),
        _s(incident.detected_ms),
        _s(incident.updated_ms),
        _s(incident.closed_ms),
        incident.mentions,
        incident.negative,
        float(incident.peak_1h),
        float(incident.negative_1h),
        incident.expected_1h,
        incident.platforms,
        incident.reach,
        *(span.expected for span in incident.outlook.negative),
        incident.verification,
        _s(incident.acknowledged_ms),
        incident.owner,
        _s(incident.statement_ms),
        incident.override,
        incident.explanation,
        [one.name for one in incident.evidence],
        incident.signals,
        incident.level_peak,
        incident.scheme,
        incident.level_name,
        _s(incident.peak_ms),
        _s(incident.outlook.peak_ms),
        incident.voices.top_tier,
        incident.verification_evidence,
        incident.verified_by,
        incident.voices.questioning_share,
        list(incident.hints),
        incident.voices.unique_authors,
        incident.voices.copies,
        incident.voices.top_author,
        incident.platforms[0] if incident.platforms else "",
        incident.merged_into,
        incident.reopened,
        incident.acknowledged_by,
        incident.closed_by,
        incident.version,
    )


def forecast_rows(made: ForecastMade) -> list[tuple[Any, ...]]:
    """Rows of ``forecasts``: one a horizon."""
    outlook = made.outlook
    return [
        (
            made.exercise,
            made.subject,
            made.crisis_type,
            made.incident_id,
            _s(outlook.made_ms),
            hours,
            *mentions,
            *negative,
            _s(outlook.peak_ms),
            1,
        )
        for hours, mentions, negative in zip(
            HORIZONS_H, outlook.mentions, outlook.negative, strict=True
        )
    ]


def link_row(link: Link) -> tuple[Any, ...]:
    """Row of ``incident_links``."""
    brief, other = link.brief, link.other
    return (
        brief.exercise,
        brief.subject,
        brief.crisis_type,
        brief.incident_id,
        other.incident_id,
        other.subject,
        other.crisis_type,
        link.kind,
        _s(link.at_ms),
        link.cause,
        list(link.posts),
        1,
    )


def event_row(event: IncidentEvent) -> tuple[Any, ...]:
    """Row of ``incident_events``."""
    change = event.change
    return (
        event.exercise,
        event.subject,
        event.crisis_type,
        event.incident_id,
        event.seq,
        _s(event.at_ms),
        change.kind,
        change.before,
        change.after,
        event.severity,
        change.cause,
        change.actor,
        list(change.evidence),
        1,
    )


def action_row(outcome: ActionOutcome | TaskOutcome) -> tuple[Any, ...]:
    """Row of ``actions``; who knows what it is about outranks who does not."""
    action = outcome.action
    return (
        action.exercise,
        action.action_id,
        outcome.incident_id,
        action.at_ms,
        _s(outcome.effective_ms),
        action.kind,
        action.actor,
        orjson.dumps(action.detail, option=orjson.OPT_SORT_KEYS).decode(),
        outcome.outcome,
        1 if outcome.outcome in ("unknown_incident", UNKNOWN) else 2,
    )

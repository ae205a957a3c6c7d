"""Values of the stages to rows of the tables in ``sql/migrations``; instants to ticks of a column.

A row is a tuple in the order of ``flows.tables.TABLES[table].columns``. Equal state gives equal
rows, so a replay writes the same ones.
"""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from operators.desk import ActionOutcome, IncidentEvent
from operators.feeds import FeedState
from operators.forecast.course import HORIZONS_H
from operators.health import Deletion, Health, RejectedEntry
from operators.incident import Incident
from operators.library import PlaybookEntry, Recommended
from operators.library_gaps import Gap
from operators.links import Link
from operators.metrics import MetricRow
from operators.model import SECOND, Signal
from operators.personal import pseudonym
from operators.reading import entry_name
from operators.rulebook_bundle import PARTS, Bundle, bundle_to_dict, content_version
from operators.rulebook_schedule import RulesEntry
from operators.rulings import ForecastMade
from operators.stories_post import WEIGHT_UNIT
from operators.taskboard import UNKNOWN, TaskOutcome
from operators.track import Stored
from operators.watch import BinStat
from playbooks.schema import playbook_to_dict

ALL_PLATFORMS: Final = "*"


def _s(ms: int) -> int:
    return ms // SECOND


@dataclass(frozen=True, slots=True)
class Versions:
    """Content hashes that each mention's row names.

    ``author_key``: with it authors are stored under a pseudonym, without a name.
    """

    rules: str
    model: str
    author_key: bytes = b""


def mention_row(stored: Stored, versions: Versions) -> tuple[Any, ...]:
    """Row of ``mentions``."""
    mention, found, sentiment = stored.mention, stored.attributions, stored.sentiment
    marks = stored.marks
    author, name = mention.author_id, mention.author_name
    if versions.author_key:
        author, name = pseudonym(author or name, versions.author_key), ""
    return (
        mention.exercise,
        mention.platform,
        mention.id,
        mention.kind,
        author,
        name,
        mention.followers,
        mention.verified,
        mention.title,
        mention.text,
        mention.url,
        mention.location,
        mention.lang,
        mention.published_ms,
        mention.collected_ms,
        mention.arrived_ms,
        mention.likes,
        mention.comments,
        mention.reposts,
        mention.views,
        mention.rank,
        mention.heat,
        mention.root_id,
        mention.parent_id,
        mention.deleted,
        [one.subject for one in found],
        [one.crisis_type for one in found],
        [one.span for one in found],
        [one.said_by for one in found],
        [one.rules_fired for one in found],
        sentiment.polarity,
        sentiment.p_negative,
        sentiment.p_positive,
        sentiment.risk,
        sentiment.confidence,
        sentiment.uncertain,
        sentiment.language,
        marks.tier,
        marks.weight / WEIGHT_UNIT,
        marks.bci,
        marks.questioning,
        stored.inherited,
        stored.late,
        stored.history,
        stored.story,
        stored.partition,
        versions.rules,
        versions.model,
        stored.times,
        stored.entry,
    )


def deletion_row(deletion: Deletion) -> tuple[Any, ...]:
    """Row of ``deletions``."""
    return (
        deletion.exercise,
        deletion.platform,
        deletion.id,
        deletion.deleted_ms,
        deletion.arrived_ms,
        deletion.entry,
    )


def metric_row(row: MetricRow) -> tuple[Any, ...]:
    """Row of ``metrics_minute``."""
    key, cell = row.key, row.cell
    if cell.relabels:
        cell = cell.sound()
    return (
        key.exercise,
        key.subject,
        key.crisis_type,
        key.platform,
        _s(key.minute),
        cell.mentions,
        cell.negative,
        cell.neutral,
        cell.positive,
        cell.reach,
        cell.engagement,
        cell.late,
        cell.updates,
        cell.weight / WEIGHT_UNIT,
        row.final,
        row.version,
    )


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


def rejected_row(entry: RejectedEntry) -> tuple[Any, ...]:
    """Row of ``rejected``."""
    return (
        entry.partition,
        entry_name(entry.entry),
        entry.entry >> 20,
        entry.rejected.reason,
        entry.rejected.detail,
        entry.rejected.raw,
        1,
    )


def health_row(health: Health) -> tuple[Any, ...]:
    """Row of ``pipeline_health``."""
    return (
        health.partition,
        _s(health.minute_ms),
        health.read,
        health.accepted,
        health.matched,
        health.unmatched,
        health.updates,
        health.duplicates,
        health.rejected,
        health.late,
        health.history,
        health.orphans,
        health.forgotten,
        health.missing,
        health.marks,
        health.collect_delay_ms,
        health.collect_known,
        health.arrive_delay_ms,
        health.watermark_ms,
        health.read + health.marks,
    )


def feed_row(feed: FeedState) -> tuple[Any, ...]:
    """Row of ``feeds``."""
    return (
        feed.platform,
        _s(feed.minute),
        _s(feed.last_ms),
        _s(feed.silent_ms),
        feed.usual_gap_ms / SECOND,
        feed.state,
        feed.mentions_1h,
        1,
    )

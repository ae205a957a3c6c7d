"""Values of the stages to rows of the tables in ``sql/migrations``; instants to ticks of a column.

A row is a tuple in the order of ``TABLES[table].columns``. Equal state gives equal rows, so a
replay writes the same ones.
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

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


class Rows(NamedTuple):
    """Rows for one table."""

    table: str
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns in the order of the rows; the first ``keys`` of them are the natural key."""

    columns: tuple[str, ...]
    keys: int


def _table(keys: int, columns: str) -> Table:
    return Table(tuple(columns.split()), keys)


TABLES: Final = {
    "mentions": _table(
        3,
        "exercise platform id kind author_id author_name followers verified title text url location"
        " lang published_at collected_at arrived_at likes comments reposts views rank heat root_id"
        " parent_id deleted subjects crisis_types spans said_by rules_fired polarity p_negative"
        " p_positive risk confidence uncertain language tier weight bci questioning inherited late"
        " history story partition rules_version model_version seen version",
    ),
    "deletions": _table(3, "exercise platform id deleted_at arrived_at version"),
    "metrics_minute": _table(
        5,
        "exercise subject crisis_type platform window_start mentions negative neutral positive"
        " reach engagement late updates weight final version",
    ),
    "baselines": _table(
        5,
        "exercise subject crisis_type platform window_start observed expected score mentions_1h"
        " negative_1h baseline_share top_platform top_platform_1h authors_1h copies_1h"
        " top_author_1h version",
    ),
    "copies": _table(4, "exercise platform id subject published_at story_id version"),
    "stories": _table(
        3,
        "exercise subject story_id crisis_type first_at last_at posts authors platforms negative"
        " reach version",
    ),
    "phrases": _table(
        6,
        "exercise subject crisis_type incident_id window_start phrase mentions negative score"
        " posts_read version",
    ),
    "representatives": _table(
        6,
        "exercise subject crisis_type incident_id window_start place platform id stands_for"
        " posts_read version",
    ),
    "signals": _table(
        7,
        "exercise subject crisis_type platform window_start detector rule window_end signal_id"
        " decided_at score observed expected threshold explanation evidence percentile top_platform"
        " top_share baseline_days version",
    ),
    "incidents": _table(
        4,
        "exercise subject crisis_type incident_id state level stage severity factors onset_at"
        " detected_at updated_at closed_at mentions negative peak_negative negative_1h expected_1h"
        " platforms reach forecast_1h forecast_6h forecast_24h verification acknowledged_at owner"
        " statement_at override explanation evidence signals level_peak scheme level_name peak_at"
        " forecast_peak_at top_tier verification_evidence verified_by questioning_share hints"
        " unique_author_share copy_share top_author_share first_platform merged_into reopened"
        " acknowledged_by closed_by version",
    ),
    "incident_links": _table(
        5,
        "exercise subject crisis_type incident_id related_id related_subject related_type kind at"
        " cause evidence version",
    ),
    "forecasts": _table(
        6,
        "exercise subject crisis_type incident_id made_at horizon_h mentions mentions_low"
        " mentions_high negative negative_low negative_high peak_at version",
    ),
    "incident_events": _table(
        5,
        "exercise subject crisis_type incident_id seq at kind before after severity cause actor"
        " evidence version",
    ),
    "recommendations": _table(
        5,
        "exercise subject crisis_type incident_id decided_at recommendation_id playbook_id"
        " playbook_version title level stage score parts matched unmatched reason runner_up"
        " runner_up_reason change statement statement_gaps actions legal_notes donts approver"
        " evidence fit_level general statements blocked holding strategy version",
    ),
    "library_gaps": _table(
        6,
        "exercise subject crisis_type incident_id decided_at kind industry level playbook_id note"
        " version",
    ),
    "actions": _table(
        2, "exercise action_id incident_id at effective kind actor detail outcome version"
    ),
    "playbook_versions": _table(
        3, "playbook_id published_at version_hash industry crisis_type title body retired version"
    ),
    "rule_versions": _table(2, "kind version_hash body published_at version"),
    "tasks": _table(
        5,
        "exercise subject crisis_type incident_id task_id playbook_id playbook_version seq role"
        " person department deputy task done_when depends_on opened_at due_at status overdue"
        " ended_at ended_by reason version",
    ),
    "clocks": _table(
        5,
        "exercise subject crisis_type incident_id clock_id title whom rule certain note starts_at"
        " due_at status overdue ended_at ended_by reason version",
    ),
    "outcomes": _table(
        5,
        "exercise subject crisis_type incident_id playbook_id playbook_version industry level"
        " overridden chosen statement_s share_at half_life_s ended_at version",
    ),
    "drills": _table(
        2,
        "drill_id scenario industry seed speed subject crisis_type onset_at detected_at level"
        " level_wanted playbook_id playbook_wanted tasks in_time passed version",
    ),
    "labels": _table(
        3, "exercise platform id action_id at actor polarity crisis_type subject noise version"
    ),
    "rejected": _table(2, "partition entry_id arrived_at reason detail raw version"),
    "pipeline_health": _table(
        2,
        "partition minute read accepted matched unmatched updates duplicates rejected late history"
        " orphans forgotten missing heartbeats collect_delay_ms collect_known arrive_delay_ms"
        " watermark version",
    ),
    "feeds": _table(2, "platform minute last_at silent_s usual_gap_s state mentions_1h version"),
}
"""Table -> its columns; `flows.clickhouse_sink` inserts in this order."""

SUPERSEDING: Final = frozenset({"metrics_minute", "incidents", "pipeline_health"})
"""Tables whose rows are often written anew: of rows with one key in a buffer, the last is kept."""

EXERCISED: Final = frozenset(
    table for table, shape in TABLES.items() if "exercise" in shape.columns
)
"""Tables that tell drills from what is real."""

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

"""Tables of ``sql/migrations`` as they are written: columns in order, natural keys, and rows."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple


class Rows(NamedTuple):
    """Rows for one table."""

    table: str
    rows: list[tuple[Any, ...]]
    behind: bool = False
    """The stream is read far behind its present: nobody waits for these rows."""


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
    "backfills": _table(
        2,
        "rules_version window_start window_end state read changed gained lost metric_rows plan"
        " version",
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

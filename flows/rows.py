"""Posts, sums and health to rows of the tables; instants to the ticks of a column.

A row is a tuple in the order of ``flows.tables.TABLES[table].columns``. Equal state gives equal
rows, so a replay writes the same ones.
"""

from dataclasses import dataclass
from typing import Any

from operators.feeds import FeedState
from operators.health import Deletion, Health, RejectedEntry
from operators.metrics import MetricRow
from operators.model import SECOND
from operators.personal import pseudonym
from operators.reading import entry_name
from operators.stories_post import WEIGHT_UNIT
from operators.tracked import Stored


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

"""The main dataflow: mentions from Redis to metrics, incidents and recommendations in the store.

``build`` only wires; step ids are part of the recovery store's format and never change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from bytewax.inputs import Source
from bytewax.outputs import Sink

from flows.desk_steps import IncidentStep, LinkStep, RecommendStep
from flows.feed_step import FEEDS, FeedStep
from flows.messages import (
    LIBRARY,
    LINKS,
    BriefsFor,
    ControlFor,
    CoursesFor,
    ForShard,
    MetricFor,
    PieceFor,
    WatchedFor,
)
from flows.redis_source import RawBatch
from flows.relabel_rows import label_rows, relabels_for
from flows.rows import Versions, rejected_row
from flows.steps import CountStep, DetectStep, TrackStep
from flows.tables import EXERCISED, TABLES, Rows
from operators.case import Case
from operators.control import ControlBatch
from operators.feeds import arrivals_of
from operators.incident_parts import IncidentRules
from operators.reading import ReadBatch, Reader
from operators.register import Register
from operators.response import ResponseRules
from operators.rulebook import RuleBook
from operators.tracked import TrackRules
from operators.watch import WatchRules

ForLibrary: TypeAlias = Case | CoursesFor | ControlBatch
"""What the response room takes in."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that ``build`` needs besides its ends: rules, and what a worker makes for itself."""

    reader: Callable[[], Reader]
    """The reader of the rules at start."""
    rules: RuleBook
    register: Register
    versions: Versions
    track: TrackRules
    watch: WatchRules
    incident: IncidentRules
    response: ResponseRules
    generation_ms: int
    keep_ms: int
    early_ms: int
    frozen: Path | None = None
    """Folder for the parts of states that never change again; None: they are in every snapshot."""
    exercise: bool = False
    """A drill's own flow: it writes only tables that tell drills from what is real."""


def build(
    plan: Plan,
    mentions: Source[RawBatch],
    control: Source[ControlBatch],
    sink: Sink[Any],
) -> Dataflow:
    """Wire the flow; state is kept per stream partition, per shard, and for the library."""
    shards = plan.track.shards
    flow = Dataflow("tingfeng")

    def read(batch: RawBatch) -> list[tuple[str, ReadBatch]]:
        found = plan.rules.read(batch.partition, batch.entries, batch.schedule, batch.told)
        return [(str(batch.partition), one) for one in found]

    raw = op.input("read_streams", flow, mentions)
    posts = op.flat_map("read_posts", raw, read)
    arrivals = op.map("arrivals", posts, lambda kv: (FEEDS, arrivals_of(kv[1])))
    feeds = op.stateful_batch(
        "feeds", arrivals, lambda state: FeedStep(plan.watch.partitions, state)
    )
    tracked = op.stateful_batch(
        "track", posts, lambda state: TrackStep(plan.track, plan.versions, state, plan.frozen)
    )
    pieces = op.filter_map("to_shard", tracked, _piece)
    told = op.input("read_control", flow, control)
    relabels = op.flat_map("to_relabels", told, lambda batch: relabels_for(batch, shards))
    at_shards = op.merge("at_shards", pieces, relabels)
    detected = op.stateful_batch(
        "detect",
        at_shards,
        lambda state: DetectStep(
            plan.watch, plan.generation_ms, plan.keep_ms, shards, state, plan.frozen
        ),
    )
    sums = op.filter_map(
        "to_generation",
        detected,
        lambda kv: (
            (f"{kv[1].shard}/{kv[1].generation}", kv[1]) if isinstance(kv[1], MetricFor) else None
        ),
    )
    counted = op.stateful_batch("count", sums, lambda state: CountStep(plan.early_ms, state))

    to_desks = op.flat_map(
        "to_desks", told, lambda batch: [(str(n), ControlFor(n, batch)) for n in range(shards)]
    )
    closed = op.filter("to_desk", detected, lambda kv: isinstance(kv[1], WatchedFor))
    at_desks = op.merge("at_desks", closed, to_desks)
    handled = op.stateful_batch(
        "incidents", at_desks, lambda state: IncidentStep(plan.incident, plan.register, state)
    )
    briefs = op.filter_map("to_links", handled, _briefs)
    linked = op.stateful_batch(
        "links",
        briefs,
        lambda state: LinkStep(shards, plan.incident.relate_within_ms, state),
    )
    cases = op.filter_map("to_library", handled, _case)
    to_library = op.map("control_to_library", told, _control)
    at_library = op.merge("at_library", cases, to_library)
    recommended = op.stateful_batch(
        "recommend", at_library, lambda state: RecommendStep(plan.response, state, plan.frozen)
    )

    refused = op.filter_map("refused", told, _refused)
    labels = op.flat_map(
        "labels", told, lambda batch: label_rows(batch, plan.generation_ms, plan.keep_ms)
    )
    told_rows = op.merge("told_rows", linked, recommended, refused, feeds, labels)
    results = op.merge("results", tracked, detected, counted, handled, told_rows)
    kept = EXERCISED if plan.exercise else TABLES.keys()
    rows = op.filter("rows", results, lambda kv: isinstance(kv[1], Rows) and kv[1].table in kept)
    op.output("store", rows, sink)
    return flow


def _piece(kv: tuple[str, "PieceFor | Rows"]) -> tuple[str, ForShard] | None:
    return (str(kv[1].shard), kv[1]) if isinstance(kv[1], PieceFor) else None


def _briefs(kv: tuple[str, "Case | BriefsFor | CoursesFor | Rows"]) -> tuple[str, BriefsFor] | None:
    return (LINKS, kv[1]) if isinstance(kv[1], BriefsFor) else None


def _case(kv: tuple[str, "Case | BriefsFor | CoursesFor | Rows"]) -> tuple[str, ForLibrary] | None:
    return (LIBRARY, kv[1]) if isinstance(kv[1], Case | CoursesFor) else None


def _control(batch: ControlBatch) -> tuple[str, ForLibrary]:
    return LIBRARY, batch


def _refused(batch: ControlBatch) -> tuple[str, Rows] | None:
    if not batch.rejected:
        return None
    return LIBRARY, Rows("rejected", [rejected_row(one) for one in batch.rejected])

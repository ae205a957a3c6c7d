"""The stateful steps: each keeps one operator's state under its key and pickles it per snapshot.

Every step decides through ``operators``; here is only what Bytewax asks for. State is a function of
the entries alone, so ``on_eof`` decides nothing: a clean stop calls it too.
"""

import pickle
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from bytewax.operators import StatefulBatchLogic
from typing_extensions import override

from flows import response_rows, rows, story_rows
from flows.rows import Versions
from flows.tables import Rows
from operators.case import Case
from operators.control import ControlBatch
from operators.desk import Desk, DeskOutput, Register
from operators.incident import IncidentRules
from operators.links import Brief, Linker
from operators.metrics import MetricGeneration, MetricPiece, Retention
from operators.outcomes import Course
from operators.reading import ReadBatch
from operators.relabel import Relabel, Relabels
from operators.response import Response, ResponseRules, course_of
from operators.taskboard import KINDS
from operators.track import Tracker, TrackRules
from operators.watch import Watch, Watched, WatchRules
from operators.windows import Piece

V = TypeVar("V")
W = TypeVar("W")
S = TypeVar("S")

LIBRARY: Final = "library"
LINKS: Final = "links"
_FEW: Final = 64
_RUSH: Final = 10
"""How many times as long early rows wait in the rush of a backlog, where most are superseded."""
Emitted: TypeAlias = tuple[list[W], bool]


class PieceFor(NamedTuple):
    """A piece on its way to a shard."""

    shard: int
    piece: Piece


class MetricFor(NamedTuple):
    """Sums on their way to a generation of a shard."""

    shard: int
    generation: int
    piece: MetricPiece


class WatchedFor(NamedTuple):
    """What closed in a shard, on its way to its incident desk."""

    shard: int
    watched: Watched


class ControlFor(NamedTuple):
    """Actions on their way to a shard's incident desk."""

    shard: int
    batch: ControlBatch


class RelabelsFor(NamedTuple):
    """What people said of posts, and until when it is known, on its way to a shard's metrics."""

    shard: int
    relabels: tuple[Relabel, ...]
    read_until_ms: int


ForShard: TypeAlias = PieceFor | RelabelsFor
"""What a shard takes in."""


class BriefsFor(NamedTuple):
    """What a desk tells of its open incidents, and how far it has decided."""

    shard: int
    until_ms: int
    briefs: list[Brief]


class CoursesFor(NamedTuple):
    """How a desk's incidents stand, and how far it has decided, on their way to the response."""

    shard: int
    until_ms: int
    courses: list[Course]


class _Step(StatefulBatchLogic[V, W, bytes], Generic[V, W, S]):
    """A key's state; made from a snapshot or anew with the first item."""

    state: S | None

    def __init__(self, snapshot: bytes | None) -> None:
        # Own bytes, written by ``snapshot`` into the flow's recovery store.
        self.state = pickle.loads(snapshot) if snapshot is not None else None

    @override
    def snapshot(self) -> bytes:
        return pickle.dumps(self.state, pickle.HIGHEST_PROTOCOL)


class TrackStep(_Step[ReadBatch, "PieceFor | Rows", Tracker]):
    """Per stream partition: identity, lateness, pre-aggregation."""

    def __init__(self, rules: TrackRules, versions: Versions, snapshot: bytes | None) -> None:
        super().__init__(snapshot)
        self._rules = rules
        self._versions = versions

    @override
    def on_batch(self, values: list[ReadBatch]) -> Emitted["PieceFor | Rows"]:
        tracker = self.state or Tracker(values[0].partition, self._rules)
        self.state = tracker
        out: list[PieceFor | Rows] = []
        for batch in values:
            tracked = tracker.feed(batch)
            out += [PieceFor(shard, piece) for shard, piece in tracked.pieces.items()]
            versions = replace(self._versions, rules=batch.rules_version or self._versions.rules)
            for rules in tracked.rules:
                _put(out, "rule_versions", rows.rule_rows(*rules))
            _put(out, "mentions", [rows.mention_row(one, versions) for one in tracked.stored])
            _put(out, "deletions", map(rows.deletion_row, tracked.deletions))
            _put(out, "rejected", map(rows.rejected_row, tracked.rejected))
            _put(out, "pipeline_health", map(rows.health_row, tracked.health))
        return out, self.RETAIN


@dataclass(slots=True)
class ShardState:
    """What a shard keeps besides its metric generations."""

    watch: Watch
    retention: Retention
    relabels: Relabels


class DetectStep(_Step[ForShard, "MetricFor | WatchedFor | Rows", ShardState]):
    """Per shard: event-time minutes and detectors."""

    def __init__(
        self,
        rules: WatchRules,
        generation_ms: int,
        keep_ms: int,
        shards: int,
        snapshot: bytes | None,
    ) -> None:
        super().__init__(snapshot)
        self._rules = rules
        self._shards = shards
        self._times = (generation_ms, keep_ms)
        if self.state is not None:
            self.state.watch.resume(rules)
            self.state.relabels.resume()

    @override
    def on_batch(self, values: list[ForShard]) -> Emitted["MetricFor | WatchedFor | Rows"]:
        state = self.state or ShardState(
            Watch(self._rules), Retention(*self._times), Relabels(*self._times)
        )
        self.state = state
        shard = values[0].shard
        before = state.watch.windows.watermark_ms
        pieces = [value.piece for value in values if isinstance(value, PieceFor)]
        for value in values:
            if isinstance(value, RelabelsFor):
                state.relabels.told(value.relabels, value.read_until_ms)
        watched = state.watch.feed(pieces)
        watermark, relabels = watched.watermark_ms, state.relabels
        advanced = watermark != before
        corrected = relabels.due(shard, self._shards, watermark, state.retention.gone_ms)
        routed = state.retention.route(
            chain((one for piece in pieces for one in piece.cells), corrected),
            watermark,
            advanced=advanced,
            read_ms=relabels.read_ms,
        )
        out: list[MetricFor | WatchedFor | Rows] = [
            MetricFor(shard, generation, piece) for generation, piece in sorted(routed.items())
        ]
        if advanced:
            _put(out, "signals", map(rows.signal_row, watched.signals))
            _put(out, "baselines", map(rows.baseline_row, watched.bins))
            _put(out, "copies", map(story_rows.copy_row, watched.copies))
            _put(out, "stories", map(story_rows.story_row, watched.stories))
            out.append(WatchedFor(shard, watched))
        return out, self.RETAIN


class CountStep(_Step[MetricFor, Rows, MetricGeneration]):
    """Per generation of a shard: the rows of ``metrics_minute``.

    Early ones at once when they are few, as in a live stream; in the rush of a backlog after a
    moment, when many of them are no longer needed.
    """

    def __init__(self, early_ms: int, snapshot: bytes | None) -> None:
        super().__init__(snapshot)
        self._early = timedelta(milliseconds=early_ms)
        self._due: datetime | None = None
        self._arm()

    def _arm(self) -> None:
        if self._due is None and self.state is not None and self.state.waiting:
            self._due = datetime.now(UTC) + _RUSH * self._early

    @override
    def on_batch(self, values: list[MetricFor]) -> Emitted[Rows]:
        generation = self.state or MetricGeneration()
        self.state = generation
        out: list[Rows] = []
        found = generation.feed(v.piece for v in values)
        if generation.waiting <= _FEW:
            found += generation.early()
        _put(out, "metrics_minute", map(rows.metric_row, found))
        self._arm()
        return out, any(value.piece.expired for value in values)

    @override
    def notify_at(self) -> datetime | None:
        return self._due

    @override
    def on_notify(self) -> Emitted[Rows]:
        self._due = None
        out: list[Rows] = []
        if self.state is not None:
            _put(out, "metrics_minute", map(rows.metric_row, self.state.early()))
        return out, self.RETAIN


class IncidentStep(_Step["WatchedFor | ControlFor", "Case | BriefsFor | CoursesFor | Rows", Desk]):
    """Per shard: the incident desk."""

    def __init__(self, rules: IncidentRules, register: Register, snapshot: bytes | None) -> None:
        super().__init__(snapshot)
        self._rules = rules
        self._register = register
        if self.state is not None:
            self.state.resume()

    @override
    def on_batch(
        self, values: list["WatchedFor | ControlFor"]
    ) -> Emitted["Case | BriefsFor | CoursesFor | Rows"]:
        desk = self.state or Desk(values[0].shard, self._rules)
        self.state = desk
        for value in values:
            if isinstance(value, WatchedFor):
                desk.watched([value.watched])
            else:
                actions = [one for one in value.batch.actions if one.kind not in KINDS]
                desk.told(actions, value.batch.actions_until_ms)
        before = desk.decided_ms
        done = desk.work(self._register)
        out: list[Case | BriefsFor | CoursesFor | Rows] = [*done.cases]
        if desk.decided_ms > before:
            out.append(BriefsFor(desk.shard, desk.decided_ms, done.briefs))
        if desk.decided_ms > before or done.incidents:
            known = desk.register(self._register, desk.decided_ms)
            courses = [course_of(one, known) for one in done.incidents]
            out.append(CoursesFor(desk.shard, desk.decided_ms, courses))
        _put_desk(out, done)
        return out, self.RETAIN


class LinkStep(_Step[BriefsFor, Rows, Linker]):
    """Incidents of all shards that are one story: one key, for open incidents are few."""

    def __init__(self, shards: int, within_ms: int, snapshot: bytes | None) -> None:
        super().__init__(snapshot)
        self._rules = (shards, within_ms)

    @override
    def on_batch(self, values: list[BriefsFor]) -> Emitted[Rows]:
        linker = self.state or Linker(*self._rules)
        self.state = linker
        out: list[Rows] = []
        for value in values:
            _put(out, "incident_links", map(rows.link_row, linker.take(*value)))
        return out, self.RETAIN


class RecommendStep(_Step["Case | CoursesFor | ControlBatch", Rows, Response]):
    """The response room: one key, for the table is small and incidents are few."""

    def __init__(self, rules: ResponseRules, snapshot: bytes | None) -> None:
        super().__init__(snapshot)
        self._rules = rules
        if self.state is not None:
            self.state.resume()

    @override
    def on_batch(self, values: list["Case | CoursesFor | ControlBatch"]) -> Emitted[Rows]:
        room = self.state or Response()
        self.state = room
        out: list[Rows] = []
        for value in values:
            if isinstance(value, ControlBatch):
                room.playbooks(value.playbooks, value.playbooks_until_ms)
                room.told(value.actions, value.actions_until_ms)
                _put(out, "playbook_versions", map(rows.playbook_row, value.playbooks))
            elif isinstance(value, CoursesFor):
                room.worked(*value)
            else:
                room.asked([value])
        done = room.work(self._rules)
        _put(out, "recommendations", map(rows.recommendation_row, done.recommended))
        _put(out, "library_gaps", map(rows.gap_row, done.gaps))
        _put(out, "tasks", map(response_rows.task_row, done.board.tasks))
        _put(out, "clocks", map(response_rows.clock_row, done.board.clocks))
        _put(out, "actions", map(rows.action_row, done.board.outcomes))
        _put(out, "outcomes", map(response_rows.outcome_row, done.outcomes))
        return out, self.RETAIN


def _put(out: list[Any], table: str, found: Iterable[tuple[Any, ...]]) -> None:
    some = list(found)
    if some:
        out.append(Rows(table, some))


def _put_desk(out: list[Any], done: DeskOutput) -> None:
    _put(out, "incidents", map(rows.incident_row, done.incidents))
    _put(out, "incident_events", map(rows.event_row, done.events))
    _put(out, "forecasts", [row for one in done.forecasts for row in rows.forecast_rows(one)])
    _put(out, "actions", map(rows.action_row, done.outcomes))
    for found in done.focuses:
        _put(out, "phrases", story_rows.phrase_rows(found))
        _put(out, "representatives", story_rows.representative_rows(found))

"""The stateful steps from posts to signals: each keeps one operator's state under its key.

Every step decides through ``operators``; here is only what Bytewax asks for. State is a function of
the entries alone, so ``on_eof`` decides nothing: a clean stop calls it too.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Final

from typing_extensions import override

from flows import incident_rows, library_rows, rows, story_rows
from flows.messages import ForShard, MetricFor, PieceFor, RelabelsFor, WatchedFor
from flows.rows import Versions
from flows.step import Emitted, Step, put
from flows.tables import Rows
from operators.metrics import MetricGeneration, Retention
from operators.reading import ReadBatch
from operators.relabel import Relabels
from operators.track import Tracker
from operators.tracked import TrackRules
from operators.watch import Watch, WatchRules

_BEHIND: Final = timedelta(minutes=5)
"""So far behind the present a stream is a backlog, where early rows are soon superseded."""
_RUSH: Final = 10
"""How many times as long early rows wait in a backlog."""


class TrackStep(Step[ReadBatch, "PieceFor | Rows", Tracker]):
    """Per stream partition: identity, lateness, pre-aggregation."""

    def __init__(
        self,
        rules: TrackRules,
        versions: Versions,
        snapshot: bytes | None,
        frozen: Path | None = None,
    ) -> None:
        super().__init__(snapshot, frozen)
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
                put(out, "rule_versions", library_rows.rule_rows(*rules))
            put(out, "mentions", [rows.mention_row(one, versions) for one in tracked.stored])
            put(out, "deletions", map(rows.deletion_row, tracked.deletions))
            put(out, "rejected", map(rows.rejected_row, tracked.rejected))
            put(out, "pipeline_health", map(rows.health_row, tracked.health))
        return out, self.RETAIN


@dataclass(slots=True)
class ShardState:
    """What a shard keeps besides its metric generations."""

    watch: Watch
    retention: Retention
    relabels: Relabels


class DetectStep(Step[ForShard, "MetricFor | WatchedFor | Rows", ShardState]):
    """Per shard: event-time minutes and detectors."""

    def __init__(
        self,
        rules: WatchRules,
        generation_ms: int,
        keep_ms: int,
        shards: int,
        snapshot: bytes | None,
        frozen: Path | None = None,
    ) -> None:
        super().__init__(snapshot, frozen)
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
                state.watch.lessons.told(value.false_alarms)
        # Nothing is decided before a word that counts for it; the desk waits for it as well.
        watched = state.watch.feed(pieces, state.relabels.read_ms)
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
            put(out, "signals", map(incident_rows.signal_row, watched.signals))
            put(out, "baselines", map(incident_rows.baseline_row, watched.bins))
            put(out, "copies", map(story_rows.copy_row, watched.copies))
            put(out, "stories", map(story_rows.story_row, watched.stories))
            out.append(WatchedFor(shard, watched))
        return out, self.RETAIN


class CountStep(Step[MetricFor, Rows, MetricGeneration]):
    """Per generation of a shard: the rows of ``metrics_minute``.

    Early ones at once in a live stream; in a backlog after a moment, when many of them are no
    longer needed.
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
        behind = _is_behind(generation.watermark_ms)
        if behind:
            self._arm()
        else:
            found += generation.early()
        put(out, "metrics_minute", map(rows.metric_row, found), behind=behind)
        return out, any(value.piece.expired for value in values)

    @override
    def notify_at(self) -> datetime | None:
        return self._due

    @override
    def on_notify(self) -> Emitted[Rows]:
        self._due = None
        out: list[Rows] = []
        if self.state is not None:
            early = map(rows.metric_row, self.state.early())
            put(out, "metrics_minute", early, behind=True)
        return out, self.RETAIN


def _is_behind(watermark_ms: int) -> bool:
    moment = datetime.fromtimestamp(watermark_ms / 1000, UTC)
    return watermark_ms > 0 and datetime.now(UTC) - moment > _BEHIND

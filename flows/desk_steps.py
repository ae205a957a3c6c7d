"""The stateful steps from what closed in a shard to incidents, links and recommendations.

What holds for `flows.steps` holds here.
"""

from pathlib import Path
from typing import Any

from typing_extensions import override

from flows import incident_rows, library_rows, response_rows, story_rows
from flows.messages import BriefsFor, ControlFor, CoursesFor, WatchedFor
from flows.step import Emitted, Step, put
from flows.tables import Rows
from operators.case import Case
from operators.control import ControlBatch
from operators.desk import Desk
from operators.incident_parts import IncidentRules
from operators.links import Linker
from operators.register import Register
from operators.response import Response, ResponseRules, course_of
from operators.rulings import DeskOutput
from operators.taskboard import KINDS


class IncidentStep(Step["WatchedFor | ControlFor", "Case | BriefsFor | CoursesFor | Rows", Desk]):
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


class LinkStep(Step[BriefsFor, Rows, Linker]):
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
            put(out, "incident_links", map(incident_rows.link_row, linker.take(*value)))
        return out, self.RETAIN


class RecommendStep(Step["Case | CoursesFor | ControlBatch", Rows, Response]):
    """The response room: one key, for the table is small and incidents are few."""

    def __init__(
        self, rules: ResponseRules, snapshot: bytes | None, frozen: Path | None = None
    ) -> None:
        super().__init__(snapshot, frozen)
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
                put(out, "playbook_versions", map(library_rows.playbook_row, value.playbooks))
            elif isinstance(value, CoursesFor):
                room.worked(*value)
            else:
                room.asked([value])
        done = room.work(self._rules)
        put(out, "recommendations", map(library_rows.recommendation_row, done.recommended))
        put(out, "library_gaps", map(library_rows.gap_row, done.gaps))
        put(out, "tasks", map(response_rows.task_row, done.board.tasks))
        put(out, "clocks", map(response_rows.clock_row, done.board.clocks))
        put(out, "actions", map(incident_rows.action_row, done.board.outcomes))
        put(out, "outcomes", map(response_rows.outcome_row, done.outcomes))
        return out, self.RETAIN


def _put_desk(out: list[Any], done: DeskOutput) -> None:
    put(out, "incidents", map(incident_rows.incident_row, done.incidents))
    put(out, "incident_events", map(incident_rows.event_row, done.events))
    forecasts = (row for one in done.forecasts for row in incident_rows.forecast_rows(one))
    put(out, "forecasts", forecasts)
    put(out, "actions", map(incident_rows.action_row, done.outcomes))
    for found in done.focuses:
        put(out, "phrases", story_rows.phrase_rows(found))
        put(out, "representatives", story_rows.representative_rows(found))

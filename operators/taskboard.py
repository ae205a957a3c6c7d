"""The task board (任务): what recommendations asked of people, until when, and what became of it.

Tasks open with a recommendation and name a person on duty; reporting clocks (报告时限) run beside
them. Both end by a human action or with the incident. All instants are watermark minutes in ms;
the caller works through them in order.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from operators.duty import Team
from operators.model import MINUTE, Action
from operators.tasks import (
    CANCELLED,
    DONE,
    WAIVED,
    BoardClock,
    BoardTask,
    Brief,
    ClockRule,
    Item,
    TaskPlan,
)

APPLIED: Final = "applied"
INVALID: Final = "invalid"
UNKNOWN: Final = "unknown_task"

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "task_done": ("task", DONE),
    "task_waive": ("task", WAIVED),
    "clock_done": ("clock", DONE),
    "clock_waive": ("clock", WAIVED),
}
"""Action kind -> which entry of its detail names what it is about, and how that ends."""


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """What became of an action about a task or clock."""

    action: Action
    incident_id: str
    effective_ms: int
    outcome: str


@dataclass(slots=True)
class BoardOutput:
    """What changed."""

    tasks: list[BoardTask] = field(default_factory=list)
    clocks: list[BoardClock] = field(default_factory=list)
    outcomes: list[TaskOutcome] = field(default_factory=list)


@dataclass(slots=True)
class _Case:
    """The tasks and clocks of one incident, by id."""

    tasks: dict[str, BoardTask] = field(default_factory=dict)
    clocks: dict[str, BoardClock] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """Whether anything is still open."""
        return any(task.item.open for task in self.tasks.values()) or any(
            clock.item.open for clock in self.clocks.values()
        )


class TaskBoard:
    """State: everything that was opened; what ended is kept for actions that come late."""

    def __init__(self) -> None:
        self._cases: dict[str, _Case] = {}
        self._active: dict[str, None] = {}
        self._latest: dict[tuple[bool, str, str], str] = {}

    def brief(
        self, brief: Brief, team: Team, clocks: Iterable[ClockRule], out: BoardOutput
    ) -> None:
        """Open what a recommendation asks for; what it no longer asks for is cancelled.

        A task keeps its deadline and state when the playbook is given again; one that is new after
        its deadline has passed counts from now, for nobody can have been late with it.
        """
        now = brief.decided_ms
        case = self._cases.setdefault(brief.incident_id, _Case())
        self._active[brief.incident_id] = None
        self._latest[brief.exercise, brief.subject, brief.crisis_type] = brief.incident_id
        wanted: set[str] = set()
        for seq, plan in enumerate(brief.tasks, 1):
            task_id = _task_id(brief.incident_id, brief.playbook_id, plan.id or str(seq))
            wanted.add(task_id)
            known = case.tasks.get(task_id)
            if known is None or known.item.status == CANCELLED:
                task = self._opened(brief, plan, seq, task_id, team, known)
            elif known.plan == plan and known.playbook_version == brief.playbook_version:
                continue
            else:
                item = replace(known.item, version=known.item.version + 1)
                task = replace(
                    known, item=item, plan=plan, playbook_version=brief.playbook_version, seq=seq
                )
            case.tasks[task_id] = task
            out.tasks.append(task)
        for task_id, task in case.tasks.items():
            if task_id not in wanted and task.item.open:
                ended = _ended(task.item, CANCELLED, now, "", "预案已更换或更新，不再要求此项")
                case.tasks[task_id] = replace(task, item=ended)
                out.tasks.append(case.tasks[task_id])
        for rule in clocks:
            if rule.id in case.clocks:
                continue
            if rule.applies(brief.industry, brief.crisis_type, brief.level):
                due = brief.detected_ms + rule.minutes * MINUTE
                item = _item(brief, rule.id, brief.detected_ms, due)
                case.clocks[rule.id] = BoardClock(item, rule)
                out.clocks.append(case.clocks[rule.id])

    def _opened(
        self,
        brief: Brief,
        plan: TaskPlan,
        seq: int,
        task_id: str,
        team: Team,
        known: BoardTask | None,
    ) -> BoardTask:
        now = brief.decided_ms
        due = brief.detected_ms + plan.minutes * MINUTE
        if due <= now:
            due = now + plan.minutes * MINUTE
        who = team.assign(plan.role, brief.subject, now)
        version = known.item.version + 1 if known else 1
        return BoardTask(
            replace(_item(brief, task_id, now, due), version=version),
            plan,
            seq,
            brief.playbook_id,
            brief.playbook_version,
            who.person,
            who.department,
            who.deputy,
        )

    def act(self, action: Action, at_ms: int, out: BoardOutput) -> None:
        """End a task or clock as a person says; waiving needs a reason."""
        field_name, status = KINDS[action.kind]
        named = action.detail.get(field_name, "")
        reason = action.detail.get("reason", "") or action.detail.get("note", "")
        about = (action.exercise, action.subject, action.crisis_type)
        incident = action.incident or self._latest.get(about, "")
        case, found = self._find(incident, field_name, named)
        if case is None or found is None:
            out.outcomes.append(TaskOutcome(action, action.incident, at_ms, UNKNOWN))
            return
        if not found.item.open or (status == WAIVED and not reason):
            out.outcomes.append(TaskOutcome(action, found.item.incident_id, at_ms, INVALID))
            return
        item = _ended(found.item, status, at_ms, action.actor, reason)
        if isinstance(found, BoardTask):
            case.tasks[item.id] = replace(found, item=item)
            out.tasks.append(case.tasks[item.id])
        else:
            case.clocks[item.id] = replace(found, item=item)
            out.clocks.append(case.clocks[item.id])
        out.outcomes.append(TaskOutcome(action, item.incident_id, at_ms, APPLIED))

    def _find(
        self, incident: str, kind: str, named: str
    ) -> tuple[_Case | None, BoardTask | BoardClock | None]:
        """Return what an action is about: by id, or a task by its id in the playbook."""
        cases = [self._cases[incident]] if incident in self._cases else []
        for case in cases or list(self._cases.values()):
            if kind == "clock":
                clock = case.clocks.get(named) if cases else None
                if clock is not None:
                    return case, clock
                continue
            task = case.tasks.get(named)
            if task is None and cases:
                same = [one for one in case.tasks.values() if one.plan.id == named]
                task = next((one for one in same if one.item.open), same[0] if same else None)
            if task is not None:
                return case, task
        return None, None

    def end(self, incident_id: str, at_ms: int, reason: str, out: BoardOutput) -> None:
        """Cancel the tasks still open when their incident ends; a duty to report stays."""
        case = self._cases.get(incident_id)
        if case is None:
            return
        for task_id, task in case.tasks.items():
            if task.item.open:
                ended = _ended(task.item, CANCELLED, at_ms, "", reason)
                case.tasks[task_id] = replace(task, item=ended)
                out.tasks.append(case.tasks[task_id])

    def cancel_clocks(self, incident_id: str, at_ms: int, reason: str, out: BoardOutput) -> None:
        """Stop the clocks of an incident that turned out to be none."""
        case = self._cases.get(incident_id)
        if case is None:
            return
        for clock_id, clock in case.clocks.items():
            if clock.item.open:
                ended = _ended(clock.item, CANCELLED, at_ms, "", reason)
                case.clocks[clock_id] = replace(clock, item=ended)
                out.clocks.append(case.clocks[clock_id])

    def advance(self, watermark_ms: int, out: BoardOutput) -> None:
        """Flag what the watermark has passed the deadline of."""
        for incident_id in list(self._active):
            case = self._cases[incident_id]
            for task_id, task in case.tasks.items():
                if _late(task.item, watermark_ms):
                    case.tasks[task_id] = replace(task, item=_flagged(task.item))
                    out.tasks.append(case.tasks[task_id])
            for clock_id, clock in case.clocks.items():
                if _late(clock.item, watermark_ms):
                    case.clocks[clock_id] = replace(clock, item=_flagged(clock.item))
                    out.clocks.append(case.clocks[clock_id])
            if not case.active:
                del self._active[incident_id]


def _task_id(incident_id: str, playbook_id: str, task: str) -> str:
    natural = f"{incident_id}/{playbook_id}/{task}"
    return hashlib.sha256(natural.encode()).hexdigest()[:12]


def _item(brief: Brief, item_id: str, opened_ms: int, due_ms: int) -> Item:
    return Item(
        brief.exercise,
        brief.subject,
        brief.crisis_type,
        brief.incident_id,
        item_id,
        opened_ms,
        due_ms,
    )


def _ended(item: Item, status: str, at_ms: int, by: str, reason: str) -> Item:
    return replace(
        item, status=status, ended_ms=at_ms, ended_by=by, reason=reason, version=item.version + 1
    )


def _late(item: Item, watermark_ms: int) -> bool:
    return item.open and not item.overdue and item.due_ms < watermark_ms


def _flagged(item: Item) -> Item:
    return replace(item, overdue=True, version=item.version + 1)

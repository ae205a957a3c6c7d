"""The response room: the library, the task board and the outcomes, worked through by the minute.

Cases, incidents and human actions come from several places. They are worked through in the order
of their minutes, once every desk, the actions and the library have been read that far, so a replay
opens the same tasks, flags the same delays and learns the same effects.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from operators.case import Case
from operators.duty import Team
from operators.incident import Incident
from operators.library import Library, PlaybookEntry, Recommended
from operators.library_gaps import Gap
from operators.model import MINUTE, Action
from operators.outcomes import Course, Outcome, OutcomeBook, known_effects
from operators.register import Register
from operators.taskboard import KINDS, BoardOutput, TaskBoard
from operators.tasks import Brief, ClockRule, TaskPlan

OPEN_STATE: Final = "open"
_NONE_AT_ALL: Final = ("false_alarm", "merged")
_ENDED: Final = {
    "resolved": "事件已由人工办结",
    "closed": "事件已平息",
    "false_alarm": "事件被判定为误报",
    "merged": "事件已并入另一事件",
}


@dataclass(frozen=True, slots=True)
class ResponseRules:
    """Who is there and which clocks run: configuration of a run, never state."""

    shards: int
    team: Team = field(default_factory=Team)
    clocks: tuple[ClockRule, ...] = ()


@dataclass(slots=True)
class ResponseOutput:
    """What working through the minutes brought about."""

    recommended: list[Recommended] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    board: BoardOutput = field(default_factory=BoardOutput)
    outcomes: list[Outcome] = field(default_factory=list)


class Response:
    """State of the one room there is; small, for incidents are few."""

    def __init__(self) -> None:
        self._library = Library()
        self._board = TaskBoard()
        self._outcomes = OutcomeBook()
        self._worked: dict[int, int] = {}
        self._actions_read = 0
        self._waiting: list[tuple[int, int, str, Action | Case | Course]] = []
        self._latest: dict[str, Course] = {}

    def resume(self) -> None:
        """Decide nothing until the control streams have been read anew: they may have grown."""
        self._library.resume()
        self._actions_read = 0

    def playbooks(self, entries: Iterable[PlaybookEntry], read_until_ms: int) -> None:
        """Take in playbooks, and how far their stream has been read."""
        self._library.take(entries, read_until_ms)

    def told(self, actions: Iterable[Action], read_until_ms: int) -> None:
        """Take in actions about tasks and clocks, and how far their stream has been read."""
        for action in actions:
            if action.kind in KINDS:
                effective = action.at_ms - action.at_ms % MINUTE + MINUTE
                self._waiting.append((effective, 0, action.action_id, action))
        self._actions_read = max(self._actions_read, read_until_ms)

    def asked(self, cases: Iterable[Case]) -> None:
        """Take in incidents that ask for a playbook."""
        self._waiting += [(case.decided_ms, 1, case.incident_id, case) for case in cases]

    def worked(self, shard: int, until_ms: int, courses: Iterable[Course]) -> None:
        """Take in how a desk's incidents stand, and how far it has decided."""
        self._waiting += [(one.at_ms, 2, one.incident_id, one) for one in courses]
        self._worked[shard] = max(until_ms, self._worked.get(shard, 0))

    def work(self, rules: ResponseRules) -> ResponseOutput:
        """Work through every minute that everything has been read up to."""
        out = ResponseOutput()
        if len(self._worked) < rules.shards:
            return out
        until = min(*self._worked.values(), self._actions_read, self._library.read_until_ms)
        due = [one for one in self._waiting if one[0] <= until]
        self._waiting = [one for one in self._waiting if one[0] > until]
        # Stable: how one incident stood at one minute stays in the order in which its desk said it.
        for at_ms, _order, _name, what in sorted(due, key=lambda one: one[:3]):
            self._board.advance(at_ms, out.board)
            if isinstance(what, Action):
                self._board.act(what, at_ms, out.board)
            elif isinstance(what, Case):
                self._ask(what, rules, out)
            else:
                self._follow(what, out)
        self._board.advance(until, out.board)
        out.gaps = self._library.take_gaps()
        return out

    def _ask(self, case: Case, rules: ResponseRules, out: ResponseOutput) -> None:
        for answer in self._library.ask([case]):
            out.recommended.append(answer)
            given = answer.recommendation
            tasks = tuple(
                TaskPlan(
                    one.id, one.role, one.task, one.deadline_minutes, one.done_when, one.depends_on
                )
                for one in given.actions
            )
            brief = Brief(
                case.exercise,
                case.subject.id,
                case.subject.industry,
                case.crisis_type,
                case.incident_id,
                case.level,
                case.detected_ms,
                case.decided_ms,
                given.playbook_id,
                given.playbook_version,
                tasks,
            )
            self._board.brief(brief, rules.team, rules.clocks, out.board)
            self._outcomes.used(_course_of(case), given.playbook_id, given.playbook_version)

    def _follow(self, course: Course, out: ResponseOutput) -> None:
        before = self._latest.get(course.incident_id)
        self._latest[course.incident_id] = course
        told = self._outcomes.follow(course)
        if told is not None:
            out.outcomes.append(told)
        ended = course.state != OPEN_STATE
        if ended and (before is None or before.state == OPEN_STATE):
            reason = _ENDED.get(course.state, "事件已结束")
            self._board.end(course.incident_id, course.at_ms, reason, out.board)
            if course.state in _NONE_AT_ALL:
                self._board.cancel_clocks(course.incident_id, course.at_ms, reason, out.board)
            effects = known_effects(self._outcomes.effects())
            self._library.learn({name: (one.n, one.better) for name, one in effects.items()})


def _course_of(case: Case) -> Course:
    return Course(
        case.exercise,
        case.subject.id,
        case.subject.industry,
        case.crisis_type,
        case.incident_id,
        case.level,
        OPEN_STATE,
        case.decided_ms,
        case.detected_ms,
        0,
        case.override,
        0,
        0,
        0,
    )


def course_of(incident: Incident, register: Register) -> Course:
    """Return how an incident stands, for the response."""
    return Course(
        incident.exercise,
        incident.subject,
        register.industry_of(incident.subject),
        incident.crisis_type,
        incident.incident_id,
        incident.level_peak,
        incident.state,
        incident.updated_ms,
        incident.detected_ms,
        incident.statement_ms,
        incident.override,
        incident.mentions_1h,
        incident.negative_1h,
        incident.closed_ms,
    )

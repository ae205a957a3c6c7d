"""The task board: who has to do what until when, and every way in which that ends."""

import pickle
from dataclasses import replace

import pytest

from operators.duty import Member, Team
from operators.model import MINUTE, Action
from operators.taskboard import BoardOutput, TaskBoard
from operators.tasks import BoardTask, Brief, ClockRule, TaskPlan

START = 1_790_000_040_000
TEAM = Team({"品牌公关部": (Member("陈思远", "品牌公关部", "李可"),)})
CHECK = TaskPlan("check", "信息科技部", "查明故障原因", 30, "原因写进事件单")
PUBLISH = TaskPlan("publish", "品牌公关部", "发布首次回应", 60, "微博上线", ("check",))
CLOCK = ClockRule(
    "outage",
    "系统故障报告",
    30,
    "属地监管局",
    "某办法第八条",
    certain=False,
    industries=("banking",),
)
BRIEF = Brief(
    False,
    "xinghe_bank",
    "banking",
    "system_outage",
    "inc1",
    "moderate",
    START,
    START + 5 * MINUTE,
    "banking.system_outage",
    "v1",
    (CHECK, PUBLISH),
)


def opened(board: TaskBoard, brief: Brief = BRIEF) -> BoardOutput:
    """Give the board a recommendation and return what changed."""
    out = BoardOutput()
    board.brief(brief, TEAM, (CLOCK,), out)
    return out


def action(kind: str, incident: str = "inc1", **detail: str) -> Action:
    """Return what a person says about a task."""
    return Action("9-0", START, incident, kind, "陈思远", detail=detail)


def acted(board: TaskBoard, what: Action, minute: int = 10) -> BoardOutput:
    """Apply an action ``minute`` minutes after detection."""
    out = BoardOutput()
    board.act(what, START + minute * MINUTE, out)
    return out


def test_recommendation_opens_tasks_with_people_and_deadlines() -> None:
    """Deadlines count from detection; a role without people is left empty, not invented."""
    out = opened(TaskBoard())
    check, publish = out.tasks
    assert (check.person, publish.person, publish.deputy) == ("", "陈思远", "李可")
    assert [one.item.due_ms - START for one in out.tasks] == [30 * MINUTE, 60 * MINUTE]
    assert (publish.plan.depends_on, publish.seq) == (("check",), 2)
    assert [(one.rule.id, one.item.due_ms - START) for one in out.clocks] == [
        ("outage", 30 * MINUTE)
    ]


def test_clock_of_another_industry_does_not_run() -> None:
    """Nor one of another level."""
    assert not opened(TaskBoard(), replace(BRIEF, industry="telecom")).clocks


def test_same_recommendation_again_changes_nothing() -> None:
    """People are not given the same task twice."""
    board = TaskBoard()
    opened(board)
    again = opened(board, replace(BRIEF, decided_ms=START + 20 * MINUTE))
    assert not again.tasks
    assert not again.clocks


def test_other_playbook_cancels_what_is_open_and_keeps_what_is_done() -> None:
    """A task new after its deadline counts from now: nobody can have been late with it."""
    board = TaskBoard()
    first = opened(board)
    acted(board, action("task_done", task="check"))
    other = replace(
        BRIEF,
        playbook_id="banking.general",
        decided_ms=START + 120 * MINUTE,
        tasks=(replace(PUBLISH, minutes=15),),
    )
    out = opened(board, other)
    new, cancelled = out.tasks
    assert new.item.due_ms == START + 135 * MINUTE
    assert (cancelled.item.id, cancelled.item.status) == (first.tasks[1].item.id, "cancelled")


def test_new_text_of_the_same_task_keeps_its_deadline() -> None:
    """An edited playbook changes the words on the board and not the time."""
    board = TaskBoard()
    before = opened(board).tasks[0]
    edited = replace(BRIEF, playbook_version="v2", tasks=(replace(CHECK, task="查明并说明"),))
    after = opened(board, edited).tasks[0]
    assert (after.plan.task, after.item.due_ms) == ("查明并说明", before.item.due_ms)
    assert after.item.version == before.item.version + 1


@pytest.mark.parametrize(
    ("what", "status", "outcome"),
    [
        (action("task_done", task="check"), "done", "applied"),
        (action("task_waive", task="check", reason="故障已自行恢复"), "waived", "applied"),
        (action("task_waive", task="check"), "", "invalid"),
        (action("task_done", task="nothing"), "", "unknown_task"),
        (action("task_done", "inc9", task="check"), "", "unknown_task"),
        (action("clock_done", clock="outage"), "done", "applied"),
        (action("clock_waive", clock="outage", reason="未达标准"), "waived", "applied"),
        (action("clock_done", clock="other"), "", "unknown_task"),
    ],
)
def test_action_ends_a_task_or_clock_or_says_why_not(
    what: Action, status: str, outcome: str
) -> None:
    """Waiving needs a reason; what is unknown is told, not lost."""
    board = TaskBoard()
    opened(board)
    out = acted(board, what)
    changed = [*(one.item for one in out.tasks), *(one.item for one in out.clocks)]
    assert [one.status for one in changed] == ([status] if status else [])
    assert [one.outcome for one in out.outcomes] == [outcome]
    assert all(one.ended_by == "陈思远" for one in changed)


def test_task_is_found_by_its_own_id_without_an_incident() -> None:
    """A person may copy it from the wall."""
    board = TaskBoard()
    task = opened(board).tasks[0]
    out = acted(board, action("task_done", "", task=task.item.id))
    assert out.tasks[0].item.status == "done"


def test_latest_incident_is_meant_when_only_subject_and_type_are_given() -> None:
    """A task is then named as its playbook names it."""
    board = TaskBoard()
    opened(board)
    what = replace(
        action("task_done", "", task="check"), subject="xinghe_bank", crisis_type="system_outage"
    )
    assert acted(board, what).outcomes[0].outcome == "applied"
    assert acted(board, replace(what, exercise=True)).outcomes[0].outcome == "unknown_task"


def test_done_twice_is_invalid_the_second_time() -> None:
    """The first word stands."""
    board = TaskBoard()
    opened(board)
    acted(board, action("task_done", task="check"))
    assert acted(board, action("task_done", task="check"), 12).outcomes[0].outcome == "invalid"


def test_deadline_that_passes_is_flagged_once_and_stays() -> None:
    """Done late is still flagged as late; done in time never is."""
    board = TaskBoard()
    opened(board)
    acted(board, action("task_done", task="check"), 29)
    out = BoardOutput()
    board.advance(START + 61 * MINUTE, out)
    assert [(one.plan.id, one.item.overdue) for one in out.tasks] == [("publish", True)]
    assert [one.item.overdue for one in out.clocks] == [True]
    late = acted(board, action("task_done", task="publish"), 70)
    assert (late.tasks[0].item.overdue, late.tasks[0].item.status) == (True, "done")
    again = BoardOutput()
    board.advance(START + 200 * MINUTE, again)
    assert not again.tasks


def test_end_of_the_incident_cancels_tasks_and_leaves_the_duty_to_report() -> None:
    """Except when the incident was none at all."""
    board = TaskBoard()
    opened(board)
    out = BoardOutput()
    board.end("inc1", START + 40 * MINUTE, "事件已结束", out)
    assert {one.item.status for one in out.tasks} == {"cancelled"}
    assert not out.clocks
    board.cancel_clocks("inc1", START + 41 * MINUTE, "误报", out)
    assert [one.item.status for one in out.clocks] == ["cancelled"]


def test_board_survives_a_snapshot() -> None:
    """What was open is open after a resume."""
    board = TaskBoard()
    opened(board)
    again: TaskBoard = pickle.loads(pickle.dumps(board))
    out = acted(again, action("task_done", task="check"))
    assert isinstance(out.tasks[0], BoardTask)

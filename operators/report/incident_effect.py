"""Chapters 处置建议 and 处置效果: what to do, what was done, and what became of it."""

from collections.abc import Iterator

from operators.model import MINUTE
from operators.report.answers import Answer, Answers, minutes, no_data
from operators.report.data import IncidentFile, RecommendationRow, ReportData
from operators.report.document import (
    Block,
    Bullets,
    Cell,
    Draft,
    Heading,
    Num,
    Paragraph,
    Soft,
    Strong,
    Table,
)
from operators.report.incident_risk import TASK_STATES
from operators.report.moments import percent, short_stamp, span, stamp
from operators.report.tasks import tasks


def advice_blocks(file: IncidentFile, data: ReportData, answers: Answers) -> Iterator[Block]:
    """Show the recommendation in force with its reasons, draft, tasks and notes."""
    yield Heading("六、处置建议")
    advice = file.recommendation
    if advice is None or not advice.playbook_id:
        yield no_data("处置建议", "预案库中没有适用的预案")
        return
    titles = {row.playbook_id: row.title for row in data.playbooks}
    yield Paragraph((Strong(f"建议启用预案《{advice.title}》　"), advice.reason))
    override = file.row.override
    if override:
        yield Paragraph(
            (Strong("值班人员已改选：《"), titles.get(override, override), "》；下文为系统建议。")
        )
    if advice.runner_up:
        lost = advice.runner_up_reason or titles.get(advice.runner_up, advice.runner_up)
        yield Paragraph((Soft(f"次选为何落选：{lost}"),), "soft")
    if advice.statement:
        yield Draft(draft_flag(file, advice), advice.statement)
    yield from _tasks(file, advice, answers["incident_tasks"], data.end_ms)
    if advice.legal_notes:
        yield Heading("法律提示", 3)
        yield Bullets(tuple((note,) for note in advice.legal_notes))
    if advice.donts:
        yield Heading("切勿", 3)
        yield Bullets(tuple((dont,) for dont in advice.donts), "donts")


def draft_flag(file: IncidentFile, advice: RecommendationRow) -> str:
    """Say what stands between a draft and the public."""
    gaps = len(advice.statement_gaps)
    parts = [f"声明草稿 · 待{advice.approver or '负责人'}审批"]
    if gaps:
        parts.append(f"还有 {gaps} 处待填，填完前不能送审")
    if file.row.statement_ms:
        parts.append(f"{stamp(file.row.statement_ms)} 已有声明发布")
    return " · ".join(parts)


def _tasks(
    file: IncidentFile, advice: RecommendationRow, found: Answer, end_ms: int
) -> Iterator[Block]:
    yield Heading("行动清单", 3)
    if found.rows:
        yield Table(
            ("责任人", "任务", "完成标志", "到期", "状态"),
            tuple(
                (
                    (str(row["role"]), f"（{row['person']}）" if row["person"] else ""),
                    (str(row["task"]),),
                    (str(row["done_when"]),),
                    (found.num(row["due_at"], lambda at: short_stamp(int(at))),),
                    (
                        TASK_STATES.get(str(row["status"]), str(row["status"])),
                        Strong("（超时）") if row["overdue"] else "",
                    ),
                )
                for row in found.rows
            ),
            small=True,
        )
        return
    planned = tasks(advice.actions)
    if not planned:
        yield no_data("任务")
        return
    running = file.row.state == "open"
    yield Table(
        ("角色", "任务", "完成标志", "时限", "到期"),
        tuple(
            (
                (task.role,),
                (task.task,),
                (task.done_when,),
                (Num(span(task.deadline_minutes * MINUTE) if task.deadline_minutes else "立即",
                     "recommendations"),),
                (
                    Num(short_stamp(task.due_ms), "recommendations"),
                    Soft(" 已过") if running and 0 < task.due_ms < end_ms else "",
                ),
            )
            for task in planned
        ),
        frozenset({3}),
        small=True,
    )  # fmt: skip
    yield no_data("任务的办理情况", "任务尚未入库，以上为预案所列")


def effect_blocks(file: IncidentFile, answers: Answers) -> Iterator[Block]:
    """Tell when people acted, and how the talk was before and after the statement."""
    row = file.row
    yield Heading("七、处置效果")

    def when(ms: int, why: str) -> tuple[Cell, Cell]:
        if not ms:
            return ("尚未",), (Soft(why),)
        return (Num(stamp(ms), "state"),), (Num(span(ms - row.detected_ms), "state"),)

    yield Table(
        ("环节", "时间", "发现后"),
        (
            (("确认",), *when(row.acknowledged_ms, "无人确认")),
            (("指派",), (row.owner or "未指派",), ("",)),
            (("发布声明",), *when(row.statement_ms, "未发布")),
            (("结束",), *when(row.closed_ms, "进行中")),
        ),
    )
    yield from _statement(answers["statement_effect"])
    outcome = answers["incident_outcome"]
    final = outcome.first
    if final is None:
        yield no_data("结案评估", "事件结束后由流程写入")
    else:
        half = int(final["half_life_s"])
        yield Paragraph(
            (
                "负面占比由 ",
                outcome.num(final["share_at"], percent),
                " 起算，小时负面量",
                *(
                    ("在 ", outcome.num(half, minutes), "后减半。")
                    if half >= 0
                    else ("没有减半。",)
                ),
                Soft("这是观察到的，不能证明是处置的功劳。"),
            )
        )
    sent = answers["incident_deliveries"]
    if sent.rows:
        yield Paragraph(
            ("通知 ", sent.num(sent.total("notices")), " 次，送达 ", sent.num(sent.total("sent")),
             " 次，失败 ", sent.num(sent.total("failed")), " 次。")
        )  # fmt: skip
    else:
        yield no_data("推送记录")


def _statement(found: Answer) -> Iterator[Block]:
    row = found.first
    if row is None:
        yield Paragraph((Soft("没有发布声明，无前后比较。"),), "soft")
        return
    yield Table(
        ("声明前后各 3 小时", "提及", "负面", "负面占比"),
        (
            (
                ("声明前",),
                (found.num(row["posts_before"]),),
                (found.num(row["negative_before"]),),
                (found.num(row["share_before"], percent),),
            ),
            (
                ("声明后",),
                (found.num(row["posts_after"]),),
                (found.num(row["negative_after"]),),
                (found.num(row["share_after"], percent),),
            ),
        ),
        frozenset({1, 2, 3}),
    )
    yield Paragraph((Soft("热度本来也会消退，前后之差不等于声明的功劳。"),), "soft")

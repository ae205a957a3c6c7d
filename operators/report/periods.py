"""What briefs of a day and reviews of a month have in common: tables of subjects and incidents."""

from collections.abc import Sequence
from dataclasses import dataclass

from operators.model import LEVEL_NAMES, LEVELS, MINUTE, STAGE_NAMES
from operators.report.answers import Answer, Row, change, share
from operators.report.document import Badge, Cell, Soft, Strong, Table
from operators.report.moments import count, full_stamp, percent, short_stamp, span
from operators.report.names import STATES, Names

UNKNOWN = "尚未"


@dataclass(frozen=True, slots=True)
class Period:
    """What a report is about: its name in Chinese, its ends and that of the data, in ms."""

    name: str
    start_ms: int
    end_ms: int
    data_end_ms: int

    def told(self, unit: str) -> str:
        """Write from when to when the data reach; ``unit`` is 当日 or 当月."""
        last = min(self.end_ms, self.data_end_ms)
        part = "" if self.data_end_ms >= self.end_ms else f"，{unit}数据未完"
        return f"{full_stamp(self.start_ms)} 至 {full_stamp(last)}（北京时间）{part}"


def incident_name(row: Row, names: Names) -> str:
    """Name an incident by company and trouble."""
    subject, kind = str(row["subject"]), str(row["crisis_type"])
    return f"{names.subject_name(subject)}“{names.type_name(subject, kind)}”"


def state_of(row: Row) -> str:
    """Tell whether an incident runs."""
    if row["state"] == "open":
        return f"{STAGE_NAMES.get(str(row['stage']), str(row['stage']))}期"
    return STATES.get(str(row["state"]), str(row["state"]))


def levels(rows: Sequence[Row]) -> str:
    """Count incidents by level, the gravest first.

    >>> levels([{"level": "severe"}, {"level": "minor"}, {"level": "severe"}])
    '严重 2 起、轻微 1 起'
    """
    counts = [(LEVEL_NAMES[level], sum(row["level"] == level for row in rows)) for level in LEVELS]
    return "、".join(f"{name} {number} 起" for name, number in reversed(counts) if number)


def real(rows: Sequence[Row]) -> list[Row]:
    """Leave out false alarms."""
    return [row for row in rows if row["state"] != "false_alarm"]


def subject_table(found: Answer, intervals: Answer, names: Names, before: str) -> Table:
    """Compare the companies with each other and with the period before."""
    bounds = {row["subject"]: row for row in intervals.rows}
    rows = []
    for row in found.rows:
        if not row["posts"]:
            continue
        own = bounds.get(row["subject"])
        interval: Cell = (
            (intervals.num(own["low"], percent), "–", intervals.num(own["high"], percent))
            if own
            else ("—",)
        )
        rows.append(
            (
                (names.subject_name(str(row["subject"])),),
                (found.num(row["posts"]),),
                (change(row["posts"], row["before_posts"]),),
                (found.num(row["voice"], percent),),
                (found.num(row["negatives"]),),
                (change(row["negatives"], row["before_negatives"]),),
                (found.num(share(row["negatives"], row["posts"]), percent),),
                interval,
            )
        )
    return Table(
        ("单位", "提及", f"较{before}", "声量份额", "负面", f"较{before}", "负面占比", "95% 区间"),
        tuple(rows),
        frozenset(range(1, 8)),
        small=True,
    )


def incident_table(found: Answer, names: Names) -> Table:
    """List incidents with how far people have come with them."""

    def when(row: Row, column: str) -> Cell:
        at = int(row[column])
        if not at:
            return (Soft(UNKNOWN),)
        return (found.num(at - int(row["detected_at"]), lambda ms: span(int(ms))),)

    return Table(
        ("事件", "级别", "状态", "发现", "发现用时", "负面", "确认", "声明", "负责人"),
        tuple(
            (
                (Strong(incident_name(row, names)),),
                (Badge(str(row["level"])),),
                (state_of(row),),
                (found.num(row["detected_at"], lambda at: short_stamp(int(at))),),
                (found.num(row["delay_s"] * 1000, lambda ms: span(int(ms))),),
                (found.num(row["negative"]),),
                when(row, "acknowledged_at"),
                when(row, "statement_at"),
                (str(row["owner"]) or Soft("未指派"),),
            )
            for row in found.rows
        ),
        frozenset({4, 5, 6, 7}),
        small=True,
    )


def task_table(found: Answer) -> Table:
    """Tell which departments were late."""
    return Table(
        ("部门", "岗位", "任务", "已完成", "未完成", "超时", "超时占比"),
        tuple(
            (
                (str(row["department"]) or "—",),
                (str(row["role"]),),
                (found.num(row["tasks"]),),
                (found.num(row["done"]),),
                (found.num(row["open"]),),
                (found.num(row["late"]),),
                (found.num(row["late_share"], percent),),
            )
            for row in found.rows
        ),
        frozenset({2, 3, 4, 5, 6}),
        small=True,
    )


def clocks_table(found: Answer, names: Names) -> Table:
    """Tell which reports to authorities are due."""
    states = {"open": "未报", "done": "已报", "waived": "已免除", "cancelled": "已取消"}
    return Table(
        ("事件", "事项", "向谁报告", "到期", "余量", "状态"),
        tuple(
            (
                (incident_name(row, names),),
                (str(row["title"]),),
                (str(row["whom"]),),
                (found.num(row["due_at"], lambda at: short_stamp(int(at))),),
                (found.num(row["spare_min"], _spare),),
                (
                    states.get(str(row["status"]), str(row["status"])),
                    Strong("（超时）") if row["overdue"] else "",
                ),
            )
            for row in found.rows
        ),
        frozenset({4}),
        small=True,
    )


def _spare(minutes: float) -> str:
    told = span(abs(int(minutes)) * MINUTE)
    return told if minutes >= 0 else f"已超{told}"


def health_sentence(found: Answer) -> Cell:
    """Tell what was read and whether it adds up."""
    row = found.first
    if row is None or not row["entries"]:
        return (Soft("没有读入记录。"),)
    balance = "账目平衡" if not row["differs"] else f"账目相差 {count(row['differs'])} 条，请检查"
    return (
        "读入 ",
        found.num(row["entries"]),
        " 条，采纳 ",
        found.num(row["taken"]),
        " 条（与监测主体有关 ",
        found.num(row["about"]),
        " 条），重复 ",
        found.num(row["twice"]),
        " 条，拒收 ",
        found.num(row["refused"]),
        " 条，迟到 ",
        found.num(row["came_late"]),
        " 条，序号缺失 ",
        found.num(row["lost"]),
        f" 条；{balance}；发布到入库平均 ",
        found.num(row["delay_s"], lambda seconds: f"{seconds:.0f} 秒"),
        "。",
    )

"""Chapter 风险研判: what makes it grave, how it may go on, which clocks run."""

from collections.abc import Iterator

from operators.report.answers import Answer, Answers, no_data
from operators.report.data import IncidentFile
from operators.report.document import (
    Block,
    Bullets,
    Cell,
    Heading,
    Num,
    Paragraph,
    Soft,
    Strong,
    Table,
)
from operators.report.moments import count, figure, short_stamp, stamp
from operators.report.names import Names
from operators.severity import FACTOR_NAMES

TASK_STATES = {"open": "未完成", "done": "已完成", "waived": "已免除", "cancelled": "已取消"}


def risk_blocks(file: IncidentFile, answers: Answers, names: Names) -> Iterator[Block]:
    """Tell what the severity is made of, the forecast, the risks seen, and reporting clocks."""
    yield Heading("五、风险研判")
    yield Bullets(tuple(risks(file, answers)), "numbered")
    yield Heading("严重度构成", 3)
    yield Table(
        ("因素", "得分", "因素", "得分"),
        _factors(file),
        frozenset({1, 3}),
        small=True,
    )
    yield Heading("走势预测", 3)
    yield from _forecast(file, answers["incident_forecast"])
    yield Heading("监管报告时限", 3)
    clocks = answers["incident_clocks"]
    if clocks.rows:
        yield clock_table(clocks)
    else:
        yield no_data("报告时限", "本事件没有起算的时限，或时限尚未入库")
    links = answers["incident_links"]
    if links.rows:
        yield Heading("关联事件", 3)
        yield Bullets(
            tuple(
                (
                    Strong(names.subject_name(str(one["related_subject"]))),
                    f"“{names.type_name(str(one['related_subject']), str(one['related_type']))}”，",
                    links.num(one["at"], lambda at: stamp(int(at))),
                    f"：{one['cause']}",
                )
                for one in links.rows
            )
        )


def risks(file: IncidentFile, answers: Answers) -> Iterator[Cell]:
    """List the risks that the figures show; each holds its figures."""
    row, more = file.row, answers["incident_more"]
    state = more.first or {}
    if row.factors:
        first, *rest = sorted(row.factors, key=lambda one: (-one[1], one[0]))
        yield (
            Strong("主要压力　"),
            *_points(first),
            *(part for one in rest[:2] for part in ("、", *_points(one))),
            "。",
        )
    if row.state == "open":
        course = {
            "emerging": "刚起步，走向未定，应按可能扩大准备",
            "spreading": "正在扩散，下一小时最关键",
            "peak": "处于高潮，任何新说法都会被放大",
            "fading": "正在消退，但新的事实或不当回应会使其反弹",
        }.get(row.stage, "走向未定")
        yield (Strong("所处阶段　"), f"{course}。")
    else:
        yield (Strong("所处阶段　"), "事件已结束，关注是否重提。")
    if len(row.platforms) >= 4:
        yield (
            Strong("跨平台　"),
            "已见于 ",
            Num(str(len(row.platforms)), "state"),
            " 个平台，单一平台的处置不够。",
        )
    if row.verification in ("", "未核实"):
        yield (Strong("事实未明　"), "尚未核实，公开表述只能讲已知事实和时间表，不能否认。")
    elif row.verification == "不实":
        yield (Strong("核实结论　"), "不实：可以澄清，但须有证据和第二审批人。")
    else:
        yield (Strong("核实结论　"), f"{row.verification}：宜先认事实、再讲补救。")
    if state.get("copy_share", 0) >= 0.5 or state.get("top_author_share", 0) >= 0.2:
        yield (
            Strong("账号结构　"),
            "近一小时雷同帖占 ",
            more.num(state["copy_share"], lambda one: f"{one:.0%}"),
            "、最多的一个账号占 ",
            more.num(state["top_author_share"], lambda one: f"{one:.0%}"),
            "，有被集中推动的可能，宜留存证据。",
        )
    overdue = [one for one in answers["incident_clocks"].rows if one["overdue"]]
    if overdue:
        yield (
            Strong("报告超时　"),
            answers["incident_clocks"].num(len(overdue)),
            " 项监管报告已过时限。",
        )
    if not row.statement_ms and row.state == "open":
        yield (Strong("尚无声明　"), "公众还没有从本单位得到说法。")


def _points(factor: tuple[str, float]) -> Cell:
    name, points = factor
    return f"{FACTOR_NAMES.get(name, name)} ", Num(figure(points), "state"), " 分"


def _factors(file: IncidentFile) -> tuple[tuple[Cell, ...], ...]:
    def cells(name: str, points: float) -> tuple[Cell, Cell]:
        return (FACTOR_NAMES.get(name, name),), (Num(figure(points), "state"),)

    found = sorted(file.row.factors, key=lambda one: (-one[1], one[0]))
    blank: tuple[Cell, Cell] = ("",), ("",)
    half = -(-len(found) // 2)
    return tuple(
        (
            *cells(*found[place]),
            *(cells(*found[place + half]) if place + half < len(found) else blank),
        )
        for place in range(half)
    )


def _forecast(file: IncidentFile, made: Answer) -> Iterator[Block]:
    row = file.row
    if row.state != "open":
        yield Paragraph((Soft("事件已结束，不再预测。"),), "soft")
        return
    if made.rows:
        first = made.rows[0]
        yield Table(
            ("今后", "预计负面", "80% 区间", "预计提及", "80% 区间"),
            tuple(
                (
                    (f"{one['horizon_h']} 小时",),
                    (made.num(one["negative"]),),
                    (made.num(one["negative_low"]), " – ", made.num(one["negative_high"])),
                    (made.num(one["mentions"]),),
                    (made.num(one["mentions_low"]), " – ", made.num(one["mentions_high"])),
                )
                for one in made.rows
            ),
            frozenset({1, 2, 3, 4}),
        )
        peak = int(first["peak_at"])
        told = f"预计 {stamp(peak)} 前后到顶" if peak else "高点已过或尚不能判断"
        yield Paragraph((Soft(f"{stamp(int(first['made_at']))} 作出；{told}。"),), "soft")
        return
    one, six, day = (
        Num(count(value), "state") for value in (row.forecast_1h, row.forecast_6h, row.forecast_24h)
    )
    yield Paragraph(("预计今后 1 / 6 / 24 小时负面 ", one, " / ", six, " / ", day, " 条。"))


def clock_table(clocks: Answer) -> Table:
    """Lay out reporting clocks."""
    return Table(
        ("事项", "向谁报告", "依据", "起算", "到期", "状态"),
        tuple(
            (
                (str(one["title"]),),
                (str(one["whom"]),),
                (str(one["rule"]), "" if one["certain"] else "（时长为内部假定，待法务核对）"),
                (clocks.num(one["starts_at"], lambda at: short_stamp(int(at))),),
                (clocks.num(one["due_at"], lambda at: short_stamp(int(at))),),
                (
                    TASK_STATES.get(str(one["status"]), str(one["status"])),
                    Strong("（已超时）") if one["overdue"] else "",
                ),
            )
            for one in clocks.rows
        ),
        small=True,
    )

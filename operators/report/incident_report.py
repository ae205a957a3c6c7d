"""The report of one incident, from 领导摘要 and 概况 to 处置效果 and 附录."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from operators.model import LEVEL_NAMES, STAGE_NAMES
from operators.report.answers import Answers
from operators.report.chart import chart
from operators.report.data import EventRow, IncidentFile, ReportData
from operators.report.document import (
    Badge,
    Block,
    Cell,
    Document,
    Facts,
    Figure,
    Heading,
    Num,
    Paragraph,
    Soft,
    Strong,
    Summary,
    Table,
)
from operators.report.incident_effect import advice_blocks, effect_blocks
from operators.report.incident_focus import Words, focus_blocks
from operators.report.incident_risk import risk_blocks
from operators.report.incident_spread import origin_blocks, spread_blocks
from operators.report.moments import count, figure, full_stamp, percent, short_stamp, span, stamp
from operators.report.names import DETECTORS, EVENTS, STATES, Names, act, word
from operators.report.series import timeline
from operators.report.summary import brief


def incident_document(
    data: ReportData, file: IncidentFile, answers: Answers, words: Words, names: Names
) -> Document:
    """Build the report of one incident; ``answers`` are those of its named questions."""
    row = file.row
    subject, kind = names.subject_name(row.subject), names.type_name(row.subject, row.crisis_type)
    return Document(
        title=f"{subject}“{kind}”舆情事件报告",
        period=(
            f"数据截至 {full_stamp(data.end_ms)}（北京时间）",
            f"事件编号 {row.incident_id} · 听风舆情监测",
        ),
        blocks=(
            Summary(brief(file, names), row.level),
            *_first_page(file, data, subject, kind),
            *_outline(file, answers, subject, kind),
            *origin_blocks(file, answers, names),
            *spread_blocks(file, answers, names),
            *focus_blocks(file, answers, words, names),
            *risk_blocks(file, answers, names),
            *advice_blocks(file, data, answers),
            *effect_blocks(file, answers),
            *_appendix(file),
        ),
        sources=tuple(answer.source for answer in answers.values()),
        exercise=data.exercise,
        notes=_proof(file),
    )


def _first_page(file: IncidentFile, data: ReportData, subject: str, kind: str) -> Iterator[Block]:
    row = file.row
    line = timeline(row, file.events, file.minutes, file.baselines, data.end_ms)
    yield Facts(figures(file))
    yield Figure(
        Markup(chart(line, f"{subject}“{kind}”的声量与负面占比")),
        "声量、负面占比与关键节点（柱为条数，蓝线为负面占比，虚线为平时水平）",
        "columns",
    )


def figures(file: IncidentFile) -> tuple[tuple[str, Cell], ...]:
    """Give the figures that stand on the first page."""
    row = file.row

    def num(text: str) -> Num:
        return Num(text, "state")

    recent = "近 1 小时负面" if row.state == "open" else "最后 1 小时负面"
    return (
        ("级别 · 状态", (Badge(row.level), f" {state_words(file)}")),
        ("严重度", (num(figure(row.severity)), Soft(" / 100"))),
        (
            "累计提及 / 负面",
            (num(count(row.mentions)), " / ", num(count(row.negative)), Soft("　占"),
             num(percent(row.negative_share))),
        ),
        (
            recent,
            (num(count(row.negative_1h)), Soft("　平时 "), num(figure(row.expected_1h)),
             Soft("，峰值 "), num(count(row.peak_negative))),
        ),
        ("起点", (num(stamp(row.onset_ms)),)),
        ("发现", (num(stamp(row.detected_ms)), Soft("　用时 "), num(span(row.delay_ms)))),
        ("潜在触达", (num(count(row.reach)), Soft(" 人次，非实际阅读"))),
        ("核实情况", (row.verification or "未核实",)),
    )  # fmt: skip


def state_words(file: IncidentFile) -> str:
    """Tell in Chinese whether an incident runs, and in which stage."""
    row = file.row
    if row.state == "open":
        return f"进行中 · {STAGE_NAMES.get(row.stage, row.stage)}期"
    return STATES.get(row.state, row.state)


def _outline(file: IncidentFile, answers: Answers, subject: str, kind: str) -> Iterator[Block]:
    row = file.row
    yield Heading("一、概况", new_page=True)
    yield Paragraph(
        (
            f"{stamp(row.onset_ms)}起，关于{subject}的“{kind}”类言论明显增多，系统于",
            Num(stamp(row.detected_ms), "state"),
            "发现并开启事件。截至本报告，共有",
            Num(count(row.mentions), "state"),
            "条提及，其中负面",
            Num(count(row.negative), "state"),
            "条（",
            Num(percent(row.negative_share), "state"),
            "），",
            f"现为{LEVEL_NAMES.get(row.level, row.level)}级，{state_words(file)}。",
        )
    )
    yield Paragraph((Strong("定级理由　"), row.explanation or "—"))
    steps = [one for one in file.events if one.kind in ("opened", "level", "stage", "action",
                                                        "reopened", "closed")]  # fmt: skip
    if steps:
        yield Heading("经过", 3)
        yield course(steps)


def course(steps: Sequence[EventRow]) -> Table:
    """Lay out the changes of an incident."""
    rows = tuple(_step(step) for step in steps)
    return Table(("时间", "变化", "原因或说明", "严重度", "人员"), rows, frozenset({3}), small=True)


def _step(event: EventRow) -> tuple[Cell, ...]:
    what = EVENTS.get(event.kind, event.kind)
    if event.kind == "action":
        what = act(event.after)
    elif event.kind != "opened":
        what += (
            f"：{word(event.before)} → {word(event.after)}"
            if event.before
            else (f"：{word(event.after)}")
        )
    return (
        (Num(short_stamp(event.at_ms), "events"),),
        (what,),
        (event.cause or "—",),
        (Num(figure(event.severity), "events") if event.severity else "—",),
        (event.actor or Soft("系统"),),
    )


def _appendix(file: IncidentFile) -> Iterator[Block]:
    yield Heading("八、附录")
    if file.signals:
        yield Heading("触发信号", 3)
        yield Table(
            ("判定时间", "检测器", "得分 / 阈值", "说明"),
            tuple(
                (
                    (Num(short_stamp(one.decided_ms), "signals"),),
                    (DETECTORS.get(one.detector, one.detector),),
                    (Num(figure(one.score), "signals"), f" / {figure(one.threshold)}"),
                    (one.explanation,),
                )
                for one in file.signals
            ),
            frozenset({2}),
            small=True,
        )


def _proof(file: IncidentFile) -> tuple[str, ...]:
    row, advice = file.row, file.recommendation
    playbook = f"　预案 {advice.playbook_id}@{advice.playbook_version}" if advice else ""
    models, rules = " ".join(file.model_versions), " ".join(file.rules_versions)
    return (
        (
            f"依据与编号：事件 {row.incident_id}　信号 {' '.join(row.signals) or '—'}{playbook}　"
            f"情感模型 {models or '—'}　规则 {rules or '—'}　"
            f"证据帖 {' '.join(row.evidence) or '—'}"
        ),
    )

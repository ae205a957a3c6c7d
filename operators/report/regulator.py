"""The 专报 form of an incident, for a regulator: plain facts, what was done, what is next."""

from collections.abc import Iterator

from operators.model import LEVEL_NAMES, MINUTE, STAGE_NAMES
from operators.report.answers import Answers, platform_counts
from operators.report.data import IncidentFile, ReportData
from operators.report.document import (
    Block,
    Cell,
    Document,
    Heading,
    Inline,
    Num,
    Paragraph,
    Soft,
    Table,
)
from operators.report.incident_focus import Words
from operators.report.incident_risk import TASK_STATES, clock_table
from operators.report.moments import count, figure, full_stamp, percent, stamp
from operators.report.names import STATES, Names
from operators.report.tasks import detail, tasks

GAP = "【待填：{}】"


def regulator_document(
    data: ReportData, file: IncidentFile, answers: Answers, words: Words, names: Names
) -> Document:
    """Build the 专报; what the store does not know is left as a marked gap, never made up."""
    row = file.row
    subject, kind = names.subject_name(row.subject), names.type_name(row.subject, row.crisis_type)
    clocks = answers["incident_clocks"]
    whom = str(clocks.rows[0]["whom"]) if clocks.rows else GAP.format("报送单位")
    blocks = [
        Paragraph((f"报送：{whom}　　编号：{GAP.format('文号')}",), "soft"),
        Paragraph((f"现将{subject}“{kind}”舆情有关情况报告如下。",), "formal"),
        *_facts(file, answers, subject, kind, names),
        *_focus(answers, words),
        *_measures(file, answers),
        *_judgement(file, answers),
        *_next(file, data, answers),
        Paragraph(
            (f"联系人：{row.owner or GAP.format('联系人')}　电话：{GAP.format('电话')}",), "formal"
        ),
        Paragraph((f"{subject}　{full_stamp(data.end_ms)}",), "sign"),
    ]
    return Document(
        title=f"关于{subject}“{kind}”舆情情况的专报",
        period=(
            f"送审稿 · 数据截至 {full_stamp(data.end_ms)}（北京时间）",
            f"事件 {row.incident_id}",
        ),
        blocks=tuple(blocks),
        sources=tuple(answer.source for answer in answers.values()),
        exercise=data.exercise,
        formal=True,
        notes=(
            "本专报由监测数据生成，【待填】处由人工补齐，经审批后方可报送；附录供内部核对，报送时可略。",
        ),
    )


def _state(text: str) -> Num:
    return Num(text, "state")


def _phase(file: IncidentFile) -> str:
    row = file.row
    if row.state == "open":
        return f"处于{STAGE_NAMES.get(row.stage, row.stage)}阶段"
    return STATES.get(row.state, row.state)


def _facts(
    file: IncidentFile, answers: Answers, subject: str, kind: str, names: Names
) -> Iterator[Block]:
    row = file.row
    crossed = answers["crossed_platforms"]
    first = answers["who_started"].first
    yield Heading("一、基本情况")
    origin: Cell = ()
    if first is not None:
        origin = (
            "监测范围内最早的信息于",
            answers["who_started"].num(first["published_at"], lambda at: stamp(int(at))),
            f"出现在{names.platform_name(str(first['platform']))}。",
        )
    yield Paragraph(
        (
            _state(stamp(row.onset_ms)), f"起，网络上出现关于{subject}“{kind}”的集中反映。",
            *origin, "我单位于", _state(stamp(row.detected_ms)), "监测发现并启动处置。截至",
            f"{stamp(row.updated_ms)}，相关信息共", _state(count(row.mentions)), "条，其中负面",
            _state(count(row.negative)), "条，占", _state(percent(row.negative_share)),
            f"；内部定级为{LEVEL_NAMES.get(row.level, row.level)}，目前{_phase(file)}。",
            f"核实情况：{row.verification or '未核实'}。",
        ),
        "formal",
    )  # fmt: skip
    yield Heading("二、传播情况")
    parts: list[Inline] = ["涉及", crossed.num(len(crossed.rows)), "个平台"]
    if crossed.rows:
        parts.append(f"（{platform_counts(crossed.rows, names)}）")
    yield Paragraph(
        (
            *parts, "。高峰时每小时负面", _state(count(row.peak_negative)), "条，最近一小时负面",
            _state(count(row.negative_1h)), "条，平时约", _state(figure(row.expected_1h)), "条。",
            "发布者粉丝合计", _state(count(row.reach)), "人次（潜在触达，非实际阅读）。",
        ),
        "formal",
    )  # fmt: skip
    yield Table(
        ("平台", "首次出现", "信息条数", "负面条数", "负面占比"),
        tuple(
            (
                (names.platform_name(str(one["platform"])),),
                (crossed.num(one["first_at"], lambda at: stamp(int(at))),),
                (crossed.num(one["posts"]),),
                (crossed.num(one["negative"]),),
                (crossed.num(one["negative_share"], percent),),
            )
            for one in crossed.rows
        ),
        frozenset({2, 3, 4}),
        small=True,
    )


def _focus(answers: Answers, words: Words) -> Iterator[Block]:
    demands = answers["demands"]
    yield Heading("三、公众关注与诉求")
    said: list[Inline] = []
    for one in words.phrases[:5]:
        said += [
            "、" if said else "讨论集中于",
            f"“{one.text}”（",
            Num(count(one.posts), words.source),
            "条）",
        ]
    for place, row in enumerate(demands.rows[:4]):
        lead = "；主要诉求为" if said and place == 0 else "、" if place else "主要诉求为"
        said += [f"{lead}{row['name']}（", demands.num(row["posts"]), "条）"]
    yield Paragraph((*said, "。") if said else ("暂无足够文字可供归纳。",), "formal")


def _measures(file: IncidentFile, answers: Answers) -> Iterator[Block]:
    row = file.row
    yield Heading("四、已采取的措施")
    done: list[tuple[str, str, str]] = []
    for action in file.actions:
        if action.outcome != "applied":
            continue
        known = detail(action.detail)
        note = known.get("note", "")
        words = {
            "acknowledge": "值班人员确认事件",
            "assign": f"指定{known.get('owner', '责任人')}负责",
            "verify": f"核实结论：{known.get('state', '')}",
            "statement": f"通过{known.get('channel', '公开渠道')}发布声明",
            "resolve": "处置完毕",
            "false_alarm": "判定为误报",
        }.get(action.kind)
        if words:
            done.append((stamp(action.at_ms), words, note))
    if not done:
        yield Paragraph((GAP.format("已采取的措施"),), "formal")
        return
    for place, (at, what, note) in enumerate(done, start=1):
        tail = f"（{note}）" if note else ""
        yield Paragraph((f"{place}．", Num(at, "actions"), f"，{what}{tail}。"), "formal")
    effect = answers["statement_effect"]
    if row.statement_ms and effect.first is not None:
        one = effect.first
        yield Paragraph(
            (
                "声明前 3 小时负面", effect.num(one["negative_before"]), "条，后 3 小时",
                effect.num(one["negative_after"]), "条。",
            ),
            "formal",
        )  # fmt: skip


def _judgement(file: IncidentFile, answers: Answers) -> Iterator[Block]:
    row = file.row
    yield Heading("五、研判")
    made = answers["incident_forecast"]
    six = next((one for one in made.rows if one["horizon_h"] == 6), None)
    if row.state != "open":
        yield Paragraph(("事件已结束，将继续关注是否重提。",), "formal")
    elif six is not None:
        yield Paragraph(
            (
                "预计今后 6 小时负面约", made.num(six["negative"]), "条（80% 区间 ",
                made.num(six["negative_low"]), " 至 ", made.num(six["negative_high"]), " 条）。",
            ),
            "formal",
        )  # fmt: skip
    else:
        yield Paragraph(
            ("预计今后 6 小时负面约", _state(count(row.forecast_6h)), "条，属模型推算，仅供参考。"),
            "formal",
        )
    yield Paragraph(
        (f"对业务、客户资金和系统运行的影响：{GAP.format('业务部门核定的影响')}。",), "formal"
    )


def _next(file: IncidentFile, data: ReportData, answers: Answers) -> Iterator[Block]:
    yield Heading("六、下一步工作")
    found = answers["incident_tasks"]
    waiting = [row for row in found.rows if row["status"] == "open"]
    advice = file.recommendation
    if waiting:
        for place, row in enumerate(waiting[:6], start=1):
            yield Paragraph(
                (
                    f"{place}．{row['role']}：{row['task']}（",
                    found.num(row["due_at"], lambda at: stamp(int(at))),
                    f"前，{TASK_STATES['open']}）。",
                ),
                "formal",
            )
    elif advice is not None and tasks(advice.actions):
        for place, task in enumerate(tasks(advice.actions)[:6], start=1):
            late = task.deadline_minutes * MINUTE
            tail = f"（{stamp(task.due_ms)}前）" if late and task.due_ms > data.end_ms else ""
            yield Paragraph((f"{place}．{task.role}：{task.task}{tail}。",), "formal")
        yield Paragraph((Soft("以上为预案所列，办理情况须人工核定。"),), "soft")
    else:
        yield Paragraph((GAP.format("下一步工作"),), "formal")
    clocks = answers["incident_clocks"]
    if clocks.rows:
        yield Heading("七、报告时限")
        yield clock_table(clocks)

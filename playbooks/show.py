"""A playbook as plain text for reading on a terminal: who reads it has minutes, not hours."""

import textwrap
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from operators.model import LEVEL_NAMES, STAGE_NAMES
from playbooks.law import Regulation
from playbooks.render import render
from playbooks.schema import (
    ANY_TYPE,
    CHANNEL_NAMES,
    CLUSTER_NAMES,
    PLATFORM_NAMES,
    STRATEGY_NAMES,
    TASK_KIND_NAMES,
    TIER_NAMES,
    Match,
    Playbook,
    content_hash,
)

_WIDTH: Final = 88
_INDENT: Final = "  "


def shown(
    playbook: Playbook,
    fields: Mapping[str, str],
    regulations: Mapping[str, Regulation],
    type_name: str = "",
) -> str:
    """Render the whole of ``playbook``; what ``fields`` does not hold shows as a gap."""
    return "\n".join(_lines(playbook, fields, regulations, type_name)) + "\n"


def _lines(
    playbook: Playbook,
    fields: Mapping[str, str],
    regulations: Mapping[str, Regulation],
    type_name: str,
) -> Iterator[str]:
    kind = type_name or playbook.crisis_type
    yield f"{playbook.title}"
    yield f"{playbook.id}  版本 {playbook.version}  内容校验 {content_hash(playbook)}"
    yield f"适用：{'全部类型' if playbook.crisis_type == ANY_TYPE else kind}，级别 " + "、".join(
        LEVEL_NAMES[level] for level in playbook.levels
    )
    yield (
        f"归因：{CLUSTER_NAMES[playbook.scct_cluster]}；策略：{STRATEGY_NAMES[playbook.strategy]}；"
        f"批准人：{playbook.approver}；责任部门：{playbook.owner}"
    )
    yield from _titled("匹配条件", _predicates(playbook.match))
    yield from _titled("任务", _tasks(playbook))
    yield from _statements(playbook, fields)
    yield from _titled(
        "客服问答",
        (
            line
            for one in playbook.qa
            for line in (f"问：{one.question}", f"答：{render(one.answer, fields).text}", "")
        ),
    )
    yield from _titled(
        "补偿备选（须经批准）",
        (
            f"{one.option}；条件：{one.condition}；批准：{one.approver}"
            for one in playbook.compensation
        ),
    )
    yield from _titled("法律提示（须法律复核）", _law(playbook, regulations))
    yield from _titled("禁忌", (f"× {one}" for one in playbook.donts))
    yield from _titled("停止条件", [playbook.stop_condition])
    yield from _titled("复盘问题", playbook.review_questions)
    yield from _titled("来源", playbook.sources)


def _statements(playbook: Playbook, fields: Mapping[str, str]) -> Iterator[str]:
    yield from _titled(
        "事实未明时的首次回应（草稿）", [render(playbook.holding_statement, fields).text]
    )
    for name, template in playbook.before_facts.items():
        title = f"事实未明时 · {CHANNEL_NAMES[name]}（草稿）"
        yield from _titled(title, [render(template, fields).text])
    for name, template in playbook.statements.items():
        title = f"事实查明后 · {CHANNEL_NAMES[name]}（草稿）"
        yield from _titled(title, [render(template, fields).text])


def _predicates(match: Match) -> Iterator[str]:
    named: list[tuple[str, str]] = [
        ("必须 · 主体标签", "、".join(match.subject_tags)),
        ("必须 · 阶段", "、".join(STAGE_NAMES[one] for one in match.stages)),
        ("必须 · 不含关键词", "、".join(match.keywords_none)),
        ("必须 · 核实结论", "、".join(match.verifications)),
        ("加分 · 首选级别", "、".join(LEVEL_NAMES[one] for one in match.levels)),
        ("加分 · 关键词", "、".join(match.keywords_any)),
        ("加分 · 信源层级", "、".join(TIER_NAMES[one] for one in match.source_tiers)),
        ("加分 · 平台", "、".join(PLATFORM_NAMES[one] for one in match.platforms)),
    ]
    for name, value in named:
        if value:
            yield f"{name}：{value}"
    if match.past_incident is not None:
        yield f"必须 · 同类历史：{'此前发生过' if match.past_incident else '此前未发生过'}"
    if match.min_negative_share:
        yield f"加分 · 负面占比：不低于{match.min_negative_share:.0%}"


def _tasks(playbook: Playbook) -> Iterator[str]:
    if playbook.regulator_first:
        yield "！对外发布前须先完成监管沟通。"
    for number, task in enumerate(playbook.actions, 1):
        after = f"，在 {'、'.join(task.depends_on)} 之后" if task.depends_on else ""
        name = f"{task.id} " if task.id else ""
        kind = TASK_KIND_NAMES[task.kind]
        yield f"{number}. {name}[{kind}] {task.role}：{task.task}"
        yield f"   {task.deadline_minutes}分钟内{after}；完成标志：{task.done_when}"


def _law(playbook: Playbook, regulations: Mapping[str, Regulation]) -> Iterator[str]:
    for note in playbook.legal_notes:
        yield f"{note.regulation}：{note.note}"
        row = regulations.get(note.ref)
        if row is not None:
            since = f"{row.effective}起施行" if row.effective else "施行日期待核"
            sure = "" if row.certain else "；内容未逐条核对，待确认"
            yield f"   依据：{row.name}（{since}，{row.source}{sure}）"


def _titled(title: str, lines: "Iterator[str] | list[str] | tuple[str, ...]") -> Iterator[str]:
    """Yield a heading and its lines, wrapped; nothing when there are none."""
    body = [line for text in lines for line in text.split("\n")]
    while body and not body[-1]:
        body.pop()
    if not body:
        return
    yield ""
    yield f"【{title}】"
    for line in body:
        yield from _wrapped(line)


def _wrapped(line: str) -> Iterator[str]:
    """Yield ``line`` in pieces of the width; a Chinese character takes two cells."""
    start = textwrap.dedent(line)
    piece, width = _INDENT + " " * (len(line) - len(start)), len(_INDENT)
    for char in start:
        cells = 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if width + cells > _WIDTH and char not in "，。；：、！？）”":
            yield piece
            piece, width = _INDENT, len(_INDENT)
        piece += char
        width += cells
    yield piece.rstrip()

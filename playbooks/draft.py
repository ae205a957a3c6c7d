"""A playbook file to begin with: every key with what it is for, and 待写 where words are needed.

``tingfeng playbooks new`` writes an empty one, ``import`` one with what an older library held. Both
load as they are; the check goes on naming what is still to be written.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from operators.model import LEVELS
from playbooks.schema import CHANNEL_NAMES

TO_WRITE: Final = "待写"
"""Stands in texts nobody has written yet."""

_STARTS: Final = {
    "weibo": "{{ fact_summary }}",
    "hotline": "{{ fact_summary }}",
    "media": "{{ fact_summary }} 联系人：{{ contact }}。",
    "staff": "统一答复人：{{ contact }}。",
}


@dataclass(frozen=True, slots=True)
class DraftTask:
    """A task of a draft; ``minutes`` is 0 where nobody said how long it may take."""

    role: str
    task: str
    minutes: int = 0
    done_when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is known of a playbook to be written; everything else becomes 待写."""

    id: str
    industry: str
    crisis_type: str
    title: str = ""
    levels: Sequence[str] = LEVELS
    cluster: str = "accidental"
    strategy: str = "inform"
    keywords: Sequence[str] = ()
    holding: str = ""
    statements: dict[str, str] = field(default_factory=dict)
    questions: Sequence[tuple[str, str]] = ()
    tasks: Sequence[DraftTask] = ()
    approver: str = ""
    legal: Sequence[str] = ()
    donts: Sequence[str] = ()
    stop: str = ""
    owner: str = ""
    sources: Sequence[str] = ()
    day: str = ""
    remarks: Sequence[str] = ()


def draft_text(draft: Draft) -> str:
    """Return the YAML of ``draft``, with a comment at each key."""
    return "\n".join([*_head(draft), *_texts(draft), *_work(draft), *_tail(draft), ""])


def _head(draft: Draft) -> list[str]:
    words = f"[{', '.join(_quoted(word) for word in draft.keywords)}]"
    return [
        f"# 预案草稿：凡写着“{TO_WRITE}”的都要改；改完用 tingfeng playbooks check 检查。",
        *(f"# {remark}" for remark in draft.remarks),
        f"id: {draft.id}",
        'version: "0.1"',
        f"title: {_quoted(draft.title or f'{TO_WRITE}：一句话说明应对什么')}",
        f"industry: {draft.industry}",
        f"crisis_type: {_quoted(draft.crisis_type)}    # pack.yaml 里的编号；“*”为行业通用",
        f"levels: [{', '.join(draft.levels)}]    # 可用于哪些级别：minor, moderate, severe",
        f"scct_cluster: {draft.cluster}    # victim, accidental, preventable：责任归因",
        f"strategy: {draft.strategy}    # inform, deny（须核实为不实）, diminish, rebuild, bolster",
        "#regulator_first: true    # 须先完成监管沟通，才可对外发布",
        "",
        "# 匹配条件。必须满足：subject_tags, stages, keywords_none, past_incident, verifications。",
        "# 只影响排序：levels, keywords_any, min_negative_share, platforms, source_tiers。",
        "match:",
        f"  levels: [{', '.join(draft.levels)}]    # 上面的级别中，最适合哪些",
        f"  keywords_any: {words}",
        "  #keywords_none: []",
        "  #min_negative_share: 0.4",
        "  #platforms: [weibo, wechat]",
        "  #source_tiers: [media, influencer]",
        "  #past_incident: true",
        "  #verifications: [属实, 部分属实]",
        "",
    ]


def _texts(draft: Draft) -> list[str]:
    holding = draft.holding or (
        f"{TO_WRITE}：{{{{ company }}}}已注意到……，正在核实，{{{{ next_update }}}}前说明进展。\n"
        "咨询请拨{{ hotline }}。"
    )
    lines = [
        "# 事实未明时对外说的话：可以表达歉意和关切，不认定原因，不承诺补偿。",
        *_block("holding_statement", holding, 0),
        "",
        "# 事实查明之后，各渠道的文稿。只能使用 {{ 字段 }}，缺的字段会显示为【待填：…】。",
        "statements:",
    ]
    texts = {name: f"{TO_WRITE}：{start}" for name, start in _STARTS.items()} | draft.statements
    for name in CHANNEL_NAMES:
        if name in texts:
            lines += _block(name, texts[name], 2)
    known = draft.questions or [(f"{TO_WRITE}：客户最常问什么？", f"{TO_WRITE}：怎么答")]
    lines += ["", "# 客服问答：事实查明前后都能用。", "qa:"]
    for question, answer in known:
        lines += [f"  - question: {_quoted(question)}", *_block("answer", answer, 4)]
    return [*lines, ""]


def _work(draft: Draft) -> list[str]:
    lines = [
        "# 任务。时限自发现起算，单位分钟；depends_on 写在前面的任务编号。",
        "# kind：verify 核实, regulator 监管沟通, publish 对外发布, service 客户服务,",
        "# fix 修复整改, legal 法律, watch 监测。",
        "actions:",
    ]
    tasks = draft.tasks or [DraftTask(f"{TO_WRITE}：角色", f"{TO_WRITE}：核实事实")]
    for number, task in enumerate(tasks, 1):
        unknown = "" if task.minutes else "    # 原来没有写明时限，请改"
        done = task.done_when or f"{TO_WRITE}：看到什么算完成"
        lines += [
            f"  - id: task{number}",
            f"    role: {_quoted(task.role or f'{TO_WRITE}：角色')}",
            f"    task: {_quoted(task.task)}",
            f"    deadline_minutes: {task.minutes or 1440}{unknown}",
            f"    done_when: {_quoted(done)}",
            *(["    kind: verify"] if not draft.tasks else ["    #kind: verify"]),
        ]
    approver = draft.approver or f"{TO_WRITE}：对外声明由谁批准（写角色，不写人名）"
    return [*lines, "", f"approver: {_quoted(approver)}", ""]


def _tail(draft: Draft) -> list[str]:
    legal = draft.legal or [f"{TO_WRITE}：法规名称"]
    lines = ["# 法规须写全称；ref 是 regulations/ 里那一行的编号；须经法律复核。", "legal_notes:"]
    for regulation in legal:
        lines += [
            f"  - regulation: {_quoted(regulation)}",
            f"    note: {_quoted(f'{TO_WRITE}：它在这里要求我们做什么')}",
            "    #ref: pipl_57",
        ]
    donts = draft.donts or [f"{TO_WRITE}：绝不能做的事"]
    stop = draft.stop or f"{TO_WRITE}：满足什么可量化的条件后结束"
    lines += [
        "",
        *_listed("donts", donts),
        f"stop_condition: {_quoted(stop)}",
        *_listed("review_questions", [f"{TO_WRITE}：复盘时要回答的问题"]),
        f"owner: {_quoted(draft.owner or f'{TO_WRITE}：责任部门')}",
    ]
    if draft.day:
        lines.append(f"updated: {draft.day}")
    lines += ["#valid_from: 2026-01-01", "#valid_until: 2027-12-31"]
    return [*lines, *_listed("sources", draft.sources or [f"{TO_WRITE}：依据的法规和制度"])]


def _listed(key: str, items: Iterable[str]) -> list[str]:
    return [f"{key}:", *(f"  - {_quoted(item)}" for item in items)]


def _block(key: str, text: str, indent: int) -> list[str]:
    """Write ``text`` as a block scalar, its lines without leading or trailing blanks."""
    pad = " " * indent
    lines = [line.strip() for line in text.strip().splitlines()]
    return [f"{pad}{key}: |-", *(f"{pad}  {line}" if line else "" for line in lines)]


def _quoted(text: str) -> str:
    """Write one line of text as a quoted scalar: what JSON writes, YAML reads."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)

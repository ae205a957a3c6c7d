"""A library kept as a Word-style table, in CSV or Markdown, -> playbook drafts.

One row is one playbook. Columns are known by their Chinese or English headings; what a cell does
not say becomes 待写, and what no column takes is kept as a comment, so nothing is lost.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from operators.errors import PackError, Problem
from operators.model import LEVEL_NAMES, LEVELS
from playbooks.draft import Draft, DraftTask
from playbooks.reader import nearest
from playbooks.schema import ANY_TYPE, CHANNEL_NAMES, CLUSTER_NAMES, STRATEGY_NAMES

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "crisis_type": ("危机类型", "舆情类型", "事件类型", "类型", "crisis type", "type"),
    "title": ("标题", "预案名称", "名称", "title"),
    "levels": ("级别", "等级", "风险等级", "适用级别", "level", "levels"),
    "strategy": ("应对策略", "策略", "strategy"),
    "cluster": ("归因", "责任归因", "cluster"),
    "keywords": ("关键词", "触发词", "keywords"),
    "holding": ("首次回应", "初步回应", "先行声明", "holding statement"),
    "weibo": ("声明", "声明文案", "微博", "沟通话术", "话术", "statement"),
    "wechat": ("微信", "公众号", "微信公众号", "wechat"),
    "hotline": ("客服话术", "热线话术", "客服口径", "hotline"),
    "media": ("媒体口径", "媒体沟通", "媒体问答", "media"),
    "staff": ("员工口径", "内部通知", "staff"),
    "regulator": ("监管报告", "监管口径", "regulator"),
    "tasks": ("行动", "处置措施", "行动指南", "措施", "actions"),
    "role": ("责任部门", "责任人", "牵头部门", "role"),
    "deadline": ("时限", "处理时限", "响应时间", "deadline"),
    "approver": ("审批人", "批准人", "审批", "approver"),
    "legal": ("法律依据", "法规", "法律建议", "legal"),
    "donts": ("禁忌", "注意事项", "禁止事项", "donts"),
    "stop": ("停止条件", "结束条件", "stop condition"),
    "owner": ("责任归口", "归口部门", "owner"),
    "questions": ("问答", "常见问题", "qa"),
}
"""Field -> the headings it is known by."""

_ENCODINGS: Final = ("utf-8-sig", "gb18030")
_SPLIT: Final = re.compile(r"(?:<br\s*/?>|\n|；|;)+")
_WORDS: Final = re.compile(r"(?:<br\s*/?>|\n|；|;|、|，|,|/|\s)+")
_NUMBERED: Final = re.compile(r"^\s*(?:[（(]?\d+[)）.、．]|[一二三四五六七八九十]+、|[-*•])\s*")
_TIME: Final = re.compile(
    r"(\d+(?:\.\d+)?)\s*(分钟|分|小时|个小时|时|天|日|min|h|d)", re.IGNORECASE
)
_UNITS: Final = {"分钟": 1, "分": 1, "min": 1, "小时": 60, "个小时": 60, "时": 60, "h": 60}
_ROLE: Final = re.compile(r"^([^：:，,。]{2,12})[：:]\s*(.+)$", re.DOTALL)
_LEVEL_WORDS: Final = {
    "minor": ("轻微", "一般", "轻度", "低", "三级", "Ⅲ", "III", "蓝"),
    "moderate": ("中等", "较大", "中度", "中", "二级", "Ⅱ", "II", "黄"),
    "severe": ("严重", "重大", "重度", "高", "一级", "Ⅰ", "红"),
}
_STRATEGY_WORDS: Final = {
    "deny": ("否认", "澄清", "辟谣"),
    "rebuild": ("致歉", "道歉", "补偿", "赔偿", "修复"),
    "diminish": ("说明原因", "说明原委", "解释"),
    "bolster": ("凝聚", "支持"),
    "inform": ("告知", "通报", "提示"),
}
_CLUSTER_OF: Final = {"deny": "victim", "rebuild": "preventable"}


class Table(NamedTuple):
    """Headings, and rows with the line each stands on."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_table(file: Path) -> Table:
    """Read a CSV or Markdown file; raises PackError when it holds no table."""
    text = _decoded(file)
    markdown = file.suffix.lower() in (".md", ".markdown")
    table = _markdown(text) if markdown else _csv(text)
    if table is None or not table.rows:
        problem = "holds no table with a heading and a row"
        raise PackError([Problem(str(file), 1, "table", problem)])
    return table


def drafts_of(
    file: Path, industry: str, types: Mapping[str, str], day: str = ""
) -> tuple[Draft, ...]:
    """Return a draft for each row of ``file``; ``types`` maps crisis type ids to their names.

    Raises PackError naming every row whose crisis type or level is not known.
    """
    table = read_table(file)
    columns = {_field_of(heading): i for i, heading in enumerate(table.headings)}
    problems: list[Problem] = []
    if "crisis_type" not in columns:
        hint = " | ".join(COLUMNS["crisis_type"])
        got = ", ".join(table.headings)
        raise PackError([Problem(str(file), 1, "heading", "no column of crisis types", got, hint)])
    drafts: list[Draft] = []
    taken: dict[str, int] = {}
    for line, cells in table.rows:
        row = {name: cells[i].strip() for name, i in columns.items() if name and i < len(cells)}
        kind = _type_of(row["crisis_type"], types)
        if kind is None:
            hint = nearest(row["crisis_type"], types.values())
            problem = Problem(
                str(file), line, "crisis_type", "unknown type", row["crisis_type"], hint
            )
            problems.append(problem)
            continue
        levels = _levels(row.get("levels", ""))
        if not levels:
            hint = "、".join(LEVEL_NAMES.values())
            problems.append(Problem(str(file), line, "levels", "unknown", row["levels"], hint))
            continue
        name = "general" if kind == ANY_TYPE else kind
        taken[name] = taken.get(name, 0) + 1
        number = f"_{taken[name]}" if taken[name] > 1 else ""
        remarks = _remarks(table.headings, cells, f"{file.name} 第{line}行")
        row_id = f"{industry}.{name}{number}"
        drafts.append(_draft(row, row_id, industry, kind, levels, day, remarks))
    if problems:
        raise PackError(problems)
    return tuple(drafts)


def _draft(
    row: Mapping[str, str],
    row_id: str,
    industry: str,
    kind: str,
    levels: tuple[str, ...],
    day: str,
    remarks: tuple[str, ...],
) -> Draft:
    strategy = _strategy(row.get("strategy", ""))
    clusters = {name: key for key, name in CLUSTER_NAMES.items()}
    cluster = clusters.get(row.get("cluster", ""), _CLUSTER_OF.get(strategy, "accidental"))
    texts = {name: _text(row[name]) for name in CHANNEL_NAMES if row.get(name)}
    return Draft(
        id=row_id,
        industry=industry,
        crisis_type=kind,
        title=row.get("title", ""),
        levels=levels,
        cluster="victim" if strategy == "deny" else cluster,
        strategy=strategy,
        keywords=tuple(word for word in _WORDS.split(row.get("keywords", "")) if word),
        holding=_text(row.get("holding", "")),
        statements=texts,
        questions=_questions(row.get("questions", "")),
        tasks=_tasks(row),
        approver=row.get("approver", ""),
        legal=_pieces(row.get("legal", "")),
        donts=_pieces(row.get("donts", "")),
        stop=row.get("stop", ""),
        owner=row.get("owner", ""),
        day=day,
        remarks=remarks,
    )


def _decoded(file: Path) -> str:
    data = file.read_bytes()
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    problem = "is neither UTF-8 nor GB18030"
    raise PackError([Problem(str(file), 1, "file", problem, hint="save it as UTF-8")])


def _csv(text: str) -> Table | None:
    reader = csv.reader(io.StringIO(text))
    rows = []
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            rows.append((line, tuple(cells)))
        line = reader.line_num + 1
    return Table(rows[0][1], tuple(rows[1:])) if rows else None


def _markdown(text: str) -> Table | None:
    """Read the rows of every table of the file that has the headings of the first."""
    found: list[tuple[int, tuple[str, ...]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().startswith("|"):
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            found.append((number, tuple(cell.strip().replace("\\|", "|") for cell in cells)))
    rule = re.compile(r"^:?-{2,}:?$")
    rows = [row for row in found if not all(rule.match(cell) for cell in row[1])]
    if not rows:
        return None
    head = rows[0][1]
    return Table(head, tuple(row for row in rows[1:] if row[1] != head))


def _field_of(heading: str) -> str:
    """Return the field a heading stands for, empty when it is none of them."""
    plain = heading.strip().strip("*").lower()
    return next((name for name, known in COLUMNS.items() if plain in known or plain == name), "")


def _remarks(headings: Sequence[str], cells: Sequence[str], place: str) -> tuple[str, ...]:
    """Keep what no column of ours takes, and where the row came from."""
    kept = [
        f"原表“{heading.strip()}”：{' '.join(cell.split())}"
        for heading, cell in zip(headings, cells, strict=False)
        if not _field_of(heading) and cell.strip()
    ]
    return (f"由 {place} 导入。", *kept)


def _type_of(text: str, types: Mapping[str, str]) -> str | None:
    wanted = text.strip()
    if wanted in (ANY_TYPE, "通用", "其他", "general"):
        return ANY_TYPE
    exact = [one for one, name in types.items() if wanted in (one, name)]
    within = [one for one, name in types.items() if wanted and (wanted in name or name in wanted)]
    found = exact or within
    return found[0] if len(found) == 1 else None


def _levels(text: str) -> tuple[str, ...]:
    if not text:
        return LEVELS
    found = set()
    for word in filter(None, _WORDS.split(text)):
        if word in ("全部", "所有", "各级"):
            return LEVELS
        for level, known in _LEVEL_WORDS.items():
            if word in (level, *known) or any(len(one) > 1 and one in word for one in known):
                found.add(level)
                break
    return tuple(level for level in LEVELS if level in found)


def _strategy(text: str) -> str:
    for strategy, words in _STRATEGY_WORDS.items():
        if text in (strategy, STRATEGY_NAMES[strategy]) or any(word in text for word in words):
            return strategy
    return "inform"


def _pieces(text: str) -> tuple[str, ...]:
    parts = (_NUMBERED.sub("", part).strip() for part in _SPLIT.split(text))
    return tuple(part for part in parts if part)


def _text(text: str) -> str:
    return re.sub(r"<br\s*/?>", "\n", text).strip()


def _questions(text: str) -> tuple[tuple[str, str], ...]:
    pattern = (
        r"(?:问|Q)[：:]\s*(.+?)\s*(?:<br\s*/?>|\n|\s)*(?:答|A)[：:]\s*(.+?)(?=(?:问|Q)[：:]|$)"
    )
    return tuple(
        (question.strip(), _text(answer))
        for question, answer in re.findall(pattern, text, re.DOTALL | re.IGNORECASE)
    )


def _tasks(row: Mapping[str, str]) -> tuple[DraftTask, ...]:
    """Read one task a piece: ``角色：做什么（30分钟内）``; role and time may have columns."""
    tasks = []
    usual = _minutes(row.get("deadline", ""))
    for piece in _pieces(row.get("tasks", "")):
        named = _ROLE.match(piece)
        role, task = (named[1], named[2]) if named else (row.get("role", ""), piece)
        tasks.append(DraftTask(role, task, _minutes(piece) or usual))
    return tuple(tasks)


def _minutes(text: str) -> int:
    """Return the first length of time in ``text`` in minutes, 0 when there is none."""
    found = _TIME.search(text)
    return round(float(found[1]) * _UNITS.get(found[2].lower(), 1440)) if found else 0

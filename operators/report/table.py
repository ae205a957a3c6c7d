"""The result in the terminal: a Chinese table whose columns line up, and what went wrong."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from operators.report.data import IncidentFile
from operators.report.moments import short_stamp, span
from operators.report.names import Names, word
from operators.report.truth import Verdict
from operators.report.wording import clean

HEADS: Final = ("公司", "危机类型", "起点", "发现于", "延迟", "级别", "阶段", "预案", "理由")
WRAPPED: Final = ("预案", "理由")
GAP: Final = "  "
LEAST: Final = 22
"""Columns of the terminal that a wrapped cell gets at least."""

_PIECE: Final = re.compile(r"[0-9A-Za-z.,%+\-]+|.", re.DOTALL)
_CLOSING: Final = tuple([sign] for sign in "，。、；：！？）》」』”’】％%…")
_OPENING: Final = "（《「『“‘【"


@dataclass(frozen=True, slots=True)
class TableRow:
    """An incident as a row: its cells in the order of the table's heads."""

    company: str
    crisis_type: str
    onset: str
    detected: str
    delay: str
    level: str
    stage: str
    playbook: str
    reason: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells in the order of the heads, each on one line."""
        cells = (
            self.company,
            self.crisis_type,
            self.onset,
            self.detected,
            self.delay,
            self.level,
            self.stage,
            self.playbook,
            self.reason,
        )
        return tuple(" ".join(clean(cell).split()) for cell in cells)


def table_rows(files: Sequence[IncidentFile], names: Names) -> tuple[TableRow, ...]:
    """Make a row of every incident, in order of detection."""
    ordered = sorted(files, key=lambda file: (file.row.detected_ms, file.row.incident_id))
    return tuple(_row(file, names) for file in ordered)


def incident_table(rows: Sequence[TableRow], width: int = 140) -> str:
    """Lay the incidents out as a table for a terminal ``width`` columns wide.

    Playbook and reason are wrapped within their cells; the table is wider than ``width`` only
    where the rest leaves them no room.
    """
    if not rows:
        return "暂无事件。"
    lines = [HEADS, *(row.cells for row in rows)]
    fixed = len(HEADS) - len(WRAPPED)
    widths = [max(columns(line[at]) for line in lines) for at in range(len(HEADS))]
    room = width - sum(widths[:fixed]) - len(GAP) * (len(HEADS) - 1)
    title = min(widths[fixed], max(LEAST, room * 2 // 5))
    widths[fixed:] = [title, min(widths[fixed + 1], max(LEAST, room - title))]
    rule = "─" * (sum(widths) + len(GAP) * (len(HEADS) - 1))
    shown = [_line(HEADS, widths), rule]
    for row in rows:
        cells = [
            wrap(cell, size) if at >= fixed else (cell,)
            for at, (cell, size) in enumerate(zip(row.cells, widths, strict=True))
        ]
        for step in range(max(map(len, cells))):
            part = [cell[step] if step < len(cell) else "" for cell in cells]
            shown.append(_line(part, widths))
    return "\n".join([*shown, rule])


def verdict_lines(verdict: Verdict, names: Names) -> str:
    """Tell hits, misses and false incidents, the bad as plainly as the good."""
    crises = len(verdict.hits) + len(verdict.missed)
    hits, missed, false = len(verdict.hits), len(verdict.missed), len(verdict.false)
    lines = [f"真实危机 {crises} 起：检出 {hits} 起，漏检 {missed} 起；误报 {false} 起。"]
    for miss in verdict.missed:
        kind = names.type_name(miss.subject, miss.crisis_type)
        lines.append(
            f"  ✕ 漏检：{names.subject_name(miss.subject)} {kind}“{miss.title}”，"
            f"起点 {short_stamp(miss.onset_ms)}"
        )
    for item in verdict.false:
        row = item.incident
        kind = names.type_name(row.subject, row.crisis_type)
        marked = "，已由人工标为误报" if row.state == "false_alarm" else ""
        lines.append(
            f"  ✕ 误报：{names.subject_name(row.subject)} {kind}，"
            f"{short_stamp(row.detected_ms)} 开启，{item.because}{marked}"
        )
    for quiet in verdict.quiet:
        name = "虚惊" if quiet.kind == "scare" else "干扰项"
        lines.append(
            f"  ✓ 未误报：{names.subject_name(quiet.subject)} {name}“{quiet.title}”没有触发事件"
        )
    return "\n".join(clean(line) for line in lines)


def columns(text: str) -> int:
    """Columns a terminal gives a text: two for a wide sign, none for one that combines.

    >>> columns("星河Bank"), columns("e\u0301")
    (8, 1)
    """
    return sum(_columns(sign) for sign in text)


def wrap(text: str, width: int) -> tuple[str, ...]:
    """Break a text into lines of at most ``width`` columns.

    No line begins with a closing mark or ends with an opening one; a number or Latin word that
    fits a line stays whole.

    >>> wrap("手续费高，得分 82.5", 8)
    ('手续费', '高，得分', '82.5')
    """
    lines: list[str] = []
    line: list[str] = []
    for piece in _PIECE.findall(text):
        for part in [piece] if columns(piece) <= width else list(piece):
            if line and columns("".join(line)) + columns(part) > width:
                carried = [part] if part.strip() else []
                while len(line) > 1 and (line[-1] in _OPENING or carried[:1] in _CLOSING):
                    carried.insert(0, line.pop())
                lines.append("".join(line).rstrip())
                line = carried
            else:
                line.append(part)
    return (*lines, "".join(line).rstrip())


def _columns(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (size - columns(cell)) for cell, size in zip(cells, widths, strict=True))
    return GAP.join(padded).rstrip()


def _row(file: IncidentFile, names: Names) -> TableRow:
    row, advice = file.row, file.recommendation
    return TableRow(
        company=names.subject_name(row.subject),
        crisis_type=names.type_name(row.subject, row.crisis_type),
        onset=short_stamp(row.onset_ms),
        detected=short_stamp(row.detected_ms),
        delay=span(row.delay_ms),
        level=word(row.level),
        stage=word(row.stage) if row.state == "open" else word(row.state),
        playbook=advice.title if advice and advice.playbook_id else "—",
        # The report has it whole; a line of a terminal has room for the main ground.
        reason=advice.reason.partition("；另外满足")[0] if advice else "—",
    )

"""领导摘要: an incident in at most 300 characters that can be forwarded as it is."""

from collections.abc import Sequence
from typing import Final

from operators.model import LEVEL_NAMES, LEVELS, MINUTE, STAGE_NAMES
from operators.report.data import IncidentFile, IncidentRow
from operators.report.moments import count, figure, percent, span, stamp, stamp_after
from operators.report.names import STATES, Names
from operators.report.tasks import tasks
from operators.report.wording import cut

LIMIT: Final = 300


def brief(file: IncidentFile, names: Names) -> str:
    """Tell an incident in at most 300 characters, the most needed first.

    Sentences that no longer fit are left out whole, the least needed first.
    """
    sentences = _sentences(file, names)
    kept: list[int] = []
    room = LIMIT
    for _, place in sorted((rank, place) for place, (rank, _) in enumerate(sentences)):
        text = sentences[place][1]
        if text and len(text) <= room:
            kept.append(place)
            room -= len(text)
    return "".join(sentences[place][1] for place in sorted(kept))


def overall(rows: Sequence[IncidentRow]) -> str:
    """Tell how many incidents there are, of which level, and how many still run."""
    if not rows:
        return "暂无事件。"
    counts = [(LEVEL_NAMES[level], sum(row.level == level for row in rows)) for level in LEVELS]
    parts = "、".join(f"{name} {number} 起" for name, number in reversed(counts) if number)
    running = sum(row.state == "open" for row in rows)
    false = sum(row.state == "false_alarm" for row in rows)
    tail = f"，{running} 起仍在进行" if running else "，均已结束"
    tail += f"，{false} 起经人工判定为误报" if false else ""
    return f"本期共 {len(rows)} 起事件：{parts}{tail}。"


def _sentences(file: IncidentFile, names: Names) -> list[tuple[int, str]]:
    """Give every sentence with how needed it is (0 most), in reading order."""
    row = file.row
    platforms = [names.platform_name(platform) for platform in row.platforms]
    where = "、".join(platforms[:3]) + ("等" if len(platforms) > 3 else "")
    head = (
        f"【{LEVEL_NAMES.get(row.level, row.level)}】"
        f"{cut(names.subject_name(row.subject), 20)}"
        f"“{cut(names.type_name(row.subject, row.crisis_type), 16)}”舆情"
        f"（{_state(row)}）：{stamp(row.onset_ms)}起，"
        f"{stamp_after(row.detected_ms, row.onset_ms)}发现"
        f"（{_delay(row)}）。"
    )
    scale = (
        f"起点以来提及{count(row.mentions)}条，负面{count(row.negative)}条"
        f"（占{percent(row.negative_share)}），涉及{where}共{len(platforms)}个平台。"
    )
    return [
        (0, head),
        (1, scale),
        (3, _now(row)),
        (6, f"潜在触达{count(row.reach)}人次。" if row.reach else ""),
        (5, _forecast(row)),
        (4, f"核实情况：{row.verification}。" if row.verification else ""),
        (2, _advice(file)),
        (2, _done(row)),
    ]


def _state(row: IncidentRow) -> str:
    if row.state == "open":
        return f"进行中，{STAGE_NAMES.get(row.stage, row.stage)}期"
    return STATES.get(row.state, row.state)


def _delay(row: IncidentRow) -> str:
    return f"延迟{span(row.delay_ms)}" if row.delay_ms >= MINUTE else "即时"


def _now(row: IncidentRow) -> str:
    if row.state != "open":
        return f"峰值每小时负面{count(row.peak_negative)}条。"
    usual = f"平时约{figure(row.expected_1h)}条" if row.expected_1h >= 1 else "平时不足1条"
    return f"近1小时负面{count(row.negative_1h)}条（{usual}），峰值{count(row.peak_negative)}条。"


def _forecast(row: IncidentRow) -> str:
    if row.state != "open":
        return ""
    return f"预计未来6小时负面约{count(row.forecast_6h)}条。"


def _advice(file: IncidentFile) -> str:
    advice = file.recommendation
    if advice is None or file.row.state in ("false_alarm", "merged"):
        return ""
    if not advice.playbook_id:
        return "预案库中没有适用预案，请人工处置。"
    title = f"预案《{cut(advice.title, 30)}》"
    if file.row.state != "open":
        return f"适用{title}。"
    first = min(tasks(advice.actions), key=lambda task: task.deadline_minutes, default=None)
    step = (
        f"，首要动作：{cut(first.role, 12)}{_within(first.deadline_minutes)}{cut(first.task, 40)}"
        if first
        else ""
    )
    approver = cut(advice.approver.partition("（")[0], 20)
    draft = f"；声明草稿待{approver}审批" if _waits(file) else ""
    return f"建议启用{title}{step.rstrip('。')}{draft}。"


def _waits(file: IncidentFile) -> bool:
    advice = file.recommendation
    return bool(advice and advice.statement and not file.row.statement_ms)


def _within(minutes: int) -> str:
    return f"{span(minutes * MINUTE)}内" if minutes else "立即"


def _done(row: IncidentRow) -> str:
    done = []
    if row.acknowledged_ms:
        done.append(f"{stamp_after(row.acknowledged_ms, row.onset_ms)}确认")
    if row.owner:
        done.append(f"由{cut(row.owner, 12)}负责")
    if row.statement_ms:
        done.append(f"{stamp_after(row.statement_ms, row.onset_ms)}发布声明")
    if row.closed_ms:
        done.append(f"{stamp_after(row.closed_ms, row.onset_ms)}{STATES.get(row.state, row.state)}")
    if row.state == "open" and not row.acknowledged_ms:
        done.append("尚无人确认")
    return f"处置进展：{'，'.join(done)}。" if done else ""

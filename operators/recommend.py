"""An incident and the library -> the playbook to follow, and why (处置建议).

Ranking is in ``operators.fit``; here it becomes something people can act on: the draft, the tasks
with their due times, and Chinese sentences that quote only what the ranking held.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from operators.fit import (
    PART_NAMES,
    PARTLY_TRUE,
    SHANGHAI,
    TRUE,
    UNTRUE,
    WEIGHTS,
    Candidate,
    Case,
    hits,
    rank,
)
from operators.model import LEVEL_NAMES, MINUTE, STAGE_NAMES
from playbooks.render import FIELDS, Rendered, render
from playbooks.schema import PLATFORM_NAMES, STRATEGY_NAMES, Playbook, content_hash

__all__ = ["Case", "DueTask", "Recommendation", "fields_for", "recommend", "statement_for"]

PUBLIC_CHANNELS: Final = ("weibo", "wechat", "app_push", "media")
"""Where a statement goes out to everybody; the first that a playbook has gives the draft."""


@dataclass(frozen=True, slots=True)
class DueTask:
    """A task of the playbook with the instant at which it is due (ms)."""

    role: str
    task: str
    deadline_minutes: int
    due_ms: int
    done_when: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The playbook to follow and everything that led to it; empty id when none fits."""

    incident_id: str
    decided_ms: int
    crisis_type: str
    level: str
    stage: str
    playbook_id: str = ""
    playbook_version: str = ""
    title: str = ""
    score: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)
    matched: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    reason: str = ""
    runner_up: str = ""
    runner_up_reason: str = ""
    change: str = ""
    statement: str = ""
    statement_gaps: tuple[str, ...] = ()
    actions: tuple[DueTask, ...] = ()
    legal_notes: tuple[str, ...] = ()
    donts: tuple[str, ...] = ()
    approver: str = ""
    evidence: tuple[str, ...] = ()


def recommend(
    case: Case, library: Sequence[Playbook], previous: Recommendation | None
) -> Recommendation:
    """Return the best playbook of ``library`` for ``case``; ``previous`` tells what changed."""
    ranked = rank(case, library)
    if not ranked:
        return Recommendation(
            incident_id=case.incident_id,
            decided_ms=case.decided_ms,
            crisis_type=case.crisis_type,
            level=case.level,
            stage=case.stage,
            reason=f"预案库中没有适用于“{case.type_name}”的预案，也没有本行业通用预案，"
            "请预案库负责人补充，并由值班负责人人工处置。",
            change=_change(case, None, previous),
            evidence=case.evidence,
        )
    best, *others = ranked
    playbook = best.playbook
    draft = statement_for(case, playbook)
    return Recommendation(
        incident_id=case.incident_id,
        decided_ms=case.decided_ms,
        crisis_type=case.crisis_type,
        level=case.level,
        stage=case.stage,
        playbook_id=playbook.id,
        playbook_version=content_hash(playbook),
        title=playbook.title,
        score=best.score,
        parts=best.points,
        matched=tuple(part.text for part in best.parts if part.fit == 1),
        unmatched=tuple(part.text for part in best.parts if part.fit == 0),
        reason=_reason(case, best),
        runner_up=others[0].playbook.id if others else "",
        runner_up_reason=_why_lost(best, others[0]) if others else "",
        change=_change(case, playbook, previous),
        statement=draft.text,
        statement_gaps=tuple(FIELDS[name] for name in draft.gaps),
        actions=tuple(
            DueTask(
                role=task.role,
                task=task.task,
                deadline_minutes=task.deadline_minutes,
                due_ms=case.detected_ms + task.deadline_minutes * MINUTE,
                done_when=task.done_when,
            )
            for task in playbook.actions
        ),
        legal_notes=tuple(f"{note.regulation}：{note.note}" for note in playbook.legal_notes),
        donts=playbook.donts,
        approver=playbook.approver,
        evidence=case.evidence,
    )


def statement_for(case: Case, playbook: Playbook) -> Rendered:
    """Return the draft: the holding statement until people have established the facts."""
    settled = (UNTRUE,) if playbook.strategy == "deny" else (TRUE, PARTLY_TRUE)
    public = [c for c in PUBLIC_CHANNELS if c in playbook.statements]
    template = playbook.holding_statement
    if case.verification in settled and public:
        template = dict(playbook.statements)[public[0]]
    return render(template, fields_for(case))


def fields_for(case: Case) -> dict[str, str]:
    """Return what the flow itself can fill in; a field it does not know is absent."""
    named = [p for p in case.subject.products if hits((p,), case.keywords)]
    products = named or list(case.subject.products)
    return {
        "company": case.subject.name,
        "hotline": case.subject.hotline,
        "product": products[0] if len(products) == 1 else "",
        "crisis_type": case.type_name,
        "date": _moment(case.decided_ms)[:11],
        "detected_time": _moment(case.detected_ms),
        "level": LEVEL_NAMES.get(case.level, case.level),
        "mention_count": str(case.mentions),
        "negative_count": str(case.negative),
        "negative_share": f"{case.negative_share:.0%}",
        "onset_time": _moment(case.onset_ms),
        "platforms": "、".join(PLATFORM_NAMES.get(p, p) for p in case.platforms),
        "stage": STAGE_NAMES.get(case.stage, case.stage),
    }


def _moment(ms: int) -> str:
    """Format an instant as people in China read it."""
    return datetime.fromtimestamp(ms / 1000, SHANGHAI).strftime("%Y年%m月%d日 %H:%M")


def _reason(case: Case, best: Candidate) -> str:
    """Say in one sentence why this playbook comes first."""
    playbook = best.playbook
    strategy = STRATEGY_NAMES[playbook.strategy]
    met = [p.text for p in best.parts if p.fit == 1 and p.name != "type"]
    also = f"；另外满足：{'；'.join(met)}" if met else ""
    if best.specific:
        why = f"危机类型“{case.type_name}”有专门预案且适用于{_state(case.level, case.stage)}"
    else:
        why = f"预案库中没有适用于“{case.type_name}”的专门预案，采用本行业通用预案"
    return f"{why}，应对策略为“{strategy}”，得分 {best.score:g}（满分 100）{also}。"


def _why_lost(best: Candidate, other: Candidate) -> str:
    """Say in one sentence what the second best lacks, by the part that differs most."""
    title = f"《{other.playbook.title}》"
    if best.specific and not other.specific:
        return f"{title}是行业通用预案，只在没有专门预案时采用（得分 {other.score:g}）。"
    gaps = {name: best.points[name] - other.points[name] for name in WEIGHTS}
    name = max(gaps, key=lambda part: (gaps[part], WEIGHTS[part]))
    if gaps[name] <= 0:
        return f"{title}得分同为 {other.score:g}，按预案编号先后取前者。"
    return (
        f"{title}得分 {other.score:g}，低于 {best.score:g}，差距最大的是“{PART_NAMES[name]}”"
        f"（{other.points[name]:g} 对 {best.points[name]:g}）。"
    )


def _change(case: Case, playbook: Playbook | None, previous: Recommendation | None) -> str:
    """Say what is different from the recommendation before."""
    if previous is None:
        return "首次给出建议。"
    changes = []
    if previous.crisis_type != case.crisis_type:
        changes.append(f"危机类型由“{previous.crisis_type}”变为“{case.crisis_type}”")
    if previous.level != case.level:
        old, new = (LEVEL_NAMES.get(v, v) for v in (previous.level, case.level))
        changes.append(f"级别由{old}变为{new}")
    if previous.stage != case.stage:
        old, new = (STAGE_NAMES.get(v, v) for v in (previous.stage, case.stage))
        changes.append(f"阶段由{old}变为{new}")
    if previous.playbook_id != (playbook.id if playbook else ""):
        old = f"《{previous.title}》" if previous.playbook_id else "无"
        changes.append(f"预案由{old}改为{f'《{playbook.title}》' if playbook else '无'}")
    elif playbook and previous.playbook_version != content_hash(playbook):
        changes.append(f"预案《{playbook.title}》内容有更新")
    return "；".join(changes) + "。" if changes else "级别、阶段和预案均无变化。"


def _state(level: str, stage: str) -> str:
    """Name level and stage together."""
    return f"{LEVEL_NAMES.get(level, level)}级别、{STAGE_NAMES.get(stage, stage)}阶段"

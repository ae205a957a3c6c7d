"""An incident and the library -> the playbook to follow, and why (处置建议).

Ranking is in ``operators.fit``; here it becomes something people can act on: the draft, the tasks
with their due times, and Chinese sentences that quote only what the ranking held.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from operators.drafts import drafts_for
from operators.fit import (
    NO_EFFECTS,
    PART_NAMES,
    WEIGHTS,
    Candidate,
    Case,
    Effects,
    for_level,
    rank,
)
from operators.model import LEVEL_NAMES, MINUTE, STAGE_NAMES
from playbooks.render import FIELDS
from playbooks.schema import STRATEGY_NAMES, Playbook, content_hash

__all__ = ["Case", "DueTask", "Recommendation", "recommend"]


@dataclass(frozen=True, slots=True)
class DueTask:
    """A task of the playbook with the instant at which it is due (ms)."""

    role: str
    task: str
    deadline_minutes: int
    due_ms: int
    done_when: str
    id: str = ""
    kind: str = ""
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The playbook to follow and everything that led to it; empty id when none fits.

    ``statement`` is a draft for ``approver``; ``blocked`` says what stands against approving it.
    """

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
    fit_level: bool = False
    general: bool = False
    statements: dict[str, str] = field(default_factory=dict)
    blocked: str = ""
    holding: bool = False
    strategy: str = ""
    crisis_name: str = ""


def recommend(
    case: Case,
    library: Sequence[Playbook],
    previous: Recommendation | None,
    effects: Effects = NO_EFFECTS,
) -> Recommendation:
    """Return the best playbook of ``library`` for ``case``; ``previous`` tells what changed.

    ``effects`` holds what came of each version so far; it counts only above a number of uses.
    """
    ranked = rank(case, library, effects)
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
            crisis_name=case.crisis_name,
        )
    best, *others = ranked
    playbook = best.playbook
    drafts = drafts_for(case, playbook)
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
        matched=best.matched,
        unmatched=best.unmatched,
        reason=_reason(case, best),
        runner_up=others[0].playbook.id if others else "",
        runner_up_reason=_why_lost(best, others[0]) if others else "",
        change=_change(case, playbook, previous),
        statement=drafts.main.text,
        statement_gaps=tuple(FIELDS[name] for name in drafts.main.gaps),
        actions=tuple(
            DueTask(
                role=task.role,
                task=task.task,
                deadline_minutes=task.deadline_minutes,
                due_ms=case.detected_ms + task.deadline_minutes * MINUTE,
                done_when=task.done_when,
                id=task.id,
                kind=task.kind,
                depends_on=task.depends_on,
            )
            for task in playbook.actions
        ),
        legal_notes=tuple(f"{note.regulation}：{note.note}" for note in playbook.legal_notes),
        donts=playbook.donts,
        approver=playbook.approver,
        evidence=case.evidence,
        fit_level=for_level(case, playbook),
        general=not best.specific,
        statements=dict(drafts.channels),
        blocked=drafts.blocked,
        holding=drafts.holding,
        strategy=playbook.strategy,
        crisis_name=case.crisis_name,
    )


def _reason(case: Case, best: Candidate) -> str:
    """Say in one sentence why this playbook comes first."""
    playbook = best.playbook
    strategy = STRATEGY_NAMES[playbook.strategy]
    met = [p.text for p in best.parts if p.asked and p.fit > 0.5 and p.name != "type"]
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
        old = previous.crisis_name or previous.crisis_type
        changes.append(f"危机类型由“{old}”变为“{case.type_name}”")
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

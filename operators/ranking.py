"""A ranking of playbooks in words: who comes first, on what points, who was kept out, and why."""

from collections.abc import Iterator, Sequence

from operators.case import Case
from operators.fit import (
    NO_EFFECTS,
    PART_NAMES,
    PREDICATE_NAMES,
    WEIGHTS,
    Candidate,
    Effects,
    blockers,
    rank,
)
from operators.model import LEVEL_NAMES, STAGE_NAMES
from operators.recommend import recommend
from playbooks.schema import ANY_TYPE, Playbook, content_hash


def ranking_lines(
    case: Case, library: Sequence[Playbook], effects: Effects = NO_EFFECTS
) -> Iterator[str]:
    """Yield the lines of the ranking of ``library`` for ``case``."""
    level = LEVEL_NAMES.get(case.level, case.level)
    stage = STAGE_NAMES.get(case.stage, case.stage)
    yield (
        f"{case.subject.name} · {case.type_name} · {level} · {stage} · {case.verification} · "
        f"负面占比{case.negative_share:.0%} · 同类历史{case.past_incidents}起"
    )
    given = recommend(case, library, None, effects)
    yield given.reason
    if given.runner_up_reason:
        yield f"次选：{given.runner_up_reason}"
    if given.blocked:
        yield f"暂不可批准：{given.blocked}"
    for place, candidate in enumerate(rank(case, library, effects), 1):
        yield from _candidate(place, candidate)
    out = [
        (playbook, why)
        for playbook in library
        if playbook.crisis_type in (case.crisis_type, ANY_TYPE)
        and playbook.industry == case.subject.industry
        and (why := blockers(case, playbook))
    ]
    for playbook, why in out:
        reasons = "、".join(PREDICATE_NAMES[name] for name in why)
        yield f" -  {playbook.id}《{playbook.title}》不可用：{reasons}"


def _candidate(place: int, candidate: Candidate) -> Iterator[str]:
    playbook = candidate.playbook
    version = content_hash(playbook)
    yield f"{place:2}. {candidate.score:5.1f}  {playbook.id}@{version}《{playbook.title}》"
    points = candidate.points
    yield "      " + " ".join(
        f"{PART_NAMES[name]}{points[name]:g}/{WEIGHTS[name]:g}" for name in WEIGHTS
    )
    if candidate.matched:
        yield f"      符合：{'；'.join(candidate.matched)}"
    if candidate.unmatched:
        yield f"      不符：{'；'.join(candidate.unmatched)}"

"""How well a playbook fits an incident: hard predicates that forbid, named parts that score.

The order of the library never matters. A denial is never offered unless people found the matter
untrue, and a playbook written for the crisis type comes before the general one of the industry.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Final, NamedTuple

from operators.case import PARTLY_TRUE, TRUE, UNTRUE, UNVERIFIED, Case, hits
from operators.fit_parts import (
    MIN_USES,
    NO_EFFECTS,
    PART_NAMES,
    WEIGHTS,
    Effects,
    Part,
    for_level,
    parts_of,
)
from playbooks.schema import ANY_TYPE, Playbook

__all__ = [
    "MIN_USES",
    "NO_EFFECTS",
    "PARTLY_TRUE",
    "PART_NAMES",
    "PREDICATE_NAMES",
    "SHANGHAI",
    "TRUE",
    "UNTRUE",
    "UNVERIFIED",
    "WEIGHTS",
    "Candidate",
    "Case",
    "Effects",
    "Part",
    "blockers",
    "day_of",
    "for_level",
    "hits",
    "parts_of",
    "rank",
]

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")

PREDICATE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "industry": "行业不同",
        "crisis_type": "危机类型不同",
        "valid_from": "尚未生效",
        "valid_until": "已过有效期",
        "levels": "不适用于当前级别",
        "stages": "不适用于当前阶段",
        "subject_tags": "监测主体缺少所要求的标签",
        "keywords_none": "出现了排除词",
        "past_incident": "同类历史与要求不符",
        "verifications": "核实结论与要求不符",
        "verification": "否认类预案须先核实为不实",
    }
)
"""Why a hard predicate keeps a playbook out, as people read it."""


class Candidate(NamedTuple):
    """A playbook that passed the hard predicates, with the parts of its score."""

    playbook: Playbook
    parts: tuple[Part, ...]

    @property
    def specific(self) -> bool:
        """Whether it was written for the crisis type and not for the whole industry."""
        return self.playbook.crisis_type != ANY_TYPE

    @property
    def points(self) -> dict[str, float]:
        """Points by part."""
        return {part.name: round(WEIGHTS[part.name] * part.fit, 2) for part in self.parts}

    @property
    def score(self) -> float:
        """Sum of the points, 0 to 100."""
        return round(sum(self.points.values()), 2)

    @property
    def matched(self) -> tuple[str, ...]:
        """What was asked for and is there."""
        return tuple(part.text for part in self.parts if part.asked and part.fit > 0.5)

    @property
    def unmatched(self) -> tuple[str, ...]:
        """What was asked for and is not there, or not enough."""
        return tuple(part.text for part in self.parts if part.asked and part.fit <= 0.5)


def rank(case: Case, library: Sequence[Playbook], effects: Effects = NO_EFFECTS) -> list[Candidate]:
    """Return the playbooks that may be used for ``case``, best first."""
    candidates = [
        Candidate(playbook, parts_of(case, playbook, effects))
        for playbook in library
        if not blockers(case, playbook)
    ]
    return sorted(
        candidates, key=lambda c: (not c.specific, -c.score, c.playbook.id, c.playbook.version)
    )


def blockers(case: Case, playbook: Playbook) -> tuple[str, ...]:
    """Return the names of the hard predicates of ``playbook`` that forbid it for ``case``."""
    match = playbook.match
    day = day_of(case.decided_ms)
    past = case.past_incidents > 0
    verification = case.verification or UNVERIFIED
    holds = {
        "industry": playbook.industry == case.subject.industry,
        "crisis_type": playbook.crisis_type in (case.crisis_type, ANY_TYPE),
        "valid_from": playbook.valid_from <= day,
        "valid_until": not playbook.valid_until or day <= playbook.valid_until,
        "levels": case.level in playbook.levels,
        "stages": not match.stages or case.stage in match.stages,
        "subject_tags": set(match.subject_tags) <= set(case.subject.tags),
        "keywords_none": not hits(match.keywords_none, case.keywords),
        "past_incident": match.past_incident in (None, past),
        "verifications": not match.verifications or verification in match.verifications,
        "verification": playbook.strategy != "deny" or verification == UNTRUE,
    }
    return tuple(name for name, held in holds.items() if not held)


def day_of(ms: int) -> str:
    """Return the calendar day in Shanghai, such as ``2026-03-01``."""
    return datetime.fromtimestamp(ms / 1000, SHANGHAI).date().isoformat()

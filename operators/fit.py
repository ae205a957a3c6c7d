"""How well a playbook fits an incident: hard predicates that forbid, named parts that score.

The order of the library never matters. A denial is never offered unless people found the matter
untrue, and a playbook written for the crisis type comes before the general one of the industry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Final, NamedTuple

from operators.model import GENERAL, LEVEL_NAMES, STAGE_NAMES, Subject
from playbooks.schema import ANY_TYPE, PLATFORM_NAMES, STRATEGY_NAMES, Playbook

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")

UNVERIFIED: Final = "未核实"
TRUE: Final = "属实"
PARTLY_TRUE: Final = "部分属实"
UNTRUE: Final = "不实"

WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "type": 40.0,
        "level": 15.0,
        "stage": 10.0,
        "keywords": 10.0,
        "verification": 10.0,
        "negative_share": 5.0,
        "platforms": 5.0,
        "past_incident": 5.0,
    }
)
"""What each part of the score is worth; they sum to 100. Half is given where nothing is asked."""

PART_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "type": "类型对应",
        "level": "级别对应",
        "stage": "阶段对应",
        "keywords": "关键词命中",
        "verification": "核实结论",
        "negative_share": "负面占比",
        "platforms": "平台分布",
        "past_incident": "历史事件",
    }
)
"""The same parts as people read them."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of an incident when a playbook is sought; instants in ms, shares 0 to 1."""

    incident_id: str
    exercise: bool
    subject: Subject
    crisis_type: str
    level: str
    stage: str
    severity: float
    negative_share: float
    platforms: tuple[str, ...]
    keywords: tuple[str, ...]
    verification: str
    onset_ms: int
    detected_ms: int
    decided_ms: int
    mentions: int
    negative: int
    evidence: tuple[str, ...] = ()
    past_incidents: int = 0
    crisis_name: str = ""

    @property
    def type_name(self) -> str:
        """The crisis type as people call it, or its id where the name is not given."""
        usual = "日常提及" if self.crisis_type == GENERAL else self.crisis_type
        return self.crisis_name or usual


class Part(NamedTuple):
    """How far one predicate of a playbook holds: 0, a half (nothing asked) or 1, and the words."""

    name: str
    fit: float
    text: str


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


def rank(case: Case, library: Sequence[Playbook]) -> list[Candidate]:
    """Return the playbooks that may be used for ``case``, best first."""
    candidates = [
        Candidate(playbook, _parts(case, playbook))
        for playbook in library
        if not blockers(case, playbook)
    ]
    return sorted(
        candidates, key=lambda c: (not c.specific, -c.score, c.playbook.id, c.playbook.version)
    )


def blockers(case: Case, playbook: Playbook) -> tuple[str, ...]:
    """Return the names of the hard predicates of ``playbook`` that forbid it for ``case``."""
    match = playbook.match
    day = datetime.fromtimestamp(case.decided_ms / 1000, SHANGHAI).date().isoformat()
    holds = {
        "industry": playbook.industry == case.subject.industry,
        "crisis_type": playbook.crisis_type in (case.crisis_type, ANY_TYPE),
        "valid_from": playbook.valid_from <= day,
        "valid_until": not playbook.valid_until or day <= playbook.valid_until,
        "levels": case.level in playbook.levels,
        "stages": not match.stages or case.stage in match.stages,
        "subject_tags": set(match.subject_tags) <= set(case.subject.tags),
        "keywords_none": not hits(match.keywords_none, case.keywords),
        "verification": playbook.strategy != "deny" or case.verification == UNTRUE,
    }
    return tuple(name for name, held in holds.items() if not held)


def hits(wanted: Iterable[str], seen: Sequence[str]) -> tuple[str, ...]:
    """Return the words of ``wanted`` that occur in, or contain, a phrase of ``seen``."""
    return tuple(
        word
        for word in wanted
        if any(word in phrase or (len(phrase) > 1 and phrase in word) for phrase in seen)
    )


def _parts(case: Case, playbook: Playbook) -> tuple[Part, ...]:
    """Score the soft predicates; where a playbook asks nothing it gets a half."""
    match = playbook.match
    level = LEVEL_NAMES.get(case.level, case.level)
    stage = STAGE_NAMES.get(case.stage, case.stage)
    words = hits(match.keywords_any, case.keywords)
    common = [p for p in match.platforms if p in case.platforms]
    past = case.past_incidents > 0
    specific = playbook.crisis_type != ANY_TYPE
    denial = playbook.strategy == "deny"
    return (
        Part(
            "type",
            1.0 if specific else 0.25,
            f"危机类型为“{case.type_name}”" if specific else "行业通用预案，不限危机类型",
        ),
        Part(
            "level",
            _fit(bool(match.levels), case.level in match.levels),
            f"首选级别：{_names(match.levels, LEVEL_NAMES)}（当前{level}）",
        ),
        Part(
            "stage",
            _fit(bool(match.stages), case.stage in match.stages),
            f"适用阶段：{_names(match.stages, STAGE_NAMES)}（当前{stage}）",
        ),
        Part(
            "keywords",
            _fit(bool(match.keywords_any), bool(words)),
            f"命中关键词：{'、'.join(words)}"
            if words
            else f"关键词未命中：{'、'.join(match.keywords_any)}",
        ),
        Part(
            "verification",
            _fit(denial, denial and case.verification == UNTRUE),
            f"{STRATEGY_NAMES[playbook.strategy]}以核实结论“{UNTRUE}”为前提",
        ),
        Part(
            "negative_share",
            _fit(match.min_negative_share > 0, case.negative_share >= match.min_negative_share),
            f"负面占比不低于{match.min_negative_share:.0%}（当前{case.negative_share:.0%}）",
        ),
        Part(
            "platforms",
            _fit(bool(match.platforms), bool(common)),
            f"涉及平台：{_names(common or match.platforms, PLATFORM_NAMES)}",
        ),
        Part(
            "past_incident",
            _fit(match.past_incident is not None, match.past_incident is past),
            f"{'此前发生过' if match.past_incident else '此前未发生过'}同类事件",
        ),
    )


def _fit(asked: bool, held: bool) -> float:
    """Return 1 when the predicate holds, 0 when it does not, a half when nothing is asked."""
    return (1.0 if held else 0.0) if asked else 0.5


def _names(ids: Iterable[str], names: Mapping[str, str]) -> str:
    """Join ids as people call them."""
    return "、".join(names.get(i, i) for i in ids)

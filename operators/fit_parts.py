"""The named parts of the score of a playbook, each with the words that explain it.

A part is worth its weight where a predicate holds, nothing where it does not, and half of it where
the playbook asks nothing.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from operators.case import PARTLY_TRUE, TRUE, UNTRUE, Case, hits
from operators.model import LEVEL_NAMES, LEVELS, STAGE_NAMES
from playbooks.schema import (
    ANY_TYPE,
    PLATFORM_NAMES,
    STRATEGY_NAMES,
    TIER_NAMES,
    Playbook,
    content_hash,
)

WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "type": 25.0,
        "level": 20.0,
        "keywords": 15.0,
        "scct": 15.0,
        "stage": 10.0,
        "effectiveness": 5.0,
        "source_tiers": 4.0,
        "negative_share": 3.0,
        "platforms": 3.0,
    }
)
"""What each part of the score is worth; they sum to 100."""

PART_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "type": "行业与类型",
        "level": "级别对应",
        "keywords": "关键词命中",
        "scct": "归因与历史",
        "stage": "阶段对应",
        "effectiveness": "以往效果",
        "source_tiers": "信源层级",
        "negative_share": "负面占比",
        "platforms": "平台分布",
    }
)
"""The same parts as people read them."""

MIN_USES: Final = 5
"""Uses of a version below which its effect so far counts for nothing."""

OPEN: Final = 0.5
"""What a part gets where nothing is asked."""

Effects: TypeAlias = Mapping[str, tuple[int, float]]
"""Content hash of a playbook -> (times used, effect from 0 to 1, where 0.5 is no effect)."""

NO_EFFECTS: Final[Effects] = MappingProxyType({})


class Part(NamedTuple):
    """How far a predicate holds (0 to 1), whether it was asked for, and the words for it."""

    name: str
    fit: float
    text: str
    asked: bool = True


def parts_of(case: Case, playbook: Playbook, effects: Effects = NO_EFFECTS) -> tuple[Part, ...]:
    """Score the soft predicates of ``playbook`` for ``case``, in the order of the weights."""
    match = playbook.match
    common = [p for p in match.platforms if p in case.platforms]
    spoke = [t for t in match.source_tiers if t in case.tiers]
    stage = STAGE_NAMES.get(case.stage, case.stage)
    return (
        _type(case, playbook),
        _level(case, playbook),
        _keywords(case, playbook),
        _scct(case, playbook),
        _asked(
            "stage",
            match.stages,
            case.stage in match.stages,
            f"适用阶段：{_names(match.stages, STAGE_NAMES)}（当前{stage}）",
        ),
        _effect(playbook, effects),
        _asked(
            "source_tiers",
            match.source_tiers,
            bool(spoke),
            f"信源层级：{_names(spoke or match.source_tiers, TIER_NAMES)}",
        ),
        _asked(
            "negative_share",
            match.min_negative_share > 0,
            case.negative_share >= match.min_negative_share,
            f"负面占比不低于{match.min_negative_share:.0%}（当前{case.negative_share:.0%}）",
        ),
        _asked(
            "platforms",
            match.platforms,
            bool(common),
            f"涉及平台：{_names(common or match.platforms, PLATFORM_NAMES)}",
        ),
    )


def for_level(case: Case, playbook: Playbook) -> bool:
    """Tell whether ``playbook`` is written for the level of ``case`` in particular."""
    if playbook.match.levels:
        return case.level in playbook.match.levels
    return case.level in playbook.levels and len(set(playbook.levels)) < len(LEVELS)


def _type(case: Case, playbook: Playbook) -> Part:
    if playbook.crisis_type == ANY_TYPE:
        return Part("type", 0.25, "行业通用预案，不限危机类型", asked=False)
    return Part("type", 1.0, f"危机类型为“{case.type_name}”")


def _level(case: Case, playbook: Playbook) -> Part:
    level = LEVEL_NAMES.get(case.level, case.level)
    wanted = playbook.match.levels or playbook.levels
    text = f"首选级别：{_names(wanted, LEVEL_NAMES)}（当前{level}）"
    every = not playbook.match.levels and len(set(playbook.levels)) == len(LEVELS)
    return _asked("level", not every, for_level(case, playbook), text)


def _keywords(case: Case, playbook: Playbook) -> Part:
    wanted = playbook.match.keywords_any
    words = hits(wanted, case.keywords)
    if not words:
        return _asked("keywords", wanted, False, f"关键词未命中：{'、'.join(wanted)}")
    fit = min(0.6 + 0.2 * (len(words) - 1), 1.0)
    return Part("keywords", fit, f"命中关键词：{'、'.join(words)}")


def _scct(case: Case, playbook: Playbook) -> Part:
    """Weigh the response strategy against what is known of blame, after Coombs (2007).

    A similar incident before makes people hold the company responsible, so excuses lose and making
    good gains; so does a matter found true. What was found untrue may be denied.
    """
    strategy, cluster = playbook.strategy, playbook.scct_cluster
    past = case.past_incidents > 0
    name = STRATEGY_NAMES[strategy]
    if case.verification == UNTRUE:
        fit = 1.0 if strategy == "deny" else 0.75 if cluster == "victim" else 0.25
        return Part("scct", fit, f"已核实为{UNTRUE}，策略“{name}”")
    if case.verification in (TRUE, PARTLY_TRUE) or past:
        gains = {"rebuild": 1.0, "inform": 0.5, "diminish": 0.25, "bolster": 0.0, "deny": 0.0}
        fit = gains[strategy]
        if strategy == "diminish" and not past:
            fit = 0.75
        known = f"已核实为{case.verification}" if case.verification in (TRUE, PARTLY_TRUE) else ""
        again = f"此前发生过{case.past_incidents}起同类事件" if past else ""
        why = "、".join(word for word in (known, again) if word)
        return Part("scct", fit, f"{why}，策略“{name}”")
    return Part("scct", OPEN, f"尚未核实且无同类历史，策略“{name}”", asked=False)


def _effect(playbook: Playbook, effects: Effects) -> Part:
    n, score = effects.get(content_hash(playbook), (0, OPEN)) if effects else (0, OPEN)
    if n < MIN_USES:
        text = f"使用{n}次，不足{MIN_USES}次，不计入"
        return Part("effectiveness", OPEN, text, asked=False)
    fit = min(max(score, 0.0), 1.0)
    return Part("effectiveness", fit, f"已使用{n}次，效果{fit:.0%}（观察所得，50%为无差别）")


def _asked(name: str, asked: object, held: bool, text: str) -> Part:
    """Return 1 when the predicate holds, 0 when it does not, a half when nothing is asked."""
    return Part(name, (1.0 if held else 0.0) if asked else OPEN, text, asked=bool(asked))


def _names(ids: Iterable[str], names: Mapping[str, str]) -> str:
    """Join ids as people call them."""
    return "、".join(names.get(i, i) for i in ids)

"""One colour for one meaning, everywhere; told apart on dark also by the colour-blind.

The hues are after Okabe and Ito (2008): blue, yellow, vermilion, teal. What is calm is grey, so
that colour on a wall means that something is to be looked at.
"""

from collections.abc import Mapping
from typing import Any, Final

from operators.model import STAGE_NAMES
from operators.report.names import ACTIONS, DETECTORS, OUTCOMES, STATES
from operators.schemes import DEFAULT, scheme
from operators.severity import FACTOR_NAMES
from playbooks.schema import PLATFORM_NAMES

CALM: Final = "#3A4A5C"
GOOD: Final = "#57D9C0"
WATCH: Final = "#F7E05A"
BAD: Final = "#E8553A"
GRAVE: Final = "#F58A1F"
INFO: Final = "#5AA9E6"
NEUTRAL: Final = "#76828F"
USUAL: Final = "#C9D1D9"
ACCENT: Final = "#B58CD9"

_LEVELS: Final = (
    ("minor", "轻微", 11, INFO),
    ("mild", "轻度", 12, INFO),
    ("blue", "Ⅳ级（蓝色）", 13, INFO),
    ("moderate", "中等", 21, WATCH),
    ("medium", "中度", 22, WATCH),
    ("yellow", "Ⅲ级（黄色）", 23, WATCH),
    ("serious", "严重", 32, GRAVE),
    ("orange", "Ⅱ级（橙色）", 33, GRAVE),
    ("severe", "严重", 41, BAD),
    ("extreme", "特别严重", 42, BAD),
    ("red", "Ⅰ级（红色）", 43, BAD),
)
LEVEL_WORDS: Final = {key: word for key, word, _rank, _colour in _LEVELS}
"""Levels of every scheme and their words."""

LEVEL_COLOURS: Final = {key: colour for key, _word, _rank, colour in _LEVELS}
LEVEL_RANKS: Final = {"": 0} | {key: rank for key, _word, rank, _colour in _LEVELS}
"""Number of a level in a state time line; 0 is calm, 10 apart is one step worse."""

TOP_RANK: Final = 40
"""Rank from which a level is the worst of its scheme."""

SENTIMENT_COLOURS: Final = {"负面": BAD, "中性": NEUTRAL, "正面": GOOD}
STAGE_COLOURS: Final = {
    "emerging": INFO,
    "spreading": WATCH,
    "peak": BAD,
    "fading": GOOD,
    "closed": NEUTRAL,
}
STATE_COLOURS: Final = {
    "open": BAD,
    "resolved": GOOD,
    "closed": NEUTRAL,
    "merged": NEUTRAL,
    "false_alarm": NEUTRAL,
}
WORK_NAMES: Final = {"open": "进行中", "done": "已完成", "waived": "已豁免", "cancelled": "已取消"}
WORK_COLOURS: Final = {"open": WATCH, "done": GOOD, "waived": NEUTRAL, "cancelled": NEUTRAL}
FEED_NAMES: Final = {"live": "正常", "silent": "异常静默", "dead": "中断"}
FEED_COLOURS: Final = {"live": CALM, "silent": WATCH, "dead": BAD}
FEED_RANKS: Final = {"live": 0, "silent": 1, "dead": 2}
DELIVERY_NAMES: Final = {"sent": "已送达", "failed": "失败", "waiting": "待发送", "muted": "已静默"}
DELIVERY_COLOURS: Final = {"sent": GOOD, "failed": BAD, "waiting": WATCH, "muted": NEUTRAL}
TIER_NAMES: Final = {
    "regulator": "监管部门",
    "central_media": "中央媒体",
    "media": "媒体",
    "official": "政务与官方",
    "influencer": "大V",
    "verified": "认证用户",
    "ordinary": "普通用户",
}
GAP_NAMES: Final = {
    "general_only": "只有通用预案",
    "level_missing": "缺该级别预案",
    "expired": "预案已过期",
    "overridden": "被人工改选",
}
WORDS: Final = {**ACTIONS, **DETECTORS, **LEVEL_WORDS, **STAGE_NAMES, **STATES}
"""Every id that stands before or after a change of an incident."""
EVENT_COLOURS: Final = {
    "opened": INFO,
    "signal": INFO,
    "level": WATCH,
    "stage": USUAL,
    "action": GOOD,
    "reopened": BAD,
    "closed": NEUTRAL,
}
ACTION_NAMES: Final = ACTIONS
OUTCOME_NAMES: Final = OUTCOMES
PLATFORMS: Final = PLATFORM_NAMES
FACTORS: Final = FACTOR_NAMES

PLATFORM_COLOURS: Final = {
    "微博": "#E8553A",
    "微信公众号": "#3FA796",
    "抖音": "#B58CD9",
    "小红书": "#F28E8E",
    "雪球": "#5AA9E6",
    "知乎": "#2F6FB5",
    "投诉平台": "#F0C541",
    "新闻网站": "#C9D1D9",
}


def values(names: Mapping[str, str], colours: Mapping[str, str]) -> dict[str, Any]:
    """Map ids to a Chinese word and its colour."""
    return {
        "type": "value",
        "options": {
            key: {"text": name, "color": colours.get(key, NEUTRAL), "index": place}
            for place, (key, name) in enumerate(names.items())
        },
    }


def ranks(
    numbers: Mapping[str, int], names: Mapping[str, str], colours: Mapping[str, str], calm: str
) -> dict[str, Any]:
    """Map the numbers of a state time line to words and colours; ``calm`` names the empty id."""
    return {
        "type": "value",
        "options": {
            str(number): {
                "text": names.get(key, calm),
                "color": colours.get(key, CALM),
                "index": number,
            }
            for key, number in numbers.items()
        },
    }


def range_of(low: float | None, high: float | None, text: str, colour: str) -> dict[str, Any]:
    """Map a range of numbers to a word and a colour."""
    return {
        "type": "range",
        "options": {"from": low, "to": high, "result": {"text": text, "color": colour, "index": 0}},
    }


def special(match: str, text: str, colour: str) -> dict[str, Any]:
    """Map null, empty and the like to a word: ``match`` as Grafana names it."""
    return {
        "type": "special",
        "options": {"match": match, "result": {"text": text, "color": colour, "index": 0}},
    }


def steps(base: str, *above: tuple[float, str]) -> dict[str, Any]:
    """Thresholds: ``base`` below the first value, then a colour from each value on."""
    rest = [{"color": colour, "value": value} for value, colour in above]
    return {"mode": "absolute", "steps": [{"color": base, "value": None}, *rest]}


LEVEL: Final = values(LEVEL_WORDS, LEVEL_COLOURS)
STAGE: Final = values(STAGE_NAMES, STAGE_COLOURS)
STATE: Final = values(STATES, STATE_COLOURS)
WORK: Final = values(WORK_NAMES, WORK_COLOURS)
DELIVERY: Final = values(DELIVERY_NAMES, DELIVERY_COLOURS)
LIGHTS: Final = ranks(LEVEL_RANKS, LEVEL_WORDS, LEVEL_COLOURS, "平稳")
FEED_LIGHTS: Final = ranks(FEED_RANKS, FEED_NAMES, FEED_COLOURS, "")
NO_VALUE: Final = special("null", "—", NEUTRAL)

_NOW_IN_FORCE: Final = scheme(DEFAULT).editions[-1].levels
SEVERITY: Final = steps(
    LEVEL_COLOURS[_NOW_IN_FORCE[0].id],
    *((level.least, LEVEL_COLOURS[level.id]) for level in _NOW_IN_FORCE[1:]),
)
"""Colours of severity where the default scheme draws its lines."""

"""The tiles of 处置与预案: medians of the times people took, and shares of what went wrong."""

from typing import Final

from dashboards import panels, theme
from dashboards.fragments import REAL, SUBJECT, share
from dashboards.model import Panel
from dashboards.theme import BAD, GOOD, WATCH

FOUND: Final = "$__timeFilter(detected_at)"
TIMES: Final = f"FROM v_incident_times WHERE {REAL} AND {FOUND} AND {SUBJECT}"


def _median(number: int, title: str, description: str, column: str, good: int, bad: int) -> Panel:
    return panels.stat(
        number,
        title,
        f"{description}（中位数，分钟）；误报不计。",
        f"SELECT if(count({column}) = 0, NULL, quantileExact(0.5)({column}) / 60) AS `用时`"
        f" {TIMES} AND state != 'false_alarm'",
        unit="suffix: 分",
        decimals=0,
        fill=False,
        thresholds=theme.steps(GOOD, (good, WATCH), (bad, BAD)),
    )


def _rate(
    number: int, title: str, description: str, condition: str, name: str, bad: float
) -> Panel:
    return panels.stat(
        number,
        title,
        f"期内事件中，{description}",
        f"""
SELECT {share(f"countIf({condition})", "count()")} AS `{name}`
FROM v_incidents
WHERE {REAL} AND {FOUND} AND {SUBJECT}
""",
        unit="percentunit",
        decimals=0,
        fill=False,
        thresholds=theme.steps(GOOD, (0.2, WATCH), (bad, BAD)),
    )


DETECT: Final = _median(1, "发现用时", "从估计的起点到发现", "detect_s", 10, 30)
SEE: Final = _median(2, "确认用时", "从发现到有人确认", "acknowledge_s", 15, 60)
STATE: Final = _median(3, "声明用时", "从发现到发布声明", "statement_s", 60, 120)
RECOVER: Final = _median(4, "负面减半用时", "从声明（或高峰）到负面量减半", "half_life_s", 180, 720)
IN_TIME: Final = panels.stat(
    5,
    "任务按期率",
    "到期任务中按期完成的比例；没有到期任务时为空。",
    f"""
SELECT {share("countIf(status = 'done' AND NOT overdue)", "count()")} AS `按期率`
FROM v_tasks
WHERE {REAL} AND $__timeFilter(opened_at) AND status IN ('open', 'done')
  AND (status = 'done' OR due_at <= $__toTime) AND {SUBJECT}
""",
    unit="percentunit",
    decimals=0,
    fill=False,
    thresholds=theme.steps(BAD, (0.6, WATCH), (0.9, GOOD)),
)
OVERRIDDEN: Final = _rate(
    6, "预案改选率", "人改选了推荐预案的比例。", "override != ''", "改选率", 0.4
)
FALSE: Final = _rate(7, "误报率", "被人标为误报的比例。", "state = 'false_alarm'", "误报率", 0.5)
GAP_COUNT: Final = panels.stat(
    8,
    "预案缺口",
    "期内记录的预案缺口数：只有通用预案、缺该级别、已过期、被改选。",
    f"SELECT count() AS `缺口` FROM v_library_gaps"
    f" WHERE {REAL} AND $__timeFilter(decided_at) AND {SUBJECT}",
    fill=False,
    thresholds=theme.steps(GOOD, (1, WATCH)),
)

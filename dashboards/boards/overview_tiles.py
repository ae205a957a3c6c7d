"""The tiles on top of 舆情总览: what is open, what is due, how loud it is, what is silent."""

from typing import Final

from dashboards import fields, panels, theme
from dashboards.fragments import (
    LAST_HOUR,
    MINUTES_LEFT,
    PIPELINE,
    RANK,
    REAL,
    RESPONDING,
    SUBJECT,
    share,
)
from dashboards.theme import BAD, CALM, WATCH

_OPEN: Final = f"""
FROM v_incidents
WHERE {REAL} AND state = 'open' AND detected_at <= $__toTime AND {SUBJECT}
"""
OPEN_IDS: Final = f"incident_id IN (SELECT incident_id {_OPEN})"
_NONE_IS_CALM: Final = theme.steps(CALM, (1, WATCH))
_NONE_MAY_BE: Final = theme.steps(CALM, (1, BAD))
_TO_RESPONSE: Final = fields.to(RESPONDING, "处置与预案", "${subject:queryparam}")
TO_HEALTH: Final = fields.to(PIPELINE, "数据与管道健康")

_RAN: Final = "(SELECT count() FROM v_pipeline_health WHERE minute >= $__toTime - INTERVAL 1 HOUR"
_RAN_IN_HOUR: Final = f"{_RAN} AND minute <= $__toTime)"

OPEN: Final = panels.stat(
    1,
    "在办事件",
    "当前处于进行中的事件数，不含演练。",
    f"SELECT count() AS `在办事件` {_OPEN}",
    thresholds=_NONE_IS_CALM,
)
SEVERE: Final = panels.stat(
    2,
    "严重事件",
    "进行中且处于分级方案最高一级的事件数。",
    f"SELECT countIf({RANK} > {theme.TOP_RANK}) AS `严重事件` {_OPEN}",
    thresholds=_NONE_MAY_BE,
)
UNSEEN: Final = panels.stat(
    3,
    "待确认",
    "尚无人确认的进行中事件数。",
    f"SELECT countIf(acknowledged_at = 0) AS `待确认` {_OPEN}",
    thresholds=_NONE_MAY_BE,
)
OVERDUE: Final = panels.stat(
    4,
    "超期任务",
    "进行中事件里，到期仍未完成的任务数。",
    f"""
SELECT countIf(status = 'open' AND due_at <= $__toTime) AS `超期任务`
FROM v_tasks
WHERE {REAL} AND {OPEN_IDS}
""",
    thresholds=_NONE_MAY_BE,
    links=[_TO_RESPONSE],
)
NEXT_CLOCK: Final = panels.stat(
    5,
    "最近报告时限",
    "距最近一个未完成的监管报告时限还有多少分钟；负数为已超时。",
    f"""
SELECT if(count() = 0, NULL, min({MINUTES_LEFT})) AS `剩余`
FROM v_clocks
WHERE {REAL} AND status = 'open' AND starts_at <= $__toTime AND {OPEN_IDS}
""",
    unit="suffix: 分",
    thresholds=theme.steps(BAD, (30, WATCH), (120, CALM)),
    mappings=[theme.special("null", "无待报", CALM)],
)
HEARD: Final = panels.stat(
    6,
    "近 1 小时提及",
    "近 1 小时的提及量；管道没有运行时为空，不显示为 0。",
    f"""
SELECT if({_RAN_IN_HOUR} = 0, NULL, sum(mentions)) AS `提及`
FROM v_metrics
WHERE {REAL} AND {LAST_HOUR} AND {SUBJECT}
""",
    thresholds=theme.steps(CALM),
)
SHARE: Final = panels.stat(
    7,
    "近 1 小时负面占比",
    "近 1 小时负面提及占全部提及的比例；没有提及时为空。",
    f"SELECT {share('sum(negative)', 'sum(mentions)')} AS `负面占比`"
    f" FROM v_metrics WHERE {REAL} AND {LAST_HOUR} AND {SUBJECT}",
    unit="percentunit",
    decimals=0,
    thresholds=theme.steps(CALM, (0.4, WATCH), (0.55, BAD)),
)
FEED_NOW: Final = """
SELECT platform, max(minute) AS judged,
       if(dateDiff('minute', judged, $__toTime) > 15, 'dead', argMax(state, minute)) AS now_state,
       dateDiff('minute', argMax(last_at, minute), $__toTime) AS silent_m,
       argMax(usual_gap_s, minute) / 60 AS usual_m,
       argMax(mentions_1h, minute) AS heard
FROM v_feeds
WHERE minute <= $__toTime AND minute >= $__toTime - INTERVAL 1 DAY
  AND NOT startsWith(platform, 'mentions:')
GROUP BY platform
"""
SILENT: Final = panels.stat(
    8,
    "异常信源",
    "异常静默或中断的平台数；没有信源记录时为空，不当作平静。",
    f"SELECT if(count() = 0, NULL, countIf(now_state != 'live')) AS `异常信源` FROM ({FEED_NOW})",
    thresholds=_NONE_MAY_BE,
    links=[TO_HEALTH],
)

"""事件详情: one incident from its first sign to what the statement did."""

from typing import Final

from dashboards import columns, fields, panels, theme
from dashboards.boards.incident_acts import CLOCKS, DELIVERIES, RECOMMENDATION, TASKS
from dashboards.boards.incident_facts import (
    DELAY,
    LEVEL,
    OWNER,
    SEEN,
    SEVERITY,
    STAGE,
    STATE,
    VERIFIED,
)
from dashboards.boards.incident_tables import EVENTS, PATH, POSTS, RELATED, VOICES, WHY
from dashboards.boards.volume import volume
from dashboards.fragments import DETAIL, IN_TIME, KEY_OF_THIS, PLATFORM, THIS, named
from dashboards.model import Annotation, Dashboard, Placed, Variable
from dashboards.theme import ACCENT, BAD, GOOD, INFO, NEUTRAL, WATCH

_LEVEL_WORD: Final = named("level", theme.LEVEL_WORDS)

VOLUME: Final = volume(
    "声量、负面与平时",
    "该主体该类型每个时间格的提及与负面；虚线为检测器掌握的平时负面水平。竖线为检测、级别、处置与声明。",
    f"{KEY_OF_THIS} AND {IN_TIME}",
    f"""
SELECT $__timeInterval(window_start) AS time, avg(expected) * $__interval_s / 300 AS `平时负面`
FROM v_baselines
WHERE {KEY_OF_THIS} AND {IN_TIME}
GROUP BY time
ORDER BY time
""",
)
FORECAST: Final = panels.series(
    12,
    "小时负面量：实际与一小时前的预测",
    "实线为截至该时刻一小时内的负面量，虚线为一小时前作出的预测，色带为 80% 区间。",
    [
        f"""
SELECT $__timeInterval(window_start + INTERVAL 5 MINUTE) AS time, max(negative_1h) AS `实际`
FROM v_baselines
WHERE {KEY_OF_THIS} AND {IN_TIME}
GROUP BY time
ORDER BY time
""",
        f"""
SELECT $__timeInterval(made_at + INTERVAL 1 HOUR) AS time, avg(negative_low) AS `下限`,
       avg(negative) AS `预测`, avg(negative_high) AS `上限`
FROM v_forecasts
WHERE {THIS} AND horizon_h = 1 AND $__timeFilter(made_at + INTERVAL 1 HOUR)
GROUP BY time
ORDER BY time
""",
    ],
    overrides=[
        fields.colour("实际", BAD),
        fields.colour("预测", ACCENT, **fields.DASHED),
        fields.colour("下限", ACCENT, **{"custom.lineWidth": 0, "custom.fillOpacity": 0}),
        fields.colour(
            "上限",
            ACCENT,
            **{"custom.lineWidth": 0, "custom.fillBelowTo": "下限", "custom.fillOpacity": 25},
        ),
    ],
    gap_ms=1_800_000,
)
AHEAD: Final = panels.table(
    13,
    "最近一次预测",
    "最近一次预测的未来 1、6、24 小时负面量与 80% 区间，以及预计的高峰时间。",
    f"""
SELECT concat('未来 ', toString(horizon_h), ' 小时') AS `时段`, round(negative) AS `负面`,
       round(negative_low) AS `下限`, round(negative_high) AS `上限`,
       if(peak_at = 0, '已过或未知', formatDateTime(peak_at, '%m-%d %H:%i', 'Asia/Shanghai'))
           AS `预计高峰`
FROM v_forecasts
WHERE {THIS} AND made_at <= $__toTime
ORDER BY made_at DESC, horizon_h
LIMIT 1 BY horizon_h
""",
    [
        fields.column("时段", width=100),
        *(
            fields.column(name, unit="locale", width=70, decimals=0)
            for name in ("负面", "下限", "上限")
        ),
    ],
)
FACTORS: Final = panels.gauges(
    14,
    "严重度构成",
    "各因子给严重度加了多少分，合计即严重度。",
    f"""
SELECT {named("factor.1", theme.FACTORS)} AS `因子`, factor.2 AS `得分`
FROM
(
    SELECT arrayJoin(arrayZip(mapKeys(factors), mapValues(factors))) AS factor
    FROM v_incidents
    WHERE {THIS}
)
ORDER BY `得分` DESC
""",
    unit="none",
    decimals=1,
    top=22,
    thresholds=theme.steps(INFO, (8, WATCH), (14, BAD)),
)
PHRASES: Final = panels.gauges(
    15,
    "焦点热词",
    "该事件最突出的说法及提到它的帖子数（时间范围内各小时合计）。",
    f"""
SELECT phrase AS `热词`, sum(mentions) AS `提及`
FROM v_phrases
WHERE {THIS} AND {IN_TIME}
GROUP BY phrase
ORDER BY max(score) * log(`提及` + 1) DESC, phrase
LIMIT 12
""",
    thresholds=theme.steps(ACCENT),
)
SPREAD: Final = panels.series(
    16,
    "跨平台传播",
    "各平台的提及量。",
    [
        f"""
SELECT $__timeInterval(window_start) AS time, {PLATFORM} AS name, sum(mentions) AS `提及`
FROM v_metrics
WHERE {KEY_OF_THIS} AND {IN_TIME}
GROUP BY time, name
ORDER BY time, name
"""
    ],
    interval="15m",
    bars=True,
    stack="normal",
    overrides=columns.BY_PLATFORM,
)
EFFECT: Final = panels.chart(
    17,
    "声明前后",
    "以声明发布为零点，前 6 小时到后 12 小时每小时的负面与其他提及；没有声明时为空。",
    f"""
SELECT concat(if(hour < 0, '', '+'), toString(hour), '时') AS `距声明`, sum(negative) AS `负面`,
       sum(mentions) - sum(negative) AS `其他`
FROM
(
    SELECT toInt32(floor(dateDiff('minute', s.at, m.window_start) / 60)) AS hour, mentions, negative
    FROM v_metrics AS m
    CROSS JOIN (SELECT statement_at AS at FROM v_incidents WHERE {THIS} AND statement_at != 0) AS s
    WHERE {KEY_OF_THIS} AND m.window_start <= $__toTime
      AND m.window_start >= s.at - INTERVAL 6 HOUR AND m.window_start < s.at + INTERVAL 12 HOUR
    UNION ALL
    SELECT arrayJoin(range(-6, least(12, 1 + toInt32(
               floor(dateDiff('minute', statement_at, $__toTime) / 60))))) AS hour, 0, 0
    FROM v_incidents
    WHERE {THIS} AND statement_at != 0
)
GROUP BY hour
ORDER BY hour
""",
    x="距声明",
    stack="normal",
    overrides=[fields.colour("负面", BAD), fields.colour("其他", NEUTRAL)],
)
OUTCOME: Final = panels.table(
    18,
    "处置效果",
    "声明用时、声明（或高峰）时的负面占比、负面量减半用时。为观察值，不代表因果。",
    f"""
SELECT if(p.title = '', o.playbook_id, p.title) AS `预案`,
       if(statement_s < 0, NULL, statement_s / 60) AS `声明用时`,
       share_at AS `当时负面占比`, if(half_life_s < 0, NULL, half_life_s / 60) AS `减半用时`
FROM v_outcomes AS o
LEFT JOIN
(
    SELECT playbook_id, argMax(title, published_at) AS title
    FROM v_playbook_versions
    GROUP BY playbook_id
) AS p ON o.playbook_id = p.playbook_id
WHERE {THIS} AND ended_at <= $__toTime
ORDER BY ended_at
""",
    [
        fields.column("声明用时", unit="suffix: 分", decimals=0, mapping=[theme.NO_VALUE]),
        fields.column("当时负面占比", unit="percentunit", decimals=0),
        fields.column("减半用时", unit="suffix: 分", decimals=0, mapping=[theme.NO_VALUE]),
    ],
)

CHOICE: Final = Variable(
    "incident",
    "事件",
    f"""
SELECT incident_id,
       concat(if(exercise, '【演练】', ''), subject_name, ' · ', type_name, ' · ', {_LEVEL_WORD},
              ' · ',
              formatDateTime(detected_at, '%m-%d %H:%i', 'Asia/Shanghai'))
FROM v_incident_board
WHERE detected_at <= $__toTime AND (closed_at = 0 OR closed_at >= $__fromTime)
ORDER BY exercise, state = 'open' DESC, severity DESC
""",
)


def _marks(name: str, colour: str, title: str, condition: str) -> Annotation:
    return Annotation(
        name,
        colour,
        f"""
SELECT at AS time, {title} AS title, cause AS text, toString(kind) AS tags
FROM v_incident_events
WHERE {THIS} AND at >= $__fromTime AND at <= $__toTime AND {condition}
ORDER BY time
LIMIT 100
""",
    )


_STATEMENT: Final = "kind = 'action' AND after = 'statement'"
MARKS: Final = (
    _marks("检测", INFO, "'检测'", "kind IN ('opened', 'signal', 'reopened')"),
    _marks("级别与阶段", WATCH, "'级别与阶段'", "kind IN ('level', 'stage')"),
    _marks("处置", NEUTRAL, "'处置'", f"kind IN ('action', 'closed') AND NOT ({_STATEMENT})"),
    _marks("声明", GOOD, "'声明'", _STATEMENT),
)

INCIDENT: Final = Dashboard(
    DETAIL,
    "事件详情",
    "一起事件的证据、走势、预测、处置建议、任务与效果。",
    (
        Placed(
            4, [(3, one) for one in (LEVEL, STAGE, STATE, SEVERITY, DELAY, SEEN, VERIFIED, OWNER)]
        ),
        Placed(5, [(24, WHY)]),
        Placed(9, [(14, VOLUME), (10, FORECAST)]),
        Placed(9, [(6, FACTORS), (5, PHRASES), (7, SPREAD), (6, PATH)]),
        Placed(14, [(12, RECOMMENDATION), (12, TASKS)]),
        Placed(10, [(12, EVENTS), (12, POSTS)]),
        Placed(8, [(11, VOICES), (7, EFFECT), (6, AHEAD)]),
        Placed(7, [(6, OUTCOME), (8, CLOCKS), (6, RELATED), (4, DELIVERIES)]),
    ),
    (CHOICE,),
    MARKS,
)

"""The tables of 舆情总览: incidents, phrases, platforms, clocks, feeds."""

from typing import Final

from dashboards import columns, fields, panels, theme
from dashboards.boards.overview_tiles import FEED_NOW, OPEN_IDS, TO_HEALTH
from dashboards.fragments import (
    LAST_HOUR,
    MINUTES_LEFT,
    PLATFORM,
    RANK,
    REAL,
    SUBJECT,
    share,
)
from dashboards.theme import BAD, CALM, GOOD, NEUTRAL, USUAL, WATCH

INCIDENTS: Final = panels.table(
    13,
    "进行中的事件",
    "按级别与严重度排列；点主体进入事件详情。延迟为起点到发现的分钟数，时限为最近报告时限的剩余分钟数。",
    f"""
SELECT level AS `级别`, subject_name AS `主体`, type_name AS `类型`, stage AS `阶段`,
       severity AS `严重度`, detected_at AS `发现`, round(delay_s / 60) AS `延迟`,
       negative_1h AS `近1时负面`, expected_1h AS `平时`,
       if(override = '', playbook_title, concat('改选：', override_title)) AS `预案`,
       if(acknowledged_at = 0, '待确认', if(owner = '', '未指派', owner)) AS `负责人`,
       verification AS `核实`,
       if(tasks = 0, '', concat(toString(tasks_done), '/', toString(tasks))) AS `任务`,
       tasks_overdue AS `超期`,
       if(next_due_at = 0, NULL, dateDiff('minute', $__toTime, next_due_at)) AS `时限`,
       incident_id
FROM v_incident_board
WHERE {REAL} AND state = 'open' AND detected_at <= $__toTime AND {SUBJECT}
ORDER BY {RANK} DESC, severity DESC
LIMIT 30
""",
    [
        columns.LEVEL,
        fields.column("主体", width=130, links=[columns.TO_DETAIL]),
        fields.column("类型", width=180, links=[columns.TO_DETAIL]),
        fields.column("阶段", mapping=[theme.STAGE], width=70, cell="color-text"),
        fields.column(
            "严重度",
            width=130,
            cell="gauge",
            top=100,
            decimals=0,
            thresholds=theme.SEVERITY,
        ),
        fields.column("发现", unit="time:MM-DD HH:mm", width=110),
        fields.column("延迟", unit="suffix: 分", width=75),
        fields.column(
            "近1时负面", unit="locale", width=90, decimals=0, cell="color-text", colour=BAD
        ),
        fields.column("平时", unit="locale", width=60, decimals=0),
        fields.column(
            "负责人",
            width=190,
            mapping=[
                theme.values(
                    {"待确认": "待确认", "未指派": "未指派"}, {"待确认": BAD, "未指派": WATCH}
                )
            ],
            cell="color-text",
        ),
        fields.column("核实", width=90),
        fields.column("任务", width=70, align="center"),
        fields.column(
            "超期",
            width=60,
            cell="color-text",
            align="center",
            thresholds=theme.steps(USUAL, (1, BAD)),
        ),
        fields.column(
            "时限",
            unit="suffix: 分",
            width=90,
            cell="color-text",
            thresholds=theme.steps(BAD, (30, WATCH), (120, USUAL)),
            mapping=[theme.NO_VALUE],
        ),
        columns.INCIDENT_ID,
    ],
)
PHRASES: Final = panels.table(
    14,
    "上升热词",
    "进行中事件最近一个小时窗口里最突出的说法，与前一小时相比；显著性为对背景的对数几率。",
    f"""
WITH (SELECT max(window_start) FROM v_phrases
      WHERE {REAL} AND window_start < $__toTime
        AND window_start >= $__toTime - INTERVAL 3 HOUR) AS latest
SELECT phrase AS `热词`, any(s.name) AS `主体`,
       sumIf(p.mentions, window_start = latest) AS `提及`,
       `提及` - sumIf(p.mentions, window_start = latest - INTERVAL 1 HOUR) AS `变化`,
       {share("sumIf(p.negative, window_start = latest)", "`提及`")} AS `负面占比`
FROM v_phrases AS p
LEFT JOIN v_subjects AS s ON p.subject = s.subject
WHERE {REAL} AND window_start >= latest - INTERVAL 1 HOUR AND window_start <= latest
  AND $__conditionalAll(p.subject IN (${{subject:singlequote}}), $subject)
GROUP BY p.subject, phrase
HAVING `提及` > 0
ORDER BY `变化` DESC, `提及` DESC, phrase
LIMIT 10
""",
    [
        fields.column("提及", unit="locale", width=60),
        fields.column(
            "变化",
            unit="locale",
            width=60,
            cell="color-text",
            thresholds=theme.steps(GOOD, (0, USUAL), (1, WATCH)),
        ),
        columns.NEGATIVE_SHARE,
    ],
)
PLATFORMS: Final = panels.chart(
    15,
    "平台：近 1 小时",
    "近 1 小时各平台的负面与其他提及。",
    f"""
SELECT {PLATFORM} AS `平台`, sum(negative) AS `负面`, sum(mentions) - sum(negative) AS `其他`
FROM v_metrics
WHERE {REAL} AND {LAST_HOUR} AND {SUBJECT}
GROUP BY platform
ORDER BY sum(mentions) DESC, platform
LIMIT 10
""",
    x="平台",
    stack="normal",
    horizontal=True,
    overrides=[fields.colour("负面", BAD), fields.colour("其他", NEUTRAL)],
)
CLOCKS: Final = panels.table(
    16,
    "监管报告时限",
    "未完成的报告时限，按剩余时间排列；“内部”表示时长为本单位设定，须由法务核对。",
    f"""
SELECT {MINUTES_LEFT} AS `剩余`, s.name AS `主体`, c.title AS `事项`, c.whom AS `报告对象`,
       if(c.certain, '法规', '内部') AS `依据`, c.due_at AS `到期`, c.incident_id AS incident_id
FROM v_clocks AS c
LEFT JOIN v_subjects AS s ON c.subject = s.subject
WHERE c.{REAL} AND c.status = 'open' AND c.starts_at <= $__toTime AND c.{OPEN_IDS}
ORDER BY c.due_at, c.incident_id, c.clock_id
LIMIT 12
""",
    [
        fields.column(
            "剩余",
            unit="suffix: 分",
            width=85,
            cell="color-background",
            thresholds=theme.steps(BAD, (30, WATCH), (120, CALM)),
            align="right",
        ),
        fields.column("主体", width=90, links=[columns.TO_DETAIL]),
        fields.column("依据", width=50),
        fields.column("到期", unit="time:MM-DD HH:mm", width=105),
        columns.INCIDENT_ID,
    ],
)
FEEDS: Final = panels.table(
    17,
    "信源新鲜度",
    "各平台最近一次到达距今多久。静默由信源自身的平时间隔判断；15 分钟没有判定记录即视为中断。",
    f"""
SELECT now_state AS `状态`, {PLATFORM} AS `平台`, silent_m AS `静默`, usual_m AS `平时间隔`,
       heard AS `近1时`
FROM ({FEED_NOW})
ORDER BY now_state = 'live', silent_m DESC, platform
LIMIT 12
""",
    [
        fields.column(
            "状态",
            width=85,
            cell="color-background",
            align="center",
            mapping=[theme.values(theme.FEED_NAMES, theme.FEED_COLOURS)],
        ),
        fields.column("平台", links=[TO_HEALTH]),
        fields.column("静默", unit="suffix: 分", width=75),
        fields.column("平时间隔", unit="suffix: 分", width=85, decimals=1),
        fields.column("近1时", unit="locale", width=65),
    ],
)

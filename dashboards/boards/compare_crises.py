"""The lower half of 主体与行业对比: what the talk is about, where, and what came of it."""

from typing import Final

from dashboards import columns, fields, panels, theme
from dashboards.boards.compare_chosen import BY_LABEL, CHOSEN, NAMED
from dashboards.fragments import IN_TIME, PLATFORM, REAL
from dashboards.theme import BAD, NEUTRAL

_TYPED: Final = f"""
    SELECT $__timeInterval(window_start) AS time, subject, crisis_type, sum(negative) AS negatives
    FROM v_metrics
    WHERE {REAL} AND {IN_TIME} AND {CHOSEN} AND crisis_type != 'general'
    GROUP BY time, subject, crisis_type
    HAVING negatives > 0
"""
TYPES: Final = panels.series(
    5,
    "危机类型走势",
    "各危机类型的负面提及量（同名类型跨行业合计，取最多的 8 类）。",
    [
        f"""
WITH typed AS
     (
         SELECT time, if(c.name = '', m.crisis_type, c.name) AS name, sum(m.negatives) AS posts
         FROM ({_TYPED}) AS m
         {NAMED}
         LEFT JOIN v_crisis_types AS c
             ON s.industry = c.industry AND m.crisis_type = c.crisis_type
         GROUP BY time, name
     )
SELECT time, name, posts AS `负面`
FROM typed
WHERE name IN (SELECT name FROM typed GROUP BY name ORDER BY sum(posts) DESC, name LIMIT 8)
ORDER BY time, name
"""
    ],
    interval="1h",
    bars=True,
    stack="normal",
    overrides=[BY_LABEL],
)
MATRIX: Final = panels.table(
    6,
    "主体与危机类型",
    "各主体负面最多的危机类型、其量与占该主体负面的比例。",
    f"""
SELECT s.name AS `主体`, if(c.name = '', m.crisis_type, c.name) AS `危机类型`,
       m.negatives AS `负面`, m.negatives / m.whole AS `占主体负面`
FROM
(
    SELECT subject, crisis_type, sum(negative) AS negatives,
           sum(negatives) OVER (PARTITION BY subject) AS whole
    FROM v_metrics
    WHERE {REAL} AND {IN_TIME} AND {CHOSEN} AND crisis_type != 'general'
    GROUP BY subject, crisis_type
    HAVING negatives > 0
) AS m
{NAMED}
LEFT JOIN v_crisis_types AS c ON s.industry = c.industry AND m.crisis_type = c.crisis_type
ORDER BY `负面` DESC
LIMIT 3 BY m.subject
LIMIT 60
""",
    [
        fields.column("负面", unit="locale", width=90, cell="color-text", colour=BAD),
        fields.share_bar("占主体负面", theme.steps(NEUTRAL), width=160, decimals=0),
    ],
)
WHERE: Final = panels.chart(
    7,
    "各平台的负面与其他",
    "所选主体在各平台的提及量。",
    f"""
SELECT {PLATFORM} AS `平台`, sum(negative) AS `负面`, sum(neutral) AS `中性`,
       sum(positive) AS `正面`
FROM v_metrics
WHERE {REAL} AND {IN_TIME} AND {CHOSEN}
GROUP BY platform
ORDER BY sum(mentions) DESC, platform
LIMIT 12
""",
    x="平台",
    stack="normal",
    horizontal=True,
    overrides=fields.colours(theme.SENTIMENT_COLOURS),
)
HAD: Final = panels.table(
    8,
    "期内事件",
    "时间范围内发现的事件；点类型进入详情。",
    f"""
SELECT level AS `级别`, subject_name AS `主体`, type_name AS `类型`, state AS `状态`,
       detected_at AS `发现`, mentions AS `提及`, negative_share AS `负面占比`, incident_id
FROM v_incident_board
WHERE {REAL} AND $__timeFilter(detected_at) AND {CHOSEN}
ORDER BY detected_at DESC
LIMIT 50
""",
    [
        columns.LEVEL,
        fields.column("类型", links=[columns.TO_DETAIL]),
        columns.STATE,
        fields.column("发现", unit="time:MM-DD HH:mm", width=110),
        fields.column("提及", unit="locale", width=80),
        fields.column("负面占比", unit="percentunit", decimals=0, width=85),
        columns.INCIDENT_ID,
    ],
)

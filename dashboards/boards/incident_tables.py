"""The tables of 事件详情: why, what happened, who spoke, what is related."""

from typing import Final

from dashboards import columns, fields, panels, theme
from dashboards.fragments import (
    IN_TIME,
    KEY_OF_THIS,
    PLATFORM,
    THIS,
    named,
    share,
)
from operators.report.names import EVENTS as EVENT_NAMES

_POLARITY: Final = theme.values(
    {"-1": "负面", "0": "中性", "1": "正面"},
    {"-1": theme.BAD, "0": theme.NEUTRAL, "1": theme.GOOD},
)
_OPEN_POST: Final = {"title": "打开原文", "url": "${__data.fields.url}", "targetBlank": True}
_POST_COLUMNS: Final = (
    fields.column("时间", unit="time:MM-DD HH:mm", width=105),
    fields.column("平台", width=90),
    fields.column("信源", width=85),
    fields.column("情感", width=60, mapping=[_POLARITY], cell="color-text", align="center"),
    fields.column("互动", unit="locale", width=75),
    fields.column("代表", unit="suffix: 条", width=80),
    fields.column("内容", links=[_OPEN_POST]),
    fields.column("url", hidden=True),
)
_TIER: Final = named("tier", theme.TIER_NAMES)
_WORDS: Final = "substringUTF8(if(title = '', text, concat(title, '　', text)), 1, 120)"

WHY: Final = panels.table(
    10,
    "为什么是这个级别",
    "说明只引用检测器掌握的数字；提示是供人判断的线索，不是结论。",
    f"""
SELECT explanation AS `说明`,
       if(empty(hints), '—', arrayStringConcat(hints, '；')) AS `提示`,
       if(top_tier = '', '—', {named("top_tier", theme.TIER_NAMES)}) AS `最高信源`,
       unique_author_share AS `独立作者`, copy_share AS `重复文案`, reach AS `潜在触达`
FROM v_incident_board
WHERE {THIS}
""",
    [
        fields.column("提示", width=520),
        fields.column("最高信源", width=100),
        fields.column("独立作者", unit="percentunit", decimals=0, width=90),
        fields.column("重复文案", unit="percentunit", decimals=0, width=90),
        fields.column("潜在触达", unit="locale", width=110),
    ],
    wrap=True,
)
EVENTS: Final = panels.table(
    20,
    "证据时间线",
    "从开启到结束的每一次变化及其原因，最新的在上。",
    f"""
SELECT at AS `时间`, kind AS `事项`,
       trimBoth(concat(before, if(before = '' OR after = '', '', ' → '), after)) AS `变化`,
       round(severity) AS `严重度`, cause AS `原因`, if(actor = '', '系统', actor) AS `来源`
FROM
(
    SELECT at, seq, kind, severity, cause, actor,
           {named("before", theme.WORDS)} AS before,
           {named("splitByChar(' ', after)[1]", theme.WORDS)} AS after
    FROM v_incident_events
    WHERE {THIS} AND at <= $__toTime
)
ORDER BY at DESC, seq DESC
LIMIT 100
""",
    [
        fields.column("时间", unit="time:MM-DD HH:mm", width=105),
        fields.column(
            "事项",
            width=80,
            mapping=[theme.values(EVENT_NAMES, theme.EVENT_COLOURS)],
            cell="color-text",
        ),
        fields.column("变化", width=120),
        fields.column("严重度", width=65, decimals=0),
        fields.column("来源", width=140),
    ],
    wrap=True,
)
POSTS: Final = panels.table(
    21,
    "影响最大的帖子",
    "事件与其信号的证据帖，按互动量排列；点内容打开原文。",
    f"""
SELECT published_at AS `时间`, {PLATFORM} AS `平台`, {_TIER} AS `信源`, author_name AS `作者`,
       toString(polarity) AS `情感`, likes + comments + reposts AS `互动`, {_WORDS} AS `内容`, url
FROM v_mentions
WHERE exercise IN (SELECT exercise FROM v_incidents WHERE {THIS})
  AND (platform, id) IN
      (
          SELECT substring(name, 1, position(name, '/') - 1),
                 substring(name, position(name, '/') + 1)
          FROM (SELECT arrayJoin(evidence) AS name FROM v_incidents WHERE {THIS})
      )
  AND published_at <= $__toTime
ORDER BY `互动` DESC, published_at
LIMIT 20
""",
    [*_POST_COLUMNS, fields.column("作者", width=120)],
)
VOICES: Final = panels.table(
    22,
    "代表性言论",
    "能代表多数说法且彼此不同的帖子，以及它代表的帖子数。",
    f"""
SELECT m.published_at AS `时间`, {named("m.platform", theme.PLATFORMS)} AS `平台`,
       toString(m.polarity) AS `情感`, r.stands_for AS `代表`, {_WORDS} AS `内容`, m.url AS url
FROM
(
    SELECT exercise, platform, id, max(stands_for) AS stands_for
    FROM v_representatives
    WHERE {THIS} AND {IN_TIME}
    GROUP BY exercise, platform, id
) AS r
INNER JOIN
(
    SELECT exercise, platform, id, published_at, polarity, title, text, url
    FROM v_mentions
    WHERE (exercise, platform, id) IN
        (SELECT exercise, platform, id FROM v_representatives WHERE {THIS})
) AS m ON r.exercise = m.exercise AND r.platform = m.platform AND r.id = m.id
ORDER BY r.stands_for DESC, m.published_at
LIMIT 12
""",
    _POST_COLUMNS,
)
PATH: Final = panels.table(
    23,
    "扩散路径",
    "该类声音在时间范围内最早出现于哪个平台、随后到了哪里，各平台的量与负面占比。",
    f"""
SELECT {PLATFORM} AS `平台`, min(window_start) AS `首现`, sum(mentions) AS `提及`,
       {share("sum(negative)", "sum(mentions)")} AS `负面占比`
FROM v_metrics
WHERE {KEY_OF_THIS} AND {IN_TIME}
  AND window_start >= (SELECT max(onset_at) FROM v_incidents WHERE {THIS})
GROUP BY platform
HAVING `提及` > 0
ORDER BY `首现`, `提及` DESC
""",
    [
        fields.column("首现", unit="time:MM-DD HH:mm", width=105),
        fields.column("提及", unit="locale", width=70),
        columns.NEGATIVE_SHARE,
    ],
)
RELATED: Final = panels.table(
    27,
    "相关事件",
    "同一主体前后的事件，以及其他主体因同一话题引发的事件；点主体切换。",
    f"""
SELECT level AS `级别`, subject_name AS `主体`, type_name AS `类型`, state AS `状态`,
       detected_at AS `发现`, incident_id
FROM v_incident_board
WHERE incident_id != ${{incident:singlequote}} AND detected_at <= $__toTime
  AND (incident_id IN (SELECT arrayJoin(related) FROM v_incidents WHERE {THIS})
       OR (exercise, subject) IN (SELECT exercise, subject FROM v_incidents WHERE {THIS}))
ORDER BY detected_at DESC
LIMIT 20
""",
    [
        fields.column("级别", width=65, mapping=[theme.LEVEL], cell="color-text"),
        fields.column("主体", links=[columns.TO_DETAIL]),
        fields.column("状态", width=75, mapping=[theme.STATE], cell="color-text"),
        fields.column("发现", unit="time:MM-DD HH:mm", width=105),
        columns.INCIDENT_ID,
    ],
)

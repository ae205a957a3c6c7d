"""The tables of 事件详情: why, what happened, who spoke, what to do."""

from typing import Final

from dashboards import panels, theme
from dashboards.fragments import (
    DETAIL,
    IN_TIME,
    KEY_OF_THIS,
    MINUTES_LEFT,
    PLATFORM,
    THIS,
    named,
    share,
)
from dashboards.theme import BAD, INFO, USUAL, WATCH
from operators.report.names import EVENTS as EVENT_NAMES

_POLARITY: Final = theme.values(
    {"-1": "负面", "0": "中性", "1": "正面"},
    {"-1": theme.BAD, "0": theme.NEUTRAL, "1": theme.GOOD},
)
_OPEN_POST: Final = {"title": "打开原文", "url": "${__data.fields.url}", "targetBlank": True}
_POST_COLUMNS: Final = (
    panels.column("时间", unit="time:MM-DD HH:mm", width=105),
    panels.column("平台", width=90),
    panels.column("信源", width=85),
    panels.column("情感", width=60, mapping=[_POLARITY], cell="color-text", align="center"),
    panels.column("互动", unit="locale", width=75),
    panels.column("代表", unit="suffix: 条", width=80),
    panels.column("内容", links=[_OPEN_POST]),
    panels.column("url", hidden=True),
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
        panels.column("提示", width=520),
        panels.column("最高信源", width=100),
        panels.column("独立作者", unit="percentunit", decimals=0, width=90),
        panels.column("重复文案", unit="percentunit", decimals=0, width=90),
        panels.column("潜在触达", unit="locale", width=110),
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
        panels.column("时间", unit="time:MM-DD HH:mm", width=105),
        panels.column(
            "事项",
            width=80,
            mapping=[theme.values(EVENT_NAMES, theme.EVENT_COLOURS)],
            cell="color-text",
        ),
        panels.column("变化", width=120),
        panels.column("严重度", width=65, decimals=0),
        panels.column("来源", width=140),
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
    [*_POST_COLUMNS, panels.column("作者", width=120)],
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
        panels.column("首现", unit="time:MM-DD HH:mm", width=105),
        panels.column("提及", unit="locale", width=70),
        panels.column(
            "负面占比",
            unit="percentunit",
            decimals=0,
            width=80,
            cell="color-text",
            thresholds=theme.steps(USUAL, (0.3, WATCH), (0.5, BAD)),
        ),
    ],
)
_PARTS: Final = (
    ("预案", "title"),
    ("适用", "multiIf(general, '只有行业通用预案', fit_level, '与级别相符', '并非为该级别而写')"),
    ("理由", "reason"),
    ("得分", "toString(round(score, 1))"),
    ("次选", "if(runner_up = '', '', concat(runner_title, '：', runner_up_reason))"),
    ("与上次相比", "change"),
    ("声明状态", "blocked"),
    ("声明审批", "approver"),
    ("待补信息", "arrayStringConcat(statement_gaps, '、')"),
    ("法律提示", "arrayStringConcat(legal_notes, '；')"),
    ("禁忌", "arrayStringConcat(donts, '；')"),
    ("声明草稿", "statement"),
)
RECOMMENDATION: Final = panels.table(
    24,
    "处置建议",
    "最近一次建议：用哪个预案、为什么、次选为何落选；声明草稿须经审批人批准后才能发布。",
    f"""
SELECT part.1 AS `项目`, part.2 AS `内容`
FROM
(
    SELECT arrayJoin([{", ".join(f"('{name}', toString({what}))" for name, what in _PARTS)}])
               AS part
    FROM
    (
        SELECT r.*, if(p.title = '', r.runner_up, p.title) AS runner_title
        FROM v_recommendations AS r
        LEFT JOIN
        (
            SELECT playbook_id, argMax(title, published_at) AS title
            FROM v_playbook_versions
            GROUP BY playbook_id
        ) AS p ON r.runner_up = p.playbook_id
        WHERE {THIS} AND decided_at <= $__toTime
        ORDER BY decided_at DESC
        LIMIT 1
    )
)
WHERE part.2 != ''
""",
    [panels.column("项目", width=110, cell="color-text", colour=INFO)],
    wrap=True,
)
TASKS: Final = panels.table(
    25,
    "任务",
    "由预案开出的任务、负责人与期限；超期后始终标记。",
    f"""
SELECT status AS `状态`, task AS `任务`, role AS `角色`,
       if(person = '', '未排班', person) AS `负责人`,
       due_at AS `期限`, if(status = 'open', {MINUTES_LEFT}, NULL) AS `剩余`,
       if(overdue, '超期', '') AS `超期`
FROM v_tasks
WHERE {THIS} AND opened_at <= $__toTime
ORDER BY status != 'open', due_at, seq
LIMIT 60
""",
    [
        panels.column("状态", width=75, mapping=[theme.WORK], cell="color-text"),
        panels.column("角色", width=120),
        panels.column("负责人", width=110),
        panels.column("期限", unit="time:MM-DD HH:mm", width=105),
        panels.column(
            "剩余",
            unit="suffix: 分",
            width=85,
            cell="color-text",
            thresholds=theme.steps(BAD, (0, WATCH), (60, USUAL)),
            mapping=[theme.NO_VALUE],
        ),
        panels.column("超期", width=55, cell="color-text", colour=BAD),
    ],
    wrap=True,
)
CLOCKS: Final = panels.table(
    26,
    "报告时限",
    "随事件计时的监管报告义务；“内部”表示时长为本单位设定，须由法务核对。",
    f"""
SELECT title AS `事项`, whom AS `报告对象`, if(certain, '法规', '内部') AS `依据`, status AS `状态`,
       due_at AS `期限`, if(status = 'open', {MINUTES_LEFT}, NULL) AS `剩余`
FROM v_clocks
WHERE {THIS} AND starts_at <= $__toTime
ORDER BY due_at, clock_id
""",
    [
        panels.column("依据", width=55),
        panels.column("状态", width=70, mapping=[theme.WORK], cell="color-text"),
        panels.column("期限", unit="time:MM-DD HH:mm", width=105),
        panels.column(
            "剩余",
            unit="suffix: 分",
            width=80,
            cell="color-text",
            thresholds=theme.steps(BAD, (30, WATCH), (120, USUAL)),
            mapping=[theme.NO_VALUE],
        ),
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
        panels.column("级别", width=65, mapping=[theme.LEVEL], cell="color-text"),
        panels.column(
            "主体",
            links=[panels.to(DETAIL, "事件详情", "var-incident=${__data.fields.incident_id}")],
        ),
        panels.column("状态", width=75, mapping=[theme.STATE], cell="color-text"),
        panels.column("发现", unit="time:MM-DD HH:mm", width=105),
        panels.column("incident_id", hidden=True),
    ],
)
DELIVERIES: Final = panels.table(
    28,
    "推送记录",
    "该事件的提醒发给了谁、是否送达。",
    f"""
SELECT at AS `时间`, channel AS `渠道`, receiver AS `接收人`, status AS `结果`,
       attempts AS `次数`, error AS `错误`
FROM v_deliveries
WHERE {THIS} AND at <= $__toTime
ORDER BY at DESC
LIMIT 50
""",
    [
        panels.column("时间", unit="time:MM-DD HH:mm", width=105),
        panels.column("结果", width=70, mapping=[theme.DELIVERY], cell="color-text"),
        panels.column("次数", width=50),
    ],
)

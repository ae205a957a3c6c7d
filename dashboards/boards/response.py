"""处置与预案: how fast people were, what the library was worth, and drills apart from it all."""

from typing import Final

from dashboards import columns, fields, panels, theme
from dashboards.boards.overview import SUBJECTS
from dashboards.boards.response_tiles import (
    DETECT,
    FALSE,
    FOUND,
    GAP_COUNT,
    IN_TIME,
    OVERRIDDEN,
    RECOVER,
    SEE,
    STATE,
    TIMES,
)
from dashboards.fragments import REAL, RESPONDING, SUBJECT, named, share
from dashboards.model import Dashboard, Placed
from dashboards.theme import BAD, GOOD, INFO, USUAL, WATCH
from operators.rules import INDUSTRIES

_TITLES: Final = """
    SELECT playbook_id, argMax(title, published_at) AS title
    FROM v_playbook_versions
    GROUP BY playbook_id
"""
_MINUTES: Final = ("发现", "确认", "声明", "结束", "减半")
EACH: Final = panels.table(
    10,
    "每起事件的用时",
    "发现从起点算起，其余从发现算起，减半从声明或高峰算起；单位分钟，“—”为尚未发生。",
    f"""
SELECT level AS `级别`, subject_name AS `主体`, type_name AS `类型`, state AS `状态`,
       detected_at AS `发现于`, detect_s / 60 AS `发现`, acknowledge_s / 60 AS `确认`,
       statement_s / 60 AS `声明`, close_s / 60 AS `结束`, half_life_s / 60 AS `减半`, incident_id
{TIMES}
ORDER BY detected_at DESC
LIMIT 100
""",
    [
        columns.LEVEL,
        fields.column("主体", links=[columns.TO_DETAIL]),
        columns.STATE,
        fields.column("发现于", unit="time:MM-DD HH:mm", width=110),
        *(
            fields.column(name, unit="suffix: 分", decimals=0, width=80, mapping=[theme.NO_VALUE])
            for name in _MINUTES
        ),
        columns.INCIDENT_ID,
    ],
)
BY_INDUSTRY: Final = panels.chart(
    11,
    "各行业用时",
    "各行业事件发现、确认、声明用时的中位数（分钟）。",
    f"""
SELECT {named("industry", INDUSTRIES)} AS `行业`,
       round(quantileExact(0.5)(detect_s) / 60) AS `发现`,
       if(count(acknowledge_s) = 0, NULL, round(quantileExact(0.5)(acknowledge_s) / 60)) AS `确认`,
       if(count(statement_s) = 0, NULL, round(quantileExact(0.5)(statement_s) / 60)) AS `声明`
{TIMES} AND state != 'false_alarm'
GROUP BY industry
ORDER BY industry
""",
    x="行业",
    unit="suffix: 分",
    overrides=[
        fields.colour("发现", INFO),
        fields.colour("确认", WATCH),
        fields.colour("声明", GOOD),
    ],
)
USE: Final = panels.table(
    12,
    "预案使用与效果",
    "每个预案推荐了多少起事件、被改选几次、声明用时与负面减半用时的中位数。为观察值，不代表因果。",
    f"""
SELECT if(t.title = '', u.playbook_id, t.title) AS `预案`, u.used AS `推荐`, u.dropped AS `被改选`,
       u.dropped / u.used AS `改选率`, o.statement_m AS `声明用时`, o.half_m AS `减半用时`
FROM
(
    SELECT playbook_id, count() AS used, countIf(override NOT IN ('', playbook_id)) AS dropped
    FROM v_incidents
    WHERE {REAL} AND {FOUND} AND playbook_id != '' AND {SUBJECT}
    GROUP BY playbook_id
) AS u
LEFT JOIN ({_TITLES}) AS t ON u.playbook_id = t.playbook_id
LEFT JOIN
(
    SELECT playbook_id,
           if(countIf(statement_s >= 0) = 0, NULL,
              quantileExactIf(0.5)(statement_s, statement_s >= 0) / 60) AS statement_m,
           if(countIf(half_life_s >= 0) = 0, NULL,
              quantileExactIf(0.5)(half_life_s, half_life_s >= 0) / 60) AS half_m
    FROM v_outcomes
    WHERE {REAL} AND $__timeFilter(ended_at) AND {SUBJECT}
    GROUP BY playbook_id
) AS o ON u.playbook_id = o.playbook_id
ORDER BY used DESC, `预案`
LIMIT 50
""",
    [
        fields.column("推荐", unit="locale", width=65),
        fields.column("被改选", unit="locale", width=75),
        fields.column(
            "改选率",
            unit="percentunit",
            decimals=0,
            width=75,
            cell="color-text",
            thresholds=theme.steps(USUAL, (0.2, WATCH), (0.4, BAD)),
        ),
        fields.column(
            "声明用时", unit="suffix: 分", decimals=0, width=95, mapping=[theme.NO_VALUE]
        ),
        fields.column(
            "减半用时", unit="suffix: 分", decimals=0, width=95, mapping=[theme.NO_VALUE]
        ),
    ],
)
GAPS: Final = panels.table(
    13,
    "预案缺口",
    "库里没有好答案的地方，供预案负责人补写。",
    f"""
SELECT decided_at AS `时间`, {named("kind", theme.GAP_NAMES)} AS `缺口`,
       {named("industry", INDUSTRIES)} AS `行业`, note AS `说明`
FROM v_library_gaps
WHERE {REAL} AND $__timeFilter(decided_at) AND {SUBJECT}
ORDER BY decided_at DESC
LIMIT 50
""",
    [
        fields.column("时间", unit="time:MM-DD HH:mm", width=105),
        fields.column("缺口", width=110, cell="color-text", colour=WATCH),
        fields.column("行业", width=85),
    ],
    wrap=True,
)
ROLES: Final = panels.table(
    14,
    "各角色的任务",
    "期内开出的任务：完成、进行中、超期的数量。",
    f"""
SELECT role AS `角色`, count() AS `任务`, countIf(status = 'done') AS `完成`,
       countIf(status = 'open') AS `进行中`, countIf(overdue) AS `超期`,
       {share("countIf(overdue)", "count()")} AS `超期率`
FROM v_tasks
WHERE {REAL} AND $__timeFilter(opened_at) AND status != 'cancelled' AND {SUBJECT}
GROUP BY role
ORDER BY `超期` DESC, `任务` DESC, role
LIMIT 30
""",
    [
        *(
            fields.column(name, unit="locale", width=75)
            for name in ("任务", "完成", "进行中", "超期")
        ),
        fields.share_bar(
            "超期率", theme.steps(INFO, (0.2, WATCH), (0.5, BAD)), width=130, decimals=0
        ),
    ],
)
DONE: Final = panels.table(
    15,
    "处置动作",
    "期内人所做的动作及其结果。",
    f"""
SELECT effective AS `时间`, {named("kind", theme.ACTION_NAMES)} AS `动作`, actor AS `执行人`,
       JSONExtractString(detail, 'note') AS `备注`,
       {named("outcome", theme.OUTCOME_NAMES)} AS `结果`
FROM v_actions
WHERE {REAL} AND $__timeFilter(effective)
ORDER BY effective DESC, action_id
LIMIT 60
""",
    [
        fields.column("时间", unit="time:MM-DD HH:mm", width=105),
        fields.column("动作", width=90, cell="color-text", colour=INFO),
        fields.column("执行人", width=170),
        fields.column("结果", width=100),
    ],
)
DRILLS: Final = panels.table(
    20,
    "演练成绩",
    "演练单独统计，不进入以上任何数字；用时从场景设定的起点算起。",
    """
SELECT scenario AS `场景`, s.name AS `主体`, onset_at AS `开始`,
       if(detected_at = 0, NULL, dateDiff('second', onset_at, detected_at) / 60) AS `发现`,
       if(level = level_wanted, '相符', '不符') AS `级别`,
       if(playbook_id = playbook_wanted, '相符', '不符') AS `预案`,
       concat(toString(in_time), '/', toString(tasks)) AS `按期任务`,
       if(passed, '通过', '未通过') AS `结论`
FROM v_drills AS d
LEFT JOIN v_subjects AS s ON d.subject = s.subject
WHERE $__timeFilter(onset_at)
ORDER BY onset_at DESC
LIMIT 30
""",
    [
        fields.column("开始", unit="time:MM-DD HH:mm", width=110),
        fields.column("发现", unit="suffix: 分", decimals=0, width=90, mapping=[theme.NO_VALUE]),
        fields.column(
            "结论",
            width=90,
            cell="color-text",
            mapping=[
                theme.values({"通过": "通过", "未通过": "未通过"}, {"通过": GOOD, "未通过": BAD})
            ],
        ),
    ],
)

RESPONSE: Final = Dashboard(
    RESPONDING,
    "处置与预案",
    "处置用时、任务、预案的使用与效果、预案缺口；演练单列。",
    (
        Placed(
            4,
            [
                (3, one)
                for one in (DETECT, SEE, STATE, RECOVER, IN_TIME, OVERRIDDEN, FALSE, GAP_COUNT)
            ],
        ),
        Placed(9, [(15, EACH), (9, BY_INDUSTRY)]),
        Placed(9, [(12, USE), (12, GAPS)]),
        Placed(9, [(12, ROLES), (12, DONE)]),
        Placed(1, [(24, panels.row(19, "演练"))]),
        Placed(5, [(24, DRILLS)]),
    ),
    (SUBJECTS,),
    span="now-30d",
    refresh="5m",
)

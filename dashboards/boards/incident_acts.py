"""The tables of 事件详情 on what is done: advice, tasks, clocks, and who was told."""

from typing import Final

from dashboards import fields, panels, theme
from dashboards.fragments import MINUTES_LEFT, THIS
from dashboards.theme import BAD, INFO, USUAL, WATCH

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
    [fields.column("项目", width=110, cell="color-text", colour=INFO)],
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
        fields.column("状态", width=75, mapping=[theme.WORK], cell="color-text"),
        fields.column("角色", width=120),
        fields.column("负责人", width=110),
        fields.column("期限", unit="time:MM-DD HH:mm", width=105),
        fields.column(
            "剩余",
            unit="suffix: 分",
            width=85,
            cell="color-text",
            thresholds=theme.steps(BAD, (0, WATCH), (60, USUAL)),
            mapping=[theme.NO_VALUE],
        ),
        fields.column("超期", width=55, cell="color-text", colour=BAD),
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
        fields.column("依据", width=55),
        fields.column("状态", width=70, mapping=[theme.WORK], cell="color-text"),
        fields.column("期限", unit="time:MM-DD HH:mm", width=105),
        fields.column(
            "剩余",
            unit="suffix: 分",
            width=80,
            cell="color-text",
            thresholds=theme.steps(BAD, (30, WATCH), (120, USUAL)),
            mapping=[theme.NO_VALUE],
        ),
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
        fields.column("时间", unit="time:MM-DD HH:mm", width=105),
        fields.column("结果", width=70, mapping=[theme.DELIVERY], cell="color-text"),
        fields.column("次数", width=50),
    ],
)

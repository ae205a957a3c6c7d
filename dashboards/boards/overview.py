"""舆情总览: the wall. What is open, how loud against the usual, what is due, what is silent."""

from typing import Final

from dashboards import fields, panels, theme
from dashboards.boards.overview_tables import CLOCKS, FEEDS, INCIDENTS, PHRASES, PLATFORMS
from dashboards.boards.overview_tiles import (
    HEARD,
    NEXT_CLOCK,
    OPEN,
    OVERDUE,
    SEVERE,
    SHARE,
    SILENT,
    UNSEEN,
)
from dashboards.boards.volume import volume
from dashboards.fragments import (
    ALIVE_BINS,
    IN_TIME,
    LAST_HOUR,
    RANK,
    REAL,
    SUBJECT,
    WALL,
    share,
)
from dashboards.model import Dashboard, Placed, Variable
from dashboards.theme import BAD, USUAL, WATCH

LIGHTS: Final = panels.lights(
    10,
    "各主体级别",
    "每个主体进行中事件的最高级别；灰色为平稳，空白为管道未运行。最多 20 个主体，有事件的在前。",
    f"""
WITH $__interval_s AS step, toUnixTimestamp($__fromTime) AS first,
     toUnixTimestamp($__toTime) AS last,
     courses AS
     (
         SELECT subject, greatest(toUnixTimestamp(from_at), first) AS since,
                least(toUnixTimestamp(to_at), last) AS until, {RANK} AS rank
         FROM v_incident_levels
         WHERE {REAL} AND level != '' AND from_at <= $__toTime AND to_at >= $__fromTime
           AND {SUBJECT}
     ),
     shown AS
     (
         SELECT s.subject AS subject, s.name AS name
         FROM v_subjects AS s
         LEFT JOIN (SELECT subject, max(rank) AS worst FROM courses GROUP BY subject) AS c
             ON s.subject = c.subject
         WHERE $__conditionalAll(s.subject IN (${{subject:singlequote}}), $subject)
         ORDER BY c.worst DESC, s.subject
         LIMIT 20
     )
SELECT time, name, toInt64(max(rank)) AS level
FROM
(
    SELECT time, subject, 0 AS rank FROM ({ALIVE_BINS}) AS bins CROSS JOIN shown
    UNION ALL
    SELECT toDateTime(arrayJoin(
               range(toUInt32(intDiv(since, step) * step), toUInt32(until), step))),
           subject, rank
    FROM courses
) AS lit
INNER JOIN shown ON lit.subject = shown.subject
GROUP BY time, name
ORDER BY time, name
""",
    mappings=[theme.LIGHTS],
)
VOLUME: Final = volume(
    "声量与负面：现在与平时",
    "每个时间格内的提及量、负面量，以及检测器掌握的平时负面水平（虚线）。",
    f"{REAL} AND {IN_TIME} AND {SUBJECT}",
    f"""
SELECT time, sum(usual) * $__interval_s / 300 AS `平时负面`
FROM
(
    SELECT $__timeInterval(window_start) AS time, subject, crisis_type, avg(expected) AS usual
    FROM v_baselines
    WHERE {REAL} AND {IN_TIME} AND {SUBJECT}
    GROUP BY time, subject, crisis_type
)
GROUP BY time
ORDER BY time
""",
    interval="10m",
)
NOW: Final = panels.table(
    12,
    "主体：近 1 小时与平时",
    "每个主体近 1 小时的负面量与负面占比，对照检测器掌握的平时水平；按超出平时的倍数排列。",
    f"""
SELECT s.name AS `主体`, m.negative AS `负面`, round(b.usual, 1) AS `平时`,
       {share("m.negative", "m.mentions")} AS `占比`, b.share AS `平时占比`
FROM v_subjects AS s
LEFT JOIN
(
    SELECT subject, sum(mentions) AS mentions, sum(negative) AS negative
    FROM v_metrics
    WHERE {REAL} AND {LAST_HOUR} AND {SUBJECT}
    GROUP BY subject
) AS m ON s.subject = m.subject
LEFT JOIN
(
    SELECT subject, 12 * sum(e) AS usual, {share("sum(p * n)", "sum(n)")} AS share
    FROM
    (
        SELECT subject, crisis_type, avg(expected) AS e, max(mentions_1h) AS n,
               argMax(baseline_share, window_start) AS p
        FROM v_baselines
        WHERE {REAL} AND {LAST_HOUR} AND {SUBJECT}
        GROUP BY subject, crisis_type
    )
    GROUP BY subject
) AS b ON s.subject = b.subject
WHERE $__conditionalAll(s.subject IN (${{subject:singlequote}}), $subject)
ORDER BY `负面` / (`平时` + 1) DESC
LIMIT 12
""",
    [
        fields.column("负面", unit="locale", width=62, cell="color-text", colour=BAD),
        fields.column("平时", unit="locale", width=62, decimals=1),
        fields.column(
            "占比",
            unit="percentunit",
            width=70,
            decimals=0,
            cell="color-text",
            thresholds=theme.steps(USUAL, (0.4, WATCH), (0.55, BAD)),
            mapping=[theme.NO_VALUE],
        ),
        fields.column(
            "平时占比", unit="percentunit", width=80, decimals=0, mapping=[theme.NO_VALUE]
        ),
    ],
)
SUBJECTS: Final = Variable(
    "subject",
    "主体",
    "SELECT subject, name FROM v_subjects WHERE $__toTime >= $__fromTime ORDER BY name",
    multi=True,
)
OVERVIEW: Final = Dashboard(
    WALL,
    "舆情总览",
    "大屏：进行中的事件、声量与平时的对照、报告时限、信源是否静默。",
    (
        Placed(
            4,
            [(3, one) for one in (OPEN, SEVERE, UNSEEN, OVERDUE, NEXT_CLOCK, HEARD, SHARE, SILENT)],
        ),
        Placed(8, [(9, LIGHTS), (9, VOLUME), (6, NOW)]),
        Placed(7, [(24, INCIDENTS)]),
        Placed(9, [(6, PHRASES), (4, PLATFORMS), (9, CLOCKS), (5, FEEDS)]),
    ),
    (SUBJECTS,),
    refresh="30s",
)

"""数据与管道健康: can the numbers be trusted. Rates, lag, refused, feeds, sending, storage."""

from typing import Final

from dashboards import columns, fields, panels, theme
from dashboards.boards.health_tiles import (
    BALANCE,
    DEAD,
    LAG,
    LATE,
    MISSING,
    RATE,
    REFUSED,
    UNSENT,
)
from dashboards.fragments import PIPELINE, PLATFORM, named, share
from dashboards.model import Dashboard, Placed
from dashboards.theme import ACCENT, BAD, GOOD, INFO, NEUTRAL, USUAL, WATCH
from operators.report.names import REASONS

_IN: Final = "$__timeFilter(minute)"

FLOW: Final = panels.series(
    10,
    "读入去向",
    "每个时间格读入条目的去向：新提及、更新、重复、拒收。空白为管道未运行。",
    [
        f"""
SELECT $__timeInterval(minute) AS time, sum(accepted) AS `新提及`, sum(updates) AS `更新`,
       sum(duplicates) AS `重复`, sum(rejected) AS `拒收`
FROM v_pipeline_health
WHERE {_IN}
GROUP BY time
ORDER BY time
"""
    ],
    bars=True,
    stack="normal",
    interval="10m",
    overrides=[
        fields.colour("新提及", INFO),
        fields.colour("更新", GOOD),
        fields.colour("重复", NEUTRAL),
        fields.colour("拒收", BAD),
    ],
)
DELAY: Final = panels.series(
    11,
    "平均延迟",
    "发布到采集、发布到进入 Redis 的平均秒数（按到达分钟）。",
    [
        f"""
SELECT $__timeInterval(minute) AS time,
       {share("sum(collect_delay_ms)", "1000 * sum(collect_known)")} AS `发布到采集`,
       {share("sum(arrive_delay_ms)", "1000 * sum(accepted)")} AS `发布到到达`
FROM v_pipeline_health
WHERE {_IN}
GROUP BY time
ORDER BY time
"""
    ],
    unit="suffix: 秒",
    interval="10m",
    fill=0,
    overrides=[fields.colour("发布到采集", ACCENT), fields.colour("发布到到达", INFO)],
)
ODD: Final = panels.series(
    12,
    "异常条目",
    "迟到、历史补采、找不到原帖的转发、被淘汰的编号记忆。",
    [
        f"""
SELECT $__timeInterval(minute) AS time, sum(late) AS `迟到`, sum(history) AS `历史`,
       sum(orphans) AS `孤立转发`, sum(forgotten) AS `记忆淘汰`
FROM v_pipeline_health
WHERE {_IN}
GROUP BY time
ORDER BY time
"""
    ],
    interval="10m",
    bars=True,
    stack="normal",
    overrides=[
        fields.colour("迟到", WATCH),
        fields.colour("历史", NEUTRAL),
        fields.colour("孤立转发", ACCENT),
        fields.colour("记忆淘汰", BAD),
    ],
)
_REASONS: Final = ", ".join(f"'{reason}'" for reason in REASONS)
REASONS_TABLE: Final = panels.table(
    13,
    "拒收原因",
    "每种原因在时间范围内的条数；0 表示查过而没有。",
    f"""
SELECT {named("reason", REASONS)} AS `原因`, sum(n) AS `条数`, max(last) AS `最近`
FROM
(
    SELECT toString(reason) AS reason, count() AS n,
           toNullable(formatDateTime(max(arrived_at), '%m-%d %H:%i', 'Asia/Shanghai')) AS last
    FROM v_rejected
    WHERE $__timeFilter(arrived_at)
    GROUP BY reason
    UNION ALL
    SELECT arrayJoin([{_REASONS}]), 0, NULL
)
GROUP BY reason
ORDER BY `条数` DESC, reason
""",
    [
        fields.column(
            "条数",
            unit="locale",
            width=80,
            cell="color-text",
            thresholds=theme.steps(USUAL, (1, BAD)),
        ),
        fields.column("最近", width=110, mapping=[theme.NO_VALUE]),
    ],
)
FEEDS: Final = panels.lights(
    14,
    "信源状态",
    "各平台与各流分区是否正常到达；空白为没有判定记录，不当作正常。",
    f"""
SELECT $__timeInterval(minute) AS time, replaceOne({PLATFORM}, 'mentions:', '分区 ') AS name,
       toInt64(max(transform(toString(state), ['live', 'silent'], [0, 1], 2))) AS state
FROM v_feeds
WHERE {_IN}
GROUP BY time, name
ORDER BY time, name
""",
    mappings=[theme.FEED_LIGHTS],
    interval="10m",
)
HEARD: Final = panels.series(
    15,
    "各平台到达量",
    "各平台每小时到达的提及数。",
    [
        f"""
SELECT $__timeInterval(minute) AS time, {PLATFORM} AS name, max(mentions_1h) AS `到达`
FROM v_feeds
WHERE {_IN} AND NOT startsWith(platform, 'mentions:')
GROUP BY time, name
ORDER BY time, name
"""
    ],
    interval="10m",
    fill=0,
    overrides=columns.BY_PLATFORM,
)
PARTS: Final = panels.table(
    16,
    "各分区",
    "每个流分区时间范围内的读入、迟到、缺失，以及水位落后面板结束时刻多少。",
    f"""
SELECT toString(partition) AS `分区`, sum(read) AS `读入`, sum(late) AS `迟到`,
       sum(missing) AS `缺失`, greatest(0, dateDiff('second', max(watermark), $__toTime)) AS `落后`
FROM v_pipeline_health
WHERE {_IN}
GROUP BY partition
ORDER BY partition
LIMIT 64
""",
    [
        fields.column("分区", width=60, align="center"),
        fields.column("读入", unit="locale"),
        fields.column(
            "缺失", unit="locale", cell="color-text", thresholds=theme.steps(USUAL, (1, BAD))
        ),
        fields.column(
            "落后",
            unit="suffix: 秒",
            cell="color-text",
            thresholds=theme.steps(USUAL, (180, WATCH), (600, BAD)),
        ),
    ],
)
SENT: Final = panels.table(
    17,
    "推送",
    "各渠道在时间范围内的推送结果。",
    """
SELECT channel AS `渠道`, count() AS `提醒`, countIf(status = 'sent') AS `已送达`,
       countIf(status = 'waiting') AS `待发送`, countIf(status = 'failed') AS `失败`,
       argMaxIf(error, at, status = 'failed') AS `最近错误`
FROM v_deliveries
WHERE $__timeFilter(at)
GROUP BY channel
ORDER BY `失败` DESC, channel
""",
    [
        fields.column(
            "失败",
            unit="locale",
            width=70,
            cell="color-text",
            thresholds=theme.steps(USUAL, (1, BAD)),
        ),
    ],
)
STORED: Final = panels.table(
    18,
    "存储",
    "各表的行数（含待合并的旧版本）、磁盘占用与数据片段数，为当前值。",
    """
SELECT table AS `表`, rows AS `行数`, bytes AS `占用`, parts AS `片段`
FROM v_storage
WHERE $__toTime >= $__fromTime
ORDER BY bytes DESC
LIMIT 30
""",
    [
        fields.column("行数", unit="locale", width=100),
        fields.column("占用", unit="bytes", width=100),
        fields.column(
            "片段",
            unit="locale",
            width=65,
            cell="color-text",
            thresholds=theme.steps(USUAL, (150, WATCH), (300, BAD)),
        ),
    ],
)

HEALTH: Final = Dashboard(
    PIPELINE,
    "数据与管道健康",
    "这些数字能不能信：读入、延迟、迟到、拒收、信源、推送与存储。",
    (
        Placed(4, [(3, one) for one in (RATE, LAG, REFUSED, LATE, MISSING, BALANCE, DEAD, UNSENT)]),
        Placed(8, [(10, FLOW), (7, DELAY), (7, ODD)]),
        Placed(8, [(10, FEEDS), (14, HEARD)]),
        Placed(9, [(6, REASONS_TABLE), (6, PARTS), (6, SENT), (6, STORED)]),
    ),
)

"""数据与管道健康: can the numbers be trusted. Rates, lag, refused, feeds, sending, storage."""

from typing import Final

from dashboards import panels, theme
from dashboards.fragments import PIPELINE, PLATFORM, named, share
from dashboards.model import Dashboard, Override, Placed
from dashboards.theme import ACCENT, BAD, CALM, GOOD, INFO, NEUTRAL, USUAL, WATCH
from operators.report.names import REASONS

_IN: Final = "$__timeFilter(minute)"
_HOUR: Final = "minute >= $__toTime - INTERVAL 1 HOUR AND minute <= $__toTime"
_LAG: Final = "greatest(0, dateDiff('second', min(seen), $__toTime))"

RATE: Final = panels.stat(
    1,
    "近 1 小时读入",
    "近 1 小时读入的条目数；管道没有运行时为空。",
    f"SELECT if(count() = 0, NULL, sum(read)) AS `读入` FROM v_pipeline_health WHERE {_HOUR}",
    thresholds=theme.steps(CALM),
)
LAG: Final = panels.stat(
    2,
    "水位落后",
    "最慢分区的水位距面板结束时刻的秒数：判定落后真实时间多少。",
    f"""
SELECT if(count() = 0, NULL, {_LAG}) AS `落后`
FROM (SELECT partition, max(watermark) AS seen FROM v_pipeline_health
      WHERE minute <= $__toTime AND minute >= $__toTime - INTERVAL 1 DAY GROUP BY partition)
""",
    unit="suffix: 秒",
    thresholds=theme.steps(CALM, (180, WATCH), (600, BAD)),
)
REFUSED: Final = panels.stat(
    3,
    "拒收比例",
    "近 1 小时拒收占读入的比例。",
    f"SELECT {share('sum(rejected)', 'sum(read)')} AS `拒收` FROM v_pipeline_health WHERE {_HOUR}",
    unit="percentunit",
    decimals=2,
    thresholds=theme.steps(CALM, (0.01, WATCH), (0.05, BAD)),
)
LATE: Final = panels.stat(
    4,
    "迟到比例",
    "近 1 小时在所属分钟关闭之后才到的比例。",
    f"SELECT {share('sum(late)', 'sum(accepted)')} AS `迟到` FROM v_pipeline_health WHERE {_HOUR}",
    unit="percentunit",
    decimals=1,
    thresholds=theme.steps(CALM, (0.1, WATCH), (0.3, BAD)),
)
MISSING: Final = panels.stat(
    5,
    "缺失条目",
    "时间范围内生产者序号里缺的条目数；管道没有运行时为空。",
    f"SELECT if(count() = 0, NULL, sum(missing)) AS `缺失` FROM v_pipeline_health WHERE {_IN}",
    thresholds=theme.steps(CALM, (1, BAD)),
)
BALANCE: Final = panels.stat(
    6,
    "收支差额",
    "读入减去接收、更新、重复与拒收；应当为 0。",
    f"SELECT if(count() = 0, NULL, sum(imbalance)) AS `差额` FROM v_pipeline_health WHERE {_IN}",
    thresholds=theme.steps(BAD, (0, CALM), (1, BAD)),
)
DEAD: Final = panels.stat(
    7,
    "中断信源",
    "最近一次判定为中断的平台数；没有信源记录时为空。",
    """
SELECT if(count() = 0, NULL, countIf(last = 'dead')) AS `中断`
FROM (SELECT platform, argMax(state, minute) AS last FROM v_feeds
      WHERE minute <= $__toTime AND minute >= $__toTime - INTERVAL 1 DAY GROUP BY platform)
""",
    thresholds=theme.steps(CALM, (1, BAD)),
)
UNSENT: Final = panels.stat(
    8,
    "推送失败",
    "时间范围内未能送达的提醒数；从未推送过时为空。",
    "SELECT if(count() = 0, NULL, countIf(status = 'failed')) AS `失败` FROM v_deliveries"
    " WHERE $__timeFilter(at)",
    thresholds=theme.steps(CALM, (1, BAD)),
)
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
        panels.colour("新提及", INFO),
        panels.colour("更新", GOOD),
        panels.colour("重复", NEUTRAL),
        panels.colour("拒收", BAD),
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
    overrides=[panels.colour("发布到采集", ACCENT), panels.colour("发布到到达", INFO)],
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
        panels.colour("迟到", WATCH),
        panels.colour("历史", NEUTRAL),
        panels.colour("孤立转发", ACCENT),
        panels.colour("记忆淘汰", BAD),
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
        panels.column(
            "条数",
            unit="locale",
            width=80,
            cell="color-text",
            thresholds=theme.steps(USUAL, (1, BAD)),
        ),
        panels.column("最近", width=110, mapping=[theme.NO_VALUE]),
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
    overrides=[
        Override("byFrameRefID", "A", {"displayName": "${__field.labels.name}"}),
        *panels.colours(theme.PLATFORM_COLOURS),
    ],
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
        panels.column("分区", width=60, align="center"),
        panels.column("读入", unit="locale"),
        panels.column(
            "缺失", unit="locale", cell="color-text", thresholds=theme.steps(USUAL, (1, BAD))
        ),
        panels.column(
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
        panels.column(
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
        panels.column("行数", unit="locale", width=100),
        panels.column("占用", unit="bytes", width=100),
        panels.column(
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

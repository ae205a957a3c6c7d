"""The tiles of 数据与管道健康: one number each, empty where nothing was ever measured."""

from typing import Final

from dashboards import panels, theme
from dashboards.fragments import share
from dashboards.theme import BAD, CALM, WATCH

_IN: Final = "$__timeFilter(minute)"
_HOUR: Final = "minute >= $__toTime - INTERVAL 1 HOUR AND minute <= $__toTime"
_LAG: Final = "greatest(0, dateDiff('second', min(seen), $__toTime))"


def _sum(column: str, name: str, when: str) -> str:
    total = f"if(count() = 0, NULL, sum({column}))"
    return f"SELECT {total} AS `{name}` FROM v_pipeline_health WHERE {when}"


def _share(part: str, whole: str, name: str) -> str:
    asked = share(f"sum({part})", f"sum({whole})")
    return f"SELECT {asked} AS `{name}` FROM v_pipeline_health WHERE {_HOUR}"


RATE: Final = panels.stat(
    1,
    "近 1 小时读入",
    "近 1 小时读入的条目数；管道没有运行时为空。",
    _sum("read", "读入", _HOUR),
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
    _share("rejected", "read", "拒收"),
    unit="percentunit",
    decimals=2,
    thresholds=theme.steps(CALM, (0.01, WATCH), (0.05, BAD)),
)
LATE: Final = panels.stat(
    4,
    "迟到比例",
    "近 1 小时在所属分钟关闭之后才到的比例。",
    _share("late", "accepted", "迟到"),
    unit="percentunit",
    decimals=1,
    thresholds=theme.steps(CALM, (0.1, WATCH), (0.3, BAD)),
)
MISSING: Final = panels.stat(
    5,
    "缺失条目",
    "时间范围内生产者序号里缺的条目数；管道没有运行时为空。",
    _sum("missing", "缺失", _IN),
    thresholds=theme.steps(CALM, (1, BAD)),
)
BALANCE: Final = panels.stat(
    6,
    "收支差额",
    "读入减去接收、更新、重复与拒收；应当为 0。",
    _sum("imbalance", "差额", _IN),
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

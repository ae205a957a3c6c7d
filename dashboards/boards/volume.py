"""The panel 声量与负面 of 舆情总览 and 事件详情: how loud it is, against the usual."""

from dashboards import fields, panels
from dashboards.fragments import ALIVE_BINS
from dashboards.model import Panel
from dashboards.theme import BAD, NEUTRAL, USUAL


def volume(title: str, description: str, where: str, usual: str, *, interval: str = "5m") -> Panel:
    """Show the metrics that ``where`` picks; ``usual`` is the query for 平时负面."""
    return panels.series(
        11,
        title,
        description,
        [
            f"""
SELECT time, sum(m) AS `提及`, sum(n) AS `负面`
FROM
(
    SELECT $__timeInterval(window_start) AS time, sum(mentions) AS m, sum(negative) AS n
    FROM v_metrics
    WHERE {where}
    GROUP BY time
    UNION ALL
    SELECT time, 0, 0 FROM ({ALIVE_BINS})
)
GROUP BY time
ORDER BY time
""",
            usual,
        ],
        interval=interval,
        overrides=[
            fields.colour("提及", NEUTRAL),
            fields.colour("负面", BAD, **{"custom.fillOpacity": 35}),
            fields.colour("平时负面", USUAL, **fields.DASHED),
        ],
    )

"""主体与行业对比: share of voice, negative share with its interval, crisis types."""

from typing import Final

from dashboards import fields, panels, theme
from dashboards.boards.compare_chosen import BY_LABEL, CHOSEN, NAMED, OF
from dashboards.boards.compare_crises import HAD, MATRIX, TYPES, WHERE
from dashboards.fragments import COMPARING, IN_TIME, REAL, named, share
from dashboards.model import Dashboard, Placed, Variable
from dashboards.theme import BAD, GOOD, INFO, NEUTRAL, USUAL, WATCH
from operators.rules import INDUSTRIES

_BEFORE: Final = (
    "window_start >= $__fromTime - ($__toTime - $__fromTime) AND window_start < $__fromTime"
)
_LEAST: Final = 10
"""Posts below which a share of an hour says nothing."""


def _wilson(sign: str) -> str:
    """Return one end of the 95 % interval of n of m (Wilson 1927)."""
    root = "sqrt((n / m) * (1 - n / m) / m + 0.9604 / (m * m))"
    return f"(n / m + 1.9208 / m {sign} 1.96 * {root}) / (1 + 3.8416 / m)"


VOICE: Final = panels.series(
    1,
    "声量份额走势",
    "各主体提及量占所选主体总量的比例。",
    [
        f"""
SELECT time, s.name AS name, posts AS `提及`
FROM
(
    SELECT $__timeInterval(window_start) AS time, subject, sum(mentions) AS posts
    FROM v_metrics
    WHERE {REAL} AND {IN_TIME} AND {CHOSEN}
    GROUP BY time, subject
) AS m
{NAMED}
ORDER BY time, name
"""
    ],
    interval="1h",
    bars=True,
    stack="percent",
    overrides=[BY_LABEL],
)
SHARES: Final = panels.table(
    2,
    "声量份额：本期与上期",
    "所选时间范围与之前等长的一段相比；份额为占所选主体总量的比例，变化单位为百分点。",
    f"""
WITH (SELECT sum(mentions) FROM v_metrics WHERE {REAL} AND {IN_TIME} AND {CHOSEN}) AS now_all,
     (SELECT sum(mentions) FROM v_metrics WHERE {REAL} AND {_BEFORE} AND {CHOSEN}) AS past_all
SELECT s.name AS `主体`, {named("s.industry", INDUSTRIES)} AS `行业`, m.present AS `提及`,
       {share("m.present", "now_all")} AS `份额`, {share("m.past", "past_all")} AS `上期份额`,
       100 * (`份额` - `上期份额`) AS `变化`, m.reach AS `潜在触达`
FROM
(
    SELECT subject, sumIf(mentions, {IN_TIME}) AS present, sumIf(mentions, {_BEFORE}) AS past,
           sumIf(reach, {IN_TIME}) AS reach
    FROM v_metrics
    WHERE {REAL} AND ({IN_TIME} OR {_BEFORE}) AND {CHOSEN}
    GROUP BY subject
) AS m
{NAMED}
ORDER BY `提及` DESC
LIMIT 50
""",
    [
        fields.column("行业", width=90),
        fields.column("提及", unit="locale", width=85),
        fields.share_bar("份额", theme.steps(INFO), width=150, decimals=1),
        fields.column("上期份额", unit="percentunit", decimals=1, width=90),
        fields.column(
            "变化",
            unit="none",
            decimals=1,
            width=70,
            cell="color-text",
            thresholds=theme.steps(GOOD, (0, USUAL), (5, WATCH)),
            mapping=[theme.NO_VALUE],
        ),
        fields.column("潜在触达", unit="locale", width=120),
    ],
)
NEGATIVE: Final = panels.table(
    3,
    "负面占比与 95% 区间",
    "样本少时区间宽，区间不相交才说明差别可靠。净情感为正面占比减负面占比，单位为百分点。",
    f"""
SELECT s.name AS `主体`, m AS `提及`, n / m AS `负面占比`, {_wilson("-")} AS `下限`,
       {_wilson("+")} AS `上限`, 100 * (p - n) / m AS `净情感`
FROM
(
    SELECT subject, sum(mentions) AS m, sum(negative) AS n, toInt64(sum(positive)) AS p
    FROM v_metrics
    WHERE {REAL} AND {IN_TIME} AND {CHOSEN}
    GROUP BY subject
    HAVING m > 0
) AS m
{NAMED}
ORDER BY `负面占比` DESC
LIMIT 50
""",
    [
        fields.column("提及", unit="locale", width=90),
        fields.share_bar(
            "负面占比", theme.steps(NEUTRAL, (0.3, WATCH), (0.5, BAD)), width=180, decimals=1
        ),
        fields.column("下限", unit="percentunit", decimals=1, width=80),
        fields.column("上限", unit="percentunit", decimals=1, width=80),
        fields.column(
            "净情感",
            unit="none",
            decimals=0,
            width=80,
            cell="color-text",
            thresholds=theme.steps(BAD, (-20, WATCH), (0, GOOD)),
        ),
    ],
)
COURSE: Final = panels.series(
    4,
    "负面占比走势",
    f"各主体每个时间格的负面占比；不足 {_LEAST} 条提及的时间格留空。",
    [
        f"""
SELECT time, s.name AS name, n / m AS `负面占比`
FROM
(
    SELECT $__timeInterval(window_start) AS time, subject, sum(mentions) AS m, sum(negative) AS n
    FROM v_metrics
    WHERE {REAL} AND {IN_TIME} AND {CHOSEN}
    GROUP BY time, subject
    HAVING m >= {_LEAST}
) AS m
{NAMED}
ORDER BY time, name
"""
    ],
    unit="percentunit",
    interval="2h",
    fill=0,
    top=1,
    gap_ms=6 * 3_600_000,
    overrides=[BY_LABEL],
)

COMPARE: Final = Dashboard(
    COMPARING,
    "主体与行业对比",
    "与同业和其他主体相比：声量份额、负面占比及其区间、危机类型。",
    (
        Placed(9, [(13, VOICE), (11, SHARES)]),
        Placed(9, [(11, NEGATIVE), (13, COURSE)]),
        Placed(9, [(13, TYPES), (11, MATRIX)]),
        Placed(9, [(9, WHERE), (15, HAD)]),
    ),
    (
        Variable(
            "industry",
            "行业",
            f"SELECT DISTINCT industry, {named('industry', INDUSTRIES)} FROM v_subjects"
            " WHERE $__toTime >= $__fromTime ORDER BY industry",
            multi=True,
        ),
        Variable(
            "subject",
            "主体",
            f"SELECT s.subject, s.name FROM v_subjects AS s"
            f" WHERE {OF} AND $__toTime >= $__fromTime ORDER BY s.name",
            multi=True,
        ),
    ),
    span="now-7d",
    refresh="5m",
)

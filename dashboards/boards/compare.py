"""主体与行业对比: share of voice, negative share with its interval, crisis types."""

from typing import Final

from dashboards import panels, theme
from dashboards.fragments import COMPARING, DETAIL, IN_TIME, PLATFORM, REAL, named, share
from dashboards.model import Dashboard, Override, Placed, Variable
from dashboards.theme import BAD, GOOD, INFO, NEUTRAL, USUAL, WATCH
from operators.rules import INDUSTRIES

_OF: Final = "$__conditionalAll(s.industry IN (${industry:singlequote}), $industry)"
_AND: Final = "$__conditionalAll(s.subject IN (${subject:singlequote}), $subject)"
_CHOSEN: Final = f"subject IN (SELECT s.subject FROM v_subjects AS s WHERE {_OF} AND {_AND})"
_NAMED: Final = "LEFT JOIN v_subjects AS s ON m.subject = s.subject"
_BEFORE: Final = (
    "window_start >= $__fromTime - ($__toTime - $__fromTime) AND window_start < $__fromTime"
)
_BY_LABEL: Final = Override(
    "byFrameRefID",
    "A",
    {"displayName": "${__field.labels.name}", "color": {"mode": "palette-classic-by-name"}},
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
    WHERE {REAL} AND {IN_TIME} AND {_CHOSEN}
    GROUP BY time, subject
) AS m
{_NAMED}
ORDER BY time, name
"""
    ],
    interval="1h",
    bars=True,
    stack="percent",
    overrides=[_BY_LABEL],
)
SHARES: Final = panels.table(
    2,
    "声量份额：本期与上期",
    "所选时间范围与之前等长的一段相比；份额为占所选主体总量的比例，变化单位为百分点。",
    f"""
WITH (SELECT sum(mentions) FROM v_metrics WHERE {REAL} AND {IN_TIME} AND {_CHOSEN}) AS now_all,
     (SELECT sum(mentions) FROM v_metrics WHERE {REAL} AND {_BEFORE} AND {_CHOSEN}) AS past_all
SELECT s.name AS `主体`, {named("s.industry", INDUSTRIES)} AS `行业`, m.present AS `提及`,
       {share("m.present", "now_all")} AS `份额`, {share("m.past", "past_all")} AS `上期份额`,
       100 * (`份额` - `上期份额`) AS `变化`, m.reach AS `潜在触达`
FROM
(
    SELECT subject, sumIf(mentions, {IN_TIME}) AS present, sumIf(mentions, {_BEFORE}) AS past,
           sumIf(reach, {IN_TIME}) AS reach
    FROM v_metrics
    WHERE {REAL} AND ({IN_TIME} OR {_BEFORE}) AND {_CHOSEN}
    GROUP BY subject
) AS m
{_NAMED}
ORDER BY `提及` DESC
LIMIT 50
""",
    [
        panels.column("行业", width=90),
        panels.column("提及", unit="locale", width=85),
        panels.column(
            "份额",
            unit="percentunit",
            decimals=1,
            width=150,
            cell="gauge",
            top=1,
            thresholds=theme.steps(INFO),
        ),
        panels.column("上期份额", unit="percentunit", decimals=1, width=90),
        panels.column(
            "变化",
            unit="none",
            decimals=1,
            width=70,
            cell="color-text",
            thresholds=theme.steps(GOOD, (0, USUAL), (5, WATCH)),
            mapping=[theme.NO_VALUE],
        ),
        panels.column("潜在触达", unit="locale", width=120),
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
    WHERE {REAL} AND {IN_TIME} AND {_CHOSEN}
    GROUP BY subject
    HAVING m > 0
) AS m
{_NAMED}
ORDER BY `负面占比` DESC
LIMIT 50
""",
    [
        panels.column("提及", unit="locale", width=90),
        panels.column(
            "负面占比",
            unit="percentunit",
            decimals=1,
            width=180,
            cell="gauge",
            top=1,
            thresholds=theme.steps(NEUTRAL, (0.3, WATCH), (0.5, BAD)),
        ),
        panels.column("下限", unit="percentunit", decimals=1, width=80),
        panels.column("上限", unit="percentunit", decimals=1, width=80),
        panels.column(
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
    WHERE {REAL} AND {IN_TIME} AND {_CHOSEN}
    GROUP BY time, subject
    HAVING m >= {_LEAST}
) AS m
{_NAMED}
ORDER BY time, name
"""
    ],
    unit="percentunit",
    interval="2h",
    fill=0,
    top=1,
    gap_ms=6 * 3_600_000,
    overrides=[_BY_LABEL],
)
_TYPED: Final = f"""
    SELECT $__timeInterval(window_start) AS time, subject, crisis_type, sum(negative) AS negatives
    FROM v_metrics
    WHERE {REAL} AND {IN_TIME} AND {_CHOSEN} AND crisis_type != 'general'
    GROUP BY time, subject, crisis_type
    HAVING negatives > 0
"""
TYPES: Final = panels.series(
    5,
    "危机类型走势",
    "各危机类型的负面提及量（同名类型跨行业合计，取最多的 8 类）。",
    [
        f"""
WITH typed AS
     (
         SELECT time, if(c.name = '', m.crisis_type, c.name) AS name, sum(m.negatives) AS posts
         FROM ({_TYPED}) AS m
         {_NAMED}
         LEFT JOIN v_crisis_types AS c
             ON s.industry = c.industry AND m.crisis_type = c.crisis_type
         GROUP BY time, name
     )
SELECT time, name, posts AS `负面`
FROM typed
WHERE name IN (SELECT name FROM typed GROUP BY name ORDER BY sum(posts) DESC, name LIMIT 8)
ORDER BY time, name
"""
    ],
    interval="1h",
    bars=True,
    stack="normal",
    overrides=[_BY_LABEL],
)
MATRIX: Final = panels.table(
    6,
    "主体与危机类型",
    "各主体负面最多的危机类型、其量与占该主体负面的比例。",
    f"""
SELECT s.name AS `主体`, if(c.name = '', m.crisis_type, c.name) AS `危机类型`,
       m.negatives AS `负面`, m.negatives / m.whole AS `占主体负面`
FROM
(
    SELECT subject, crisis_type, sum(negative) AS negatives,
           sum(negatives) OVER (PARTITION BY subject) AS whole
    FROM v_metrics
    WHERE {REAL} AND {IN_TIME} AND {_CHOSEN} AND crisis_type != 'general'
    GROUP BY subject, crisis_type
    HAVING negatives > 0
) AS m
{_NAMED}
LEFT JOIN v_crisis_types AS c ON s.industry = c.industry AND m.crisis_type = c.crisis_type
ORDER BY `负面` DESC
LIMIT 3 BY m.subject
LIMIT 60
""",
    [
        panels.column("负面", unit="locale", width=90, cell="color-text", colour=BAD),
        panels.column(
            "占主体负面",
            unit="percentunit",
            decimals=0,
            width=160,
            cell="gauge",
            top=1,
            thresholds=theme.steps(NEUTRAL),
        ),
    ],
)
WHERE: Final = panels.chart(
    7,
    "各平台的负面与其他",
    "所选主体在各平台的提及量。",
    f"""
SELECT {PLATFORM} AS `平台`, sum(negative) AS `负面`, sum(neutral) AS `中性`,
       sum(positive) AS `正面`
FROM v_metrics
WHERE {REAL} AND {IN_TIME} AND {_CHOSEN}
GROUP BY platform
ORDER BY sum(mentions) DESC, platform
LIMIT 12
""",
    x="平台",
    stack="normal",
    horizontal=True,
    overrides=panels.colours(theme.SENTIMENT_COLOURS),
)
HAD: Final = panels.table(
    8,
    "期内事件",
    "时间范围内发现的事件；点类型进入详情。",
    f"""
SELECT level AS `级别`, subject_name AS `主体`, type_name AS `类型`, state AS `状态`,
       detected_at AS `发现`, mentions AS `提及`, negative_share AS `负面占比`, incident_id
FROM v_incident_board
WHERE {REAL} AND $__timeFilter(detected_at) AND {_CHOSEN}
ORDER BY detected_at DESC
LIMIT 50
""",
    [
        panels.column(
            "级别", width=70, mapping=[theme.LEVEL], cell="color-background", align="center"
        ),
        panels.column(
            "类型",
            links=[panels.to(DETAIL, "事件详情", "var-incident=${__data.fields.incident_id}")],
        ),
        panels.column("状态", width=80, mapping=[theme.STATE], cell="color-text"),
        panels.column("发现", unit="time:MM-DD HH:mm", width=110),
        panels.column("提及", unit="locale", width=80),
        panels.column("负面占比", unit="percentunit", decimals=0, width=85),
        panels.column("incident_id", hidden=True),
    ],
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
            f" WHERE {_OF} AND $__toTime >= $__fromTime ORDER BY s.name",
            multi=True,
        ),
    ),
    span="now-7d",
    refresh="5m",
)

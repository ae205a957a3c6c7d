"""The alert rules: incidents by level, what waits too long, and the pipeline itself.

Each level adds an audience: an incident is told to the monitoring centre when it opens, to the
departments when it reaches 中等, to management when it reaches 严重. Every rule knows an incident
by its id from the minute it gets there until it ends, so nobody is told twice and nothing flaps:
the level an incident has reached never goes back. Drills are left out of every query.
"""

from typing import Final

from dashboards.alerting.model import AlertRule

INCIDENT: Final = "tingfeng-incident"
WALL: Final = "tingfeng-wall"
HEALTH: Final = "tingfeng-health"
_LINK: Final = "d/tingfeng-incident?var-incident={{ $labels.incident_id }}"

_OPEN: Final = """
SELECT CAST(i.incident_id AS String) AS incident_id, CAST(i.subject AS String) AS subject,
       any(i.subject_name) AS company, any(i.type_name) AS trouble,
       argMin(e.cause, (e.kind = 'opened', e.seq)) AS cause, any(r.title) AS playbook,
       toFloat64(any(i.severity)) AS value
FROM v_incident_board AS i
INNER JOIN v_incident_events AS e
    ON e.exercise = i.exercise AND e.incident_id = i.incident_id
LEFT JOIN
(
    SELECT exercise, incident_id, argMin(title, decided_at) AS title
    FROM v_recommendations
    WHERE level IN ({levels})
    GROUP BY exercise, incident_id
) AS r ON r.exercise = i.exercise AND r.incident_id = i.incident_id
WHERE i.exercise = 0 AND i.state = 'open' AND i.detected_at <= $__toTime
      AND i.level_peak IN ({levels})
      AND (e.kind = 'opened'{and_level})
GROUP BY i.incident_id, i.subject
"""


def _reached(*levels: str) -> str:
    """Return the query of open incidents that have reached one of the levels.

    The cause told is that of the level where a level event brought it there, else of the opening;
    both are written once, and what an instance is known by must not change.
    """
    listed = ", ".join(f"'{level}'" for level in levels)
    climbed = f" OR e.kind = 'level' AND e.after IN ({listed})"
    return _OPEN.format(levels=listed, and_level="" if "minor" in levels else climbed)


_UNACKNOWLEDGED: Final = """
SELECT CAST(incident_id AS String) AS incident_id, CAST(subject AS String) AS subject,
       subject_name AS company,
       toFloat64(dateDiff('minute', detected_at, $__toTime)) AS value
FROM v_incident_board
WHERE exercise = 0 AND state = 'open' AND acknowledged_at = toDateTime(0, 'UTC')
      AND detected_at <= $__toTime AND level_peak != 'minor'
"""

_CLOCKS: Final = """
SELECT CAST(c.incident_id AS String) AS incident_id, CAST(c.subject AS String) AS subject,
       c.clock_id AS clock, any(s.name) AS company, any(c.title) AS duty, any(c.whom) AS whom,
       toFloat64(dateDiff('minute', $__toTime, min(c.due_at))) AS value
FROM v_clocks AS c
LEFT JOIN v_subjects AS s ON s.subject = c.subject
WHERE c.exercise = 0 AND c.status = 'open' AND c.starts_at <= $__toTime
      AND c.due_at >= $__toTime - INTERVAL 7 DAY
GROUP BY c.incident_id, c.subject, c.clock_id
"""

_FEEDS: Final = """
SELECT CAST(platform AS String) AS platform,
       toFloat64(argMax(silent_s, minute)) / 60 AS value
FROM v_feeds
WHERE $__timeFilter(minute)
GROUP BY platform
HAVING argMax(state, minute) = 'dead'
"""

_LAG: Final = """
SELECT concat('mentions:', toString(partition)) AS stream,
       toFloat64(dateDiff('second', max(watermark), $__toTime)) AS value
FROM v_pipeline_health
WHERE $__timeFilter(minute)
GROUP BY partition
"""

_REJECTED: Final = """
SELECT 'all' AS scope, toFloat64(sum(rejected)) / sum(read) AS value
FROM v_pipeline_health
WHERE $__timeFilter(minute)
HAVING sum(read) >= 100
"""

_DELIVERIES: Final = """
SELECT CAST(channel AS String) AS channel, receiver,
       toFloat64(countIf(status = 'failed')) AS value
FROM v_deliveries
WHERE exercise = 0 AND $__timeFilter(at)
GROUP BY channel, receiver
"""

_CALL: Final = "{{ $labels.company }}：{{ $labels.trouble }}"
_TOLD: Final = {
    "description": "{{ $labels.cause }}",
    "playbook": "{{ $labels.playbook }}",
    "link": _LINK,
}

RULES: Final = (
    AlertRule(
        uid="tingfeng-incident-open",
        title="新的舆情事件",
        sql=_reached("minor", "moderate", "severe"),
        summary=_CALL,
        level="minor",
        audience="desk",
        dashboard=WALL,
        panel=13,
        limit=-1.0,
        annotations=_TOLD,
    ),
    AlertRule(
        uid="tingfeng-incident-moderate",
        title="舆情事件达到中等",
        sql=_reached("moderate", "severe"),
        summary=_CALL,
        level="moderate",
        audience="departments",
        dashboard=INCIDENT,
        panel=1,
        limit=-1.0,
        annotations=_TOLD,
    ),
    AlertRule(
        uid="tingfeng-incident-severe",
        title="舆情事件达到严重",
        sql=_reached("severe"),
        summary=_CALL,
        level="severe",
        audience="management",
        dashboard=INCIDENT,
        panel=1,
        limit=-1.0,
        annotations=_TOLD,
    ),
    AlertRule(
        uid="tingfeng-unacknowledged",
        title="事件超时未确认",
        sql=_UNACKNOWLEDGED,
        summary="{{ $labels.company }}的事件已 {{ $values.B.Value }} 分钟无人确认",
        level="severe",
        audience="departments",
        dashboard=WALL,
        panel=3,
        limit=15.0,
        annotations={"link": _LINK},
    ),
    AlertRule(
        uid="tingfeng-clock",
        title="监管报告时限不足 30 分钟",
        sql=_CLOCKS,
        summary="{{ $labels.company }}：{{ $labels.duty }}，向{{ $labels.whom }}报告，"
        "剩余 {{ $values.B.Value }} 分钟",
        level="severe",
        audience="management",
        dashboard=WALL,
        panel=16,
        compare="lt",
        limit=30.0,
        annotations={"link": _LINK},
    ),
    AlertRule(
        uid="tingfeng-feed-dead",
        title="信源中断",
        sql=_FEEDS,
        summary="{{ $labels.platform }} 已 {{ humanize $values.B.Value }} 分钟没有数据，"
        "此时的平静不可信",
        level="moderate",
        audience="operations",
        dashboard=WALL,
        panel=17,
    ),
    AlertRule(
        uid="tingfeng-lag",
        title="处理滞后",
        sql=_LAG,
        summary="{{ $labels.stream }} 的水位落后 {{ humanize $values.B.Value }} 秒",
        level="moderate",
        audience="operations",
        dashboard=HEALTH,
        panel=2,
        limit=300.0,
        span_s=21_600,
        hold="3m",
        no_data="Alerting",
    ),
    AlertRule(
        uid="tingfeng-rejected",
        title="拒收比例过高",
        sql=_REJECTED,
        summary="近 15 分钟拒收 {{ humanizePercentage $values.B.Value }}",
        level="moderate",
        audience="operations",
        dashboard=HEALTH,
        panel=3,
        limit=0.05,
        span_s=900,
        hold="3m",
    ),
    AlertRule(
        uid="tingfeng-delivery",
        title="告警推送失败",
        sql=_DELIVERIES,
        summary="{{ $labels.channel }} → {{ $labels.receiver }} 有 {{ $values.B.Value }} 条未送达",
        level="severe",
        audience="operations",
        dashboard=HEALTH,
        panel=8,
        span_s=900,
    ),
)
"""Every rule; uids never change, for silences and history hang on them."""

"""The SQL by which every number of the report can be had again from the ``v_*`` views."""

from dataclasses import dataclass

from operators.model import MINUTE
from operators.report.series import Timeline


@dataclass(frozen=True, slots=True)
class Trace:
    """What a number is, and the statement that gives it."""

    what: str
    sql: str


def quoted(text: str) -> str:
    r"""Write a text as a ClickHouse literal, for a person to copy; the flow itself binds values.

    >>> print(quoted("a'b\\c"))
    'a\'b\\c'
    """
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def incident_traces(incident_id: str, line: Timeline, phrase: str) -> tuple[Trace, ...]:
    """Give the statements behind one incident's numbers; only the id differs between incidents."""
    one = f"incident_id = {quoted(incident_id)}"
    mine = (
        "(exercise, subject, crisis_type) IN"
        f" (SELECT exercise, subject, crisis_type FROM v_incidents WHERE {one})"
    )
    since = f"(SELECT onset_at FROM v_incidents WHERE {one})"
    minutes = line.step_ms // MINUTE
    start, end = line.start_ms // 1000, line.end_ms // 1000
    return (
        Trace(
            "级别、阶段、严重度及各因子得分、起点、发现时间、延迟、累计提及与负面、预测",
            "SELECT level, stage, severity, factors, onset_at, detected_at, delay_s, mentions,"
            " negative, negative_share, reach, forecast_1h, forecast_6h, forecast_24h,"
            f" explanation FROM v_incidents WHERE {one}",
        ),
        Trace(
            "时间线上的柱与占比（起点前后各时段的提及与负面）",
            f"SELECT toStartOfInterval(window_start, INTERVAL {minutes} MINUTE,"
            " 'Asia/Shanghai') AS bin, sum(mentions) AS posts, sum(negative) AS negatives"
            f" FROM v_metrics WHERE {mine}"
            f" AND window_start >= toDateTime({start}) AND window_start < toDateTime({end})"
            " GROUP BY bin ORDER BY bin",
        ),
        Trace(
            "负面常态水平（每5分钟）",
            "SELECT window_start, observed, expected, score FROM v_baselines"
            f" WHERE {mine} AND window_start >= toDateTime({start}) ORDER BY window_start",
        ),
        Trace(
            "各平台条数与负面占比（起点以来）",
            "SELECT platform, sum(mentions) AS posts, sum(negative) AS negatives FROM v_metrics"
            f" WHERE {mine} AND window_start >= {since} GROUP BY platform ORDER BY posts DESC",
        ),
        Trace(
            "触发事件的信号及其窗口、观测值、常态值、得分",
            "SELECT * FROM v_signals WHERE has("
            f"(SELECT any(signals) FROM v_incidents WHERE {one}), signal_id) ORDER BY decided_at",
        ),
        Trace(
            "事件的每次变化及原因",
            f"SELECT at, kind, before, after, severity, cause, actor FROM v_incident_events"
            f" WHERE {one} ORDER BY seq",
        ),
        Trace(
            "高频短语的条数（换成要核对的短语）",
            "SELECT count() AS posts, countIf(polarity < 0) AS negatives FROM v_mentions"
            f" WHERE exercise = (SELECT any(exercise) FROM v_incidents WHERE {one})"
            " AND arrayExists((s, t) -> (s, t) IN"
            f" (SELECT subject, crisis_type FROM v_incidents WHERE {one}), subjects, crisis_types)"
            f" AND published_at >= {since} AND published_at < toDateTime({end})"
            f" AND position(concat(title, '\\n', text), {quoted(phrase)}) > 0",
        ),
        Trace(
            "处置建议的全部依据：得分构成、满足与不满足的条件、落选预案",
            f"SELECT * FROM v_recommendations WHERE {one} ORDER BY decided_at",
        ),
        Trace("处置动作及其结果", f"SELECT * FROM v_actions WHERE {one} ORDER BY at"),
    )


def store_traces() -> tuple[Trace, ...]:
    """Give the statements behind the numbers about data and pipeline."""
    return (
        Trace(
            "数据平衡",
            "SELECT sum(read), sum(accepted), sum(matched), sum(unmatched), sum(updates),"
            " sum(duplicates), sum(rejected), sum(imbalance) FROM v_pipeline_health",
        ),
        Trace(
            "拒收原因",
            "SELECT reason, count() AS entries, any(detail) FROM v_rejected"
            " GROUP BY reason ORDER BY entries DESC",
        ),
        Trace(
            "各平台最后一条匹配提及",
            "SELECT platform, max(window_start) AS last, sum(mentions) AS posts FROM v_metrics"
            " WHERE mentions > 0 GROUP BY platform ORDER BY last",
        ),
        Trace(
            "预案的全部版本",
            "SELECT playbook_id, version_hash, published_at, title FROM v_playbook_versions"
            " ORDER BY playbook_id, published_at",
        ),
    )

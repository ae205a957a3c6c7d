"""A month of 500 companies in a store, made inside it by ``INSERT … SELECT FROM numbers()``.

500 subjects × 30 crisis types × 8 platforms × 43,200 minutes are 5.2 billion cells. The flow writes
a row only for a cell that had a post, and most have none: 30 million rows, 0.6 % of all, are here
as many as 45 million posts would leave, spread unevenly (half of them general talk, a tenth of the
subjects with most of it). Of the posts themselves 10 million are kept, since posts are kept for a
shorter time than counts. Rows come in order of time, a day at a time; those of the last two hours
are written in small parts that are never merged, and twice, as the flow does: early and final.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

END_S: Final = 1_795_255_200
"""End of the month: 2026-11-21 18:00 in China."""

DAYS: Final = 30
DAY_S: Final = 86_400
SUBJECTS: Final = 500
TYPES: Final = 30
PLATFORMS: Final = (
    "weibo", "wechat", "douyin", "xiaohongshu", "xueqiu", "zhihu", "heimao", "news"
)  # fmt: skip
INDUSTRIES: Final = ("banking", "securities", "fintech", "telecom", "consumer_finance")
INCIDENTS: Final = 3_000
OPEN: Final = 60
UNMERGED_S: Final = 7_200
SMALL_PARTS: Final = 24
CHUNKS: Final = 20
_UNMERGED: Final = ("metrics_minute", "baselines", "mentions")

_SUBJECT: Final = (
    f"concat('s', leftPad(toString(toUInt16({SUBJECTS} * pow(randCanonical({{0}}), 2.2))), 3, '0'))"
)
_TYPE: Final = f"if(rand({{0}}) % 2, concat('t', toString(rand({{0}} + 1) % {TYPES})), 'general')"
_PLATFORM: Final = (
    f"arrayElement({list(PLATFORMS)}, toUInt8(1 + 8 * pow(randCanonical({{0}}), 1.7)))"
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many posts and cells of minutes to make."""

    mentions: int = 10_000_000
    minutes: int = 30_000_000


def fill(client: "Client", size: Size, tell: Callable[[str], None]) -> None:
    """Fill a migrated, empty store."""
    for what, statements in (
        ("names", _names()),
        ("minutes", _minutes(size.minutes)),
        ("bins", _bins(size.minutes // 10)),
        ("posts", _posts(size.mentions)),
        ("incidents", _incidents()),
        ("pipeline", _pipeline()),
    ):
        for statement in statements:
            client.command(statement)
        tell(f"{what} made")
    for table in _UNMERGED:
        client.command(f"SYSTEM STOP MERGES {table}")
    for statement in _last_hours(size):
        client.command(statement)
    tell("last two hours written in small parts")


def _names() -> Iterator[str]:
    yield f"""
    INSERT INTO rule_versions (kind, version_hash, body, version)
    SELECT 'subjects', 'b1', toJSONString(groupArray(map(
        'id', concat('s', leftPad(toString(number), 3, '0')),
        'name', concat('公司', toString(number)),
        'industry', arrayElement({list(INDUSTRIES)}, 1 + number % 5)))), 1
    FROM numbers({SUBJECTS})
    """
    yield f"""
    INSERT INTO rule_versions (kind, version_hash, body, version)
    SELECT 'crisis_types', 'b1', toJSONString(groupArray(map(
        'id', concat('t', toString(number % {TYPES})),
        'name', concat('类型', toString(number % {TYPES})),
        'industry', arrayElement({list(INDUSTRIES)}, 1 + intDiv(number, {TYPES}))))), 1
    FROM numbers({TYPES * len(INDUSTRIES)})
    """


def _cells(rows: int, start: int, length: int, version: int) -> str:
    return f"""
    INSERT INTO metrics_minute (exercise, subject, crisis_type, platform, window_start, mentions,
        negative, neutral, reach, engagement, final, version, weight)
    SELECT 0, {_SUBJECT.format(1)}, {_TYPE.format(2)}, {_PLATFORM.format(4)},
           intDiv({start} + rand(5) % {length}, 60) * 60, 1 + rand(6) % 3 AS posts,
           rand(7) % (posts + 1) AS bad, posts - bad, rand(8) % 100000, rand(9) % 300, 1,
           {version}, posts
    FROM numbers({rows})
    """


def _minutes(rows: int) -> Iterator[str]:
    for day in range(DAYS):
        start = END_S - (DAYS - day) * DAY_S
        yield _cells(rows // DAYS, start, DAY_S - (UNMERGED_S if day == DAYS - 1 else 0), 3)


def _bin_rows(rows: int, start: int, length: int) -> str:
    return f"""
    INSERT INTO baselines (exercise, subject, crisis_type, platform, window_start, observed,
        expected, score, mentions_1h, negative_1h, baseline_share, version)
    SELECT 0, {_SUBJECT.format(1)}, {_TYPE.format(2)}, '*',
           intDiv({start} + rand(5) % {length}, 300) * 300, rand(6) % 9, 0.4,
           randCanonical(7), rand(8) % 90, rand(9) % 40, 0.3, 1
    FROM numbers({rows})
    """


def _bins(rows: int) -> Iterator[str]:
    for day in range(DAYS):
        start = END_S - (DAYS - day) * DAY_S
        yield _bin_rows(rows // DAYS, start, DAY_S - (UNMERGED_S if day == DAYS - 1 else 0))


def _post_rows(first: int, rows: int, start: int, length: int) -> str:
    """Make posts whose ids grow with time, as those of most platforms do."""
    return f"""
    INSERT INTO mentions (exercise, platform, id, kind, author_id, author_name, followers, verified,
        text, url, location, published_at, collected_at, arrived_at, likes, comments, reposts,
        subjects, crisis_types, spans, polarity, p_negative, story, rules_version, model_version,
        seen, version, tier, weight)
    SELECT 0, {_PLATFORM.format(4)}, toString(5000000000000000 + number),
           arrayElement(['post', 'repost', 'comment', 'article'], 1 + rand(10) % 4),
           toString(rand(11) % 2000000) AS author, concat('用户', author), rand(12) % 20000,
           rand(13) % 9 = 0,
           concat('这家公司的第', toString(rand(14) % 5000), '个网点排了很久的队，客服电话打不通，',
                  '说好的退款一直没有到账，编号', toString(number)),
           concat('https://example.com/p/', toString(number)),
           arrayElement(['北京', '上海', '广东', '', ''], 1 + rand(15) % 5),
           toDateTime64({start}, 3, 'UTC') + (number - {first}) * {length} / {rows} AS at,
           at + 5, at + 12, rand(16) % 400, rand(17) % 60, rand(18) % 30,
           [{_SUBJECT.format(1)}], [{_TYPE.format(2)}], ['排了很久的队'],
           toInt8(rand(19) % 3) - 1, randCanonical(20), rand(21) % 3000000, 'b1', 'm1', 1, number,
           arrayElement(['ordinary', 'verified', 'media'], 1 + rand(22) % 3), 1
    FROM numbers({first}, {rows})
    """


def _posts(rows: int) -> Iterator[str]:
    span = (DAYS * DAY_S - UNMERGED_S) // CHUNKS
    each = rows // CHUNKS
    for chunk in range(CHUNKS):
        yield _post_rows(chunk * each, each, END_S - DAYS * DAY_S + chunk * span, span)


def _incidents() -> Iterator[str]:
    step = DAYS * DAY_S // INCIDENTS
    key = (
        f"concat('s', leftPad(toString(number % {SUBJECTS}), 3, '0')) AS subject,"
        f" concat('t', toString(number % {TYPES})) AS crisis_type,"
        " concat('i', toString(number)) AS id"
    )
    onset = f"{END_S} - {DAYS * DAY_S} + number * {step} - 1800"
    yield f"""
    INSERT INTO incidents (exercise, subject, crisis_type, incident_id, state, level, stage,
        severity, onset_at, detected_at, updated_at, closed_at, mentions, negative, peak_negative,
        negative_1h, expected_1h, platforms, owner, acknowledged_at, statement_at, explanation,
        signals, version)
    SELECT 0, {key}, if(number >= {INCIDENTS - OPEN}, 'open', 'resolved') AS s,
           arrayElement(['minor', 'moderate', 'severe'], 1 + number % 3),
           if(s = 'open', 'spreading', 'closed'), 30 + number % 60, {onset}, {onset} + 600,
           least({END_S}, {onset} + 36000), if(s = 'open', 0, {onset} + 36000), 2000 + number,
           1000 + number, 300, 80, 3, ['weibo', 'douyin'], '值班员', {onset} + 1500, {onset} + 7200,
           '最近 1 小时负面提及 80 条，平时约 3 条', [concat('g', toString(number))], 9
    FROM numbers({INCIDENTS})
    """
    yield """
    INSERT INTO incident_events (exercise, subject, crisis_type, incident_id, seq, at, kind, before,
        after, severity, cause, version)
    SELECT 0, subject, crisis_type, incident_id, seq, detected_at + seq * 900,
           arrayElement(['opened', 'level', 'stage', 'action', 'level', 'stage', 'action',
                         'stage'], seq),
           'minor', if(seq = 1, 'open', if(seq % 3 = 2, level, 'spreading')), severity,
           '负面增多', 1
    FROM incidents ARRAY JOIN range(1, 9) AS seq
    """
    yield """
    INSERT INTO recommendations (exercise, subject, crisis_type, incident_id, decided_at,
        recommendation_id, playbook_id, title, score, reason, version)
    SELECT 0, subject, crisis_type, incident_id, detected_at + n * 1800,
           concat(incident_id, toString(n)), concat('p.', crisis_type), '应对预案', 80,
           '有专门预案', 1
    FROM incidents ARRAY JOIN range(3) AS n
    """
    yield """
    INSERT INTO signals (exercise, subject, crisis_type, platform, window_start, window_end,
        detector, signal_id, decided_at, score, observed, expected, threshold, version)
    SELECT 0, subject, crisis_type, '*', detected_at - 3600, detected_at, 'volume_surge',
           signals[1], detected_at, 1.5, 80, 3, 1, 1
    FROM incidents
    """
    yield """
    INSERT INTO tasks (exercise, subject, crisis_type, incident_id, task_id, playbook_id, seq, role,
        person, department, task, opened_at, due_at, status, overdue, ended_at, version)
    SELECT 0, subject, crisis_type, incident_id, concat(incident_id, '-', toString(n)), 'p', n,
           '公关', '值班员', '公关部', '起草声明', detected_at, detected_at + n * 1200,
           if(state = 'open' AND n > 3, 'open', 'done') AS s, n = 5,
           if(s = 'open', toDateTime(0), detected_at + n * 1000), 2
    FROM incidents ARRAY JOIN range(1, 9) AS n
    """
    yield """
    INSERT INTO clocks (exercise, subject, crisis_type, incident_id, clock_id, title, whom, rule,
        certain, starts_at, due_at, status, ended_at, version)
    SELECT 0, subject, crisis_type, incident_id, concat('c', toString(n)), '首次报告',
           '属地监管部门', '办法第一条', 1, detected_at, detected_at + n * 7200,
           if(state = 'open', 'open', 'done') AS s,
           if(s = 'open', toDateTime(0), detected_at + 900), 1
    FROM incidents ARRAY JOIN [1, 2] AS n
    """
    yield """
    INSERT INTO forecasts (exercise, subject, crisis_type, incident_id, made_at, horizon_h,
        mentions, mentions_low, mentions_high, negative, negative_low, negative_high, version)
    SELECT 0, subject, crisis_type, incident_id, detected_at + n * 300, h, 90 * h, 50 * h, 140 * h,
           60 * h, 30 * h, 100 * h, 1
    FROM incidents ARRAY JOIN range(40) AS n ARRAY JOIN [1, 6, 24] AS h
    """
    yield """
    INSERT INTO phrases (exercise, subject, crisis_type, incident_id, window_start, phrase,
        mentions, negative, score, version)
    SELECT 0, subject, crisis_type, incident_id, toStartOfHour(detected_at) + 3600 * intDiv(n, 20),
           concat('热词', toString(n % 20)), 10 + n, 8, 20 - n % 20, 5
    FROM incidents ARRAY JOIN range(120) AS n
    """
    yield """
    INSERT INTO outcomes (exercise, subject, crisis_type, incident_id, playbook_id, industry, level,
        statement_s, share_at, half_life_s, ended_at, version)
    SELECT 0, subject, crisis_type, incident_id, concat('p.', crisis_type), 'banking', level, 6600,
           0.7, 5400, closed_at, 1
    FROM incidents WHERE state != 'open'
    """


def _pipeline() -> Iterator[str]:
    minutes = DAYS * 1440
    yield f"""
    INSERT INTO pipeline_health (partition, minute, read, accepted, matched, unmatched,
        arrive_delay_ms, heartbeats, watermark, version)
    SELECT intDiv(number, {minutes}), {END_S} - {DAYS * DAY_S} + 60 * (number % {minutes}) AS at,
           60, 60, 40, 20, 600000, 12, toDateTime64(at, 3, 'UTC'), 72
    FROM numbers({8 * minutes})
    """
    checks = DAYS * 288
    yield f"""
    INSERT INTO feeds (platform, minute, last_at, silent_s, usual_gap_s, state, mentions_1h,
        version)
    SELECT arrayElement({list(PLATFORMS)}, 1 + intDiv(number, {checks})),
           {END_S} - {DAYS * DAY_S} + 300 * (number % {checks}) + 300 AS at, at - 20, 20, 6,
           'live', 600, 1
    FROM numbers({checks * len(PLATFORMS)})
    """


def _last_hours(size: Size) -> Iterator[str]:
    """Write the last two hours in parts that stay small; every cell early and then final."""
    length = UNMERGED_S // SMALL_PARTS
    cells = size.minutes * UNMERGED_S // (DAYS * DAY_S) // SMALL_PARTS
    posts = size.mentions * UNMERGED_S // (DAYS * DAY_S) // SMALL_PARTS
    for part in range(SMALL_PARTS):
        start = END_S - UNMERGED_S + part * length
        yield _cells(cells, start, length, 2)
        yield f"""
        INSERT INTO metrics_minute SELECT * EXCEPT (version), 3 FROM metrics_minute
        WHERE window_start >= toDateTime({start}) AND window_start < toDateTime({start + length})
        """
        yield _bin_rows(cells // 10, start, length)
        yield _post_rows(size.mentions + part * posts, posts, start, length)

"""Chapters of the review about handling and quality: tables of named questions."""

from collections.abc import Callable, Iterator
from math import isnan

from operators.model import LEVEL_NAMES, MINUTE
from operators.report.answers import Answer, Answers, no_data
from operators.report.document import (
    Badge,
    Block,
    Cell,
    Heading,
    Inline,
    Paragraph,
    Soft,
    Table,
)
from operators.report.moments import figure, percent, short_stamp, span
from operators.report.names import DETECTORS, Names
from operators.report.periods import clocks_table, health_sentence, incident_name, task_table

GAPS = {
    "general_only": "只有通用预案",
    "level_missing": "没有对应级别",
    "expired": "预案已过期",
    "overridden": "被改选",
}
INDUSTRIES = {
    "banking": "银行",
    "securities": "证券",
    "fintech": "金融科技",
    "telecom": "通信",
    "consumer_finance": "消费金融",
}

Write = Callable[[float], str]
Column = tuple[str, str, Write | None]
"""Head, column of the answer, and how its number is written; None for words."""


def table(
    found: Answer, first: Callable[[int], Cell], head: str, columns: tuple[Column, ...]
) -> Table:
    """Lay an answer out: ``first`` makes the first cell of a row by its place."""

    def cell(value: float | str | None, write: Write | None) -> Cell:
        if write is None:
            return (str(value or "—"),)
        # A quantile of nothing is not a number.
        known = isinstance(value, int | float) and not isnan(value)
        return (found.num(float(value or 0) if known else None, write),)

    return Table(
        (head, *(name for name, _, _ in columns)),
        tuple(
            (first(place), *(cell(row[column], write) for _, column, write in columns))
            for place, row in enumerate(found.rows)
        ),
        frozenset(at for at, (_, _, write) in enumerate(columns, start=1) if write is not None),
        small=True,
    )


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _mins(value: float) -> str:
    return span(int(value * MINUTE))


def handling_blocks(answers: Answers, names: Names) -> Iterator[Block]:
    """Tell how fast people were, which playbooks were used, and what was late."""
    yield Heading("三、处置时效")
    speed = answers["response_times"]
    if speed.rows:
        yield table(
            speed,
            lambda at: (Badge(str(speed.rows[at]["level"])),),
            "级别",
            (
                ("事件", "incidents", _whole),
                ("已确认", "acknowledged", _whole),
                ("确认中位", "acknowledge_min", _mins),
                ("已声明", "stated", _whole),
                ("声明中位", "statement_min", _mins),
                ("已结束", "ended", _whole),
                ("结束中位", "ended_min", _mins),
            ),
        )
    else:
        yield no_data("处置时效")
    detect = answers["detect_time_by_industry"]
    if detect.rows:
        yield Heading("各行业从起点到发现", 3)
        yield table(
            detect,
            lambda at: (_industry(str(detect.rows[at]["industry"])),),
            "行业",
            (
                ("事件", "incidents", _whole),
                ("中位", "median_min", _mins),
                ("九成不超过", "p90_min", _mins),
                ("最慢", "slowest_min", _mins),
            ),
        )
    yield from _statements(answers["statement_effect"], names)
    yield Heading("四、预案使用与效果")
    yield from _playbooks(answers, names)
    yield Heading("五、任务与报告时限")
    tasks, clocks = answers["overdue_tasks"], answers["reporting_clocks"]
    yield task_table(tasks) if tasks.rows else no_data("任务")
    yield clocks_table(clocks, names) if clocks.rows else no_data("监管报告时限")


def _industry(name: str) -> Inline:
    return INDUSTRIES.get(name, name or "—")


def _statements(effect: Answer, names: Names) -> Iterator[Block]:
    if not effect.rows:
        return
    yield Heading("声明前后各 3 小时", 3)
    yield table(
        effect,
        lambda at: (incident_name(effect.rows[at], names),),
        "事件",
        (
            ("前：负面", "negative_before", _whole),
            ("后：负面", "negative_after", _whole),
            ("前：占比", "share_before", percent),
            ("后：占比", "share_after", percent),
        ),
    )
    yield Paragraph((Soft("热度本来也会消退，前后之差不等于声明的功劳。"),), "soft")


def _playbooks(answers: Answers, names: Names) -> Iterator[Block]:
    used = answers["overridden_playbooks"]
    if used.rows:
        yield table(
            used,
            lambda at: (f"《{used.rows[at]['title']}》",),
            "预案",
            (
                ("推荐", "recommended", _whole),
                ("被改选", "overridden", _whole),
                ("改选占比", "overridden_share", percent),
            ),
        )
    else:
        yield no_data("预案使用")
    worked = answers["what_worked"]
    yield Heading("用过之后，负面多久减半", 3)
    if worked.rows:
        yield table(
            worked,
            lambda at: (str(worked.rows[at]["playbook"]),),
            "预案",
            (
                ("事件", "incidents", _whole),
                ("有声明", "with_statement", _whole),
                ("声明中位", "statement_min", _mins),
                ("已减半", "halved", _whole),
                ("减半中位", "half_life_min", _mins),
            ),
        )
        yield Paragraph((Soft("只是观察，不是证明：轻的事件自己也会平息。"),), "soft")
    else:
        yield no_data("效果评估", "事件结束后由流程写入")
    gaps = answers["library_gaps"]
    yield Heading("预案缺口", 3)
    if gaps.rows:
        yield table(
            gaps,
            lambda at: (GAPS.get(str(gaps.rows[at]["kind"]), str(gaps.rows[at]["kind"])),),
            "缺口",
            (
                ("次数", "times", _whole),
                ("事件", "incidents", _whole),
                ("最近说明", "last_note", None),
            ),
        )
    else:
        yield no_data("预案缺口")


def quality_blocks(answers: Answers, names: Names) -> Iterator[Block]:
    """Tell how good detection, forecasts, drills and data were."""
    yield Heading("六、检测与预测质量")
    false = answers["false_alarms"]
    if false.rows:
        yield Table(
            ("单位", "类型", "开启", "误报", "误报占比", "检测器"),
            tuple(
                (
                    (names.subject_name(str(row["subject"])),),
                    (names.type_name(str(row["subject"]), str(row["crisis_type"])),),
                    (false.num(row["opened"]),),
                    (false.num(row["false_alarms"]),),
                    (false.num(row["false_share"], percent),),
                    ("、".join(DETECTORS.get(one, one) for one in row["detectors"]) or "—",),
                )
                for row in false.rows
            ),
            frozenset({2, 3, 4}),
            small=True,
        )
    forecast = answers["forecast_quality"]
    if forecast.rows:
        yield table(
            forecast,
            lambda at: (f"{forecast.rows[at]['horizon_h']} 小时",),
            "预测时长",
            (
                ("次数", "forecasts", _whole),
                ("误差中位（条）", "median_error", figure),
                ("80% 区间命中", "inside_share", percent),
            ),
        )
    else:
        yield no_data("预测评估")
    labels = answers["relabelled_posts"]
    yield (
        Paragraph(("人工改标 ", labels.num(labels.total("posts")), " 条。"))
        if labels.rows
        else no_data("人工标注")
    )
    yield Heading("七、演练")
    yield from _drills(answers["period_drills"], names)
    yield Heading("八、数据质量")
    yield Paragraph(health_sentence(answers["period_health"]))
    delay = answers["arrival_delay"]
    if delay.rows:
        yield table(
            delay,
            lambda at: (names.platform_name(str(delay.rows[at]["platform"])),),
            "平台",
            (
                ("提及", "posts", _whole),
                ("到达中位（秒）", "median_s", figure),
                ("九成不超过（秒）", "p90_s", figure),
                ("迟到占比", "late_share", percent),
            ),
        )
    silence = answers["feed_silence"]
    if silence.rows:
        yield table(
            silence,
            lambda at: (names.platform_name(str(silence.rows[at]["platform"])),),
            "平台",
            (
                ("静默次数", "silent", _whole),
                ("断流次数", "dead", _whole),
                ("最长静默（分钟）", "longest_silent_min", figure),
            ),
        )
    else:
        yield no_data("断流判定")


def _drills(drills: Answer, names: Names) -> Iterator[Block]:
    if not drills.rows:
        yield no_data("演练", "当月没有演练记录")
        return
    yield Table(
        ("场景", "开始", "发现", "级别（应为）", "任务按时", "结果"),
        tuple(
            (
                (str(row["scenario"]),),
                (drills.num(row["onset_at"], lambda at: short_stamp(int(at))),),
                (drills.num(row["detected_at"], lambda at: short_stamp(int(at))),),
                (
                    (
                        f"{LEVEL_NAMES.get(str(row['level']), '—')}"
                        f"（{LEVEL_NAMES.get(str(row['level_wanted']), '—')}）"
                    ),
                ),
                (drills.num(row["in_time"]), " / ", drills.num(row["tasks"])),
                ("通过" if row["passed"] else "未通过",),
            )
            for row in drills.rows
        ),
        small=True,
    )

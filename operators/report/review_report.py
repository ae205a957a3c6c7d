"""月度复盘: one month, what happened, how well it was handled, what to improve."""

from collections.abc import Iterator

from operators.model import DAY
from operators.report.answers import Answers, Row, change, minutes, no_data, share
from operators.report.document import (
    Block,
    Bullets,
    Cell,
    Document,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Soft,
    Strong,
    Summary,
)
from operators.report.moments import china, count, figure, percent
from operators.report.names import Names
from operators.report.periods import (
    Period,
    incident_table,
    levels,
    real,
    subject_table,
)
from operators.report.plots import Line, lines
from operators.report.review_tables import handling_blocks, quality_blocks
from operators.report.summary import LIMIT

SLOW_ACK_S = 15 * 60
"""An acknowledgement later than this is worth a word."""


def review_document(period: Period, answers: Answers, names: Names) -> Document:
    """Build the review of a month."""
    return Document(
        title=f"舆情月度复盘　{period.name}",
        period=(period.told("当月"),),
        blocks=(
            Summary(summary(period, answers, names), heading="本月要点"),
            *_head(answers),
            *_curve(period, answers, names),
            *_voice(answers, names),
            *_incidents(answers, names),
            *handling_blocks(answers, names),
            *quality_blocks(answers, names),
            Heading("九、改进建议"),
            *_advice(answers, names),
        ),
        sources=tuple(answer.source for answer in answers.values()),
    )


def summary(period: Period, answers: Answers, names: Names) -> str:
    """Tell the month in at most 300 characters."""
    subjects, found = answers["period_subjects"], answers["period_incidents"]
    posts, negative = subjects.total("posts"), subjects.total("negatives")
    rows = real(found.rows)
    false = len(found.rows) - len(rows)
    told = f"{period.name}共监测提及{count(posts)}条，负面{count(negative)}条"
    told += f"（占{percent(share(negative, posts))}）。" if posts else "。"
    told += f"处置事件{len(rows)}起{f'（{levels(rows)}）' if rows else ''}"
    told += f"，误报{false}起。" if false else "，没有误报。"
    detect, respond = answers["detect_time_by_industry"], answers["response_times"]
    if rows and detect.rows:
        delays = sorted(row["delay_s"] for row in rows)
        told += f"从起点到发现中位{minutes(delays[len(delays) // 2])}"
        acknowledged = _median(rows, "acknowledged_at")
        stated = _median(rows, "statement_at")
        told += f"，到确认{minutes(acknowledged)}" if acknowledged is not None else ""
        told += f"，到声明{minutes(stated)}。" if stated is not None else "。"
    worst = max(rows, key=lambda row: row["negative"], default=None)
    if worst is not None:
        name = names.subject_name(str(worst["subject"]))
        kind = names.type_name(str(worst["subject"]), str(worst["crisis_type"]))
        told += f"负面最多的是{name}“{kind}”，{count(worst['negative'])}条。"
    changed = answers["overridden_playbooks"].total("overridden")
    told += f"推荐预案被改选{changed}次。" if changed else ""
    open_now = sum(row["state"] == "open" for row in rows)
    told += f"月末仍在办{open_now}起。" if open_now else ""
    return told if respond and len(told) <= LIMIT else told[:LIMIT]


def _median(rows: list[Row], column: str) -> float | None:
    spans = sorted((row[column] - row["detected_at"]) / 1000 for row in rows if row[column])
    return spans[len(spans) // 2] if spans else None


def _head(answers: Answers) -> Iterator[Block]:
    subjects, found = answers["period_subjects"], answers["period_incidents"]
    posts, negative = subjects.total("posts"), subjects.total("negatives")
    rows = real(found.rows)
    delays = sorted(row["delay_s"] for row in rows)
    median = delays[len(delays) // 2] if delays else None
    acknowledged, stated = _median(rows, "acknowledged_at"), _median(rows, "statement_at")
    before = subjects.total("before_negatives")
    yield Facts(
        (
            ("事件", (found.num(len(rows)), Soft(f"　{levels(rows)}"))),
            ("误报", (found.num(len(found.rows) - len(rows)),)),
            (
                "负面",
                (
                    subjects.num(negative),
                    Soft("　占"),
                    subjects.num(share(negative, posts), percent),
                ),
            ),
            ("负面较上期", (change(negative, before) if before else Soft("上期无数据"),)),
            ("发现用时中位", (found.num(median, minutes),)),
            ("确认用时中位", (found.num(acknowledged, minutes),)),
            ("声明用时中位", (found.num(stated, minutes),)),
            ("月末在办", (found.num(sum(row["state"] == "open" for row in rows)),)),
        )
    )


def _curve(period: Period, answers: Answers, names: Names) -> Iterator[Block]:
    found = answers["period_days"]
    if not found.rows:
        return
    first = min(row["day_at"] for row in found.rows)
    end = min(period.end_ms, period.data_end_ms)
    starts = list(range(first, end, DAY))
    order = sorted(
        {str(row["subject"]) for row in found.rows},
        key=lambda one: -sum(row["negatives"] for row in found.rows if row["subject"] == one),
    )
    told = {(row["subject"], row["day_at"]): row["negatives"] for row in found.rows}
    yield Figure(
        lines(
            [f"{china(at).month}-{china(at).day:02d}" for at in starts],
            [
                Line(
                    names.subject_name(one),
                    tuple(float(told.get((one, at), 0)) for at in starts),
                )
                for one in order[:6]
            ],
            "每天的负面条数",
        ),
        "各单位每天的负面条数（负面最多的六家）" if len(order) > 6 else "各单位每天的负面条数",
        found.source.key,
    )


def _voice(answers: Answers, names: Names) -> Iterator[Block]:
    found = answers["period_subjects"]
    yield Heading("一、声量与份额")
    if not found.total("posts"):
        yield no_data("声量")
        return
    yield subject_table(found, answers["negative_share_interval"], names, "上期")
    yield Paragraph((Soft("上期为紧挨在前、同样天数的时段。区间重叠的两家不能说谁更差。"),), "soft")


def _incidents(answers: Answers, names: Names) -> Iterator[Block]:
    found = answers["period_incidents"]
    yield Heading("二、事件清单")
    if found.rows:
        yield incident_table(found, names)
    else:
        yield Paragraph((Soft("当月没有事件。"),), "soft")


def _advice(answers: Answers, names: Names) -> Iterator[Block]:
    items = list(improvements(answers, names))
    if items:
        yield Bullets(tuple(items), "numbered")
    else:
        yield Paragraph((Soft("当月数据没有显出需要改进之处，或数据尚不足以判断。"),), "soft")


def improvements(answers: Answers, names: Names) -> Iterator[Cell]:
    """List what the month's figures say should be better; each holds its figure."""
    found = answers["period_incidents"]
    late = [
        row
        for row in real(found.rows)
        if row["acknowledged_at"]
        and row["acknowledged_at"] - row["detected_at"] > SLOW_ACK_S * 1000
    ]
    if late:
        yield (
            Strong("确认慢　"),
            found.num(len(late)),
            " 起事件在发现 15 分钟后才有人确认，建议核对值班与推送。",
        )
    for row in answers["overridden_playbooks"].rows:
        if row["overridden"]:
            yield (
                Strong("预案不合用　"),
                f"《{row['title']}》被推荐 ",
                answers["overridden_playbooks"].num(row["recommended"]),
                " 次，被改选 ",
                answers["overridden_playbooks"].num(row["overridden"]),
                " 次，建议修订其适用条件。",
            )
    for row in answers["false_alarms"].rows:
        if row["false_alarms"]:
            kind = names.type_name(str(row["subject"]), str(row["crisis_type"]))
            yield (
                Strong("误报　"),
                f"{names.subject_name(str(row['subject']))}“{kind}”误报 ",
                answers["false_alarms"].num(row["false_alarms"]),
                " 起，建议复核规则与阈值，预告的维护应先设静默。",
            )
    gaps = answers["library_gaps"]
    if gaps.rows:
        yield (Strong("预案缺口　"), gaps.num(gaps.total("times")), " 次没有合适的预案，见第四节。")
    slow = [row for row in answers["arrival_delay"].rows if row["p90_s"] > 300]
    for row in slow:
        yield (
            Strong("数据慢　"),
            f"{names.platform_name(str(row['platform']))}九成帖子要 ",
            answers["arrival_delay"].num(row["p90_s"], figure),
            " 秒才到，建议加快采集。",
        )
    tasks = answers["overdue_tasks"]
    if tasks.total("late"):
        yield (Strong("任务超时　"), tasks.num(tasks.total("late")), " 项任务超过时限，见第五节。")

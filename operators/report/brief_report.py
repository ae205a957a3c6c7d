"""每日舆情简报: one day, all companies."""

from collections.abc import Iterator

from operators.model import HOUR, MINUTE
from operators.report.answers import (
    Answers,
    change,
    no_data,
    share,
    who,
    words_and_link,
)
from operators.report.document import (
    Block,
    Document,
    Facts,
    Figure,
    Heading,
    Num,
    Paragraph,
    Soft,
    Strong,
    Summary,
    Table,
)
from operators.report.incident_focus import Words, word_cloud
from operators.report.moments import china, count, percent, short_stamp, span
from operators.report.names import EVENTS, Names, act, word
from operators.report.periods import (
    Period,
    clocks_table,
    health_sentence,
    incident_name,
    incident_table,
    levels,
    real,
    state_of,
    subject_table,
    task_table,
)
from operators.report.plots import stacked
from operators.report.summary import LIMIT
from operators.report.wording import cut

SILENT = 30 * MINUTE


def brief_document(period: Period, answers: Answers, words: Words, names: Names) -> Document:
    """Build the brief of a day."""
    return Document(
        title=f"每日舆情简报　{period.name}",
        period=(period.told("当日"),),
        blocks=(
            Summary(summary(period, answers, names), heading="今日要点"),
            *_head(period, answers),
            *_subjects(answers, names),
            *_incidents(answers, names),
            *_talk(answers, words, names),
            *_work(answers, names),
            *_data(period, answers, names),
        ),
        sources=tuple(answer.source for answer in answers.values()),
    )


def summary(period: Period, answers: Answers, names: Names) -> str:
    """Tell the day in at most 300 characters; what no longer fits is left out whole."""
    subjects, found = answers["period_subjects"], answers["period_incidents"]
    posts, negative = subjects.total("posts"), subjects.total("negatives")
    parts = [f"{period.name}舆情：提及{count(posts)}条，负面{count(negative)}条"]
    parts[0] += f"（占{percent(share(negative, posts))}），" if posts else "，"
    parts[0] += f"负面较前一日{change(negative, subjects.total('before_negatives'))}。"
    rows = real(found.rows)
    running = [row for row in rows if row["state"] == "open"]
    fresh = [row for row in rows if row["detected_at"] >= period.start_ms]
    if rows:
        parts.append(f"涉及事件{len(rows)}起（{levels(rows)}），新开启{len(fresh)}起，")
        parts[-1] += f"仍在办{len(running)}起。" if running else "均已结束。"
    else:
        parts.append("没有事件。")
    silent = [row for row in running if not row["acknowledged_at"]]
    if silent:
        parts.append(f"{len(silent)}起尚无人确认。")
    late = answers["overdue_tasks"].total("late")
    if late:
        parts.append(f"超时任务{late}项。")
    clocks = [row for row in answers["reporting_clocks"].rows if row["status"] == "open"]
    if clocks:
        parts.append(f"待报监管事项{len(clocks)}项。")
    room = LIMIT - sum(map(len, parts))
    for row in sorted(rows, key=lambda one: -one["negative"]):
        told = f"{incident_name(row, names)}负面{count(row['negative'])}条，{state_of(row)}；"
        if len(told) <= room:
            parts.append(told)
            room -= len(told)
    return "".join(parts).rstrip("；").removesuffix("。") + "。"


def _head(period: Period, answers: Answers) -> Iterator[Block]:
    subjects, found = answers["period_subjects"], answers["period_incidents"]
    posts, negative = subjects.total("posts"), subjects.total("negatives")
    rows = real(found.rows)
    fresh = sum(row["detected_at"] >= period.start_ms for row in rows)
    yield Facts(
        (
            (
                "提及",
                (
                    subjects.num(posts),
                    Soft(f"　较前日 {change(posts, subjects.total('before_posts'))}"),
                ),
            ),
            (
                "负面",
                (
                    subjects.num(negative),
                    Soft(f"　较前日 {change(negative, subjects.total('before_negatives'))}"),
                ),
            ),
            ("负面占比", (subjects.num(share(negative, posts), percent),)),
            (
                "事件",
                (found.num(len(rows)), Soft("　新开启 "), found.num(fresh)),
            ),
        )
    )
    hours = answers["period_hours"]
    starts = range(period.start_ms, min(period.end_ms, period.data_end_ms), HOUR)
    negatives = dict.fromkeys(starts, 0)
    others = dict.fromkeys(starts, 0)
    for row in hours.rows:
        if row["hour_at"] in negatives:
            negatives[row["hour_at"]] += row["negatives"]
            others[row["hour_at"]] += row["posts"] - row["negatives"]
    yield Figure(
        stacked(
            [f"{china(at).hour}时" for at in starts],
            list(negatives.values()),
            list(others.values()),
            "每小时提及与负面",
        ),
        "全部单位每小时的提及（红为负面）",
        hours.source.key,
    )


def _subjects(answers: Answers, names: Names) -> Iterator[Block]:
    found = answers["period_subjects"]
    yield Heading("一、各单位声量")
    if not found.total("posts"):
        yield no_data("声量")
        return
    yield subject_table(found, answers["negative_share_interval"], names, "前日")
    yield Paragraph((Soft("区间重叠的两家不能说谁更差；声量份额为占全部监测单位的比例。"),), "soft")
    types = answers["period_types"]
    if types.rows:
        yield Heading("负面集中在哪些问题", 3)
        yield Table(
            ("单位", "问题", "提及", "负面", "负面占比"),
            tuple(
                (
                    (names.subject_name(str(row["subject"])),),
                    (names.type_name(str(row["subject"]), str(row["crisis_type"])),),
                    (types.num(row["posts"]),),
                    (types.num(row["negatives"]),),
                    (types.num(share(row["negatives"], row["posts"]), percent),),
                )
                for row in types.rows[:8]
            ),
            frozenset({2, 3, 4}),
            small=True,
        )


def _incidents(answers: Answers, names: Names) -> Iterator[Block]:
    found, events = answers["period_incidents"], answers["period_events"]
    yield Heading("二、事件")
    if not found.rows:
        yield Paragraph((Soft("当日没有开启、在办或结束的事件。"),), "soft")
        return
    yield incident_table(found, names)
    yield Paragraph((Soft("“确认”“声明”为发现后多久；负面为起点以来累计。"),), "soft")
    if events.rows:
        yield Heading("当日变化", 3)
        yield Table(
            ("时间", "事件", "变化", "说明", "人员"),
            tuple(
                (
                    (events.num(row["at"], lambda at: short_stamp(int(at))),),
                    (incident_name(row, names),),
                    (_what(str(row["kind"]), str(row["before"]), str(row["after"])),),
                    (cut(str(row["cause"]), 56) or "—",),
                    (str(row["actor"]) or Soft("系统"),),
                )
                for row in events.rows[:40]
            ),
            small=True,
        )
        if len(events.rows) > 40:
            yield Paragraph(("另有 ", events.num(len(events.rows) - 40), " 条变化未列。"))


def _what(kind: str, before: str, after: str) -> str:
    if kind == "opened":
        return "开启"
    if kind == "action":
        return act(after)
    return f"{EVENTS.get(kind, kind)}：{word(before)} → {word(after)}" if before else word(after)


def _talk(answers: Answers, words: Words, names: Names) -> Iterator[Block]:
    yield Heading("三、关注焦点")
    if words.phrases:
        yield word_cloud(words)
    else:
        yield no_data("突出词句", "可用的文字太少")
    posts = answers["period_posts"]
    if posts.rows:
        yield Heading("影响最大的负面帖子", 3)
        yield Table(
            ("时间", "平台", "作者", "单位", "赞 / 评 / 转", "内容"),
            tuple(
                (
                    (posts.num(row["published_at"], lambda at: short_stamp(int(at))),),
                    (names.platform_name(str(row["platform"])),),
                    (who(row),),
                    (names.subject_name(str(row["subject"])),),
                    (
                        posts.num(row["likes"]),
                        " / ",
                        posts.num(row["comments"]),
                        " / ",
                        posts.num(row["reposts"]),
                    ),
                    words_and_link(row, "words", 40),
                )
                for row in posts.rows
            ),
            small=True,
        )
    platforms = answers["period_platforms"]
    if platforms.rows:
        yield Heading("平台分布", 3)
        yield Table(
            ("平台", "提及", "负面", "负面占比"),
            tuple(
                (
                    (names.platform_name(str(row["platform"])),),
                    (platforms.num(row["posts"]),),
                    (platforms.num(row["negatives"]),),
                    (platforms.num(share(row["negatives"], row["posts"]), percent),),
                )
                for row in platforms.rows
            ),
            frozenset({1, 2, 3}),
            small=True,
        )


def _work(answers: Answers, names: Names) -> Iterator[Block]:
    yield Heading("四、任务与报告时限")
    tasks, clocks = answers["overdue_tasks"], answers["reporting_clocks"]
    yield task_table(tasks) if tasks.rows else no_data("当日任务")
    yield clocks_table(clocks, names) if clocks.rows else no_data("监管报告时限")


def _data(period: Period, answers: Answers, names: Names) -> Iterator[Block]:
    yield Heading("五、数据质量")
    yield Paragraph(health_sentence(answers["period_health"]))
    feeds = answers["period_feeds"]
    end = min(period.end_ms, period.data_end_ms)
    quiet = [row for row in feeds.rows if end - row["last_at"] >= SILENT]
    if quiet:
        parts: list[str | Num | Strong] = [Strong("静默平台　")]
        for row in quiet:
            told = feeds.num(end - row["last_at"], lambda ms: span(int(ms)))
            parts += [f"{names.platform_name(str(row['platform']))}（", told, "）"]
        yield Paragraph((*parts, "无匹配提及：静默不等于平静，请核对采集。"), "warn")
    elif feeds.rows:
        yield Paragraph(("各平台在时段末半小时内都有匹配提及。",))
    state = answers["feed_silence"]
    dead = [row for row in state.rows if row["dead"]]
    if dead:
        listed = "、".join(names.platform_name(str(row["platform"])) for row in dead)
        yield Paragraph((Strong("断流告警　"), listed), "warn")
    elif not state.rows:
        yield no_data("断流判定")

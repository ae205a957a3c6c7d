"""Chapters 溯源 and 传播: who said it first, how it crossed platforms, who carried it on."""

from collections.abc import Iterator

from operators.report.answers import (
    Answer,
    Answers,
    platform_counts,
    shares,
    who,
    words_and_link,
)
from operators.report.data import IncidentFile
from operators.report.document import Block, Figure, Heading, Paragraph, Soft, Strong, Table
from operators.report.moments import percent, short_stamp, stamp
from operators.report.names import KINDS, Names
from operators.report.plots import arrivals

TIERS = {
    "regulator": "监管机构",
    "central_media": "中央媒体",
    "media": "媒体",
    "official": "官方账号",
    "influencer": "大号",
    "verified": "认证账号",
    "ordinary": "普通账号",
    "": "未分级",
}
"""Source tiers, as people call them."""

FIRST = 6
LOUDEST = 8


def origin_blocks(file: IncidentFile, answers: Answers, names: Names) -> Iterator[Block]:
    """Tell who said it first, and where."""
    started, tiers, more = answers["who_started"], answers["source_tiers"], answers["incident_more"]
    yield Heading("二、溯源")
    first = started.first
    if first is None:
        yield Paragraph((Soft("库中没有保存帖子原文，无法溯源。"),), "soft")
        return
    yield Paragraph(
        (
            "现有数据中最早的一条发布于",
            started.num(first["published_at"], lambda at: stamp(int(at))),
            f"，来自{names.platform_name(str(first['platform']))}的",
            who(first),
            "（粉丝 ",
            started.num(first["followers"]),
            "），早于系统发现 ",
            started.num(first["earlier_s"], lambda seconds: f"{seconds / 60:.0f} 分钟"),
            "。这是采集范围内的最早，不等于全网首发。",
        )
    )
    yield Table(
        ("时间", "平台", "类型", "作者", "粉丝", "互动", "内容"),
        tuple(
            (
                (started.num(row["published_at"], lambda at: short_stamp(int(at))),),
                (names.platform_name(str(row["platform"])),),
                (KINDS.get(str(row["kind"]), str(row["kind"])),),
                (who(row),),
                (started.num(row["followers"]),),
                (started.num(row["engagement"]),),
                words_and_link(row, "words", 44),
            )
            for row in started.rows[:FIRST]
        ),
        frozenset({4, 5}),
        small=True,
    )
    yield from _authority(tiers, names)
    state = more.first
    if state is not None and state["hints"]:
        yield Paragraph((Strong("疑点提示　"), "；".join(state["hints"]), "（提示不是结论）"))
    if state is not None and state["questioning_share"]:
        yield Paragraph(("追问真假的帖子占 ", more.num(state["questioning_share"], percent), "。"))


def _authority(tiers: Answer, names: Names) -> Iterator[Block]:
    graded = [row for row in tiers.rows if row["tier"]]
    if not graded:
        return
    yield Heading("各级信源何时发声", 3)
    yield Table(
        ("信源", "首条", "起点后", "平台", "账号", "条数", "负面"),
        tuple(
            (
                (TIERS.get(str(row["tier"]), str(row["tier"])),),
                (tiers.num(row["first_at"], lambda at: short_stamp(int(at))),),
                (tiers.num(row["minutes_after_onset"]), " 分钟"),
                (names.platform_name(str(row["first_platform"])),),
                (str(row["first_author"]) if row["tier"] != "ordinary" else "—",),
                (tiers.num(row["posts"]),),
                (tiers.num(row["negative"]),),
            )
            for row in graded
        ),
        frozenset({2, 5, 6}),
        small=True,
    )


def spread_blocks(file: IncidentFile, answers: Answers, names: Names) -> Iterator[Block]:
    """Tell how it spread: platforms in order, accounts, copies, loudest posts, removed posts."""
    crossed = answers["crossed_platforms"]
    yield Heading("三、传播")
    if not crossed.rows:
        yield Paragraph((Soft("没有分平台数据。"),), "soft")
        return
    posts, negative = crossed.total("posts"), crossed.total("negative")
    yield Paragraph(
        (
            "自起点以来在 ",
            crossed.num(len(crossed.rows)),
            f" 个平台出现，先后为{platform_counts(crossed.rows, names)}；共 ",
            crossed.num(posts),
            " 条，负面 ",
            *shares(crossed, posts, negative),
            "。",
        )
    )
    yield Figure(
        arrivals(
            [
                (
                    names.platform_name(str(row["platform"])),
                    float(row["minutes_after"]),
                    int(row["posts"]),
                    float(row["negative_share"]),
                )
                for row in crossed.rows
            ],
            "各平台首条时间与条数",
        ),
        "各平台首条出现的先后与条数",
        crossed.source.key,
    )
    yield _platforms(crossed, answers["account_concentration"], names)
    yield from _copies(answers["same_story"], names)
    yield from _loudest(answers["influential_posts"], names)
    gone = answers["deleted_posts"]
    if gone.total("gone"):
        yield Paragraph(
            ("另有 ", gone.num(gone.total("gone")), " 条后来被删除（其中负面 ",
             gone.num(gone.total("negative_gone")), " 条），仍计入以上数字。")
        )  # fmt: skip


def _platforms(crossed: Answer, accounts: Answer, names: Names) -> Table:
    by_platform = {row["platform"]: row for row in accounts.rows}
    rows = []
    for row in crossed.rows:
        account = by_platform.get(row["platform"], {})
        rows.append(
            (
                (names.platform_name(str(row["platform"])),),
                (crossed.num(row["first_at"], lambda at: short_stamp(int(at))),),
                (crossed.num(row["posts"]),),
                (crossed.num(row["negative"]),),
                (crossed.num(row["negative_share"], percent),),
                (crossed.num(row["authors"]),),
                (accounts.num(account.get("top10_share"), percent),),
            )
        )
    return Table(
        ("平台", "首条", "条数", "负面", "负面占比", "账号数", "前十账号占比"),
        tuple(rows),
        frozenset({2, 3, 4, 5, 6}),
        small=True,
    )


def _copies(same: Answer, names: Names) -> Iterator[Block]:
    if not same.rows:
        return
    top = same.rows[:4]
    yield Heading("转载最多的内容", 3)
    yield Table(
        ("条数", "账号", "平台", "首条", "首发平台", "内容"),
        tuple(
            (
                (same.num(row["posts"]),),
                (same.num(row["authors"]),),
                (same.num(row["platforms"]),),
                (same.num(row["first_at"], lambda at: short_stamp(int(at))),),
                (names.platform_name(str(row["first_platform"])),),
                words_and_link({**row, "url": ""}, "words", 46),
            )
            for row in top
        ),
        frozenset({0, 1, 2}),
        small=True,
    )


def _loudest(posts: Answer, names: Names) -> Iterator[Block]:
    if not posts.rows:
        return
    yield Heading("影响最大的帖子", 3)
    yield Paragraph(
        (Soft("按赞 + 评论 × 2 + 转发 × 3 排，同文只取一条；个人作者名已隐去。"),), "soft"
    )
    yield Table(
        ("时间", "平台", "作者", "粉丝", "互动", "同文", "内容"),
        tuple(
            (
                (posts.num(row["published_at"], lambda at: short_stamp(int(at))),),
                (names.platform_name(str(row["platform"])),),
                (who(row), "（认证）" if row["verified"] else ""),
                (posts.num(row["followers"]),),
                (posts.num(row["heat"]),),
                (posts.num(row["copies"]),),
                words_and_link(row, "words", 44),
            )
            for row in posts.rows[:LOUDEST]
        ),
        frozenset({3, 4, 5}),
        small=True,
    )

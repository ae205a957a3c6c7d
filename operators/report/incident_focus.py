"""Chapter 焦点与诉求: what people say, what they want, and in whose words."""

from collections.abc import Iterator
from dataclasses import dataclass

from operators.report.answers import Answers, no_data
from operators.report.cloud import Word, cloud
from operators.report.data import IncidentFile, PostRow
from operators.report.document import (
    Block,
    Cell,
    Figure,
    Foreign,
    Heading,
    Link,
    Num,
    Paragraph,
    Quote,
    Soft,
    Strong,
    Table,
)
from operators.report.moments import count, percent, stamp
from operators.report.names import KINDS, POLARITIES, Names
from operators.report.representative import representative, words_of
from operators.report.wording import author, cut, safe_link

SHOWN = 10
"""Phrases in the table; the cloud shows all."""


@dataclass(frozen=True, slots=True)
class Words:
    """Phrases that stand out and the key of the source they were counted from."""

    phrases: tuple[Word, ...]
    source: str
    texts: int = 0


def focus_blocks(
    file: IncidentFile, answers: Answers, words: Words, names: Names
) -> Iterator[Block]:
    """Show the cloud, the demands and posts that stand for many."""
    yield Heading("四、焦点与诉求")
    if words.phrases:
        yield word_cloud(words)
        yield _phrases(words)
    else:
        yield no_data("突出词句", "可用的文字太少")
    yield from _demands(answers)
    yield Heading("代表性言论", 3)
    chosen = representative(file.posts, 4)
    if not chosen:
        yield Paragraph((Soft("库中没有保存帖子原文。"),), "soft")
    yield from (quote(post, names) for post in chosen)


def word_cloud(words: Words) -> Figure:
    """Draw the phrases as a cloud."""
    return Figure(
        cloud(words.phrases, "突出词句"),
        "词云：字号为条数，红色为负面八成以上，橙色为五成以上；与平时的讨论相比突出者",
        words.source,
    )


def _phrases(words: Words) -> Table:
    def cells(word: Word) -> tuple[Cell, Cell, Cell]:
        return (
            (Foreign(word.text),),
            (Num(count(word.posts), words.source),),
            (Num(percent(word.negative_share), words.source),),
        )

    shown = words.phrases[:SHOWN]
    half = -(-len(shown) // 2)
    blank: tuple[Cell, Cell, Cell] = (("",), ("",), ("",))
    rows = tuple(
        (
            *cells(shown[place]),
            *(cells(shown[place + half]) if place + half < len(shown) else blank),
        )
        for place in range(half)
    )
    return Table(
        ("词句", "条数", "负面", "词句", "条数", "负面"), rows, frozenset({1, 2, 4, 5}), small=True
    )


def _demands(answers: Answers) -> Iterator[Block]:
    demands = answers["demands"]
    yield Heading("诉求", 3)
    if not demands.rows:
        yield Paragraph((Soft("没有读出明确的诉求。"),), "soft")
        return
    top = demands.rows[0]
    yield Paragraph(
        (
            "提到最多的是",
            Strong(str(top["name"])),
            "，有 ",
            demands.num(top["posts"]),
            " 条（占全部帖子 ",
            demands.num(top["posts"] / top["all_posts"], percent),
            "）。一条帖子可以有几种诉求，按词句判断。",
        )
    )
    yield Table(
        ("诉求", "条数", "占比", "其中负面"),
        tuple(
            (
                (str(row["name"]),),
                (demands.num(row["posts"]),),
                (demands.num(row["posts"] / row["all_posts"], percent),),
                (demands.num(row["negative"]),),
            )
            for row in demands.rows
        ),
        frozenset({1, 2, 3}),
        small=True,
    )


def quote(row: PostRow, names: Names) -> Quote:
    """Show a post as it was written, its private author hidden."""
    link, host = safe_link(row.url)
    seen: Cell = (
        Strong(names.platform_name(row.platform)),
        f" · {KINDS.get(row.kind, row.kind)} · {stamp(row.published_ms)} · ",
        Foreign(author(row.author_name, row.verified)),
        "（认证）" if row.verified else "",
        " · 已删除" if row.deleted else "",
    )

    def num(value: float) -> Num:
        return Num(count(value), "influential_posts")

    foot: Cell = (
        POLARITIES.get(row.polarity, "未判定"),
        " · 赞 ",
        num(row.likes),
        " · 评 ",
        num(row.comments),
        " · 转 ",
        num(row.reposts),
        *((" · 同文 ", num(row.copies), " 条") if row.copies > 1 else ()),
        *((" · ", Link(f"原文（{cut(host, 40)}）", link)) if link else ()),
    )
    return Quote(seen, cut(words_of(row), 160), foot)

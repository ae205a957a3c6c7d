"""Answers of named questions as reports read them, and the words made of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from operators.report.document import Cell, Foreign, Inline, Link, Num, Paragraph, Soft, Source
from operators.report.moments import count, percent, span
from operators.report.names import Names
from operators.report.wording import author, cut, safe_link

Row = Mapping[str, Any]

NO_DATA = "尚无数据"


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows by column name, and where they come from; instants are ms since epoch, 0 not known."""

    source: Source
    rows: tuple[Row, ...]

    @property
    def first(self) -> Row | None:
        """The first row; None when there is none."""
        return self.rows[0] if self.rows else None

    def num(self, value: float | None, write: Callable[[float], str] = count) -> Num:
        """Give a number of this answer as people read it; a dash when there is none."""
        return Num("—" if value is None else write(value), self.source.key)

    def total(self, column: str) -> int:
        """Add up a column of whole numbers."""
        return sum(int(row[column]) for row in self.rows)


Answers = Mapping[str, Answer]


def share(part: float, whole: float) -> float | None:
    """Give a part of a whole, 0 to 1; None when there is no whole."""
    return part / whole if whole else None


def minutes(seconds: float | None) -> str:
    """Write a span given in seconds; a dash when it is not known."""
    return "—" if seconds is None or seconds < 0 else span(int(seconds) * 1000)


def change(now: float, before: float) -> str:
    """Write how a count moved against the one before.

    >>> change(150, 100), change(5, 0), change(0, 0), change(90, 100), change(700, 100)
    ('+50%', '—', '持平', '-10%', '7.0倍')
    """
    if not before:
        return "—" if now else "持平"
    if now >= 3 * before:
        return f"{now / before:.1f}倍"
    moved = round(100 * (now - before) / before)
    return f"{moved:+d}%" if moved else "持平"


def no_data(what: str, why: str = "") -> Paragraph:
    """Say plainly that there is nothing to show yet."""
    return Paragraph((Soft(f"{what}：{NO_DATA}{f'（{why}）' if why else ''}。"),), "soft")


def platform_counts(rows: Sequence[Row], names: Names) -> str:
    """Name the first platforms, for a sentence."""
    found = [names.platform_name(str(row["platform"])) for row in rows]
    return "、".join(found[:3]) + ("等" if len(found) > 3 else "")


def who(row: Row) -> Inline:
    """Give the author of a post: private persons by their first sign only."""
    return Foreign(author(str(row["author_name"]), bool(row["verified"])))


def words_and_link(row: Row, column: str, room: int) -> Cell:
    """Give the words of a post, cut, and a link to it where it is safe to follow."""
    link, _ = safe_link(str(row["url"]))
    said = Foreign(cut(str(row[column]), room))
    return (said, " ", Link("原文", link)) if link else (said,)


def shares(answer: Answer, posts: int, negative: int) -> Cell:
    """Write how many posts are negative, and their share."""
    return (
        answer.num(negative),
        Soft("（"),
        answer.num(share(negative, posts), percent),
        Soft("）"),
    )

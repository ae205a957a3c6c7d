"""The data dictionary: every view and table of the store, column by column, as Markdown.

Tables are told by their own comments. A view begins with comment lines: what it is, then one line
``-- :column [unit]  meaning`` for each column that no table or view it reads has under that name;
all others inherit. Units follow from types, names and comments, so none is written twice.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Final

from operators.errors import StoreError
from sql.files import read_views, shipped

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

FILE: Final = "DICTIONARY.md"
"""Name of the generated document in the folder ``sql``."""

_COLUMN: Final = re.compile(r":(?P<name>\w+)(?: \[(?P<unit>[^\]]+)\])?  (?P<meaning>\S.*)")
_WORD: Final = re.compile(r"\w+")
_NUMBER: Final = re.compile(r"(?:Nullable\(|LowCardinality\()*(?:U?Int\d+|Float\d+|Decimal)")
_UNITS: Final = tuple(
    (re.compile(pattern), unit)
    for pattern, unit in (
        (r"^\w*_ms: ", "毫秒"),
        (r"^\w*_s: |: seconds ", "秒"),
        (r"\b0 to 1\b", "比例 0–1"),
        (r"standard deviations", "标准差"),
        (r"^(score|threshold|bci): ", "分"),
        (r"^weight: ", "权重"),
        (r"^(mentions|orphans|peak_negative): ", "条"),
        (r"what was seen in the window|what was usual", "条或比例，看检测器"),
        (r"\b0 to 100\b", "分 0–100"),
        (r": 1 (when|in|once|if|for|after)\b|: 0 or 1\b|^final: ", "0 或 1"),
        (r"-1 negative, 0 neutral|: -1, 0 or 1", "-1、0、1"),
        (r"hours ahead", "小时"),
        (r"days the usual level", "天"),
        (r"^(version|done|seq|number|place|rank|seed|partition|story): ", "序号或编号"),
        (r"followers", "人次"),
        (r"how often|number of|times\b", "次"),
        (r"tasks", "项"),
        (r"clocks", "项"),
        (r"speed: ", "倍"),
        (r"different authors", "账号"),
        (r"bytes", "字节"),
        (r"\[(\w[^\]]*)\]", r"\1"),
        (r"rows|parts|statements", "个"),
        (r"likes|comments|reposts|views|engagement", "次"),
        (r"heat", "平台自定"),
        (r"severity|points", "分"),
        (r"posts|mentions|entries|copies|near-duplicates|ids dropped|80 % interval", "条"),
        (r"slow level", "条"),
        (r"confidence|probability|share", "比例 0–1"),
    )
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its ClickHouse type, unit (empty for words), and what it means."""

    name: str
    type: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view and its columns in order."""

    name: str
    about: str
    columns: tuple[Column, ...]


def dictionary(client: "Client", source: Traversable | None = None) -> str:
    """Write the dictionary of a migrated store as Markdown.

    Raises StoreError, with all of them, when columns or units are not documented.
    """
    tables = tuple(_tables(client))
    views = _views(client, tables, source or shipped())
    missing = [
        f"{relation.name}.{column.name}: {what}"
        for relation in (*views, *tables)
        for column in relation.columns
        for what in _missing(column)
    ]
    missing += [f"{one.name}: no description" for one in (*views, *tables) if not one.about]
    if missing:
        raise StoreError("\n".join(missing))
    return "\n".join(_document(views, tables)) + "\n"


def _missing(column: Column) -> Iterator[str]:
    if not column.meaning:
        yield "not documented (try '-- :column [unit]  meaning' at the head of its view)"
    elif not column.unit and _NUMBER.match(column.type):
        yield f"no unit can be told from {column.meaning!r} (try '-- :column [unit]  meaning')"


def _tables(client: "Client") -> Iterator[Relation]:
    about: dict[str, str] = {
        row[0]: row[1]
        for row in client.query(
            "SELECT name, comment FROM system.tables WHERE database = currentDatabase()"
            " AND engine != 'View' AND name NOT LIKE '.%'"
        ).result_rows
    }
    found = client.query(
        "SELECT table, name, type, comment FROM system.columns"
        " WHERE database = currentDatabase() ORDER BY table, position"
    ).result_rows
    for table in sorted(about):
        columns = tuple(
            Column(name, kind, unit_of(name, kind, comment), comment)
            for of, name, kind, comment in found
            if of == table
        )
        yield Relation(table, about[table], columns)


def _views(
    client: "Client", tables: Iterable[Relation], source: Traversable
) -> tuple[Relation, ...]:
    known = {table.name: table for table in tables}
    made: list[Relation] = []
    # Views come after the views they read, so that what those say can be inherited.
    for view in read_views(source):
        file = source / "views" / f"{view.name}.sql"
        about, own = _head(file.read_text(encoding="utf-8"))
        order = list(dict.fromkeys(_WORD.findall(view.statement)))
        read = [known[word] for word in order if word in known and word != view.name]
        inherited: dict[str, Column] = {}
        for relation in read:
            for column in relation.columns:
                inherited.setdefault(column.name, column)
        described = client.query(f"DESCRIBE TABLE {view.name}").result_rows
        columns = tuple(_column(row[0], row[1], own, inherited) for row in described)
        relation = Relation(view.name, about, columns)
        known[view.name] = relation
        made.append(relation)
    return tuple(sorted(made, key=lambda one: one.name))


def _column(
    name: str, kind: str, own: Mapping[str, tuple[str, str]], inherited: Mapping[str, Column]
) -> Column:
    if name in own:
        unit, meaning = own[name]
        return Column(name, kind, _told(unit) or unit_of(name, kind, meaning), meaning)
    if name in inherited:
        return Column(name, kind, inherited[name].unit, inherited[name].meaning)
    return Column(name, kind, "", "")


def _told(unit: str) -> str:
    known = {
        "share 0 to 1": "比例 0–1",
        "seconds": "秒",
        "tasks": "项",
        "clocks": "项",
        "entries": "条",
        "rows": "行",
        "bytes": "字节",
        "parts": "个",
        "0 or 1": "0 或 1",
    }
    return known.get(unit, unit)


def _head(text: str) -> tuple[str, dict[str, tuple[str, str]]]:
    """Read the comment lines at the head of a view: what it is, and its own columns."""
    about: list[str] = []
    own: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        if not line.startswith("-- "):
            break
        column = _COLUMN.fullmatch(line.removeprefix("-- "))
        if column is None:
            about.append(line.removeprefix("-- "))
        else:
            own[column["name"]] = (column["unit"] or "", column["meaning"])
    return " ".join(about), own


def unit_of(name: str, kind: str, comment: str) -> str:
    """Tell the unit of a column, with the time zone of instants; empty for words.

    >>> unit_of("delay_s", "Int64", "from onset"), unit_of("at", "DateTime('UTC')", "when")
    ('秒', '时刻，UTC')
    """
    if "DateTime" in kind:
        return "时刻，UTC"
    if not _NUMBER.match(kind):
        return ""
    told = f"{name}: {comment}"
    return next((unit for pattern, unit in _UNITS if pattern.search(told)), "")


def _document(views: Iterable[Relation], tables: Iterable[Relation]) -> Iterator[str]:
    yield "# 数据字典"
    yield ""
    yield "由 `make dictionary` 从表和视图的注释生成，请勿手改。"
    yield ""
    yield (
        "分析与看板只读 `v_*` 视图：它们只给每一行的最新版本。时刻一律存为协调世界时（UTC），"
        "`tingfeng sql` 显示为北京时间；1970 年的时刻表示“还没有”。`*_wall` 列是墙钟时间，"
        "其余各列在重放时不变。"
    )
    yield ""
    yield "## 视图"
    for relation in views:
        yield from _relation(relation)
    yield ""
    yield "## 表"
    yield ""
    yield "表里同一主键可有多个版本，直接读会重复计数；列的含义与上面的视图相同。"
    for relation in tables:
        yield from _relation(relation)


def _relation(relation: Relation) -> Iterator[str]:
    yield ""
    yield f"### {relation.name}"
    yield ""
    yield relation.about
    yield ""
    yield "| 列 | 类型 | 单位 | 含义 |"
    yield "|---|---|---|---|"
    for one in relation.columns:
        cells = (f"`{one.name}`", f"`{one.type}`", one.unit, one.meaning)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"

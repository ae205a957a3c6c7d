"""A document as Markdown, for chats, wikis and diffs; figures are told by their caption."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from operators.model import LEVEL_NAMES
from operators.report.document import (
    Badge,
    Block,
    Bullets,
    Cell,
    Document,
    Draft,
    Facts,
    Figure,
    Heading,
    Inline,
    Link,
    Num,
    Paragraph,
    Quote,
    Strong,
    Summary,
    Table,
)
from operators.report.wording import clean

_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$]|^[ \t]*(?:[-=]|\d+[.)]))", re.MULTILINE)


def render(document: Document) -> str:
    """Lay a document out as Markdown; numbers are linked to the statements at its end."""
    places = document.places()
    lines = [f"# {escape(document.title)}", "", *(f"{escape(one)}  " for one in document.period)]
    if document.exercise:
        lines += ["", "**演练：以下均为演练数据，不是真实事件，不得外传。**"]
    for block in document.blocks:
        lines += ["", *_block(block, places)]
    if places:
        lines += ["", "## 附录　数字出处"]
        lines += [line for note in document.notes for line in ("", escape(note))]
        for source in document.used():
            place = places[source.key]
            lines += ["", f'<a id="q{place}"></a>', f"**Q{place}　{escape(source.title)}**", ""]
            lines += _fenced(source.sql, "sql")
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    r"""Write foreign words so that Markdown reads them as words, on one line.

    >>> print(escape("<b>[a](x) *b*"))
    \<b\>\[a\]\(x\) \*b\*
    """
    return _MARKS.sub(_escaped, " ".join(clean(text).split()))


def _escaped(found: "re.Match[str]") -> str:
    mark = found[0]
    return f"{mark[:-1]}\\{mark[-1]}"


def _fenced(text: str, kind: str = "") -> list[str]:
    """Fence a text with more ticks than it has in a row."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{kind}", clean(text), fence]


def _block(block: Block, places: Mapping[str, int]) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * block.level} {escape(block.text)}"
    elif isinstance(block, Paragraph):
        yield _cell(block.parts, places)
    elif isinstance(block, Summary):
        yield from (f"## {escape(block.heading)}", "", f"> {escape(block.text)}")
    elif isinstance(block, Facts):
        yield from (f"- {escape(name)}：{_cell(cell, places)}" for name, cell in block.items)
    elif isinstance(block, Table):
        yield _row([escape(head) for head in block.heads])
        yield _row(["--:" if at in block.right else "---" for at in range(len(block.heads))])
        yield from (_row([_cell(cell, places) for cell in cells]) for cells in block.rows)
    elif isinstance(block, Bullets):
        mark = "1." if block.kind == "numbered" else "-"
        yield from (f"{mark} {_cell(item, places)}" for item in block.items)
    elif isinstance(block, Figure):
        place = places[block.source]
        yield f"*图：{escape(block.caption)}（见网页版；数据 [Q{place}](#q{place})）*"
    else:
        yield from _words(block, places)


def _words(block: Quote | Draft, places: Mapping[str, int]) -> Iterator[str]:
    if isinstance(block, Quote):
        yield f"> {_cell(block.who, places)}"
        yield ">"
        yield f"> {escape(block.words)}"
        yield ">"
        yield f"> {_cell(block.foot, places)}"
    else:
        yield f"**{escape(block.flag)}**"
        yield ""
        yield from _fenced(block.text)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell, places: Mapping[str, int]) -> str:
    return "".join(_inline(part, places) for part in cell)


def _inline(part: Inline, places: Mapping[str, int]) -> str:
    if isinstance(part, Num):
        return f"[{escape(part.text)}](#q{places[part.source]})"
    if isinstance(part, Strong):
        return f"**{escape(part.text)}**"
    if isinstance(part, Link):
        safe = part.url.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        return f"[{escape(part.text)}](<{safe.replace('<', '%3C').replace('>', '%3E')}>)"
    if isinstance(part, Badge):
        return f"**{escape(LEVEL_NAMES.get(part.level, part.level))}**"
    return escape(part if isinstance(part, str) else part.text)

"""A document: blocks of words, numbers, tables and figures, to be laid out as HTML or Markdown.

Every number names the source it comes from; a source is a statement that anybody can run again.
All words are plain text: the renderers escape them, so foreign text cannot become markup.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Source:
    """The statement behind numbers; ``key`` is what numbers name it by."""

    key: str
    title: str
    sql: str


@dataclass(frozen=True, slots=True)
class Num:
    """A number as people read it, and the key of its source."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that matter."""

    text: str


@dataclass(frozen=True, slots=True)
class Soft:
    """Words that explain."""

    text: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """Words of others; their writing direction stays their own."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is safe to follow, and its words."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Badge:
    """A level with its colour and sign."""

    level: str


Inline = str | Num | Strong | Soft | Foreign | Link | Badge
Cell = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 2 is a chapter. ``new_page`` begins a page in print."""

    text: str
    level: int = 2
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words in a row; ``kind`` is plain, lead, soft, warn or formal (the 专报 form)."""

    parts: Cell
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Summary:
    """The 领导摘要: plain words of at most 300 characters, to be forwarded as they are."""

    text: str
    level: str = ""
    heading: str = "领导摘要"


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled figures beside each other."""

    items: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``right`` are the places of columns of numbers."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    right: frozenset[int] = frozenset()
    small: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; ``kind`` is plain, numbered or donts."""

    items: tuple[Cell, ...]
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing made by this package, and what it shows in words."""

    svg: Markup
    caption: str
    source: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody posted: who and when, the words, and what became of it."""

    who: Cell
    words: str
    foot: Cell


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that waits for approval; ``flag`` says for whose."""

    flag: str
    text: str


Block = Heading | Paragraph | Summary | Facts | Table | Bullets | Figure | Quote | Draft


@dataclass(frozen=True, slots=True)
class Document:
    """A report: what stands at the head, its blocks, and the sources of its numbers."""

    title: str
    period: tuple[str, ...]
    blocks: tuple[Block, ...]
    sources: tuple[Source, ...] = ()
    exercise: bool = False
    formal: bool = False
    notes: tuple[str, ...] = field(default=())

    def used(self) -> tuple[Source, ...]:
        """Return the sources in the order in which numbers first name them.

        Raises KeyError when a number names a source that the document does not have.
        """
        known = {source.key: source for source in self.sources}
        order = dict.fromkeys(key for block in self.blocks for key in _keys(block))
        return tuple(known[key] for key in order)

    def places(self) -> dict[str, int]:
        """Return the number, from 1, under which the appendix lists each source, by its key."""
        return {source.key: place for place, source in enumerate(self.used(), start=1)}


def _keys(block: Block) -> Iterator[str]:
    if isinstance(block, Figure):
        yield block.source
    for cell in cells(block):
        yield from (part.source for part in cell if isinstance(part, Num))


def cells(block: Block) -> Iterator[Cell]:
    """Yield every run of words of a block."""
    if isinstance(block, Paragraph):
        yield block.parts
    elif isinstance(block, Facts):
        yield from (cell for _, cell in block.items)
    elif isinstance(block, Table):
        yield from (cell for row in block.rows for cell in row)
    elif isinstance(block, Bullets):
        yield from block.items
    elif isinstance(block, Quote):
        yield block.who
        yield block.foot

"""A document as one HTML file that needs no network, no script and no font of its own."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from markupsafe import Markup

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
    Foreign,
    Heading,
    Inline,
    Link,
    Num,
    Paragraph,
    Quote,
    Soft,
    Strong,
    Summary,
    Table,
)
from operators.report.wording import clean, with_gaps

_SIGNS = {"severe": "▲", "moderate": "◆"}
_HEAD = Markup(
    '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
    "<title>{title}</title>\n<style>\n{style}\n</style>\n</head>\n"
)


def render(document: Document) -> str:
    """Lay a document out as HTML; numbers lead to the statements in the appendix."""
    places = document.places()
    parts = [
        _HEAD.format(title=_safe(f"{document.title} · 听风"), style=_style()),
        Markup('<body class="{}">\n<main>').format("formal" if document.formal else "paper"),
        _masthead(document),
        *(_block(block, places) for block in document.blocks),
    ]
    if places:
        parts.append(_appendix(document, places))
    parts.append(Markup("</main>\n</body>\n</html>\n"))
    return "\n".join(parts)


@lru_cache(maxsize=1)
def _style() -> Markup:
    folder = files("operators.report")
    names = ("page.css", "document.css")
    return Markup("\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names))


def _safe(text: str) -> Markup:
    return Markup.escape(clean(text))


def _masthead(document: Document) -> Markup:
    told = Markup("<br>").join(_safe(line) for line in document.period)
    drill = (
        Markup('\n<p class="drill">演练：以下均为演练数据，不是真实事件，不得外传。</p>')
        if document.exercise
        else ""
    )
    return Markup(
        '<header><div class="mast"><h1>{}</h1><div class="period">{}</div></div>{}</header>'
    ).format(_safe(document.title), told, drill)


def _appendix(document: Document, places: Mapping[str, int]) -> Markup:
    items = [
        Markup('<li id="q{}"><h4>Q{}　{}</h4>\n<pre>{}</pre></li>').format(
            places[source.key], places[source.key], _safe(source.title), _safe(source.sql)
        )
        for source in document.used()
    ]
    notes = [Markup("<p>{}</p>").format(_safe(note)) for note in document.notes]
    return Markup(
        '<section class="sources"><h2>附录　数字出处</h2>\n{}\n'
        '<p class="small soft">正文中的数字都可点开，指向下列语句；每条语句可原样复制，'
        "用 tingfeng sql 再次得到同样的数字。语句中没有注明时区的时间为协调世界时（UTC）。</p>\n"
        '<ol class="plainlist">\n{}\n</ol></section>'
    ).format(Markup("\n").join(notes), Markup("\n").join(items))


def _block(block: Block, places: Mapping[str, int]) -> Markup:
    if isinstance(block, Heading):
        kind = Markup(' class="fresh"') if block.new_page else ""
        return Markup("<h{}{}>{}</h{}>").format(block.level, kind, _safe(block.text), block.level)
    if isinstance(block, Paragraph):
        return Markup('<p class="{}">{}</p>').format(block.kind, _cell(block.parts, places))
    if isinstance(block, Summary):
        return Markup(
            '<section class="summary {}"><h2>{}</h2><p>{}</p>'
            '<p class="small soft">共 {} 字，可整段转发</p></section>'
        ).format(block.level, _safe(block.heading), _safe(block.text), len(block.text))
    if isinstance(block, Facts):
        items = (
            Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(_safe(name), _cell(cell, places))
            for name, cell in block.items
        )
        return Markup('<dl class="facts">{}</dl>').format(Markup("\n").join(items))
    if isinstance(block, Table):
        return _table(block, places)
    if isinstance(block, Bullets):
        inner = Markup("\n").join(
            Markup("<li>{}</li>").format(_cell(item, places)) for item in block.items
        )
        tag = "ol" if block.kind == "numbered" else "ul"
        return Markup('<{} class="plain {}">{}</{}>').format(tag, block.kind, inner, tag)
    if isinstance(block, Figure):
        place = places[block.source]
        return Markup(
            '<figure>{}<figcaption><a href="#q{}">{}　[Q{}]</a></figcaption></figure>'
        ).format(block.svg, place, _safe(block.caption), place)
    return _words(block, places)


def _words(block: Quote | Draft, places: Mapping[str, int]) -> Markup:
    if isinstance(block, Quote):
        return Markup(
            '<blockquote><div class="who">{}</div><div class="text hostile" dir="auto">{}</div>'
            '<p class="foot">{}</p></blockquote>'
        ).format(_cell(block.who, places), _safe(block.words), _cell(block.foot, places))
    return Markup('<div class="draft"><p class="flag">{}</p><p class="words">{}</p></div>').format(
        _safe(block.flag), with_gaps(block.text)
    )


def _table(block: Table, places: Mapping[str, int]) -> Markup:
    def row(tag: str, inner: Sequence[Markup]) -> Markup:
        made = (
            Markup("<{}{}>{}</{}>").format(
                tag, Markup(' class="num"') if place in block.right else "", cell, tag
            )
            for place, cell in enumerate(inner)
        )
        return Markup("<tr>{}</tr>").format(Markup("").join(made))

    body = Markup("\n").join(
        row("td", [_cell(cell, places) for cell in cells]) for cells in block.rows
    )
    return Markup(
        '<div class="wide{}"><table>\n<thead>{}</thead>\n<tbody>\n{}\n</tbody></table></div>'
    ).format(
        " tight" if block.small else "", row("th", [_safe(head) for head in block.heads]), body
    )


def _cell(cell: Cell, places: Mapping[str, int]) -> Markup:
    return Markup("").join(_inline(part, places) for part in cell)


def _inline(part: Inline, places: Mapping[str, int]) -> Markup:
    if isinstance(part, Num):
        return Markup('<a class="n" href="#q{}">{}</a>').format(
            places[part.source], _safe(part.text)
        )
    if isinstance(part, Strong):
        return Markup("<b>{}</b>").format(_safe(part.text))
    if isinstance(part, Soft):
        return Markup('<span class="soft">{}</span>').format(_safe(part.text))
    if isinstance(part, Foreign):
        return Markup('<span class="hostile">{}</span>').format(_safe(part.text))
    if isinstance(part, Link):
        return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(
            _safe(part.url), _safe(part.text)
        )
    if isinstance(part, Badge):
        known = part.level if part.level in LEVEL_NAMES else "minor"
        return Markup('<span class="level level-{}">{} {}</span>').format(
            known, _SIGNS.get(known, "●"), _safe(LEVEL_NAMES.get(part.level, part.level))
        )
    return _safe(part)

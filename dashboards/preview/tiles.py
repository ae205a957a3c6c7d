"""Tables, single values and bar gauges, as HTML. Every text is escaped."""

from html import escape
from typing import Final

from dashboards.ask import Asked
from dashboards.frames import kind_of, number_of
from dashboards.model import Panel
from dashboards.preview.looks import Look, look

_DARK_INK: Final = "#10151B"
_LIGHT_INK: Final = "#F2F5F8"
_BRIGHT: Final = 0.45
_LARGEST_PX: Final = 54
_EMPTY_PX: Final = 30


def ink_on(colour: str) -> str:
    """Return a text colour that can be read on a background.

    >>> ink_on("#F0C541"), ink_on("#3A4A5C")
    ('#10151B', '#F2F5F8')
    """
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return _DARK_INK if 0.299 * red + 0.587 * green + 0.114 * blue > _BRIGHT else _LIGHT_INK


def stat(panel: Panel, one: Asked, width: float, height: float) -> str:
    """Draw the last value as large as it fits."""
    fields = one.answer.columns
    value = one.answer.rows[-1][0] if one.answer.rows else None
    shown = look(panel, fields[0] if fields else "")
    words, colour = shown.text(value), shown.colour(value)
    wide = sum(1.0 if ord(char) > 255 else 0.58 for char in words) or 1
    largest = _EMPTY_PX if value is None else _LARGEST_PX
    size = max(14.0, min(height * 0.62, (width - 24) / wide, largest))
    filled = panel.options["colorMode"] == "background_solid"
    back = colour if filled else "transparent"
    ink = ink_on(colour) if filled else colour
    return (
        f'<div class="stat" style="background:{back};color:{ink};font-size:{size:.0f}px">'
        f"{escape(words)}</div>"
    )


def gauges(panel: Panel, one: Asked) -> str:
    """Draw a bar for each row."""
    kinds = [kind_of(written) for written in one.answer.types]
    if not one.answer.rows or "number" not in kinds:
        return ""
    at, name = kinds.index("number"), kinds.index("label")
    shown = look(panel, one.answer.columns[at])
    numbers = [number_of(row[at]) or 0.0 for row in one.answer.rows]
    top = float(shown.options.get("max") or max(numbers) or 1)
    return "".join(
        f'<div class="gauge"><span>{escape(str(row[name]))}</span><b><i style="width:'
        f'{100 * min(1.0, number / top):.1f}%;background:{shown.colour(number)}"></i></b>'
        f'<em style="color:{shown.colour(number)}">{escape(shown.text(number))}</em></div>'
        for row, number in zip(one.answer.rows, numbers, strict=True)
    )


def table(panel: Panel, one: Asked) -> str:
    """Draw rows and columns; hidden columns stay away."""
    answer = one.answer
    if not answer.rows:
        return ""
    looks = [look(panel, name) for name in answer.columns]
    kept = [place for place, shown in enumerate(looks) if not shown.custom.get("hidden")]
    head = "".join(
        _head(answer.columns[place], looks[place], answer.types[place]) for place in kept
    )
    body = "".join(
        "<tr>" + "".join(_cell(looks[place], row[place], answer.types[place]) for place in kept)
        + "</tr>"
        for row in answer.rows
    )  # fmt: skip
    wrap = panel.defaults.get("custom", {}).get("cellOptions", {}).get("wrapText")
    kind = ' class="wrap"' if wrap else ""
    return f"<table{kind}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _align(shown: Look, written: str) -> str:
    wanted = str(shown.custom.get("align", "auto"))
    if wanted != "auto":
        return wanted
    return "right" if kind_of(written) == "number" else "left"


def _head(name: str, shown: Look, written: str) -> str:
    width = shown.custom.get("width")
    size = f"width:{width}px;" if width else ""
    return f'<th style="{size}text-align:{_align(shown, written)}">{escape(name)}</th>'


def _cell(shown: Look, value: object, written: str) -> str:
    words, colour = escape(shown.text(value)), shown.colour(value)
    align = f"text-align:{_align(shown, written)}"
    if shown.options.get("links") and value is not None:
        words = f"<u>{words}</u>"
    match shown.cell:
        case "color-background":
            return f'<td style="{align};background:{colour};color:{ink_on(colour)}">{words}</td>'
        case "color-text":
            return f'<td style="{align};color:{colour}">{words}</td>'
        case "gauge":
            number = number_of(value) or 0.0
            share = 100 * min(1.0, max(0.0, number / float(shown.options.get("max", 100))))
            return (
                f'<td><div class="meter"><b><i style="width:{share:.1f}%;background:{colour}"></i>'
                f'</b><em style="color:{colour}">{words}</em></div></td>'
            )
    return f'<td style="{align}">{words}</td>'

"""Small charts of briefs and reviews as inline SVG: bars by day, lines, arrival on platforms."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from markupsafe import Markup

from operators.report.chart import nice_top
from operators.report.wording import clean

WIDTH: Final = 720
_SVG: Final = 'xmlns="http://www.w3.org/2000/svg"'
COLOURS: Final = ("#12507b", "#c2452d", "#8a6d00", "#4f7f5b", "#6b4a8c", "#7a7f85")
"""Told apart by the colour-blind (after Okabe and Ito), dark enough for white paper."""


@dataclass(frozen=True, slots=True)
class Line:
    """A named row of values, one for each label; None where nothing is known."""

    name: str
    values: tuple[float | None, ...]


def _words(x: float, y: float, text: str, anchor: str = "middle", kind: str = "tick") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">'
        f"{escape(clean(text))}</text>"
    )


def stacked(
    labels: Sequence[str], negative: Sequence[int], other: Sequence[int], title: str
) -> Markup:
    """Draw columns: negative posts below, all others above them."""
    high, left, top, bottom = 190, 46, 14, 40
    peak = nice_top(max((a + b for a, b in zip(negative, other, strict=True)), default=0))
    room = high - top - bottom
    step = (WIDTH - left - 6) / max(1, len(labels))
    every = max(1, -(-len(labels) // 13))
    parts = []
    for part in range(5):
        y = top + room * (1 - part / 4)
        parts.append(
            f'<line x1="{left}" y1="{y:.1f}" x2="{WIDTH - 6}" y2="{y:.1f}" '
            f'class="{"axis" if part == 0 else "grid"}"/>'
        )
        parts.append(_words(left - 6, y + 4, f"{peak * part // 4:,}", "end"))
    for place, label in enumerate(labels):
        x = left + step * place
        low = room * negative[place] / peak
        rest = room * other[place] / peak
        told = f"{label}：负面 {negative[place]:,}，其他 {other[place]:,}"
        wide = max(1.0, step - max(1.0, step * 0.22))
        parts.append(
            f"<g><title>{escape(told)}</title>"
            f'<rect x="{x:.1f}" y="{top + room - low - rest:.1f}" width="{wide:.1f}" '
            f'height="{rest:.1f}" class="other"/>'
            f'<rect x="{x:.1f}" y="{top + room - low:.1f}" width="{wide:.1f}" '
            f'height="{low:.1f}" class="negative"/></g>'
        )
        if place % every == 0:
            parts.append(_words(x + wide / 2, top + room + 16, label))
    for at, (kind, words) in enumerate((("negative", "负面"), ("other", "中性与正面"))):
        parts.append(
            f'<rect x="{left + at * 70}" y="{high - 12}" width="12" height="10" class="{kind}"/>'
        )
        parts.append(_words(left + at * 70 + 17, high - 3, words, "start"))
    return _svg(high, title, parts)


def lines(
    labels: Sequence[str], rows: Sequence[Line], title: str, *, share: bool = False
) -> Markup:
    """Draw one line for each row; with ``share`` the axis runs from 0 to 100 %."""
    high, left, top, bottom = 200, 46, 14, 44
    peak = (
        1.0 if share else float(nice_top(max((v or 0 for r in rows for v in r.values), default=0)))
    )
    room = high - top - bottom
    step = (WIDTH - left - 14) / max(1, len(labels) - 1)
    every = max(1, -(-len(labels) // 13))
    parts = []
    for part in range(5):
        y = top + room * (1 - part / 4)
        parts.append(
            f'<line x1="{left}" y1="{y:.1f}" x2="{WIDTH - 14}" y2="{y:.1f}" '
            f'class="{"axis" if part == 0 else "grid"}"/>'
        )
        parts.append(
            _words(left - 6, y + 4, f"{25 * part}%" if share else f"{peak * part / 4:,.0f}", "end")
        )
    parts += [
        _words(left + step * place, top + room + 16, labels[place])
        for place in range(0, len(labels), every)
    ]
    x = float(left)
    for at, row in enumerate(rows):
        colour, dash = COLOURS[at % len(COLOURS)], ("", "7 3", "2 3")[at // 2 % 3]
        parts += _path(row.values, left, step, top + room, room / peak, colour, dash)
        parts.append(
            f'<line x1="{x:.1f}" y1="{high - 7}" x2="{x + 22:.1f}" y2="{high - 7}" '
            f'stroke="{colour}" stroke-width="2.2" stroke-dasharray="{dash}"/>'
        )
        parts.append(_words(x + 27, high - 3, row.name, "start"))
        x += 44 + 12.5 * len(row.name)
    return _svg(high, title, parts)


def _path(
    values: Sequence[float | None],
    left: float,
    step: float,
    base: float,
    unit: float,
    colour: str,
    dash: str,
) -> list[str]:
    pieces: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{left + step * place:.1f},{base - min(value * unit, base):.1f}")
    drawn = []
    for piece in pieces:
        if len(piece) == 1:
            x, _, y = piece[0].partition(",")
            drawn.append(f'<circle cx="{x}" cy="{y}" r="2.6" fill="{colour}"/>')
        elif piece:
            drawn.append(
                f'<polyline points="{" ".join(piece)}" fill="none" stroke="{colour}" '
                f'stroke-width="2" stroke-dasharray="{dash}" stroke-linejoin="round"/>'
            )
    return drawn


def arrivals(rows: Sequence[tuple[str, float, int, float]], title: str) -> Markup:
    """Draw how an incident came to each platform.

    A row is name, minutes after the very first post, posts, and negative share (0 to 1).
    """
    left, lane = 96, 26
    high = 34 + lane * len(rows)
    last = max((row[1] for row in rows), default=0.0) or 1.0
    most = max((row[2] for row in rows), default=1) or 1
    room = WIDTH - left - 150
    parts = []
    for place, (name, minutes, posts, share) in enumerate(rows):
        y = 22 + lane * place
        x = left + room * minutes / last
        size = 3.5 + 9 * (posts / most) ** 0.5
        parts += [
            _words(left - 16, y + 4, name, "end", "tick day"),
            f'<line x1="{left}" y1="{y}" x2="{left + room}" y2="{y}" class="grid"/>',
            (
                f'<circle cx="{x:.1f}" cy="{y}" r="{size:.1f}" '
                f'class="{"negative" if share >= 0.5 else "other"}"/>'
            ),
            _words(x + size + 5, y + 4, f"{_later(minutes)} · {posts:,} 条", "start"),
        ]
    parts.append(
        _words(left, high - 3, "圆点为该平台第一条的时间，大小为条数，红色为负面过半", "start")
    )
    return _svg(high, title, parts)


def _later(minutes: float) -> str:
    if minutes == 0:
        return "首发"
    return f"+{minutes:.0f} 分钟" if minutes >= 1 else f"+{minutes * 60:.0f} 秒"


def _svg(high: float, title: str, parts: Sequence[str]) -> Markup:
    return Markup(
        f'<svg class="chart" viewBox="0 0 {WIDTH} {high}" role="img" {_SVG}>'
        f"<title>{escape(clean(title))}</title>{''.join(parts)}</svg>"
    )

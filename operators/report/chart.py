"""The time line of an incident as inline SVG: no script, no font, no image from elsewhere."""

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final

from operators.model import DAY, HOUR, MINUTE
from operators.report.moments import china, percent, short_stamp
from operators.report.series import Column, Mark, Timeline

WIDTH: Final = 1040
HEIGHT: Final = 372
LEFT: Final = 56
RIGHT: Final = 52
TOP: Final = 92
BOTTOM: Final = 58
PLOT_WIDTH: Final = WIDTH - LEFT - RIGHT
PLOT_HEIGHT: Final = HEIGHT - TOP - BOTTOM
BASE: Final = TOP + PLOT_HEIGHT

LANES: Final = 4
"""Rows above the plot in which the labels of marks are laid out without overlap."""

LANE_HEIGHT: Final = 20
SIGN: Final = 12.5
"""Width of a Chinese character in a label."""

_SVG: Final = "http://www.w3.org/2000/svg"
TICKS: Final = tuple(minutes * MINUTE for minutes in (15, 30, 60, 120, 180, 240, 360, 720, 1440))


def chart(line: Timeline, title: str) -> str:
    """Draw a time line; ``title`` is what a screen reader says. Returns an ``<svg>`` element."""
    top = nice_top(max((column.mentions for column in line.columns), default=0))
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" xmlns="{_SVG}">',
        f"<title>{escape(title)}</title>",
        *_grid(line, top),
        *_bars(line, top),
        *_usual(line, top),
        *_share(line),
        *_marks(line),
        *_legend(line),
        "</svg>",
    ]
    return "\n".join(parts)


def nice_top(value: float) -> int:
    """Round up to the top of an axis: four equal steps of whole posts.

    >>> [nice_top(value) for value in (0, 3, 7, 23, 118)]
    [4, 4, 8, 40, 120]
    """
    if value <= 4:
        return 4
    raw = value / 4
    unit = 10.0 ** floor(log10(raw))
    step = next(unit * factor for factor in (1, 2, 3, 5, 10) if raw <= unit * factor)
    return ceil(step) * 4


def _x(line: Timeline, ms: float) -> float:
    whole = max(1, line.end_ms - line.start_ms)
    return LEFT + min(1.0, max(0.0, (ms - line.start_ms) / whole)) * PLOT_WIDTH


def _y(value: float, top: float) -> float:
    return BASE - min(1.0, value / top) * PLOT_HEIGHT


def _text(x: float, y: float, words: str, kind: str, anchor: str = "middle") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{escape(kind)}"/>'


def _grid(line: Timeline, top: int) -> Iterator[str]:
    for part in range(5):
        y = BASE - PLOT_HEIGHT * part / 4
        kind = "axis" if part == 0 else "grid"
        yield _line(LEFT, y, LEFT + PLOT_WIDTH, y, kind)
        yield _text(LEFT - 8, y + 4, f"{top * part // 4:,}", "tick", "end")
        yield _text(LEFT + PLOT_WIDTH + 8, y + 4, f"{25 * part}%", "tick share", "start")
    yield _text(LEFT - 8, TOP - 12, "条数", "tick", "end")
    yield _text(LEFT + PLOT_WIDTH + 8, TOP - 12, "占比", "tick share", "start")
    for at in ticks(line.start_ms, line.end_ms):
        x, when = _x(line, at), china(at)
        yield _line(x, BASE, x, BASE + 5, "axis")
        if when.hour == 0 and when.minute == 0:
            yield _text(x, BASE + 19, f"{when.month}月{when.day}日", "tick day")
        else:
            yield _text(x, BASE + 19, f"{when:%H:%M}", "tick")


def ticks(start_ms: int, end_ms: int) -> tuple[int, ...]:
    """Choose instants for the time axis, at most 13, on round hours in China."""
    step = next((step for step in TICKS if end_ms - start_ms <= 12 * step), 0)
    if not step:
        step = DAY * ceil((end_ms - start_ms) / (12 * DAY))
    offset = 8 * HOUR
    first = -(-(start_ms + offset) // step) * step - offset
    return tuple(range(first, end_ms + 1, step))


def _bars(line: Timeline, top: int) -> Iterator[str]:
    width = PLOT_WIDTH * line.step_ms / max(1, line.end_ms - line.start_ms)
    gap = 1.0 if width > 4 else 0.4
    for column in line.columns:
        if column.mentions:
            yield _bar(line, column, top, width - gap)


def _bar(line: Timeline, column: Column, top: int, width: float) -> str:
    x = _x(line, column.start_ms)
    middle, high = _y(column.negative, top), _y(column.mentions, top)
    own = percent(column.negative / column.mentions)
    told = (
        f"{short_stamp(column.start_ms)}　共{column.mentions}条，负面{column.negative}条（{own}）"
    )
    return (
        f"<g><title>{escape(told)}</title>"
        f'<rect x="{x:.1f}" y="{high:.1f}" width="{width:.1f}" height="{middle - high:.1f}" '
        f'class="other"/>'
        f'<rect x="{x:.1f}" y="{middle:.1f}" width="{width:.1f}" height="{BASE - middle:.1f}" '
        f'class="negative"/></g>'
    )


def _usual(line: Timeline, top: int) -> Iterator[str]:
    if len(line.usual) > 1:
        points = " ".join(f"{_x(line, at):.1f},{_y(value, top):.1f}" for at, value in line.usual)
        yield f'<polyline points="{points}" class="usual"/>'


def _share(line: Timeline) -> Iterator[str]:
    for run in runs(line.columns):
        points = [
            (_x(line, column.start_ms + line.step_ms / 2), _y(column.share or 0.0, 1.0))
            for column in run
        ]
        if len(points) == 1:
            x, y = points[0]
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" class="share-dot"/>'
        else:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            yield f'<polyline points="{path}" class="share-halo"/>'
            yield f'<polyline points="{path}" class="share-line"/>'


def runs(columns: Sequence[Column]) -> list[list[Column]]:
    """Cut the columns where the share is not known, so that no line bridges a silence."""
    pieces: list[list[Column]] = [[]]
    for column in columns:
        if column.share is None:
            pieces.append([])
        else:
            pieces[-1].append(column)
    return [piece for piece in pieces if piece]


def _marks(line: Timeline) -> Iterator[str]:
    busy = [float("-inf")] * LANES
    placed = []
    for mark in line.marks:
        if not line.start_ms <= mark.at_ms <= line.end_ms:
            continue
        x, wide = _x(line, mark.at_ms), _label_width(mark)
        left = min(max(x - wide / 2, 2.0), WIDTH - wide - 2.0)
        lane = next((place for place in range(LANES) if busy[place] < left), None)
        if lane is None:
            lane = min(range(LANES), key=busy.__getitem__)
        busy[lane] = left + wide + 4
        placed.append((mark, x, left, wide, 4 + lane * LANE_HEIGHT))
    # Lines first, so that no line crosses the label of another mark.
    for mark, x, _, _, y in placed:
        yield _line(x, y + 16, x, BASE, f"mark mark-{mark.kind}")
    for mark, _, left, wide, y in placed:
        kind = (
            f"label label-{mark.kind} label-{mark.level}"
            if mark.level
            else f"label label-{mark.kind}"
        )
        told = f"{mark.label}：{short_stamp(mark.at_ms)}"
        yield (
            f'<g class="{escape(kind)}"><title>{escape(told)}</title>'
            f'<rect x="{left:.1f}" y="{y}" width="{wide:.1f}" height="17" rx="2"/>'
            f"{_text(left + wide / 2, y + 12.6, _label(mark), 'words')}</g>"
        )


def _label(mark: Mark) -> str:
    return f"{mark.label} {china(mark.at_ms):%H:%M}"


def _label_width(mark: Mark) -> float:
    return len(mark.label) * SIGN + 5 * 7 + 14


def _legend(line: Timeline) -> Iterator[str]:
    y = HEIGHT - 14
    unit = line.step_ms // MINUTE
    width = f"{unit}分钟" if unit < 60 else f"{unit // 60}小时"
    x = float(LEFT)
    for kind, words in (
        ("negative", f"负面（每{width}）"),
        ("other", "中性与正面"),
        ("share", "负面占比（右轴）"),
        ("usual", "负面常态水平"),
    ):
        if kind in ("negative", "other"):
            yield f'<rect x="{x:.1f}" y="{y - 10}" width="14" height="11" class="{kind}"/>'
        else:
            shape = "share-line" if kind == "share" else "usual"
            yield _line(x, y - 4, x + 22, y - 4, shape)
        lead = 20 if kind in ("negative", "other") else 28
        yield _text(x + lead, y, words, "tick", "start")
        x += lead + len(words) * SIGN + 24
    yield _text(LEFT + PLOT_WIDTH, y, "时间均为北京时间", "tick", "end")

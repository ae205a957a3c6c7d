"""Charts over time, as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

from dashboards.ask import Asked
from dashboards.frames import Series, to_series
from dashboards.preview import axes
from dashboards.preview.axes import BOTTOM, LEFT, LEGEND_PX, TOP, Box
from dashboards.preview.looks import Look, look

_TICKS: Final = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A series with its name on the screen, its look and its colour."""

    name: str
    look: Look
    colour: str
    series: Series


@dataclass(frozen=True, slots=True)
class Mark:
    """An annotation: instant (ms), colour."""

    at: int
    colour: str


def lines_of(asked: Sequence[Asked]) -> list[Line]:
    """Return the series of a panel's queries."""
    found: list[Line] = []
    for one in asked:
        for series in to_series(one.answer):
            plain = look(one.panel, series.name, "", one.target.ref)
            shown = plain.name(series.name, series.labels)
            dressed = look(one.panel, series.name, shown, one.target.ref)
            found.append(Line(shown, dressed, dressed.line(len(found)), series))
    return found


def legend(entries: Sequence[tuple[str, str]]) -> str:
    """Draw the names under a chart."""
    items = "".join(
        f'<span><i style="background:{colour}"></i>{escape(name)}</span>'
        for name, colour in entries
    )
    return f'<div class="legend">{items}</div>'


def time_series(
    asked: Sequence[Asked],
    width: float,
    height: float,
    start: int,
    end: int,
    marks: Sequence[Mark] = (),
) -> str:
    """Draw lines or bars over time."""
    lines = lines_of(asked)
    if not lines:
        return ""
    mode = str(lines[0].look.custom.get("stacking", {}).get("mode", "none"))
    stacked = _stack(lines, mode)
    largest = max((high for one in stacked for _ms, _low, high in one), default=0.0)
    limit = lines[0].look.options.get("max")
    top = 1.0 if mode == "percent" else float(limit or axes.nice_top(largest))
    box = Box(width, height - LEGEND_PX, start, end, top)
    parts = [*axes.time_axis(box), *value_ticks(box, lines[0].look, mode)]
    names = {line.name: place for place, line in enumerate(lines)}
    step = _step(lines)
    for place, line in enumerate(lines):
        below = line.look.custom.get("fillBelowTo")
        if line.look.custom.get("drawStyle") == "bars":
            parts += _bars(box, line, stacked[place], step)
        elif below in names:
            parts.append(_band(box, line, stacked[place], stacked[names[below]]))
        else:
            parts += _line(box, line, stacked[place])
    for mark in marks:
        x = box.x(mark.at)
        parts.append(
            axes.rule(
                x,
                TOP,
                x,
                box.height - BOTTOM,
                mark.colour,
                'stroke-dasharray="3 3" stroke-width="1.3"',
            )
        )
        parts.append(
            f'<path d="M{x - 4:.1f} {box.height - BOTTOM + 5:.1f}h8l-4 -5z" fill="{mark.colour}"/>'
        )
    shown = [
        (one.name, one.colour)
        for one in lines
        if one.look.custom.get("lineWidth") != 0 or one.look.custom.get("drawStyle") == "bars"
    ]
    return axes.svg(box, parts) + legend(shown)  # fmt: skip


Points = list[tuple[int, float, float]]


def _stack(lines: Sequence[Line], mode: str) -> list[Points]:
    """Return (ms, from, to) of each point of each line; a gap has no point."""
    if mode == "none":
        return [[(ms, 0.0, v) for ms, v in one.series.points if v is not None] for one in lines]
    whole: dict[int, float] = {}
    for one in lines:
        for ms, value in one.series.points:
            whole[ms] = whole.get(ms, 0.0) + (value or 0.0)
    base: dict[int, float] = {}
    found: list[Points] = []
    for one in lines:
        points: Points = []
        for ms, value in one.series.points:
            if value is None:
                continue
            size = value / whole[ms] if mode == "percent" and whole[ms] else value
            low = base.get(ms, 0.0)
            points.append((ms, low, low + size))
            base[ms] = low + size
        found.append(points)
    return found


def _step(lines: Sequence[Line]) -> int:
    times = sorted({ms for line in lines for ms, _value in line.series.points})
    gaps = [after - before for before, after in pairwise(times)]
    return min(gaps, default=60_000)


def value_ticks(box: Box, shown: Look, mode: str) -> list[str]:
    """Draw the axis of values in the unit of a field."""
    ticks = [box.top * place / _TICKS for place in range(_TICKS + 1)]
    if mode == "percent":
        return axes.value_axis(box, [(one, f"{100 * one:.0f}%") for one in ticks])
    plain = Look({**shown.options, "mappings": (), "decimals": None})
    return axes.value_axis(box, [(one, plain.text(float(one)).split(" ")[0]) for one in ticks])


def _bars(box: Box, line: Line, points: Points, step: int) -> list[str]:
    wide = max(1.0, box.x(box.start + step) - box.x(box.start) - 1)
    return [
        axes.rect(box.x(ms), box.y(high), wide, box.y(low) - box.y(high), line.colour, 0.9)
        for ms, low, high in points
        if ms + step > box.start
    ]


def _band(box: Box, line: Line, upper: Points, lower: Points) -> str:
    there = " ".join(f"{box.x(ms):.1f},{box.y(high):.1f}" for ms, _low, high in upper)
    back = " ".join(f"{box.x(ms):.1f},{box.y(high):.1f}" for ms, _low, high in reversed(lower))
    opacity = float(line.look.custom.get("fillOpacity", 20)) / 100
    return f'<polygon points="{there} {back}" fill="{line.colour}" fill-opacity="{opacity:g}"/>'


def _line(box: Box, line: Line, points: Points) -> list[str]:
    custom = line.look.custom
    width = float(custom.get("lineWidth", 1))
    bridged = custom.get("spanNulls", False)
    opacity = float(custom.get("fillOpacity", 0)) / 100
    dash = custom.get("lineStyle", {}).get("dash")
    stroke = f'stroke-dasharray="{" ".join(map(str, dash))}"' if dash else ""
    parts: list[str] = []
    for run in _runs(line, bridged):
        path = " ".join(f"{box.x(ms):.1f},{box.y(value):.1f}" for ms, value in run)
        if opacity and len(run) > 1:
            floor = box.y(0)
            area = f"{box.x(run[0][0]):.1f},{floor:.1f} {path} {box.x(run[-1][0]):.1f},{floor:.1f}"
            parts.append(
                f'<polygon points="{area}" fill="{line.colour}" fill-opacity="{opacity:g}"/>'
            )
        if width and points:
            parts.append(
                f'<polyline points="{path}" fill="none" stroke="{line.colour}"'
                f' stroke-width="{width:g}" {stroke}/>'
            )
    return parts


def _runs(line: Line, bridged: object) -> list[list[tuple[int, float]]]:
    """Split a line where a gap is not to be bridged: never, always, or up to so many ms."""
    runs: list[list[tuple[int, float]]] = [[]]
    gap = False
    for ms, value in line.series.points:
        if value is None:
            gap = True
            continue
        last = runs[-1]
        far = isinstance(bridged, int) and not isinstance(bridged, bool)
        broken = gap and last and not bridged
        if far and last and ms - last[-1][0] > int(str(bridged)):
            broken = True
        if broken:
            runs.append([])
        runs[-1].append((ms, value))
        gap = False
    return [run for run in runs if run]


def state_timeline(
    asked: Sequence[Asked], width: float, height: float, start: int, end: int
) -> str:
    """Draw a bar of states for each series."""
    lines = lines_of(asked)
    if not lines:
        return ""
    named = max(sum(2 if ord(c) > 255 else 1 for c in line.name) for line in lines)
    box = Box(width, height - LEGEND_PX, start, end, 1.0, left=max(LEFT, named * 6.6 + 14))
    row = (box.height - TOP - BOTTOM) / len(lines)
    parts = axes.time_axis(box)
    step = _step(lines)
    used: dict[str, str] = {}
    for place, line in enumerate(lines):
        y = TOP + place * row
        parts.append(axes.text(box.left - 8, y + row / 2 + 4, line.name, anchor="end"))
        for since, until, value in _states(line.series.points, step, end):
            words, colour = line.look.text(value), line.look.colour(value)
            used.setdefault(words, colour)
            x, wide = box.x(max(since, start)), box.x(until) - box.x(max(since, start))
            parts.append(axes.rect(x, y + row * 0.08, wide, row * 0.84, colour, 0.95))
            if wide > 34 and value:
                parts.append(axes.text(x + 5, y + row / 2 + 4, words, fill="#10151B", weight=600))
    return axes.svg(box, parts) + legend(list(used.items()))


def _states(
    points: Sequence[tuple[int, float | None]], step: int, end: int
) -> list[tuple[int, int, float]]:
    """Join equal states that follow each other; None and a missing bin end one."""
    found: list[tuple[int, int, float]] = []
    for ms, value in points:
        if value is None:
            continue
        until = min(ms + step, end)
        if found and found[-1][1] >= ms and found[-1][2] == value:
            found[-1] = (found[-1][0], until, value)
        else:
            found.append((ms, until, value))
    return found

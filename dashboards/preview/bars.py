"""Charts over categories, as SVG."""

from collections.abc import Sequence

from dashboards.ask import Asked
from dashboards.frames import kind_of, number_of
from dashboards.model import Panel
from dashboards.preview import axes
from dashboards.preview.axes import GRID, LEGEND_PX, RIGHT, TOP, Box
from dashboards.preview.charts import legend, value_ticks
from dashboards.preview.looks import Look, look


def bar_chart(panel: Panel, one: Asked, width: float, height: float) -> str:
    """Draw bars over categories."""
    answer = one.answer
    at = list(answer.columns).index(str(panel.options["xField"]))
    fields = [
        place for place, written in enumerate(answer.types)
        if kind_of(written) == "number" and place != at
    ]  # fmt: skip
    if not answer.rows:
        return ""
    looks = {place: look(panel, answer.columns[place]) for place in fields}
    colours = {place: looks[place].line(order) for order, place in enumerate(fields)}
    stacked = panel.options.get("stacking") != "none"
    values = [[number_of(row[place]) or 0.0 for place in fields] for row in answer.rows]
    largest = max((sum(row) if stacked else max(row, default=0.0) for row in values), default=0.0)
    box = Box(width, height - LEGEND_PX, 0, 1, axes.nice_top(largest))
    names = [str(row[at]) for row in answer.rows]
    draw = _across if panel.options.get("orientation") == "horizontal" else _upright
    parts = draw(
        box, names, values, [colours[place] for place in fields], looks[fields[0]], stacked
    )
    return axes.svg(box, parts) + legend(
        [(answer.columns[place], colours[place]) for place in fields]
    )  # fmt: skip


def _across(
    box: Box,
    names: Sequence[str],
    values: Sequence[Sequence[float]],
    colours: Sequence[str],
    shown: Look,
    stacked: bool,
) -> list[str]:
    left = 84.0
    row = (box.height - TOP) / len(names)
    scale = (box.width - left - 52) / box.top
    parts: list[str] = []
    for place, name in enumerate(names):
        y = TOP + place * row
        parts.append(axes.text(left - 8, y + row / 2 + 4, name, anchor="end"))
        x = left
        thick = row * 0.72 / (1 if stacked else len(colours))
        for order, (value, colour) in enumerate(zip(values[place], colours, strict=True)):
            top = y + row * 0.14 + (0 if stacked else order * thick)
            parts.append(axes.rect(x if stacked else left, top, value * scale, thick, colour, 0.92))
            x += value * scale if stacked else 0
        whole = sum(values[place])
        parts.append(axes.text(x + 6, y + row / 2 + 4, shown.text(whole)))
    return parts


def _upright(
    box: Box,
    names: Sequence[str],
    values: Sequence[Sequence[float]],
    colours: Sequence[str],
    shown: Look,
    stacked: bool,
) -> list[str]:
    parts = value_ticks(box, shown, "none")
    wide = (box.width - box.left - RIGHT) / len(names)
    for place, name in enumerate(names):
        x = box.left + place * wide
        parts.append(axes.text(x + wide / 2, box.height - 5, name, anchor="middle"))
        base = 0.0
        thin = wide * 0.72 / (1 if stacked else len(colours))
        for order, (value, colour) in enumerate(zip(values[place], colours, strict=True)):
            left = x + wide * 0.14 + (0 if stacked else order * thin)
            low = base if stacked else 0.0
            parts.append(
                axes.rect(
                    left,
                    box.y(low + value),
                    thin - 1,
                    box.y(low) - box.y(low + value),
                    colour,
                    0.92,
                )
            )
            if not stacked and value:
                parts.append(
                    axes.text(
                        left + thin / 2, box.y(value) - 4, f"{value:,.0f}", anchor="middle", size=11
                    )
                )
            base += value
    parts.append(axes.rule(box.left, box.y(0), box.width - RIGHT, box.y(0), GRID))
    return parts  # fmt: skip

"""One HTML page for one dashboard: its panels at their places, filled from a store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from importlib.resources import files
from typing import Final

from dashboards.ask import WIDTH, Asked, Store, answer_of, ask_all
from dashboards.macros import Scope, expand
from dashboards.model import COLUMNS, EMPTY, Dashboard, Panel
from dashboards.preview import bars, charts, tiles
from dashboards.preview.charts import Mark

_HEADER_PX: Final = 40
_UNIT_PX: Final = 38
_GAP_PX: Final = 6
_WALL_PX: Final = 1080
_EDGE_PX: Final = 10
_SHANGHAI: Final = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page and its height (px)."""

    html: str
    height: int


@dataclass(frozen=True, slots=True)
class _Frame:
    x: float
    y: float
    w: float
    h: float


def draw(store: Store, board: Dashboard, scope: Scope, *, wall: bool = False) -> Drawn:
    """Draw a dashboard over ``scope``; ``wall`` fits it to one screen."""
    units = sum(line.height for line in board.lines)
    unit = (_WALL_PX - _HEADER_PX - _GAP_PX) / units if wall else float(_UNIT_PX)
    asked: dict[int, list[Asked]] = {}
    for one in ask_all(store, board, scope):
        asked.setdefault(one.panel.id, []).append(one)
    marks = _marks(store, board, scope)
    column = (WIDTH - 2 * _EDGE_PX + _GAP_PX) / COLUMNS
    sections: list[str] = []
    y = 0
    for line in board.lines:
        x = 0
        for width, panel in line.panels:
            frame = _Frame(
                _EDGE_PX + x * column, y * unit, width * column - _GAP_PX,
                line.height * unit - _GAP_PX,
            )  # fmt: skip
            sections.append(_section(panel, asked.get(panel.id, []), frame, scope, marks))
            x += width
        y += line.height
    height = round(_HEADER_PX + units * unit + _GAP_PX)
    return Drawn(_page(board, scope, sections, height), height)


def _marks(store: Store, board: Dashboard, scope: Scope) -> list[Mark]:
    found: list[Mark] = []
    for annotation in board.annotations:
        answer = answer_of(store, expand(annotation.sql, scope))
        at = list(answer.columns).index("time")
        for row in answer.rows:
            moment = row[at]
            if isinstance(moment, datetime):
                found.append(Mark(int(moment.timestamp() * 1000), annotation.colour))
    return found


def _section(
    panel: Panel, asked: Sequence[Asked], frame: _Frame, scope: Scope, marks: Sequence[Mark]
) -> str:
    place = f"left:{frame.x:.1f}px;top:{frame.y:.1f}px;width:{frame.w:.1f}px;height:{frame.h:.1f}px"
    title = f"<h2>{escape(panel.title)}</h2>"
    if panel.kind == "row":
        return f'<section class="row" style="{place}">{title}</section>'
    body = _body(panel, asked, frame, scope, marks) or f'<div class="empty">{EMPTY}</div>'
    hint = escape(panel.description, quote=True)
    return (
        f'<section style="{place}" title="{hint}">{title}<div class="body">{body}</div></section>'
    )


def _body(
    panel: Panel, asked: Sequence[Asked], frame: _Frame, scope: Scope, marks: Sequence[Mark]
) -> str:
    width, height = frame.w - 10, frame.h - 32
    match panel.kind:
        case "stat":
            return tiles.stat(panel, asked[0], width, height)
        case "table":
            return tiles.table(panel, asked[0])
        case "bargauge":
            return tiles.gauges(panel, asked[0])
        case "barchart":
            return bars.bar_chart(panel, asked[0], width, height)
        case "state-timeline":
            return charts.state_timeline(asked, width, height, scope.start_ms, scope.end_ms)
        case "timeseries":
            return charts.time_series(asked, width, height, scope.start_ms, scope.end_ms, marks)
    msg = f"no preview of panels of kind {panel.kind!r}"
    raise ValueError(msg)


def _page(board: Dashboard, scope: Scope, sections: Sequence[str], height: int) -> str:
    css = files("dashboards.preview").joinpath("page.css").read_text(encoding="utf-8")
    start, end = (
        (datetime.fromtimestamp(ms / 1000, UTC) + _SHANGHAI).strftime("%Y-%m-%d %H:%M")
        for ms in (scope.start_ms, scope.end_ms)
    )
    chosen = "".join(
        f"<span>{escape(one.label)}：{escape(_value(scope, one.name))}</span>"
        for one in board.variables
    )
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>'
        f"{escape(board.title)}</title><style>{css}</style></head>"
        f'<body style="height:{height}px"><header><h1>听风 · {escape(board.title)}</h1>{chosen}'
        f'<span class="range">{start} 至 {end}（北京时间）</span></header>'
        f"<main>{''.join(sections)}</main></body></html>\n"
    )


def _value(scope: Scope, name: str) -> str:
    value = scope.variables[name]
    several = value if isinstance(value, tuple) else (value,)
    return "全部" if several == ("$__all",) else "、".join(several)

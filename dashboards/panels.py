"""A function for each kind of panel, with the look all dashboards share."""

from collections.abc import Sequence
from typing import Any, Final

from dashboards import theme
from dashboards.model import EMPTY, Json, Override, Panel, Target

_LEGEND: Final = {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []}
_NO_LEGEND: Final = {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []}
_TOOLTIP: Final = {"mode": "multi", "sort": "desc"}
_BASE: Final = theme.steps(theme.INFO)


def _defaults(unit: str, thresholds: Json | None, mode: str, **more: Any) -> Json:
    return {
        "unit": unit,
        "noValue": EMPTY,
        "mappings": [],
        "thresholds": thresholds or _BASE,
        "color": {"mode": mode},
        **more,
    }


def stat(
    number: int,
    title: str,
    description: str,
    sql: str,
    *,
    unit: str = "locale",
    thresholds: Json | None = None,
    mappings: Sequence[Json] = (),
    text: bool = False,
    fill: bool = True,
    decimals: int | None = None,
    links: Sequence[Json] = (),
) -> Panel:
    """One number or word; ``fill`` colours the whole tile."""
    more: Json = {} if decimals is None else {"decimals": decimals}
    defaults = _defaults(unit, thresholds, "thresholds", **more) | {"mappings": list(mappings)}
    if links:
        defaults["links"] = list(links)
    options = {
        "reduceOptions": {
            "calcs": ["lastNotNull"],
            "fields": "/.*/" if text else "",
            "values": False,
        },
        "orientation": "auto",
        "textMode": "value",
        "wideLayout": True,
        "colorMode": "background_solid" if fill else "value",
        "graphMode": "none",
        "justifyMode": "center",
        "showPercentChange": False,
        "percentChangeColorMode": "standard",
    }
    return Panel(number, "stat", title, description, (Target(sql),), defaults, (), options)


def series(
    number: int,
    title: str,
    description: str,
    targets: Sequence[str],
    *,
    unit: str = "locale",
    interval: str = "5m",
    overrides: Sequence[Override] = (),
    bars: bool = False,
    stack: str = "none",
    fill: int = 10,
    label: str = "",
    top: float | None = None,
    gap_ms: int | None = None,
) -> Panel:
    """Lines or bars over time; ``stack`` is none, normal or percent.

    A line bridges gaps up to ``gap_ms``; longer ones stay open, so that missing is not calm.
    """
    custom: Json = {
        "drawStyle": "bars" if bars else "line",
        "lineInterpolation": "linear",
        "lineWidth": 0 if bars else 2,
        "fillOpacity": 85 if bars else fill,
        "gradientMode": "none",
        "showPoints": "never",
        "pointSize": 5,
        "spanNulls": gap_ms if gap_ms is not None else False,
        "insertNulls": False,
        "stacking": {"group": "A", "mode": stack},
        "axisPlacement": "auto",
        "axisLabel": label,
        "axisColorMode": "text",
        "axisGridShow": True,
        "scaleDistribution": {"type": "linear"},
        "thresholdsStyle": {"mode": "off"},
        "hideFrom": {"legend": False, "tooltip": False, "viz": False},
    }
    limits: Json = {"min": 0} if top is None else {"min": 0, "max": top}
    defaults = _defaults(unit, None, "palette-classic", custom=custom, **limits)
    asked = tuple(Target(sql, True, chr(65 + place)) for place, sql in enumerate(targets))
    options = {"legend": _LEGEND, "tooltip": _TOOLTIP}
    return Panel(
        number, "timeseries", title, description, asked, defaults, overrides, options, interval
    )


def lights(
    number: int,
    title: str,
    description: str,
    sql: str,
    *,
    mappings: Sequence[Json],
    interval: str = "5m",
    links: Sequence[Json] = (),
) -> Panel:
    """States over time, a line per label of the series."""
    custom = {"lineWidth": 0, "fillOpacity": 90, "spanNulls": False, "insertNulls": False}
    defaults = _defaults("none", None, "thresholds", custom=custom) | {
        "mappings": list(mappings),
        "displayName": "${__field.labels.name}",
    }
    if links:
        defaults["links"] = list(links)
    options = {
        "mergeValues": True,
        "showValue": "auto",
        "alignValue": "left",
        "rowHeight": 0.85,
        "legend": _LEGEND,
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return Panel(
        number, "state-timeline", title, description, (Target(sql, True),), defaults, (), options,
        interval,
    )  # fmt: skip


def table(
    number: int,
    title: str,
    description: str,
    sql: str,
    columns: Sequence[Override] = (),
    *,
    unit: str = "none",
    wrap: bool = False,
) -> Panel:
    """Rows and columns; ``wrap`` lets long text flow over several lines."""
    cell: Json = {"type": "auto", "wrapText": True} if wrap else {"type": "auto"}
    custom = {"align": "auto", "cellOptions": cell, "inspect": False, "filterable": False}
    defaults = _defaults(unit, theme.steps(theme.USUAL), "thresholds", custom=custom)
    options = {"frameIndex": 0, "showHeader": True, "cellHeight": "sm"}
    return Panel(number, "table", title, description, (Target(sql),), defaults, columns, options)


def gauges(
    number: int,
    title: str,
    description: str,
    sql: str,
    *,
    unit: str = "locale",
    thresholds: Json | None = None,
    top: float | None = None,
    decimals: int | None = None,
) -> Panel:
    """One bar a row of the answer, named by its text column."""
    more: Json = {"min": 0}
    if top is not None:
        more["max"] = top
    if decimals is not None:
        more["decimals"] = decimals
    options = {
        "displayMode": "basic",
        "valueMode": "text",
        "namePlacement": "left",
        "showUnfilled": False,
        "sizing": "auto",
        "minVizWidth": 8,
        "minVizHeight": 12,
        "maxVizHeight": 40,
        "orientation": "horizontal",
        "legend": _NO_LEGEND,
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": True},
    }
    defaults = _defaults(unit, thresholds, "thresholds", **more)
    return Panel(number, "bargauge", title, description, (Target(sql),), defaults, (), options)


def chart(
    number: int,
    title: str,
    description: str,
    sql: str,
    *,
    x: str,
    unit: str = "locale",
    overrides: Sequence[Override] = (),
    stack: str = "none",
    horizontal: bool = False,
) -> Panel:
    """Bars over the categories of column ``x``, a colour per number column."""
    custom: Json = {
        "lineWidth": 0,
        "fillOpacity": 90,
        "gradientMode": "none",
        "axisPlacement": "auto",
        "axisLabel": "",
        "axisColorMode": "text",
        "axisGridShow": True,
        "scaleDistribution": {"type": "linear"},
        "thresholdsStyle": {"mode": "off"},
        "hideFrom": {"legend": False, "tooltip": False, "viz": False},
    }
    options = {
        "xField": x,
        "orientation": "horizontal" if horizontal else "vertical",
        "barRadius": 0,
        "barWidth": 0.9,
        "groupWidth": 0.75,
        "stacking": stack,
        "showValue": "auto",
        "fullHighlight": False,
        "xTickLabelRotation": 0,
        "xTickLabelMaxLength": 12,
        "xTickLabelSpacing": 0,
        "legend": _LEGEND,
        "tooltip": _TOOLTIP,
    }
    defaults = _defaults(unit, None, "palette-classic", custom=custom, min=0)
    return Panel(
        number, "barchart", title, description, (Target(sql),), defaults, overrides, options
    )


def row(number: int, title: str) -> Panel:
    """Head of the panels below it."""
    return Panel(number, "row", title, "")

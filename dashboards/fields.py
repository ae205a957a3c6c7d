"""How a field looks, be it a column or a series: colour, unit, width, words for values, link."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboards.model import Json, Override

DASHED: Final = {"custom.lineStyle": {"fill": "dash", "dash": [8, 6]}}
"""What makes the line of a series dashed."""


def colour(name: str, value: str, **more: Any) -> Override:
    """Give a series or column its fixed colour, and more properties."""
    return Override("byName", name, {"color": {"mode": "fixed", "fixedColor": value}, **more})


def colours(pairs: Mapping[str, str]) -> list[Override]:
    """Give each named series its fixed colour."""
    return [colour(name, value) for name, value in pairs.items()]


def column(
    name: str,
    *,
    width: int | None = None,
    unit: str | None = None,
    mapping: Sequence[Json] = (),
    thresholds: Json | None = None,
    cell: str | None = None,
    align: str | None = None,
    decimals: int | None = None,
    top: float | None = None,
    colour: str | None = None,
    links: Sequence[Json] = (),
    hidden: bool = False,
) -> Override:
    """How a column looks; ``cell`` is color-background, color-text or gauge."""
    properties: Json = {}
    if hidden:
        return Override("byName", name, {"custom.hidden": True})
    optional = {
        "custom.width": width,
        "custom.align": align,
        "unit": unit,
        "decimals": decimals,
        "thresholds": thresholds,
        "max": top,
        "mappings": list(mapping) or None,
        "links": list(links) or None,
        "color": {"mode": "fixed", "fixedColor": colour} if colour else None,
        "custom.cellOptions": _cell(cell) if cell else None,
    }
    properties = {key: value for key, value in optional.items() if value is not None}
    if top is not None:
        properties["min"] = 0
    return Override("byName", name, properties)


def share_bar(name: str, thresholds: Json, *, width: int, decimals: int) -> Override:
    """How a column looks that draws a share as a bar from nothing to all."""
    return column(
        name,
        unit="percentunit",
        decimals=decimals,
        width=width,
        cell="gauge",
        top=1,
        thresholds=thresholds,
    )


def _cell(kind: str) -> Json:
    if kind == "gauge":
        return {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}
    if kind == "color-background":
        return {"type": "color-background", "mode": "basic"}
    return {"type": kind}


def to(uid: str, title: str, *variables: str) -> Json:
    """Link to another dashboard; it carries the time range and the given ``var-…`` texts."""
    query = "&".join(("${__url_time_range}", *variables))
    return {"title": title, "url": f"/d/{uid}?{query}", "targetBlank": False}

"""What a dashboard is made of, and its JSON as Grafana 11.6 and later read it.

The query model is that of grafana-clickhouse-datasource 4.20: ``format`` 0 is a time series and 1
a table. Ids of panels are given by hand and never change: alerts and links name them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

PLUGIN: Final = "grafana-clickhouse-datasource"
PLUGIN_VERSION: Final = "4.20.0"
SCHEMA_VERSION: Final = 41
SOURCE: Final = {"type": PLUGIN, "uid": "${datasource}"}
SOURCE_UID: Final = "tingfeng"
TAG: Final = "tingfeng"
ZONE: Final = "Asia/Shanghai"
EMPTY: Final = "尚无数据"
COLUMNS: Final = 24

Json = dict[str, Any]


def _query(sql: str, *, series: bool, ref: str) -> Json:
    return {
        "refId": ref,
        "editorType": "sql",
        "queryType": "timeseries" if series else "table",
        "format": 0 if series else 1,
        "pluginVersion": PLUGIN_VERSION,
        "rawSql": sql.strip(),
        "meta": {},
    }


@dataclass(frozen=True, slots=True)
class Target:
    """One query of a panel; ``series`` says that it is a time series, else it is a table."""

    sql: str
    series: bool = False
    ref: str = "A"

    def json(self) -> Json:
        """Return it as Grafana reads it."""
        return {"datasource": SOURCE, **_query(self.sql, series=self.series, ref=self.ref)}


@dataclass(frozen=True, slots=True)
class Override:
    """Properties (id -> value) for the fields that a matcher picks."""

    matcher: str
    match: str
    properties: Mapping[str, Any]

    def json(self) -> Json:
        """Return it as Grafana reads it."""
        return {
            "matcher": {"id": self.matcher, "options": self.match},
            "properties": [{"id": key, "value": value} for key, value in self.properties.items()],
        }


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel without its place; `panels` has a function for each kind."""

    id: int
    kind: str
    title: str
    description: str
    targets: Sequence[Target] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    overrides: Sequence[Override] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    interval: str = ""
    links: Sequence[Json] = ()
    transparent: bool = False

    def json(self, x: int, y: int, w: int, h: int) -> Json:
        """Return it as Grafana reads it, at its place on the grid."""
        body: Json = {
            "id": self.id,
            "type": self.kind,
            "title": self.title,
            "gridPos": {"x": x, "y": y, "w": w, "h": h},
        }
        if self.transparent:
            body["transparent"] = True
        if self.kind == "row":
            return body | {"collapsed": False, "panels": []}
        body["description"] = self.description
        if self.targets:
            body["datasource"] = SOURCE
            body["targets"] = [target.json() for target in self.targets]
        if self.interval:
            body["interval"] = self.interval
        if self.links:
            body["links"] = list(self.links)
        body["fieldConfig"] = {
            "defaults": dict(self.defaults),
            "overrides": [override.json() for override in self.overrides],
        }
        body["options"] = dict(self.options)
        return body


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice on top of a dashboard, filled by a query of (value, label)."""

    name: str
    label: str
    sql: str
    multi: bool = False
    hidden: bool = False

    def json(self) -> Json:
        """Return it as Grafana reads it; several mean that all are chosen at first."""
        current: Json = {"text": ["All"], "value": ["$__all"]} if self.multi else {}
        return {
            "type": "query",
            "name": self.name,
            "label": self.label,
            "datasource": SOURCE,
            "query": _query(self.sql, series=False, ref=self.name) | {"queryType": "sql"},
            "refresh": 2,
            "multi": self.multi,
            "includeAll": self.multi,
            "sort": 0,
            "regex": "",
            "hide": 2 if self.hidden else 0,
            "options": [],
            "current": current,
        }


@dataclass(frozen=True, slots=True)
class Annotation:
    """Marks on every time axis of a dashboard: columns time, timeEnd, title, text, tags."""

    name: str
    colour: str
    sql: str

    def json(self) -> Json:
        """Return it as Grafana reads it."""
        return {
            "name": self.name,
            "datasource": SOURCE,
            "enable": True,
            "hide": False,
            "iconColor": self.colour,
            "target": _query(self.sql, series=False, ref="Anno"),
        }


@dataclass(frozen=True, slots=True)
class Placed:
    """Panels side by side, each with its width of 24, all of one height."""

    height: int
    panels: Sequence[tuple[int, Panel]]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard: lines of panels from the top down."""

    uid: str
    title: str
    description: str
    lines: Sequence[Placed]
    variables: Sequence[Variable] = ()
    annotations: Sequence[Annotation] = ()
    span: str = "now-24h"
    refresh: str = "1m"

    def json(self) -> Json:
        """Return it as the file that Grafana provisions."""
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": [TAG],
            "schemaVersion": SCHEMA_VERSION,
            "version": 1,
            "editable": False,
            "graphTooltip": 1,
            "timezone": ZONE,
            "weekStart": "monday",
            "refresh": self.refresh,
            "time": {"from": self.span, "to": "now"},
            "timepicker": {"refresh_intervals": ["30s", "1m", "5m", "15m", "1h"]},
            "links": [_LINKS],
            "templating": {"list": [_DATASOURCE, *(one.json() for one in self.variables)]},
            "annotations": {"list": [_BUILT_IN, *(one.json() for one in self.annotations)]},
            "panels": self._panels(),
        }

    def _panels(self) -> list[Json]:
        found: list[Json] = []
        y = 0
        for line in self.lines:
            x = 0
            for width, panel in line.panels:
                found.append(panel.json(x, y, width, line.height))
                x += width
            y += line.height
        return found


_DATASOURCE: Final[Json] = {
    "type": "datasource",
    "name": "datasource",
    "label": "数据源",
    "query": PLUGIN,
    "refresh": 1,
    "regex": "",
    "hide": 2,
    "multi": False,
    "includeAll": False,
    "options": [],
    "current": {"text": SOURCE_UID, "value": SOURCE_UID},
}
_BUILT_IN: Final[Json] = {
    "builtIn": 1,
    "datasource": {"type": "grafana", "uid": "-- Grafana --"},
    "type": "dashboard",
    "name": "Annotations & Alerts",
    "enable": True,
    "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)",
}
_LINKS: Final[Json] = {
    "type": "dashboards",
    "title": "听风看板",
    "tags": [TAG],
    "asDropdown": False,
    "icon": "external link",
    "includeVars": True,
    "keepTime": True,
    "targetBlank": False,
    "tooltip": "",
    "url": "",
}

"""What must hold for every dashboard, told from its JSON alone: one sentence for each breach."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from dashboards.macros import QueryError, Scope, expand
from dashboards.model import COLUMNS, EMPTY, PLUGIN, PLUGIN_VERSION, TAG, ZONE, Json
from sql.lexer import identifiers

UNITS: Final = frozenset({"none", "locale", "percentunit", "bytes"})
_FORMATS: Final = {"timeseries": 0, "table": 1}
_UID: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
_SOURCE: Final = "${datasource}"
_LEAST_REFRESH_S: Final = 30
_ON_TIME_RANGE: Final = 2
_CLOCKS: Final = frozenset(
    {"now", "now64", "today", "yesterday", "rand", "rand64", "randCanonical", "nowInBlock"}
)
_READ: Final = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)", re.IGNORECASE)
_NAMED_QUERY: Final = re.compile(r"\b(\w+)\s+AS\s*\(\s*(?:SELECT|WITH)", re.IGNORECASE)
_USED: Final = re.compile(r"\$\{?([a-z]\w*)(?::(\w+))?\}?")
_SECOND: Final = re.compile(r",\s*\$\w+\)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
_NO_UNIT: Final = frozenset({"row", "text"})


def check(board: Json, uids: frozenset[str]) -> list[str]:
    """Return every breach of a dashboard; ``uids`` are those that links may lead to."""
    return [*_board(board), *_variables(board), *_panels(board, uids), *_annotations(board)]


def together(boards: Sequence[Json]) -> list[str]:
    """Return breaches that only show when dashboards stand side by side."""
    found: list[str] = []
    for key in ("uid", "title"):
        seen = [board[key] for board in boards]
        found += [
            f"{key} {one!r} is used twice" for one in sorted({s for s in seen if seen.count(s) > 1})
        ]
    return found


def _board(board: Json) -> Iterator[str]:
    if not _UID.fullmatch(str(board.get("uid", ""))):
        yield f"uid {board.get('uid')!r} is not 1 to 40 letters, digits, - or _"
    if board.get("id") is not None:
        yield "id is set: Grafana gives it"
    for key, wanted in (("editable", False), ("timezone", ZONE)):
        if board.get(key) != wanted:
            yield f"{key} is {board.get(key)!r}, not {wanted!r}"
    if TAG not in board.get("tags", ()):
        yield f"tag {TAG!r} is missing"
    refresh = str(board.get("refresh", ""))
    if int(refresh[:-1] or 0) * _SECONDS.get(refresh[-1:], 0) < _LEAST_REFRESH_S:
        yield f"refresh {refresh!r} is under {_LEAST_REFRESH_S} s"
    if board.get("time", {}).get("to") != "now":
        yield "the range does not end now"
    link = (board.get("links") or [{}])[0]
    if not (link.get("includeVars") and link.get("keepTime") and link.get("tags") == [TAG]):
        yield "links to the other dashboards do not carry time and variables"


def _variables(board: Json) -> Iterator[str]:
    variables = board["templating"]["list"]
    sources = [one["name"] for one in variables if one["type"] == "datasource"]
    if sources != ["datasource"]:
        yield f"one variable of type datasource named datasource is wanted (got {sources})"
    names = frozenset(one["name"] for one in variables)
    for one in variables:
        where = f"variable {one['name']}"
        if one["type"] != "query":
            continue
        if one["datasource"] != {"type": PLUGIN, "uid": _SOURCE}:
            yield f"{where}: data source is not the variable"
        if one["refresh"] != _ON_TIME_RANGE:
            yield f"{where}: is not asked again when the time range changes"
        if not one.get("label"):
            yield f"{where}: has no label"
        yield from _sql(where, one["query"]["rawSql"], names)


def _annotations(board: Json) -> Iterator[str]:
    names = frozenset(one["name"] for one in board["templating"]["list"])
    for one in board["annotations"]["list"]:
        if one.get("builtIn"):
            continue
        where = f"annotation {one['name']}"
        if one["datasource"] != {"type": PLUGIN, "uid": _SOURCE}:
            yield f"{where}: data source is not the variable"
        sql = one["target"]["rawSql"]
        if not re.search(r"\bAS time\b", sql):
            yield f"{where}: no column time"
        yield from _sql(where, sql, names)


def _panels(board: Json, uids: frozenset[str]) -> Iterator[str]:
    panels = board["panels"]
    ids = [panel["id"] for panel in panels]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"panel id {twice} is used twice"
    names = frozenset(one["name"] for one in board["templating"]["list"])
    yield from _places(panels)
    for panel in panels:
        where = f"panel {panel['id']} {panel.get('title', '')}"
        if not panel.get("title"):
            yield f"{where}: has no title"
        if panel["type"] == "row":
            continue
        if not panel.get("description"):
            yield f"{where}: has no description"
        yield from _targets(where, panel, names)
        yield from _fields(where, panel)
        yield from _links(where, panel, uids, names)


def _places(panels: Sequence[Json]) -> Iterator[str]:
    taken: dict[tuple[int, int], int] = {}
    for panel in panels:
        place = panel["gridPos"]
        if place["x"] < 0 or place["w"] < 1 or place["x"] + place["w"] > COLUMNS:
            yield f"panel {panel['id']}: does not fit into {COLUMNS} columns"
        cells: list[tuple[int, int]] = [
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ]
        over = {taken[cell] for cell in cells if cell in taken}
        yield from (f"panel {panel['id']}: lies over panel {other}" for other in sorted(over))
        taken.update((cell, int(panel["id"])) for cell in cells)


def _targets(where: str, panel: Json, names: frozenset[str]) -> Iterator[str]:
    targets = panel.get("targets") or []
    if not targets:
        yield f"{where}: asks nothing"
    if panel.get("datasource") != {"type": PLUGIN, "uid": _SOURCE}:
        yield f"{where}: data source is not the variable"
    refs = [target["refId"] for target in targets]
    if len(set(refs)) != len(refs):
        yield f"{where}: two queries have one refId"
    over_time = panel["type"] in ("timeseries", "state-timeline")
    for target in targets:
        if target["datasource"] != {"type": PLUGIN, "uid": _SOURCE}:
            yield f"{where}: data source of {target['refId']} is not the variable"
        if target.get("pluginVersion") != PLUGIN_VERSION or target.get("editorType") != "sql":
            yield f"{where}: {target['refId']} would be migrated from an old version"
        if _FORMATS.get(target["queryType"]) != target["format"]:
            yield f"{where}: queryType {target['queryType']} and format {target['format']} differ"
        if (target["format"] == 0) != over_time:
            yield f"{where}: a {panel['type']} panel cannot show format {target['format']}"
        yield from _sql(where, target["rawSql"], names)


def _sql(where: str, sql: str, names: frozenset[str]) -> Iterator[str]:
    words = identifiers(re.sub(r"\$__\w+", " ", sql))
    for clock in sorted(words & _CLOCKS):
        yield f"{where}: calls {clock}(); the panel's end is now"
    known = set(_NAMED_QUERY.findall(sql))
    for table in _READ.findall(sql):
        if not table.startswith("v_") and table not in known:
            yield f"{where}: reads {table}, which is no v_* view"
    if not re.search(r"\$__(?:timeFilter|fromTime|toTime)", sql) and "${incident" not in sql:
        yield f"{where}: is not bound to the time range"
    for name, form in _USED.findall(_SECOND.sub(")", sql)):
        if name not in names:
            yield f"{where}: variable {name} is not defined"
        elif form != "singlequote":
            yield f"{where}: variable {name} is not quoted; write ${{{name}:singlequote}}"
    if "hasToken" in sql:
        yield f"{where}: hasToken fails on text with blanks"
    values = dict.fromkeys(names, "x")
    try:
        expand(sql, Scope(0, 3_600_000, 60_000, values))
    except QueryError as error:
        yield f"{where}: {error}"


def _fields(where: str, panel: Json) -> Iterator[str]:
    config = panel["fieldConfig"]
    defaults = config["defaults"]
    if defaults.get("noValue") != EMPTY:
        yield f"{where}: does not say {EMPTY} when empty"
    properties = [one for override in config["overrides"] for one in override["properties"]]
    units = [defaults.get("unit"), *(one["value"] for one in properties if one["id"] == "unit")]
    for unit in units:
        if unit not in UNITS and not str(unit).startswith(("suffix:", "time:")):
            yield f"{where}: unit {unit!r} is none that is known here"
    steps = [defaults.get("thresholds", {})]
    steps += [one["value"] for one in properties if one["id"] == "thresholds"]
    for one in steps:
        if one.get("steps", [{}])[0].get("value", 0) is not None:
            yield f"{where}: the first threshold step must have no value"


def _links(where: str, panel: Json, uids: frozenset[str], names: frozenset[str]) -> Iterator[str]:
    config = panel["fieldConfig"]
    found: list[Mapping[str, Any]] = [*panel.get("links", ()), *config["defaults"].get("links", ())]
    for override in config["overrides"]:
        for one in override["properties"]:
            if one["id"] == "links":
                found += one["value"]
    for link in found:
        url = str(link["url"])
        if url.startswith("${__data.fields.url}"):
            continue
        target = re.match(r"/d/([\w-]+)\?", url)
        if target is None or target[1] not in uids:
            yield f"{where}: link {url!r} leads to no dashboard of ours"
        if "${__url_time_range}" not in url:
            yield f"{where}: link {url!r} does not carry the time range"
        for name in re.findall(r"\$\{(\w+):queryparam\}", url):
            if name not in names:
                yield f"{where}: link carries {name}, which is not defined"

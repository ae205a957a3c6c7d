"""Types, enums and unknown keys of dashboards, with the Grafana foundation SDK as the schema.

A dashboard is read into the SDK's models, every value is held against its type hint, and what a
round trip loses is a key that Grafana does not know.
"""

import enum
import json
import types
import typing
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Final, Self

from grafana_foundation_sdk.cog import runtime, variants
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins

from dashboards.model import PLUGIN

with warnings.catch_warnings():
    # Its second version of the model is for servers newer than those we write for.
    warnings.simplefilter("ignore", DeprecationWarning)
    from grafana_foundation_sdk.models.dashboard import Dashboard

QUERY_KEYS: Final = frozenset(
    {"refId", "datasource", "editorType", "rawSql", "queryType", "format", "pluginVersion", "meta"}
)


class ClickHouseQuery(variants.Dataquery):
    """A query of the plugin, kept as it is; the SDK has no model of it."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body

    def to_json(self) -> dict[str, object]:
        """Give back what was read, of the keys the plugin knows."""
        return {key: value for key, value in self.body.items() if key in QUERY_KEYS}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read a query."""
        return cls(data)


def breaches(board: dict[str, Any]) -> list[str]:
    """Return what in a dashboard Grafana's own types do not allow or know."""
    register_default_plugins()
    runtime.register_dataquery_variant(
        runtime.DataqueryConfig(identifier=PLUGIN, from_json_hook=ClickHouseQuery.from_json)
    )
    model = Dashboard.from_json(board)
    found = list(_object(model, ""))
    found += _lost(board, json.loads(JSONEncoder(sort_keys=True).encode(model)), "")
    for place, panel in enumerate(model.panels or ()):
        options = getattr(panel, "options", None)
        config = getattr(panel, "field_config", None)
        custom = getattr(getattr(config, "defaults", None), "custom", None)
        for name, part in (("options", options), ("custom", custom)):
            if part is not None and hasattr(type(part), "from_json"):
                found += _object(part, f".panels[{place}].{name}")
    return found


def _lost(before: object, after: object, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if value is None or value in ({}, []):
                continue
            if key not in after:
                yield f"unknown key {path}.{key}"
            else:
                yield from _lost(value, after[key], f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list):
        for place, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from _lost(one, other, f"{path}[{place}]")


def _object(thing: object, path: str) -> Iterator[str]:
    if isinstance(thing, ClickHouseQuery):
        return
    for name, hint in typing.get_type_hints(type(thing)).items():
        if hasattr(thing, name):
            yield from _value(getattr(thing, name), hint, f"{path}.{name}")


def _value(value: object, hint: Any, path: str) -> Iterator[str]:
    if hint in (Any, object) or isinstance(hint, typing.TypeVar):
        return
    origin = typing.get_origin(hint)
    by_origin: dict[Any, Callable[[object, tuple[Any, ...], str], Iterator[str]]] = {
        typing.Union: _union,
        types.UnionType: _union,
        list: _list,
        dict: _dict,
        typing.Literal: _literal,
    }
    if origin in by_origin:
        yield from by_origin[origin](value, typing.get_args(hint), path)
    elif hint is type(None):
        if value is not None:
            yield f"{path}: {value!r} is not null"
    elif isinstance(hint, type):
        yield from _typed(value, hint, path)


def _typed(value: object, hint: type, path: str) -> Iterator[str]:
    if issubclass(hint, enum.Enum):
        if value not in [one.value for one in hint]:
            yield f"{path}: {value!r} is no {hint.__name__}"
    elif hint in (int, float, str, bool):
        allowed = (int, float) if hint is float else (hint,)
        if not isinstance(value, allowed) or (isinstance(value, bool) and hint is not bool):
            yield f"{path}: {value!r} is no {hint.__name__}"
    elif isinstance(value, hint):
        yield from _object(value, path)
    else:
        yield f"{path}: {type(value).__name__} is no {hint.__name__}"


def _union(value: object, hints: tuple[Any, ...], path: str) -> Iterator[str]:
    same = [one for one in hints if isinstance(one, type) and isinstance(value, one)]
    same = [one for one in same if hasattr(one, "from_json")]
    found = [list(_value(value, one, path)) for one in (same or hints)]
    if all(found):
        yield from min(found, key=len)


def _list(value: object, hints: tuple[Any, ...], path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: {type(value).__name__} is no list"
        return
    for place, one in enumerate(value):
        yield from _value(one, hints[0], f"{path}[{place}]")


def _dict(value: object, hints: tuple[Any, ...], path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {type(value).__name__} is no object"
        return
    for key, one in value.items():
        yield from _value(one, hints[1], f"{path}.{key}")


def _literal(value: object, hints: tuple[Any, ...], path: str) -> Iterator[str]:
    if value not in hints:
        yield f"{path}: {value!r} is none of {hints}"

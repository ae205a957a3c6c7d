"""Field mappings: how the fields of somebody's records become those of a mention.

A YAML file with a line for each field of the mention format that is called otherwise there::

    platform: {const: weibo}            # the same for every record
    text: content                       # another name
    author.followers: user.fans_num     # dots lead into nested objects, on both sides
    title: [headline, subject]          # the first of these that is not empty
    published_at: {from: create_time, shift_hours: -8}   # a crawler that wrote the wrong zone

Fields that already have the right name need no line. Everything else in a record is left out.
"""

from collections.abc import Mapping as Record
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

import yaml

from flows.yaml_nodes import NodeReader, Value, join, line_of
from operators.errors import ConfigError
from operators.instants import SHANGHAI, instant_ms
from operators.model import HOUR

TARGETS: Final = (
    "id",
    "platform",
    "kind",
    "author",
    "author.id",
    "author.name",
    "author.followers",
    "author.verified",
    "title",
    "text",
    "url",
    "published_at",
    "collected_at",
    "counts.likes",
    "counts.comments",
    "counts.reposts",
    "counts.views",
    "location",
    "lang",
    "root_id",
    "parent_id",
    "deleted",
    "rank",
    "heat",
    "exercise",
)
"""Fields of the mention format that a mapping can fill."""

_TIMES: Final = ("published_at", "collected_at")
_NATIVE: Final = frozenset((*TARGETS, "counts"))
_RULE_KEYS: Final = ("from", "const", "shift_hours")
_LONGEST_SHIFT_H: Final = 26


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where one field comes from: the first source that is not empty, else ``const``."""

    target: str
    sources: tuple[str, ...] = ()
    const: Value | None = None
    shift_ms: int = 0


@dataclass(frozen=True, slots=True)
class Mapping:
    """All rules of a file; ``zone`` is that of times without one, where a shift needs them."""

    rules: tuple[FieldRule, ...] = ()
    zone: tzinfo = SHANGHAI

    def apply(self, record: Record[str, Any]) -> dict[str, Any]:
        """Return the record in the mention format."""
        mention: dict[str, Any] = {}
        for name, value in record.items():
            if name in _NATIVE and _given(value):
                _put(mention, name, value)  # columns of a table are named author.name
        for rule in self.rules:
            value = self._value(rule, record)
            if _given(value):
                _put(mention, rule.target, value)
            else:
                mention.pop(rule.target, None)
        return mention

    def _value(self, rule: FieldRule, record: Record[str, Any]) -> Any:
        """Find the value of a field, with its time set right."""
        value: Any = None
        for source in rule.sources:
            value = _at(record, source)
            if _given(value):
                break
        else:
            value = rule.const
        if rule.shift_ms and isinstance(value, str | int | float):
            instant = instant_ms(value, self.zone)
            return value if instant is None else instant + rule.shift_ms
        return value


def load_mapping(path: Path) -> Mapping:
    """Read a mapping; raises `ConfigError` with every problem in it."""
    reader = NodeReader(str(path))
    nodes = reader.entries(reader.load(path), "", TARGETS)
    rules = [_rule(reader, target, node) for target, node in nodes.items()]
    if "author" in nodes and any(target.startswith("author.") for target in nodes):
        line = line_of(nodes["author"])
        hint = "author.id and author.name"
        reader.note(line, "author", "cannot be given beside its parts", hint=hint)
    if reader.problems:
        raise ConfigError(sorted(reader.problems, key=lambda problem: problem.line))
    return Mapping(tuple(rules))


def _rule(reader: NodeReader, target: str, node: yaml.Node) -> FieldRule:
    """Read what fills one field."""
    if not isinstance(node, yaml.MappingNode):
        return FieldRule(target, _sources(reader, target, node))
    parts = reader.entries(node, target, _RULE_KEYS)
    sources: Sequence[str] = ()
    const: Value | None = None
    if "from" in parts:
        sources = _sources(reader, join(target, "from"), parts["from"])
    if "const" in parts:
        const = _const(reader, join(target, "const"), parts["const"])
    if not parts.keys() & {"from", "const"}:
        reader.wrong(node, target, "names no source", "a field name, or {const: value}")
    return FieldRule(target, tuple(sources), const, _shift(reader, target, parts))


def _sources(reader: NodeReader, path: str, node: yaml.Node) -> tuple[str, ...]:
    """Read a field name or a list of them."""
    if not isinstance(node, yaml.SequenceNode):
        name = reader.scalar(node, path, str)
        return (str(name),) if name else ()
    names = [reader.scalar(item, at, str) for at, item in reader.items(node, path)]
    if not names:
        reader.wrong(node, path, "is an empty list", "at least one field name")
    return tuple(str(name) for name in names if name)


def _const(reader: NodeReader, path: str, node: yaml.Node) -> Value | None:
    """Read a value that is the same for every record."""
    kinds = {"tag:yaml.org,2002:bool": bool, "tag:yaml.org,2002:int": int}
    return reader.scalar(node, path, kinds.get(node.tag, str))


def _shift(reader: NodeReader, target: str, parts: Record[str, yaml.Node]) -> int:
    """Read by how much a time is to be moved, in milliseconds."""
    node = parts.get("shift_hours")
    if node is None:
        return 0
    path = join(target, "shift_hours")
    if target not in _TIMES:
        reader.wrong(node, path, f"is for {' and '.join(_TIMES)} only", "dropping it")
        return 0
    hours = reader.scalar(node, path, float)
    if hours is None:
        return 0
    if abs(float(hours)) > _LONGEST_SHIFT_H:
        reader.wrong(node, path, f"must lie within {_LONGEST_SHIFT_H} hours", "-8")
    return round(float(hours) * HOUR)


def _given(value: Any) -> bool:
    """Tell whether a field holds anything; an empty cell of a table does not."""
    return value is not None and value != ""


def _at(record: Record[str, Any], path: str) -> Any:
    """Return the value at a path; a field may also have dots in its name."""
    if path in record:
        return record[path]
    if "." not in path:
        return None
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _put(mention: dict[str, Any], target: str, value: Any) -> None:
    """Set a field; ``author.name`` lies within ``author``."""
    outer, _, inner = target.partition(".")
    if not inner:
        mention[outer] = value
        return
    present = mention.get(outer)
    # A copy: the object may belong to the record, and a plain author gives way to its parts.
    mention[outer] = {**present, inner: value} if isinstance(present, dict) else {inner: value}

"""The crisis types of a ``pack.yaml``: weighted terms and rules, each rule read at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from msgspec import Meta

from operators.errors import Problem, RuleError, pointed
from operators.model import CrisisType
from operators.rule_language import Node, parse
from playbooks.reader import Reader
from playbooks.schema import Share, Slug, Text

Weight = Annotated[float, Meta(ge=0.05, le=10)]

_NO_GROUPS: Final[Mapping[str, Node]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisTypeEntry:
    """A crisis type in ``pack.yaml``; ``terms`` and ``rules`` map what to find to a weight."""

    id: Slug
    name: Text
    terms: Annotated[dict[str, Weight], Meta(min_length=1)]
    threshold: Weight = 1.0
    exclude: tuple[Text, ...] = ()
    gravity: Share = 0.5
    rules: dict[str, Weight] = field(default_factory=dict)
    unless: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackEntry:
    """The content of ``pack.yaml``; rules name a group of ``groups`` by ``$`` and its name."""

    industry: Slug
    name: Text
    crisis_types: Annotated[tuple[CrisisTypeEntry, ...], Meta(min_length=1)]
    groups: dict[str, Text] = field(default_factory=dict)


def read_crisis_types(reader: Reader, entry: Mapping[str, Any]) -> tuple[CrisisType, ...]:
    """Make the crisis types; an id used twice and every mistake in a rule is noted."""
    groups = _groups(reader, entry.get("groups", {}))
    types: dict[str, CrisisType] = {}
    for i, item in enumerate(entry["crisis_types"]):
        at = f"crisis_types[{i}]"
        if item["id"] in types:
            reader.note(f"{at}.id", "duplicate id", item["id"])
        rules = [
            (_rule(reader, f"{at}.rules.{source}", source, groups), weight)
            for source, weight in item.get("rules", {}).items()
        ]
        unless = [
            _rule(reader, f"{at}.unless[{n}]", source, groups)
            for n, source in enumerate(item.get("unless", ()))
        ]
        types[item["id"]] = CrisisType(
            id=item["id"],
            name=item["name"],
            industry=entry["industry"],
            terms=tuple(item["terms"].items()),
            threshold=item.get("threshold", 1.0),
            exclude=tuple(item.get("exclude", ())),
            gravity=item.get("gravity", 0.5),
            rules=tuple((str(node), weight) for node, weight in rules if node is not None),
            unless=tuple(str(node) for node in unless if node is not None),
        )
    return tuple(types.values())


def _groups(reader: Reader, sources: Mapping[str, str]) -> dict[str, Node]:
    """Read the groups in their order; a group may use those above it."""
    groups: dict[str, Node] = {}
    for name, source in sources.items():
        node = _rule(reader, f"groups.{name}", source, groups)
        if node is not None:
            groups[name] = node
    return groups


def _rule(
    reader: Reader, path: str, source: str, groups: Mapping[str, Node] = _NO_GROUPS
) -> Node | None:
    """Read one rule; None when it is wrong, which is noted with line, column and a caret."""
    try:
        return parse(source, groups)
    except RuleError as error:
        mark = (reader.key_marks if path.endswith(f".rules.{source}") else reader.marks)[path]
        column = mark.column + error.place if mark.column else 0
        where = path.partition(f".{source}")[0]
        reader.problems.append(
            Problem(
                reader.file,
                mark.line,
                where,
                error.problem,
                "",
                error.hint,
                column,
                pointed(source, error.place),
            )
        )
        return None

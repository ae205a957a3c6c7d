"""YAML read as nodes, so that every problem can name its file and line.

A `NodeReader` never raises for what the user wrote: it notes a `Problem` and goes on, so that all
of them can be shown at once.
"""

import difflib
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

import yaml

from operators.errors import Problem

Value = bool | int | float | str

NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})

_TAG: Final = "tag:yaml.org,2002:"
_KINDS: Final[Mapping[type, tuple[str, tuple[str, ...]]]] = {
    bool: ("must be true or false", ("bool",)),
    int: ("must be a whole number", ("int",)),
    float: ("must be a number", ("int", "float")),
    str: ("must be text", ("str", "int", "float")),
}
_LONGEST_SHOWN: Final = 60


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like ``word``, or an empty string when none is near.

    >>> nearest("partitons", ["url", "partitions"])
    'partitions'
    """
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def shown(node: yaml.Node) -> str:
    """Say what a node holds, short enough for one line."""
    if isinstance(node, yaml.ScalarNode):
        if node.tag == f"{_TAG}null":
            return "nothing"
        text = node.value
        quoted = repr(text) if node.tag == f"{_TAG}str" else text
        return quoted if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]!r}…"
    return "a mapping" if isinstance(node, yaml.MappingNode) else "a list"


def is_null(node: yaml.Node | None) -> bool:
    """Tell whether nothing is written there, as when all keys of a section are comments."""
    return node is None or node.tag == f"{_TAG}null"


@dataclass(frozen=True, slots=True)
class NodeReader:
    """Reads the nodes of one file; ``problems`` may be shared between files."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def note(self, line: int, path: str, problem: str, got: str = "", hint: str = "") -> None:
        """Note a problem at a line, counted from 1."""
        self.problems.append(Problem(self.file, line, path, problem, got, hint))

    def wrong(self, node: yaml.Node, path: str, problem: str, hint: str = "") -> None:
        """Note a problem with what ``node`` holds."""
        self.note(line_of(node), path, problem, shown(node), hint)

    def load(self, path: Path) -> yaml.Node | None:
        """Compose the file; a file that cannot be read or is not YAML is a problem."""
        try:
            text = path.read_bytes().decode()
        except OSError as error:
            self.note(1, "(file)", f"cannot be read: {error.strerror}")
            return None
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            self.note(line, "(file)", "is not UTF-8", hint="save it as UTF-8")
            return None
        try:
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = f"is not YAML: {error.problem or error.context}"
            self.note(mark.line + 1 if mark else 1, "(file)", problem)
        except yaml.YAMLError as error:
            first = str(error).splitlines()[0]
            self.note(1, "(file)", f"is not YAML: {first}")
        except RecursionError:
            self.note(1, "(file)", "is nested too deeply")
        return None

    def entries(
        self,
        node: yaml.Node | None,
        path: str,
        known: Collection[str],
        homes: Mapping[str, str] = NOWHERE,
    ) -> dict[str, yaml.Node]:
        """Return the values of a mapping by key; unknown and repeated keys are problems.

        ``homes`` says where keys belong that are known elsewhere.
        """
        if node is None or is_null(node):
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, path or "(file)", "must be a mapping of `name: value` lines")
            return {}
        found: dict[str, yaml.Node] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
            inner = join(path, key or "?")
            if not key:
                self.wrong(key_node, inner, "a key must be a word")
            elif key in lines:
                problem = f"is given twice, first in line {lines[key]}"
                self.note(line_of(key_node), inner, problem, hint="keep one of them")
            elif key not in known:
                hint = homes.get(key) or nearest(key, known) or " | ".join(known)
                self.note(line_of(key_node), inner, "is not a setting", repr(key), hint)
            else:
                found[key] = value_node
            lines.setdefault(key, line_of(key_node))
        return found

    def items(self, node: yaml.Node | None, path: str) -> list[tuple[str, yaml.Node]]:
        """Return the items of a list with their paths; an absent list is empty."""
        if node is None or is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.wrong(node, path, "must be a list of `- item` lines")
            return []
        return [(f"{path}[{index}]", item) for index, item in enumerate(node.value)]

    def scalar(self, node: yaml.Node, path: str, kind: type) -> Value | None:
        """Return the value as ``kind`` (bool, int, float or str), None after a problem."""
        problem, tags = _KINDS[kind]
        tag = node.tag.removeprefix(_TAG)
        if is_null(node):
            self.note(line_of(node), path, "has no value", hint="give one, or drop the line")
        elif not isinstance(node, yaml.ScalarNode) or tag not in tags:
            self.wrong(node, path, problem, _rewritten(node, kind))
        elif kind is str:
            return node.value
        else:
            value = _constructed(node)
            if value is not None:
                return float(value) if kind is float else value
            self.wrong(node, path, problem)
        return None


def _constructed(node: yaml.ScalarNode) -> bool | int | float | None:
    """Return the finite number or truth value a scalar stands for, None if it has none."""
    try:
        value = yaml.SafeLoader("").construct_object(node)
    except (ValueError, KeyError):  # an explicit tag on something else, such as `!!int abc`
        return None
    return value if isinstance(value, bool | int | float) and math.isfinite(value) else None


def _rewritten(node: yaml.Node, kind: type) -> str:
    """Guess what was meant by a scalar of the wrong kind."""
    if not isinstance(node, yaml.ScalarNode):
        return ""
    if kind is str:
        return f"quotes: '{node.value}'"
    if kind in (int, float):
        digits = re.match(r"\s*(\d+)", node.value)
        return digits[1] if digits else ""
    return {"1": "true", "0": "false"}.get(node.value, "")


def line_of(node: yaml.Node) -> int:
    """Return the line a node starts in, counted from 1."""
    return node.start_mark.line + 1


def join(path: str, key: str) -> str:
    """Return the dotted path of ``key`` below ``path``."""
    return f"{path}.{key}" if path else key

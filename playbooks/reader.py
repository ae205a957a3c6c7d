"""YAML nodes -> builtin values, checked against a dataclass, with every problem at its line.

The types of the dataclass are the format: keys, required or not, literals, bounds and patterns.
"""

import dataclasses
import difflib
import re
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, Union

import yaml
from msgspec import Meta

from operators.errors import Problem

BAD: Final = object()
"""Stands for a value that could not be read; its problem has been noted."""

_SCALARS: Final = {str: "text", float: "a number", int: "a whole number", bool: "true or false"}
_TAGS: Final = {
    float: ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float"),
    int: ("tag:yaml.org,2002:int",),
    bool: ("tag:yaml.org,2002:bool",),
}
_NOT_TEXT: Final = {
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:float",
    "tag:yaml.org,2002:bool",
    "tag:yaml.org,2002:null",
}


class Mark(NamedTuple):
    """Where the first character of a text stands in its file, from 1; column 0 when not known."""

    line: int
    column: int


class Reader:
    """Reads the nodes of one file; ``problems`` grows, ``lines`` keeps where each path stands."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines: dict[str, int] = {}
        self.marks: dict[str, Mark] = {}
        self.key_marks: dict[str, Mark] = {}
        self._texts: dict[str, int] = {}

    def note(
        self, path: str, problem: str, got: str = "", hint: str = "", text_line: int = 0
    ) -> None:
        """Note a problem at ``path``; ``text_line`` counts from 1 within the text there."""
        line = self.lines.get(path, 1)
        if text_line:
            line = self._texts[path] + text_line - 1
        self.problems.append(Problem(self.file, line, path or "file", problem, got, hint))

    def document(self, text: str, kind: type) -> dict[str, Any] | None:
        """Read a whole file as ``kind`` (a dataclass); None when anything in it is wrong."""
        try:
            node = _composed(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line = mark.line + 1 if mark else 1
            self.problems.append(Problem(self.file, line, "file", "not YAML", error.problem or ""))
            return None
        except yaml.YAMLError as error:
            self.problems.append(Problem(self.file, 1, "file", "not YAML", str(error)))
            return None
        if node is None:
            self.note("", "file is empty")
            return None
        value = self.read(node, kind, "")
        return None if self.problems or value is BAD else value

    def read(self, node: yaml.Node, kind: Any, path: str) -> Any:
        """Return ``node`` as builtin values of the type ``kind``, or BAD."""
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            # The text of a block scalar begins on the line after its mark.
            block = node.style in ("|", ">")
            self._texts[path] = node.start_mark.line + (2 if block else 1)
            self.marks[path] = _mark(node)
        metas: tuple[Any, ...] = ()
        origin = typing.get_origin(kind)
        if origin is Annotated:
            kind, *rest = typing.get_args(kind)
            metas = tuple(rest)
            origin = typing.get_origin(kind)
        if dataclasses.is_dataclass(kind):
            value: Any = self._mapping_of(node, kind, path)
        elif origin is Literal:
            value = self._choice(node, typing.get_args(kind), path)
        elif origin in (Union, types.UnionType):
            value = self._scalar(node, typing.get_args(kind)[0], path)
        elif origin is tuple:
            value = self._list(node, typing.get_args(kind)[0], path)
        elif origin is dict:
            key, item = typing.get_args(kind)
            value = self._table(node, key, item, path)
        else:
            value = self._scalar(node, kind, path)
        if value is not BAD:
            self._check(value, metas, path)
        return value

    def _mapping_of(self, node: yaml.Node, kind: Any, path: str) -> Any:
        hints = typing.get_type_hints(kind, include_extras=True)
        entries = self._entries(node, path, hints)
        if entries is None:
            return BAD
        needed = [
            f.name
            for f in dataclasses.fields(kind)
            if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        ]
        for name in needed:
            if name not in entries:
                self.note(path, "missing key", hint=name)
        return {k: self.read(v, hints[k], _join(path, k)) for k, v in entries.items() if k in hints}

    def _table(self, node: yaml.Node, key: Any, kind: Any, path: str) -> Any:
        known = typing.get_args(key) if typing.get_origin(key) is Literal else None
        entries = self._entries(node, path, known)
        if entries is None:
            return BAD
        return {k: self.read(v, kind, _join(path, k)) for k, v in entries.items()}

    def _entries(
        self, node: yaml.Node, path: str, known: Iterable[str] | None
    ) -> Mapping[str, yaml.Node] | None:
        """Return the entries of a mapping; unknown and duplicate keys are noted."""
        if not isinstance(node, yaml.MappingNode):
            self.note(path, "must be a mapping of keys to values", _shown(node))
            return None
        entries: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            place = _join(path, key)
            if key in entries:
                first = self.lines[place]
                line = key_node.start_mark.line + 1
                problem = Problem(self.file, line, place, "duplicate key", f"first on line {first}")
                self.problems.append(problem)
                continue
            self.lines[place] = key_node.start_mark.line + 1
            self.key_marks[place] = _mark(key_node)
            if known is not None and key not in known:
                self.note(place, "unknown key", key, nearest(key, known))
            entries[key] = value
        return entries

    def _list(self, node: yaml.Node, kind: Any, path: str) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            self.note(path, "must be a list", _shown(node), "- item")
            return BAD
        return [self.read(item, kind, f"{path}[{i}]") for i, item in enumerate(node.value)]

    def _choice(self, node: yaml.Node, choices: tuple[str, ...], path: str) -> Any:
        value = self._scalar(node, str, path)
        if value is not BAD and value not in choices:
            self.note(path, "unknown value", value, nearest(value, choices))
        return value

    def _scalar(self, node: yaml.Node, kind: Any, path: str) -> Any:
        value = node.value if isinstance(node, yaml.ScalarNode) else None
        tags = _TAGS.get(kind)
        fits = node.tag not in _NOT_TEXT if tags is None else node.tag in tags
        if value is None or not fits:
            quoted = f'"{value}"' if value and kind is str else ""
            self.note(path, f"must be {_SCALARS[kind]}", _shown(node), quoted)
            return BAD
        if kind is str:
            return value
        try:
            return value.lower() in ("true", "yes", "on") if kind is bool else kind(value)
        except ValueError:
            self.note(path, f"must be {_SCALARS[kind]}", value)
            return BAD

    def _check(self, value: Any, metas: tuple[Any, ...], path: str) -> None:
        for meta in metas:
            if not isinstance(meta, Meta):
                continue
            size = len(value.strip() if isinstance(value, str) else value) if meta.min_length else 0
            if meta.min_length is not None and size < meta.min_length:
                self.note(path, "must not be empty")
            if meta.ge is not None and value < meta.ge:
                self.note(path, f"must be at least {meta.ge}", str(value))
            if meta.le is not None and value > meta.le:
                self.note(path, f"must be at most {meta.le}", str(value))
            if meta.pattern is not None and not re.search(meta.pattern, value):
                self.note(path, "is not well formed", value, ", ".join(meta.examples or ()))


def _composed(text: str) -> yaml.Node | None:
    """Compose by libyaml where it is there; what it refuses is told in PyYAML's own words."""
    fast = getattr(yaml, "CSafeLoader", None)
    if fast is not None:
        try:
            return yaml.compose(text, Loader=fast)
        except yaml.YAMLError:
            pass
    return yaml.compose(text, Loader=yaml.SafeLoader)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like ``word``, else all of them."""
    options = list(known)
    near = difflib.get_close_matches(word, options, n=1)
    return near[0] if near else ", ".join(options)


def _mark(node: yaml.Node) -> Mark:
    """Tell where the text of a scalar begins, if it stands in one line as it is written."""
    start, end = node.start_mark, node.end_mark
    quoted = isinstance(node, yaml.ScalarNode) and node.style in ("'", '"')
    size = end.column - start.column - 2 * quoted
    as_written = start.line == end.line and size == len(str(node.value))
    return Mark(start.line + 1, start.column + 1 + quoted if as_written else 0)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _shown(node: yaml.Node) -> str:
    """Name what was found instead: the text of a scalar, else its kind."""
    if isinstance(node, yaml.ScalarNode):
        return node.value or "nothing"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"

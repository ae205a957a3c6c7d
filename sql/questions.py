"""Named questions: ``queries/*.sql``, each with a head that says what it asks and what it takes.

The head is made of comment lines: the question in one Chinese line, more lines of explanation, and
one line per parameter, ``-- :name Type = default  what it is``; without a default it must be given.
"""

import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Final

from operators.errors import StoreError
from sql.files import shipped

_NAME: Final = re.compile(r"([a-z][a-z0-9_]*)\.sql")
_PARAMETER: Final = re.compile(
    r":(?P<name>\w+) (?P<type>[A-Z]\w*(?:\([^)]*\))?)(?: = (?P<default>.*?))?  +(?P<about>\S.*)"
)
_USE: Final = re.compile(r"\{(\w+):([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question takes; ``default`` is None when it must be given."""

    name: str
    type: str
    default: str | None
    about: str


@dataclass(frozen=True, slots=True)
class Question:
    """A named question: ``title`` is one line, ``about`` the rest of its head."""

    name: str
    title: str
    about: str
    parameters: tuple[Parameter, ...]
    sql: str

    def values(self, given: dict[str, str]) -> dict[str, str]:
        """Give every parameter its value; raises StoreError for unknown and missing ones."""
        known = {one.name: one for one in self.parameters}
        wrong = [
            f"@{self.name} takes no {name} (try {', '.join(known) or 'it without parameters'})"
            for name in given
            if name not in known
        ]
        wrong += [
            f"@{self.name}: --param {one.name}=… is missing: {one.about}"
            for one in self.parameters
            if one.default is None and one.name not in given
        ]
        if wrong:
            raise StoreError("\n".join(wrong))
        return {name: given.get(name, one.default or "") for name, one in known.items()}

    def filled(self, given: dict[str, str]) -> str:
        """Write the statement with its values in it, to be copied by a person."""
        values = self.values(given)
        return _USE.sub(lambda use: literal(values[use[1]], use[2]), self.sql)


def literal(value: object, kind: str) -> str:
    r"""Write a bound value as ClickHouse would read it, for people; the flow itself binds values.

    >>> print(literal("a'b", "String"), literal(3, "UInt8"))
    'a\'b' 3
    >>> literal("2026-11-21 00:00:00", "DateTime('Asia/Shanghai')")
    "toDateTime('2026-11-21 00:00:00', 'Asia/Shanghai')"
    >>> literal(["a"], "Array(String)")
    "['a']"
    """
    if kind.startswith(("UInt", "Int", "Float")):
        return str(value)
    if isinstance(value, list | tuple):
        inner = kind.removeprefix("Array(").removesuffix(")")
        return f"[{', '.join(literal(one, inner) for one in value)}]"
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    zone = re.fullmatch(r"DateTime\('(.+)'\)", kind)
    return f"toDateTime('{text}', '{zone[1]}')" if zone else f"'{text}'"


def read_questions(folder: Traversable | None = None) -> dict[str, Question]:
    """Read the questions of ``folder`` (default: the shipped ``queries``) by name, sorted.

    Raises StoreError, with the file, for a head out of form or a parameter not declared.
    """
    place = folder or shipped() / "queries"
    found: dict[str, Question] = {}
    for file in sorted(place.iterdir(), key=lambda one: one.name):
        match = _NAME.fullmatch(file.name)
        if match is not None:
            found[match[1]] = _question(match[1], file.read_text(encoding="utf-8"))
    return found


def _question(name: str, text: str) -> Question:
    lines = text.splitlines()
    size = next((at for at, line in enumerate(lines) if not line.startswith("-- ")), len(lines))
    head = [line.removeprefix("-- ") for line in lines[:size]]
    parameters = tuple(_parameter(name, line) for line in head if line.startswith(":"))
    words = [line for line in head if not line.startswith(":")]
    sql = "\n".join(lines[size:]).strip()
    if not words or not sql:
        msg = f"{name}.sql: needs a comment line that says what it asks, then one statement"
        raise StoreError(msg)
    declared = {(one.name, one.type) for one in parameters}
    used = {(use[0], use[1]) for use in _USE.findall(sql)}
    if used != declared:
        odd = ", ".join(sorted(f"{one}:{kind}" for one, kind in used ^ declared))
        msg = f"{name}.sql: parameters in the head and in the statement differ: {odd}"
        raise StoreError(msg)
    return Question(name, words[0], "\n".join(words[1:]), parameters, sql)


def _parameter(name: str, line: str) -> Parameter:
    match = _PARAMETER.fullmatch(line)
    if match is None:
        msg = f"{name}.sql: not a parameter: {line!r} (try ':limit UInt32 = 20  how many rows')"
        raise StoreError(msg)
    default = match["default"]
    if default == "''":
        default = ""
    return Parameter(match["name"], match["type"], default, match["about"])

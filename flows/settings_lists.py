"""The lists of the settings file: monitored subjects and threshold rules."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

import yaml

from flows.yaml_nodes import NodeReader, line_of, nearest
from operators.model import Subject
from operators.rules import ANY, INDUSTRIES, MEASURES, WINDOWS, ThresholdRule

C = TypeVar("C", bound=str)

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_SHORTEST_NAME: Final = 2
_SUBJECT_KEYS: Final = (
    "id",
    "name",
    "industry",
    "aliases",
    "products",
    "executives",
    "tags",
    "hotline",
)
_RULE_KEYS: Final = (
    "id",
    "subject",
    "crisis_type",
    "platform",
    "measure",
    "window",
    "at_least",
    "min_mentions",
)


def read_subjects(
    reader: NodeReader, node: yaml.Node | None, path: str, seen: dict[str, str]
) -> tuple[Subject, ...]:
    """Read a list of subjects; ``seen`` maps the ids read so far to where they stand."""
    found = (_subject(reader, item, at, seen) for at, item in reader.items(node, path))
    return tuple(subject for subject in found if subject is not None)


def read_thresholds(
    reader: NodeReader, node: yaml.Node | None, subjects: Collection[Subject]
) -> tuple[ThresholdRule, ...]:
    """Read the threshold rules; a rule for a subject that is not configured is a problem."""
    seen: dict[str, str] = {}
    known = tuple(subject.id for subject in subjects)
    items = reader.items(node, "thresholds")
    found = (_threshold(reader, item, at, seen, known) for at, item in items)
    return tuple(rule for rule in found if rule is not None)


@dataclass(frozen=True, slots=True)
class _Item:
    """One mapping of a list: reads its values and notes what is wrong with them."""

    reader: NodeReader
    node: yaml.Node
    path: str
    values: dict[str, yaml.Node]

    @classmethod
    def read(cls, reader: NodeReader, node: yaml.Node, path: str, keys: Collection[str]) -> "_Item":
        """Read the keys of the mapping at ``node``."""
        return cls(reader, node, path, reader.entries(node, path, keys))

    def wrong(self, key: str, problem: str, hint: str = "") -> None:
        """Note a problem with the value of ``key``, or with its absence."""
        at = f"{self.path}.{key}"
        if key in self.values:
            self.reader.wrong(self.values[key], at, problem, hint)
        else:
            self.reader.note(line_of(self.node), at, problem, "", hint)

    def text(self, key: str, *, required: bool = False) -> str:
        """Return a text that is not blank; empty when it is not given or wrong."""
        if key not in self.values:
            if required and isinstance(self.node, yaml.MappingNode):
                self.wrong(key, "is missing", f"a line `{key}: …`")
            return ""
        return _text(self.reader, self.values[key], f"{self.path}.{key}")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; empty when it is not given."""
        items = self.reader.items(self.values.get(key), f"{self.path}.{key}")
        return tuple(_text(self.reader, node, at) for at, node in items)

    def identity(self, seen: dict[str, str]) -> str:
        """Return the id, which must be plain and not taken yet."""
        text = self.text("id", required=True)
        if not text:
            return ""
        if not _ID.fullmatch(text):
            self.wrong("id", "must be of letters, digits, `_`, `.` and `-`")
        elif text in seen:
            self.wrong("id", f"is taken, see {seen[text]}", "another id")
        seen.setdefault(text, f"{self.reader.file}:{line_of(self.values['id'])}")
        return text

    def choice(self, key: str, choices: Iterable[C]) -> C | None:
        """Return one of the choices, None after a problem."""
        known = tuple(choices)
        text = self.text(key, required=True)
        found = next((each for each in known if each == text), None)
        if text and found is None:
            self.wrong(key, f"is not one of {', '.join(known)}", nearest(text, known))
        return found

    def number(self, key: str, kind: type, low: float) -> float | None:
        """Return a number of at least ``low``, None when it is not given or wrong."""
        if key not in self.values:
            return None
        value = self.reader.scalar(self.values[key], f"{self.path}.{key}", kind)
        if not isinstance(value, int | float):
            return None
        if value < low:
            self.wrong(key, f"must be at least {low:g}", f"{low:g}")
        return value


def _text(reader: NodeReader, node: yaml.Node, path: str) -> str:
    """Return a text that is not blank, an empty one after a problem."""
    value = reader.scalar(node, path, str)
    if isinstance(value, str) and not value.strip():
        reader.wrong(node, path, "is blank", "drop it, or fill it in")
    return value.strip() if isinstance(value, str) else ""


def _subject(
    reader: NodeReader, node: yaml.Node, path: str, seen: dict[str, str]
) -> Subject | None:
    """Read one subject, None after a problem."""
    noted = len(reader.problems)
    item = _Item.read(reader, node, path, _SUBJECT_KEYS)
    subject = Subject(
        id=item.identity(seen),
        name=item.text("name", required=True),
        industry=item.choice("industry", INDUSTRIES) or "",
        aliases=item.texts("aliases"),
        products=item.texts("products"),
        executives=item.texts("executives"),
        tags=item.texts("tags"),
        hotline=item.text("hotline"),
    )
    names = (subject.name, *subject.aliases)
    if subject.name and all(len(name) < _SHORTEST_NAME for name in names):
        item.wrong("name", f"needs {_SHORTEST_NAME} characters, or an alias that has them")
    return subject if len(reader.problems) == noted else None


def _threshold(
    reader: NodeReader,
    node: yaml.Node,
    path: str,
    seen: dict[str, str],
    subjects: tuple[str, ...],
) -> ThresholdRule | None:
    """Read one threshold rule, None after a problem."""
    noted = len(reader.problems)
    item = _Item.read(reader, node, path, _RULE_KEYS)
    identity = item.identity(seen)
    subject = item.text("subject") or ANY
    if subject != ANY and subjects and subject not in subjects:
        hint = nearest(subject, subjects) or f"'{ANY}' for every subject"
        item.wrong("subject", "is not a configured subject", hint)
    measure = item.choice("measure", MEASURES)
    window = item.choice("window", WINDOWS)
    at_least = item.number("at_least", float, 0)
    if at_least is None and "at_least" not in item.values and item.values:
        item.wrong("at_least", "is missing", "a line `at_least: …`")
    if at_least == 0:
        item.wrong("at_least", "must be more than 0: else the rule always fires")
    if measure == "negative_share" and at_least is not None and at_least > 1:
        hint = f"{at_least / 100:g}" if at_least <= 100 else ""
        item.wrong("at_least", "must be a share, above 0 and at most 1", hint)
    min_mentions = item.number("min_mentions", int, 0)
    crisis_type, platform = item.text("crisis_type") or ANY, item.text("platform") or ANY
    if len(reader.problems) > noted or measure is None or window is None or at_least is None:
        return None
    return ThresholdRule(
        id=identity,
        subject=subject,
        crisis_type=crisis_type,
        platform=platform,
        measure=measure,
        window_ms=WINDOWS[window],
        at_least=at_least,
        min_mentions=int(min_mentions or 0),
        file=reader.file,
        line=line_of(node),
    )

"""The lists of the settings file: monitored subjects and threshold rules."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

import yaml

from flows.yaml_nodes import NodeReader, line_of, nearest
from operators.model import MINUTE, Subject
from operators.rules import ANY, INDUSTRIES, MEASURES, TIERS, WINDOWS, ThresholdRule
from operators.subjects import names_of

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
    "competitors",
    "not_names",
    "ambiguous",
    "context",
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
    "tier",
    "at_most",
    "hold_min",
    "clear_below",
    "clear_above",
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


def read_words(reader: NodeReader, node: yaml.Node | None, path: str) -> tuple[str, ...]:
    """Read a list of texts that are not blank."""
    found = (_text(reader, item, at) for at, item in reader.items(node, path))
    return tuple(word for word in found if word)


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
        competitors=item.texts("competitors"),
        not_names=item.texts("not_names"),
        ambiguous=item.texts("ambiguous"),
        context=item.texts("context"),
    )
    _check_names(item, subject)
    names = (subject.name, *subject.aliases)
    if subject.name and all(len(name) < _SHORTEST_NAME for name in names):
        item.wrong("name", f"needs {_SHORTEST_NAME} characters, or an alias that has them")
    return subject if len(reader.problems) == noted else None


def _check_names(item: _Item, subject: Subject) -> None:
    """Note names that cannot be looked for, and exclusions that exclude nothing."""
    if subject.ambiguous and not subject.context:
        item.wrong("context", "is missing: `ambiguous` names count only near one of its words")
    if subject.context and not subject.ambiguous:
        item.wrong("ambiguous", "is missing: `context` says when these names count")
    for key in ("name", "aliases", "products", "executives", "competitors", "ambiguous"):
        given = (subject.name,) if key == "name" else getattr(subject, key)
        for name in given:
            if name and not any(char.isalnum() for char in name):
                item.wrong(key, f"`{name}` has no letter or digit to look for")
    names = [name.lower() for name in (*names_of(subject), *subject.ambiguous)]
    for longer in subject.not_names:
        if longer and not any(name in longer.lower() for name in names):
            hint = "a longer word with a name of the subject in it, as 移动硬盘 for 移动"
            item.wrong("not_names", f"`{longer}` holds none of its names", hint)
    for rival in subject.competitors:
        if rival.lower() in names:
            item.wrong("competitors", f"`{rival}` is a name of the subject itself")


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
    limits = _limits(item, measure)
    min_mentions = item.number("min_mentions", int, 0)
    hold_min = item.number("hold_min", int, 0)
    crisis_type, platform = item.text("crisis_type") or ANY, item.text("platform") or ANY
    tier = ANY
    if item.values.get("tier") is not None and item.text("tier") != ANY:
        tier = item.choice("tier", TIERS) or ANY
    if len(reader.problems) > noted or measure is None or window is None or limits is None:
        return None
    return ThresholdRule(
        id=identity,
        subject=subject,
        crisis_type=crisis_type,
        platform=platform,
        measure=measure,
        window_ms=WINDOWS[window],
        at_least=limits.at_least,
        min_mentions=int(min_mentions or 0),
        file=reader.file,
        line=line_of(node),
        tier=tier,
        at_most=limits.at_most,
        hold_ms=int(hold_min or 0) * MINUTE,
        clear_below=limits.clear_below,
        clear_above=limits.clear_above,
    )


class _Limits(NamedTuple):
    at_least: float = 0.0
    at_most: int = 0
    clear_below: float = 0.0
    clear_above: int = 0


def _limits(item: _Item, measure: str | None) -> _Limits | None:
    """Read when a rule fires and clears: ``rank`` is better the smaller, the rest the larger."""
    rank = measure == "rank"
    key, other = ("at_most", "at_least") if rank else ("at_least", "at_most")
    limit = item.number(key, int if rank else float, 0)
    if limit is None and key not in item.values and item.values:
        item.wrong(key, "is missing", f"a line `{key}: …`")
    for stray in (other, "clear_below" if rank else "clear_above"):
        if stray in item.values and measure is not None:
            item.wrong(stray, f"means nothing for {measure}", key if stray == other else "drop it")
    if limit == 0:
        fires = "never" if rank else "always"
        item.wrong(key, f"must be more than 0: else the rule {fires} fires")
    if measure == "negative_share" and limit is not None and limit > 1:
        hint = f"{limit / 100:g}" if limit <= 100 else ""
        item.wrong(key, "must be a share, above 0 and at most 1", hint)
    clear = item.number("clear_above" if rank else "clear_below", int if rank else float, 0)
    if limit is None:
        return None
    if clear and (clear < limit if rank else clear > limit):
        way = "below" if rank else "above"
        item.wrong("clear_above" if rank else "clear_below", f"must not lie {way} {key}", "drop it")
    if rank:
        return _Limits(at_most=int(limit), clear_above=int(clear or 0))
    return _Limits(at_least=limit, clear_below=clear or 0.0)

"""The settings file and the environment, read into frozen `Settings`.

One YAML file; secrets come from the environment, as ``${NAME}`` in ``redis.url`` and ``store.dsn``.
This module is the only reader of the environment. Everything wrong is told at once.
"""

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import yaml

from flows.addresses import (
    AddressError,
    interpolated,
    masked,
    redis_url,
    secret,
    secret_key,
    store_dsn,
)
from flows.settings_lists import read_subjects, read_thresholds, read_words
from flows.settings_schema import (
    DEFAULT_TIMEZONE,
    SECTIONS,
    DetectionSettings,
    GrafanaSettings,
    MemorySettings,
    RecoverySettings,
    RedisSettings,
    Rule,
    RunSettings,
    SentimentSettings,
    Settings,
    StoreSettings,
    WindowSettings,
    settable,
)
from flows.yaml_nodes import NodeReader, Value, line_of, nearest
from operators.errors import ConfigError
from operators.model import Subject
from sql.retention import TIME_COLUMN

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

S = TypeVar("S", bound="DataclassInstance")

_SERVER_FLUSH_MS: Final = 1000
_KNOWN: Final = (
    *SECTIONS,
    "subjects",
    "subjects_file",
    "thresholds",
    "stop_words",
    "packs",
    "team",
    "timezone",
    "var",
)
_PLACES: Final = [(name, section) for section, cls in SECTIONS.items() for name in settable(cls)]
_HOMES: Final = {
    name: " or ".join(f"{section}.{other}" for other, section in _PLACES if other == name)
    for name, _ in _PLACES
}
"""Setting to its full path: offered when it is written at the wrong place."""


def load_settings(path: Path | None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings file; without one, return the defaults.

    Relative paths are relative to the file's folder (without a file, to the working directory)
    and come out absolute. ``environ`` stands in for the process environment. Raises `ConfigError`.
    """
    reader = NodeReader(str(path) if path else "")
    base = (path.parent if path else Path()).absolute()
    load = _Load(reader, base, os.environ if environ is None else environ)
    settings = load.settings(reader.load(path) if path else None)
    if reader.problems:
        raise ConfigError(sorted(reader.problems, key=lambda each: (each.file, each.line)))
    return settings


def environment() -> Mapping[str, str]:
    """Return the environment, for those who are given addresses or secrets by name."""
    return os.environ


def settings_as_dict(settings: Settings) -> dict[str, Any]:
    """Return the settings as plain values for printing, secrets masked."""
    plain: dict[str, Any] = _plain(dataclasses.asdict(settings))
    plain["redis"]["url"] = masked(settings.redis.url)
    plain["store"]["dsn"] = masked(settings.store.dsn)
    plain["store"]["author_key"] = "***" if settings.store.author_key else ""
    for name in ("token", "clickhouse_password"):
        plain["grafana"][name] = "***" if plain["grafana"][name] else ""
    return plain


def _plain(value: Any) -> Any:
    """Turn paths into text and tuples into lists, all the way down."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value


@dataclass(frozen=True, slots=True)
class _Load:
    """One load: the reader that notes problems, the base of relative paths, the environment."""

    reader: NodeReader
    base: Path
    environ: Mapping[str, str]

    def settings(self, root: yaml.Node | None) -> Settings:
        """Read the whole file; once problems are noted the result is of no use."""
        top = self.reader.entries(root, "", _KNOWN, _HOMES)
        subjects = self.subjects(top)
        var = self.path(top["var"], "var") if "var" in top else self.base / "var"
        settings = Settings(
            redis=self.section(RedisSettings(), top, "redis"),
            store=self.store(top, var),
            recovery=self.section(RecoverySettings(dir=var / "recovery"), top, "recovery"),
            windows=self.section(WindowSettings(), top, "windows"),
            memory=self.section(MemorySettings(), top, "memory"),
            detection=self.section(DetectionSettings(), top, "detection"),
            sentiment=self.section(SentimentSettings(), top, "sentiment"),
            run=self.section(RunSettings(), top, "run"),
            grafana=self.section(GrafanaSettings(), top, "grafana"),
            subjects=subjects,
            thresholds=read_thresholds(self.reader, top.get("thresholds"), subjects),
            stop_words=read_words(self.reader, top.get("stop_words"), "stop_words"),
            packs=self.packs(top.get("packs")),
            team=self.team(top.get("team")),
            timezone=self.timezone(top.get("timezone")),
            var=var,
            source_file=self.reader.file,
        )
        self.check_together(settings, top)
        return settings

    def section(self, defaults: S, top: Mapping[str, yaml.Node], name: str) -> S:
        """Return the section with what the file gives in place of the defaults."""
        rules = settable(type(defaults))
        given: dict[str, object] = {}
        for key, node in self.reader.entries(top.get(name), name, rules, _HOMES).items():
            kind = type(getattr(defaults, key))
            value = self.value(node, f"{name}.{key}", kind, rules[key])
            if value is not None:
                given[key] = value
        return dataclasses.replace(defaults, **given)

    def value(self, node: yaml.Node, path: str, kind: type, rule: Rule) -> object:
        """Return one value, None after a problem."""
        if kind is dict:
            return self.table_days(node, path)
        if issubclass(kind, Path):
            return self.path(node, path)
        value = self.reader.scalar(node, path, kind)
        if value is None:
            return None
        if rule.interpolated:
            return self.address(node, path, str(value))
        problem, hint = _breach(value, rule)
        if problem:
            self.reader.wrong(node, path, problem, hint)
        return None if problem else value

    def store(self, top: Mapping[str, yaml.Node], var: Path) -> StoreSettings:
        """Read the store's section; a server is flushed to less often unless the file says so."""
        store = self.section(StoreSettings(dsn=f"chdb://{var / 'chdb'}"), top, "store")
        if store.dsn.startswith("chdb:") or "flush_ms" in _values(top.get("store")):
            return store
        return dataclasses.replace(store, flush_ms=_SERVER_FLUSH_MS)

    def address(self, node: yaml.Node, path: str, template: str) -> str | None:
        """Return an address with its secrets filled in; problems never show it."""
        try:
            address = interpolated(template, self.environ)
            if path.startswith("grafana."):
                return secret(template, address)
            if path == "store.author_key":
                return secret_key(address)
            if path == "redis.url":
                return redis_url(address)
            return store_dsn(address, self.base)
        except AddressError as error:
            self.reader.note(line_of(node), path, error.problem, "", error.hint)
            return None

    def path(self, node: yaml.Node, path: str) -> Path:
        """Return an absolute path; relative ones are relative to the file's folder."""
        text = self.reader.scalar(node, path, str)
        if not isinstance(text, str):
            return self.base
        if not text or text.startswith("~") or "$" in text:
            problem = "must be a path, without ~ and variables"
            self.reader.wrong(node, path, problem, "an absolute one, or one relative to this file")
        return self.base / text

    def table_days(self, node: yaml.Node, path: str) -> dict[str, int]:
        """Read how many days tables are kept; 0 is for ever."""
        days: dict[str, int] = {}
        for table, value_node in self.reader.entries(node, path, TIME_COLUMN).items():
            value = self.reader.scalar(value_node, f"{path}.{table}", int)
            if isinstance(value, int) and value >= 0:
                days[table] = value
            elif value is not None:
                self.reader.wrong(value_node, f"{path}.{table}", "must not be negative", "0")
        return days

    def subjects(self, top: Mapping[str, yaml.Node]) -> tuple[Subject, ...]:
        """Read the subjects of the file, then those of ``subjects_file``."""
        seen: dict[str, str] = {}
        subjects = read_subjects(self.reader, top.get("subjects"), "subjects", seen)
        if "subjects_file" not in top:
            return subjects
        path = self.path(top["subjects_file"], "subjects_file")
        if not path.is_file():
            self.reader.wrong(top["subjects_file"], "subjects_file", f"no file at {path}")
            return subjects
        other = NodeReader(str(path), self.reader.problems)
        return subjects + read_subjects(other, other.load(path), "subjects", seen)

    def packs(self, node: yaml.Node | None) -> tuple[Path, ...]:
        """Read the folders of packs, which must exist."""
        found = []
        for at, item in self.reader.items(node, "packs"):
            path = self.path(item, at)
            if not path.exists():
                self.reader.wrong(item, at, f"nothing at {path}")
            found.append(path)
        return tuple(found)

    def team(self, node: yaml.Node | None) -> Path | None:
        """Read where the file of people and duty hours is, which must exist."""
        if node is None:
            return None
        path = self.path(node, "team")
        if not path.is_file():
            self.reader.wrong(node, "team", f"no file at {path}")
        return path

    def timezone(self, node: yaml.Node | None) -> str:
        """Read the zone times are shown in, by its name in the IANA database."""
        if node is None:
            return DEFAULT_TIMEZONE
        name = self.reader.scalar(node, "timezone", str)
        if not isinstance(name, str):
            return DEFAULT_TIMEZONE
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            hint = nearest(name, available_timezones()) or DEFAULT_TIMEZONE
            self.reader.wrong(node, "timezone", "is no time zone", hint)
        return name

    def check_together(self, settings: Settings, top: Mapping[str, yaml.Node]) -> None:
        """Note what is wrong only in combination."""
        windows, run = settings.windows, settings.run
        if windows.keep_h < windows.history_after_h:
            self.reader.note(
                _line(top, "windows", "keep_h"),
                "windows.keep_h",
                "must not be less than windows.history_after_h: a post counted by its minute "
                "could no longer be corrected",
                str(windows.keep_h),
                str(windows.history_after_h),
            )
        if run.processes > 1 and settings.store.dsn.startswith("chdb:"):
            self.reader.note(
                _line(top, "run", "processes"),
                "run.processes",
                "more than one needs a ClickHouse server: one process owns a chDB folder",
                str(run.processes),
                "1, or store.dsn: http://HOST:8123/DATABASE",
            )


def _breach(value: Value, rule: Rule) -> tuple[str, str]:
    """Say how a value breaks its rule, and what to try; two empty texts when it does not."""
    if rule.choices:
        if value in rule.choices:
            return "", ""
        return f"is not one of {', '.join(rule.choices)}", nearest(str(value), rule.choices)
    number = float(value) if not isinstance(value, str) else 0.0
    unit = f" {rule.unit}" if rule.unit else ""
    if rule.low is not None and number < rule.low:
        return f"must be at least {rule.low:g}{unit}", f"{rule.low:g}"
    if rule.high is not None and number > rule.high:
        return f"must be at most {rule.high:.12g}{unit}", f"{rule.high:.12g}"
    return "", ""


def _values(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """Return the values of a section that was checked before, by key."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return {key.value: value for key, value in pairs if isinstance(key, yaml.ScalarNode)}


def _line(top: Mapping[str, yaml.Node], section: str, key: str) -> int:
    """Return the line of a setting, the first line when the file does not have it."""
    node = _values(top.get(section)).get(key)
    return line_of(node) if node else 1

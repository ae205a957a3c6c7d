"""The settings file and the environment, read into frozen `Settings`.

One YAML file; secrets come from the environment, as ``${NAME}`` in ``redis.url`` and ``store.dsn``.
This module is the only reader of the environment. Everything wrong is told at once.
"""

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import yaml

from flows.settings_lists import read_subjects, read_thresholds, read_words
from flows.settings_rule import settable
from flows.settings_schema import (
    SECTIONS,
    DetectionSettings,
    GrafanaSettings,
    MemorySettings,
    RecoverySettings,
    RedisSettings,
    RunSettings,
    SentimentSettings,
    Settings,
    StoreSettings,
    WindowSettings,
)
from flows.settings_values import ValueReader
from flows.yaml_nodes import NodeReader, line_of
from operators.errors import ConfigError
from operators.model import Subject

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
    values = ValueReader(reader, base, os.environ if environ is None else environ)
    settings = _Load(reader, values).settings(reader.load(path) if path else None)
    if reader.problems:
        raise ConfigError(sorted(reader.problems, key=lambda each: (each.file, each.line)))
    return settings


def environment() -> Mapping[str, str]:
    """Return the environment, for those who are given addresses or secrets by name."""
    return os.environ


@dataclass(frozen=True, slots=True)
class _Load:
    """One load: the reader that notes problems, and what reads single values with it."""

    reader: NodeReader
    values: ValueReader

    def settings(self, root: yaml.Node | None) -> Settings:
        """Read the whole file; once problems are noted the result is of no use."""
        top = self.reader.entries(root, "", _KNOWN, _HOMES)
        subjects = self.subjects(top)
        var = self.values.path(top["var"], "var") if "var" in top else self.values.base / "var"
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
            packs=self.values.packs(top.get("packs")),
            team=self.values.team(top.get("team")),
            timezone=self.values.timezone(top.get("timezone")),
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
            value = self.values.value(node, f"{name}.{key}", kind, rules[key])
            if value is not None:
                given[key] = value
        return dataclasses.replace(defaults, **given)

    def store(self, top: Mapping[str, yaml.Node], var: Path) -> StoreSettings:
        """Read the store's section; a server is flushed to less often unless the file says so."""
        store = self.section(StoreSettings(dsn=f"chdb://{var / 'chdb'}"), top, "store")
        if store.dsn.startswith("chdb:") or "flush_ms" in _values(top.get("store")):
            return store
        return dataclasses.replace(store, flush_ms=_SERVER_FLUSH_MS)

    def subjects(self, top: Mapping[str, yaml.Node]) -> tuple[Subject, ...]:
        """Read the subjects of the file, then those of ``subjects_file``."""
        seen: dict[str, str] = {}
        subjects = read_subjects(self.reader, top.get("subjects"), "subjects", seen)
        if "subjects_file" not in top:
            return subjects
        path = self.values.path(top["subjects_file"], "subjects_file")
        if not path.is_file():
            self.reader.wrong(top["subjects_file"], "subjects_file", f"no file at {path}")
            return subjects
        other = NodeReader(str(path), self.reader.problems)
        return subjects + read_subjects(other, other.load(path), "subjects", seen)

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


def _values(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """Return the values of a section that was checked before, by key."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return {key.value: value for key, value in pairs if isinstance(key, yaml.ScalarNode)}


def _line(top: Mapping[str, yaml.Node], section: str, key: str) -> int:
    """Return the line of a setting, the first line when the file does not have it."""
    node = _values(top.get(section)).get(key)
    return line_of(node) if node else 1

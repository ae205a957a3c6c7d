"""Single values of the settings file: numbers and words by their rule, addresses, paths, zones."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import yaml

from flows.addresses import (
    AddressError,
    interpolated,
    redis_url,
    secret,
    secret_key,
    store_dsn,
)
from flows.settings_rule import Rule
from flows.settings_schema import DEFAULT_TIMEZONE
from flows.yaml_nodes import NodeReader, Value, line_of, nearest
from sql.retention import TIME_COLUMN


@dataclass(frozen=True, slots=True)
class ValueReader:
    """Reads values; ``reader`` notes what is wrong, relative paths begin at ``base``.

    Secrets come from ``environ``.
    """

    reader: NodeReader
    base: Path
    environ: Mapping[str, str]

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

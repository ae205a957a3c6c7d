"""How a field looks: what defaults and overrides give it, its text and its colour."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from dashboards.frames import number_of
from dashboards.model import Panel
from dashboards.theme import USUAL

PALETTE: Final = (
    "#5AA9E6", "#F0C541", "#B58CD9", "#3FA796", "#E8553A", "#F28E8E", "#8AB8FF", "#C8A27A",
    "#9BC53D", "#5C80BC", "#E07BE0", "#7FD1C7",
)  # fmt: skip
"""Stands for Grafana's own palette where no colour is fixed."""

_SHANGHAI: Final = timedelta(hours=8)
_BYTES: Final = ("B", "KiB", "MiB", "GiB", "TiB")
_KIB: Final = 1024
_THOUSAND: Final = 1000
_PARTS: Final = (
    ("YYYY", "%Y"), ("MM", "%m"), ("DD", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """Field options of one field, overrides applied; keys as in Grafana's JSON."""

    options: Mapping[str, Any]

    @property
    def custom(self) -> Mapping[str, Any]:
        """What only this kind of panel knows."""
        found: Mapping[str, Any] = self.options.get("custom", {})
        return found

    @property
    def cell(self) -> str:
        """Kind of a table cell."""
        return str(self.custom.get("cellOptions", {}).get("type", "auto"))

    def name(self, field: str, labels: Mapping[str, str]) -> str:
        """Return what the field is called on the screen."""
        wanted = str(self.options.get("displayName", ""))
        filled = re.sub(r"\$\{__field\.labels\.(\w+)\}", lambda one: labels.get(one[1], ""), wanted)
        return filled or " ".join([field, *labels.values()])

    def mapped(self, value: object) -> Mapping[str, Any] | None:
        """Return text and colour a mapping gives the value, if one does."""
        number = number_of(value)
        for mapping in self.options.get("mappings", ()):
            options = mapping["options"]
            if mapping["type"] == "value" and value is not None:
                found = options.get(_key(value))
                if found is not None:
                    return dict(found)
            if mapping["type"] == "special" and options["match"] == "null" and value is None:
                return dict(options["result"])
            if mapping["type"] == "range" and number is not None:
                low, high = options["from"], options["to"]
                if (low is None or number >= low) and (high is None or number <= high):
                    return dict(options["result"])
        return None

    def text(self, value: object) -> str:
        """Return the value as it is read."""
        found = self.mapped(value)
        if found is not None:
            return str(found["text"])
        if value is None:
            return str(self.options.get("noValue", ""))
        if isinstance(value, datetime):
            return _time(value, str(self.options.get("unit", "")))
        number = number_of(value)
        if number is None:
            return str(value)
        return formatted(
            number, str(self.options.get("unit", "none")), self.options.get("decimals")
        )

    def colour(self, value: object) -> str:
        """Return the colour of a value."""
        found = self.mapped(value)
        if found is not None and found.get("color"):
            return str(found["color"])
        colour = self.options.get("color", {})
        if colour.get("mode") == "fixed":
            return str(colour["fixedColor"])
        number = number_of(value)
        if number is None:
            return _first(self.options)
        return reached(self.options.get("thresholds", {}).get("steps", ()), number)

    def line(self, place: int) -> str:
        """Return the colour of a series at a place among the others."""
        colour = self.options.get("color", {})
        return str(colour.get("fixedColor") or PALETTE[place % len(PALETTE)])


def look(panel: Panel, field: str, shown: str = "", ref: str = "") -> Look:
    """Return the look of a field, by its name, what it is shown as, and its query."""
    options: dict[str, Any] = {**panel.defaults}
    options["custom"] = dict(options.get("custom", {}))
    for override in panel.overrides:
        by_name = override.matcher == "byName" and override.match in (field, shown)
        if by_name or (override.matcher == "byFrameRefID" and override.match == ref):
            for key, value in override.properties.items():
                if key.startswith("custom."):
                    options["custom"][key.removeprefix("custom.")] = value
                else:
                    options[key] = value
    return Look(options)


def reached(steps: Sequence[Mapping[str, Any]], number: float) -> str:
    """Return the colour of the highest step that a number has reached."""
    colour = USUAL
    for step in steps:
        if step["value"] is None or number >= step["value"]:
            colour = str(step["color"])
    return colour


def _first(options: Mapping[str, Any]) -> str:
    return reached(options.get("thresholds", {}).get("steps", ())[:1], 0)


def _key(value: object) -> str:
    number = number_of(value)
    return f"{number:g}" if number is not None else str(value)


def _time(value: datetime, unit: str) -> str:
    local = value.astimezone(UTC) + _SHANGHAI
    pattern = unit.removeprefix("time:") if unit.startswith("time:") else "YYYY-MM-DD HH:mm:ss"
    for token, code in _PARTS:
        pattern = pattern.replace(token, code)
    return local.strftime(pattern)


def formatted(number: float, unit: str, decimals: int | None) -> str:
    """Write a number in a unit of Grafana's.

    >>> formatted(0.256, "percentunit", 1), formatted(12345, "locale", None)
    ('25.6%', '12,345')
    >>> formatted(90, "suffix: 分", 0), formatted(3 * 1024, "bytes", None)
    ('90 分', '3 KiB')
    """
    if unit == "percentunit":
        return f"{_rounded(100 * number, 1 if decimals is None else decimals)}%"
    if unit == "bytes":
        place = 0
        while abs(number) >= _KIB and place < len(_BYTES) - 1:
            number /= _KIB
            place += 1
        return f"{_rounded(number, decimals)} {_BYTES[place]}"
    text = _rounded(number, decimals)
    if unit.startswith("suffix:"):
        return f"{text} {unit.removeprefix('suffix:').strip()}"
    return text


def _rounded(number: float, decimals: int | None) -> str:
    if decimals is None:
        decimals = 0 if abs(number) >= _THOUSAND or number == int(number) else 2
        text = f"{number:,.{decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{number:,.{decimals}f}"

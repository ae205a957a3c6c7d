"""Scales of levels: data with source and date, one YAML file each beside this one.

A scheme cuts severity (0 to 100) into named levels, from one date on. ``playbooks`` says for which
of `operators.model.LEVELS` a level stands where playbooks are chosen, so that the library need not
know the scheme. To add a scheme, add a file and its name to ``SCHEMES``.
"""

from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal

import msgspec

SCHEMES: Final = ("three_levels", "four_levels", "colours")
DEFAULT: Final = SCHEMES[0]


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One level: it holds from severity ``least`` on."""

    id: str
    name: str
    least: Annotated[float, msgspec.Meta(ge=0, le=100)] = msgspec.field(name="from")
    playbooks: Literal["minor", "moderate", "severe"] = "minor"


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scheme from ``valid_from`` on; ``levels`` ascend from severity 0."""

    valid_from: date
    source: str
    levels: tuple[Level, ...]

    def rank(self, severity: float) -> int:
        """Return the place of the level a severity stands for by itself."""
        return max(number for number, one in enumerate(self.levels) if severity >= one.least)


class Scheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scale of levels with its editions in order of date."""

    id: str
    name: str
    editions: tuple[Edition, ...]

    def at(self, now_ms: int) -> Edition:
        """Return the edition in force; before the first of them, the first."""
        today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
        held = [one for one in self.editions if one.valid_from <= today]
        return held[-1] if held else self.editions[0]


@cache
def scheme(name: str) -> Scheme:
    """Load a shipped scheme; raises KeyError for a name that is not in ``SCHEMES``."""
    import yaml

    if name not in SCHEMES:
        raise KeyError(name)
    text = files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Scheme)

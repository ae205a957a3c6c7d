"""Every error Tingfeng raises on purpose.

TingfengError
├── ConfigError      a file the user wrote is wrong; carries every problem at once
├── StreamGapError   Redis no longer holds entries the flow still has to read
├── StoreError       ClickHouse or chDB refused, or its schema is not the expected one
├── PackError        a playbook pack is wrong (a ConfigError of the library)
├── InputError       a file given to `collect` cannot be read as mentions
└── RuleError        a crisis rule cannot be read; knows the place of the mistake
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


class TingfengError(Exception):
    """Base of all errors raised on purpose; its text is meant for the user."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file, in the form ``file:line: path: problem (got X; try Y)``."""

    file: str
    line: int
    path: str
    problem: str
    got: str = ""
    hint: str = ""
    column: int = 0
    excerpt: str = ""
    """The line of the file with a caret below the mistake, where a column is known."""

    def __str__(self) -> str:
        """Render in the one form all file errors have."""
        notes = [f"got {self.got}"] if self.got else []
        notes += [f"try {self.hint}"] if self.hint else []
        tail = f" ({'; '.join(notes)})" if notes else ""
        where = f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")
        below = f"\n{self.excerpt}" if self.excerpt else ""
        return f"{where}: {self.path}: {self.problem}{tail}{below}"


class ConfigError(TingfengError):
    """A configuration file is wrong; ``problems`` lists everything found in one go."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PackError(ConfigError):
    """A playbook pack is wrong; ``problems`` lists everything found in one go."""


class StreamGapError(TingfengError):
    """Entries that the flow has not read yet are gone from Redis."""


class StoreError(TingfengError):
    """The store refused a statement or does not have the expected schema."""


class InputError(TingfengError):
    """Input given to ``collect`` cannot be read as mentions at all."""


class RuleError(TingfengError):
    """A crisis rule cannot be read: ``place`` is the character of ``source`` that is wrong."""

    def __init__(self, problem: str, source: str, place: int, hint: str = "") -> None:
        self.problem = problem
        self.source = source
        self.place = place
        self.hint = hint
        tail = f" (try {hint})" if hint else ""
        super().__init__(f"{problem}{tail}\n{pointed(source, place)}")


def pointed(line: str, place: int) -> str:
    """Return ``line`` with a caret below its character ``place``; wide ones take two cells."""
    cells = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line[:place])
    return f"    {line}\n    {' ' * cells}^"

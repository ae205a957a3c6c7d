"""Every error Tingfeng raises on purpose.

TingfengError
├── ConfigError      a file the user wrote is wrong; carries every problem at once
├── StreamGapError   Redis no longer holds entries the flow still has to read
├── StoreError       ClickHouse or chDB refused, or its schema is not the expected one
├── PackError        a playbook pack is wrong (a ConfigError of the library)
└── InputError       a file given to `collect` cannot be read as mentions
"""

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

    def __str__(self) -> str:
        """Render in the one form all file errors have."""
        notes = [f"got {self.got}"] if self.got else []
        notes += [f"try {self.hint}"] if self.hint else []
        tail = f" ({'; '.join(notes)})" if notes else ""
        return f"{self.file}:{self.line}: {self.path}: {self.problem}{tail}"


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

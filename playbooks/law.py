"""Regulations and reporting clocks: dated data rows with their source, read from YAML.

A row says what a rule means for us and how sure we are of it; legal review is needed in any case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from operators.errors import PackError, Problem
from playbooks.reader import Reader, nearest
from playbooks.schema import Date, Level, Slug, Text, TypeRef

REGULATIONS_FOLDER: Final = "regulations"
CLOCKS_FILE: Final = "clocks.yaml"
ANY: Final = "*"

ClockMinutes = Annotated[int, Meta(ge=1, le=525_600)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulation:
    """One rule of law, or one article of it, with the day it took effect and where that is from.

    ``certain`` is false where a number, date or length was not checked against the official text.
    """

    id: Slug
    title: Text
    says: Text
    source: Text
    certain: bool
    article: str = ""
    effective: Date = ""
    needs_legal_review: bool = True

    @property
    def name(self) -> str:
        """The title in book-title marks, with the article."""
        title = self.title if "公告" in self.title else f"《{self.title}》"
        return f"{title}{self.article}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Whom to tell within ``minutes`` of detection; ``regulation`` is the id of the rule's row."""

    id: Slug
    title: Text
    industry: TypeRef
    crisis_types: Annotated[tuple[TypeRef, ...], Meta(min_length=1)]
    minutes: ClockMinutes
    whom: Text
    regulation: Slug
    certain: bool
    note: Text
    levels: tuple[Level, ...] = ()

    def applies(self, industry: str, crisis_type: str, level: str) -> bool:
        """Tell whether the clock runs for an incident; without levels it runs at every one."""
        return (
            self.industry in (industry, ANY)
            and bool({crisis_type, ANY} & set(self.crisis_types))
            and (not self.levels or level in self.levels)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _RegulationFile:
    regulations: Annotated[tuple[Regulation, ...], Meta(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClockFile:
    clocks: Annotated[tuple[Clock, ...], Meta(min_length=1)]


def load_regulations(dirs: Sequence[Path] = ()) -> Mapping[str, Regulation]:
    """Return the shipped rows and those in ``regulations/`` of ``dirs`` by id.

    A row of the user's replaces the shipped one of the same id. Raises PackError with all problems.
    """
    found: dict[str, Regulation] = {}
    problems: list[Problem] = []
    for root in (files("playbooks"), *dirs):
        here: dict[str, str] = {}
        for file in _yaml_in(root / REGULATIONS_FOLDER):
            reader = Reader(str(file))
            data = reader.document(file.read_text(encoding="utf-8"), _RegulationFile)
            rows = msgspec.convert(data, _RegulationFile).regulations if data else ()
            for i, row in enumerate(rows):
                if row.id in here:
                    reader.note(f"regulations[{i}].id", "duplicate id", row.id, here[row.id])
                here.setdefault(row.id, f"another, see {file}")
                found[row.id] = row
            problems += reader.problems
    if problems:
        raise PackError(problems)
    return found


def load_clocks(
    dirs: Sequence[Path] = (), regulations: Mapping[str, Regulation] | None = None
) -> tuple[Clock, ...]:
    """Return the shipped clocks and those in ``clocks.yaml`` of ``dirs``, ordered by id.

    A clock of the user's replaces the shipped one of the same id. Raises PackError.
    """
    known = load_regulations(dirs) if regulations is None else regulations
    found: dict[str, Clock] = {}
    problems: list[Problem] = []
    for root in (files("playbooks"), *dirs):
        file = root / CLOCKS_FILE
        if not file.is_file():
            continue
        reader = Reader(str(file))
        data = reader.document(file.read_text(encoding="utf-8"), _ClockFile)
        rows = msgspec.convert(data, _ClockFile).clocks if data else ()
        here: set[str] = set()
        for i, row in enumerate(rows):
            if row.id in here:
                reader.note(f"clocks[{i}].id", "duplicate id", row.id)
            if row.regulation not in known:
                hint = nearest(row.regulation, known)
                reader.note(f"clocks[{i}].regulation", "no such row", row.regulation, hint)
            here.add(row.id)
            found[row.id] = row
        problems += reader.problems
    if problems:
        raise PackError(problems)
    return tuple(found[name] for name in sorted(found))


def _yaml_in(folder: Traversable) -> list[Traversable]:
    if not folder.is_dir():
        return []
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return [entry for entry in entries if entry.name.endswith((".yaml", ".yml"))]

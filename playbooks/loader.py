"""Pack folders in YAML -> Packs; every problem of all files at once.

A pack is a folder with ``pack.yaml`` (the industry and its crisis types) and one file a playbook.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from operators.errors import PackError, Problem
from operators.model import CrisisType
from playbooks.reader import Reader, nearest
from playbooks.render import check_template
from playbooks.schema import (
    ANY_TYPE,
    Pack,
    Playbook,
    Share,
    Slug,
    Text,
    templates_of,
)

PACK_FILE: Final = "pack.yaml"
SUFFIXES: Final = (".yaml", ".yml")

Weight = Annotated[float, Meta(ge=0.05, le=10)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisTypeEntry:
    """A crisis type as ``pack.yaml`` has it; ``terms`` maps a term to its weight."""

    id: Slug
    name: Text
    terms: Annotated[dict[str, Weight], Meta(min_length=1)]
    threshold: Weight = 1.0
    exclude: tuple[Text, ...] = ()
    gravity: Share = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PackEntry:
    """The content of ``pack.yaml``."""

    industry: Slug
    name: Text
    crisis_types: Annotated[tuple[CrisisTypeEntry, ...], Meta(min_length=1)]


def load_packs(dirs: Sequence[Path] | None = None) -> tuple[Pack, ...]:
    """Load the packs in ``dirs`` (pack folders, or folders of them); None means the shipped ones.

    Packs come ordered by industry, playbooks by id. Raises PackError with all problems.
    """
    roots: Sequence[Traversable] = [files("playbooks") / "packs"] if dirs is None else dirs
    problems: list[Problem] = []
    packs: dict[str, tuple[str, Pack]] = {}
    seen: dict[str, str] = {}
    for root in roots:
        for folder in _pack_folders(root, problems):
            pack = _load_pack(folder, seen, problems)
            if pack is None:
                continue
            file = str(folder / PACK_FILE)
            if pack.industry in packs:
                hint = f"one pack for both, see {packs[pack.industry][0]}"
                problem = "is already defined"
                problems.append(Problem(file, 1, "industry", problem, pack.industry, hint))
            packs.setdefault(pack.industry, (file, pack))
    if not problems and not any(pack.playbooks for _, pack in packs.values()):
        where = ", ".join(str(root) for root in roots) or "no folder"
        hint = f"<industry>/{PACK_FILE} and a playbook beside it"
        problems.append(Problem(where, 1, "library", "the library is empty", "", hint))
    if problems:
        raise PackError(sorted(problems, key=lambda p: (p.file, p.line, p.path)))
    return tuple(packs[industry][1] for industry in sorted(packs))


def _pack_folders(root: Traversable, problems: list[Problem]) -> Iterator[Traversable]:
    """Yield the pack folders at or directly below ``root``."""
    if not root.is_dir():
        problems.append(Problem(str(root), 1, "library", "is not a folder"))
        return
    if (root / PACK_FILE).is_file():
        yield root
        return
    for folder in sorted(root.iterdir(), key=lambda entry: entry.name):
        if not folder.is_dir() or not any(True for _ in _yaml_files(folder)):
            continue
        if (folder / PACK_FILE).is_file():
            yield folder
        else:
            problems.append(Problem(str(folder), 1, "pack", "missing file", "", PACK_FILE))


def _yaml_files(folder: Traversable) -> Iterator[Traversable]:
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.is_file() and file.name.endswith(SUFFIXES):
            yield file


def _load_pack(folder: Traversable, seen: dict[str, str], problems: list[Problem]) -> Pack | None:
    """Read one pack folder; ``seen`` maps playbook ids of all packs to where they stand."""
    reader = Reader(str(folder / PACK_FILE))
    entry = _document(reader, folder / PACK_FILE, PackEntry)
    types = _crisis_types(reader, entry) if entry else ()
    problems += reader.problems
    industry = entry["industry"] if entry else None
    known = [kind.id for kind in types] if entry else None
    playbooks = []
    for file in _yaml_files(folder):
        if file.name == PACK_FILE:
            continue
        reader = Reader(str(file))
        data = _document(reader, file, Playbook)
        playbook = _playbook(reader, data, industry, known) if data else None
        if playbook is not None:
            place = f"{file}:{reader.lines['id']}"
            if playbook.id in seen:
                reader.note("id", "duplicate id", playbook.id, f"another, see {seen[playbook.id]}")
            seen.setdefault(playbook.id, place)
            playbooks.append(playbook)
        problems += reader.problems
    if entry is None:
        return None
    ordered = tuple(sorted(playbooks, key=lambda p: p.id))
    return Pack(entry["industry"], entry["name"], types, ordered)


def _document(reader: Reader, file: Traversable, kind: type) -> dict[str, Any] | None:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        reader.note("", "is not UTF-8", f"byte {error.start}")
        return None
    return reader.document(text, kind)


def _crisis_types(reader: Reader, entry: Mapping[str, Any]) -> tuple[CrisisType, ...]:
    """Make the crisis types; an id used twice is noted."""
    types: dict[str, CrisisType] = {}
    for i, item in enumerate(entry["crisis_types"]):
        if item["id"] in types:
            reader.note(f"crisis_types[{i}].id", "duplicate id", item["id"])
        types[item["id"]] = CrisisType(
            id=item["id"],
            name=item["name"],
            industry=entry["industry"],
            terms=tuple(item["terms"].items()),
            threshold=item.get("threshold", 1.0),
            exclude=tuple(item.get("exclude", ())),
            gravity=item.get("gravity", 0.5),
        )
    return tuple(types.values())


def _playbook(
    reader: Reader,
    data: Mapping[str, Any],
    industry: str | None,
    known: Sequence[str] | None,
) -> Playbook | None:
    """Make the playbook and note what a type alone cannot say."""
    if industry is not None and data["industry"] != industry:
        reader.note("industry", "is not the pack's", data["industry"], industry)
    kind = data["crisis_type"]
    if known is not None and kind != ANY_TYPE and kind not in known:
        reader.note("crisis_type", "not defined in pack.yaml", kind, nearest(kind, known))
    if data["strategy"] == "deny" and data["scct_cluster"] != "victim":
        reader.note("strategy", "deny is for the victim cluster only", data["scct_cluster"])
    for level in data.get("match", {}).get("levels", ()):
        if level not in data["levels"]:
            hint = ", ".join(data["levels"])
            reader.note("match.levels", "not among the playbook's levels", level, hint)
    if data.get("valid_until") and data["valid_until"] < data.get("valid_from", ""):
        reader.note("valid_until", "is before valid_from", data["valid_until"])
    tasks = {task.get("id") for task in data["actions"]}
    for i, task in enumerate(data["actions"]):
        for name in task.get("depends_on", ()):
            if name not in tasks or name == task.get("id"):
                hint = ", ".join(sorted(t for t in tasks if t and t != task.get("id")))
                reader.note(f"actions[{i}].depends_on", "no such other task", name, hint)
    playbook = msgspec.convert(data, Playbook)
    for path, template in templates_of(playbook):
        for issue in check_template(template):
            reader.note(path, issue.problem, issue.got, issue.hint, issue.line)
    return None if reader.problems else playbook

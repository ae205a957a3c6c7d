"""Pack folders in YAML -> Packs; every problem of all files at once.

A pack is a folder with ``pack.yaml`` (the industry and its crisis types) and one file a playbook.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import msgspec

from operators.errors import PackError, Problem
from playbooks.checks import faults
from playbooks.crisis_types import PackEntry, read_crisis_types
from playbooks.law import REGULATIONS_FOLDER, Regulation, load_regulations
from playbooks.reader import Reader, nearest
from playbooks.schema import ANY_TYPE, Pack, Playbook

PACK_FILE: Final = "pack.yaml"
SUFFIXES: Final = (".yaml", ".yml")


def load_packs(dirs: Sequence[Path] | None = None) -> tuple[Pack, ...]:
    """Load the packs in ``dirs`` (pack folders, or folders of them); None means the shipped ones.

    Packs come ordered by industry, playbooks by id. Raises PackError with all problems.
    """
    roots: Sequence[Traversable] = [files("playbooks") / "packs"] if dirs is None else dirs
    regulations = load_regulations(dirs or ())
    problems: list[Problem] = []
    packs: dict[str, tuple[str, Pack]] = {}
    seen: dict[str, str] = {}
    for root in roots:
        for folder in _pack_folders(root, problems):
            pack = _load_pack(folder, seen, regulations, problems)
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


def load_playbook(file: Path) -> Playbook:
    """Load one playbook file by itself, without its pack; raises PackError with all problems."""
    reader = Reader(str(file))
    if not file.is_file():
        raise PackError([Problem(str(file), 1, "file", "is not there")])
    data = _document(reader, file, Playbook)
    regulations = load_regulations()
    playbook = _playbook(reader, data, None, None, regulations) if data else None
    if playbook is None:
        raise PackError(reader.problems)
    return playbook


def _pack_folders(root: Traversable, problems: list[Problem]) -> Iterator[Traversable]:
    """Yield the pack folders at or directly below ``root``."""
    if not root.is_dir():
        problems.append(Problem(str(root), 1, "library", "is not a folder"))
        return
    if (root / PACK_FILE).is_file():
        yield root
        return
    for folder in sorted(root.iterdir(), key=lambda entry: entry.name):
        if folder.name == REGULATIONS_FOLDER or not folder.is_dir():
            continue
        if not any(True for _ in _yaml_files(folder)):
            continue
        if (folder / PACK_FILE).is_file():
            yield folder
        else:
            problems.append(Problem(str(folder), 1, "pack", "missing file", "", PACK_FILE))


def _yaml_files(folder: Traversable) -> Iterator[Traversable]:
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.is_file() and file.name.endswith(SUFFIXES):
            yield file


def _load_pack(
    folder: Traversable,
    seen: dict[str, str],
    regulations: Mapping[str, Regulation],
    problems: list[Problem],
) -> Pack | None:
    """Read one pack folder; ``seen`` maps playbook ids of all packs to where they stand."""
    reader = Reader(str(folder / PACK_FILE))
    entry = _document(reader, folder / PACK_FILE, PackEntry)
    types = read_crisis_types(reader, entry) if entry else ()
    problems += reader.problems
    industry = entry["industry"] if entry else None
    known = [kind.id for kind in types] if entry else None
    playbooks = []
    for file in _yaml_files(folder):
        if file.name == PACK_FILE:
            continue
        reader = Reader(str(file))
        data = _document(reader, file, Playbook)
        playbook = _playbook(reader, data, industry, known, regulations) if data else None
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


def _playbook(
    reader: Reader,
    data: Mapping[str, Any],
    industry: str | None,
    known: Sequence[str] | None,
    regulations: Mapping[str, Regulation],
) -> Playbook | None:
    """Make the playbook and note what a type alone cannot say."""
    if industry is not None and data["industry"] != industry:
        reader.note("industry", "is not the pack's", data["industry"], industry)
    kind = data["crisis_type"]
    if known is not None and kind != ANY_TYPE and kind not in known:
        reader.note("crisis_type", "not defined in pack.yaml", kind, nearest(kind, known))
    playbook = msgspec.convert(data, Playbook)
    for fault in faults(playbook, regulations):
        reader.note(fault.path, fault.problem, fault.got, fault.hint, fault.text_line)
    return None if reader.problems else playbook

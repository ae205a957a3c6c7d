"""``tingfeng playbooks export|new|import``: files from playbooks, and playbooks from files."""

import argparse
import time
from pathlib import Path

import orjson

from flows.packs import read_packs
from flows.settings_schema import Settings
from operators.errors import InputError
from operators.fit import day_of
from playbooks.cacao import to_cacao
from playbooks.draft import Draft, draft_text
from playbooks.reader import nearest
from playbooks.schema import ANY_TYPE, Pack
from playbooks.table_import import drafts_of


def export(options: argparse.Namespace, settings: Settings) -> int:
    """Write playbooks as CACAO JSON: a file each, or one value (a list, if several) on stdout."""
    library = {one.id: one for pack in read_packs(settings) for one in pack.playbooks}
    wanted: list[str] = options.playbooks or list(library)
    for name in wanted:
        if name not in library:
            msg = f"playbook: unknown (got {name}; try {nearest(name, library)})"
            raise InputError(msg)
    documents = {name: to_cacao(library[name], _today()) for name in wanted}
    if options.out is None:
        values = list(documents.values())
        whole = values[0] if len(values) == 1 else values
        print(orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode())
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        file = options.out / f"{name}.json"
        file.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    print(f"{len(documents)} files in {options.out}")
    return 0


def new(options: argparse.Namespace, settings: Settings) -> int:
    """Write a scaffold; an existing file is never overwritten."""
    industry, _, name = options.playbook.partition(".")
    pack = _pack(industry, settings)
    kinds = [kind.id for kind in pack.crisis_types]
    if options.type != ANY_TYPE and options.type not in kinds:
        msg = f"--type: unknown (got {options.type}; try {nearest(options.type, kinds)})"
        raise InputError(msg)
    draft = Draft(id=options.playbook, industry=industry, crisis_type=options.type, day=_today())
    file = options.out or Path(f"{name or industry}.yaml")
    _write(file, draft)
    print(f"{file}: fill in what says 待写, put it beside the pack's pack.yaml, then: check")
    return 0


def take_in(options: argparse.Namespace, settings: Settings) -> int:
    """Write a file for each row of a table; existing files are never overwritten."""
    pack = _pack(options.industry, settings)
    types = {kind.id: kind.name for kind in pack.crisis_types}
    drafts = drafts_of(options.file, pack.industry, types, _today())
    options.out.mkdir(parents=True, exist_ok=True)
    for draft in drafts:
        file = options.out / f"{draft.id.partition('.')[2]}.yaml"
        _write(file, draft)
        print(f"{file}: {draft.title or draft.crisis_type}")
    print(f"{len(drafts)} playbooks; fill in what says 待写, then: tingfeng playbooks check")
    return 0


def _pack(industry: str, settings: Settings) -> Pack:
    packs = {pack.industry: pack for pack in read_packs(settings)}
    if industry not in packs:
        msg = f"industry: unknown (got {industry}; try {nearest(industry, packs)})"
        raise InputError(msg)
    return packs[industry]


def _write(file: Path, draft: Draft) -> None:
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(draft_text(draft))
    except FileExistsError as error:
        msg = f"{file}: is there already (try another --out)"
        raise InputError(msg) from error
    except OSError as error:
        msg = f"{file}: cannot be written: {error.strerror}"
        raise InputError(msg) from error


def _today() -> str:
    return day_of(round(time.time() * 1000))

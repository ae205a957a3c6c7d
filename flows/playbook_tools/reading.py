"""``tingfeng playbooks show|diff``: one playbook, or two versions of one."""

import argparse
from pathlib import Path

import orjson

from flows.packs import read_packs
from flows.settings_schema import Settings
from flows.store_reader import connect_reading
from operators.errors import InputError
from playbooks.compare import differences
from playbooks.law import load_regulations
from playbooks.loader import load_playbook
from playbooks.reader import nearest
from playbooks.schema import Playbook, playbook_from_dict
from playbooks.show import shown


def show(options: argparse.Namespace, settings: Settings) -> int:
    """Print a playbook for reading; without a subject its name and hotline stay gaps."""
    playbook = find(options.playbook, settings)
    fields: dict[str, str] = {}
    if options.subject:
        subjects = {subject.id: subject for subject in settings.subjects}
        if options.subject not in subjects:
            hint = nearest(options.subject, subjects) or "none in the settings"
            msg = f"subject: unknown (got {options.subject}; try {hint})"
            raise InputError(msg)
        subject = subjects[options.subject]
        fields = {"company": subject.name, "hotline": subject.hotline}
    names = {
        (pack.industry, kind.id): kind.name
        for pack in read_packs(settings)
        for kind in pack.crisis_types
    }
    name = names.get((playbook.industry, playbook.crisis_type), "")
    print(shown(playbook, fields, load_regulations(settings.packs), name), end="")
    return 0


def diff(options: argparse.Namespace, settings: Settings) -> int:
    """Print what differs; returns 1 when something does, as diff programs do."""
    before = find(options.before, settings)
    after = find(options.after or before.id, settings)
    lines = differences(before, after)
    print("\n".join(lines) if lines else "no difference")
    return 1 if lines else 0


def find(name: str, settings: Settings) -> Playbook:
    """Return the playbook of a file, of ``ID@VERSION`` in the store, or of an id in the packs."""
    if Path(name).suffix in (".yaml", ".yml"):
        return load_playbook(Path(name))
    playbook_id, _, version = name.partition("@")
    if version:
        return _stored(playbook_id, version, settings)
    library = {one.id: one for pack in read_packs(settings) for one in pack.playbooks}
    if playbook_id not in library:
        msg = f"playbook: unknown (got {playbook_id}; try {nearest(playbook_id, library)})"
        raise InputError(msg)
    return library[playbook_id]


def _stored(playbook_id: str, version: str, settings: Settings) -> Playbook:
    """Return the version whose content hash begins with ``version``; ``latest`` is the last."""
    with connect_reading(settings.store.dsn, settings.var) as reader:
        rows = reader.query(
            "SELECT version_hash, body FROM v_playbook_versions"
            " WHERE playbook_id = {id:String} AND NOT retired ORDER BY published_at DESC",
            {"id": playbook_id},
        ).rows
    for found, body in rows:
        if version == "latest" or str(found).startswith(version):
            return playbook_from_dict(orjson.loads(str(body)), f"{playbook_id}@{found}")
    known = ", ".join(dict.fromkeys(str(row[0]) for row in rows)) or "none in the store"
    msg = f"version of {playbook_id}: unknown (got {version}; try {known})"
    raise InputError(msg)

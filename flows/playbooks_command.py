"""``tingfeng playbooks``: which subcommand is asked for, and who does it."""

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.settings_schema import Settings


def playbooks_command(options: argparse.Namespace, config: Path | None) -> int:
    """Run the subcommand ``options.what``; returns the exit code."""
    from flows.settings import load_settings

    settings = load_settings(config)
    packs: list[Path] = getattr(options, "packs", [])
    if packs:
        settings = dataclasses.replace(settings, packs=tuple(packs))
    return _run(options, settings)


def _run(options: argparse.Namespace, settings: "Settings") -> int:
    what: str = options.what
    if what in ("check", "list", "publish"):
        from flows.playbook_tools.shelf import check, listing, put_out

        return {"check": check, "list": listing, "publish": put_out}[what](options, settings)
    if what in ("show", "diff"):
        from flows.playbook_tools.reading import diff, show

        return {"show": show, "diff": diff}[what](options, settings)
    if what == "match":
        from flows.playbook_tools.matching import match

        return match(options, settings)
    if what == "review":
        from flows.playbook_tools.reviewing import review

        return review(options, settings)
    from flows.playbook_tools.making import export, new, take_in

    return {"export": export, "new": new, "import": take_in}[what](options, settings)

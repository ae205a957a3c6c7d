"""What the subcommands of ``tingfeng playbooks`` take; nothing heavy is imported here."""

import argparse
from collections.abc import Callable
from pathlib import Path

from operators.model import LEVELS, STAGES

PACKS = "pack folders (default: those of the settings, else the ones shipped)"


def add_subcommands(playbooks: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng playbooks`` its subcommands."""
    tools = playbooks.add_subparsers(title="subcommands", metavar="WHAT", dest="what")
    tools.required = True

    def add(name: str, text: str) -> argparse.ArgumentParser:
        tool = tools.add_parser(name, help=text, description=text)
        tool.add_argument(
            "--config",
            type=Path,
            metavar="FILE",
            default=argparse.SUPPRESS,
            help="settings (default: tingfeng.yaml here, else those of the demo, if any)",
        )
        return tool

    for part in (_library, _reading, _asking, _making):
        part(add)


Add = Callable[[str, str], argparse.ArgumentParser]


def _library(add: Add) -> None:
    check = add("check", "load the packs; tell what is wrong, unfinished or too much alike")
    check.add_argument("packs", nargs="*", type=Path, help=PACKS)
    check.add_argument("--alike", type=int, default=0, metavar="N", help="the N texts most alike")
    listing = add("list", "list playbooks with their versions")
    listing.add_argument("packs", nargs="*", type=Path, help=PACKS)
    publish = add("publish", "put what changed into the stream, withdraw what is gone")
    publish.add_argument("packs", nargs="*", type=Path, help=PACKS)


def _reading(add: Add) -> None:
    show = add("show", "render a playbook for reading")
    show.add_argument("playbook", help="id, ID@VERSION as the store has it, or a file")
    show.add_argument("--subject", metavar="ID", help="fill in its name and hotline")
    diff = add("diff", "tell two versions of a playbook apart")
    diff.add_argument("before", help="id, ID@VERSION as the store has it, or a file")
    diff.add_argument("after", nargs="?", help="the same (default: the id as the packs have it)")


def _asking(add: Add) -> None:
    match = add("match", "rank the playbooks for a text or an incident, with the reasons")
    match.add_argument("what_for", metavar="TEXT|INCIDENT", help="a text, or an incident's id")
    match.add_argument("--subject", metavar="ID", help="whom the text is about, if it does not say")
    match.add_argument("--level", choices=LEVELS, default="moderate", help="default: moderate")
    match.add_argument("--stage", choices=STAGES[:-1], default="emerging", help="default: emerging")
    match.add_argument(
        "--verification",
        choices=("未核实", "属实", "部分属实", "不实"),
        default="未核实",
        help="default: 未核实",
    )
    match.add_argument("--platform", default="weibo", help="where the text was posted")
    match.add_argument("--past", type=int, default=0, metavar="N", help="such incidents before")
    match.add_argument("--packs", nargs="*", type=Path, default=[], help=PACKS)
    review = add("review", "show gaps, overrides, expired and unused playbooks")
    review.add_argument("--days", type=int, default=90, metavar="N", help="how far back (90)")
    review.add_argument("--packs", nargs="*", type=Path, default=[], help=PACKS)


def _making(add: Add) -> None:
    export = add("export", "write playbooks as CACAO v2.0 JSON")
    export.add_argument("playbooks", nargs="*", metavar="ID", help="ids (default: all)")
    export.add_argument("--cacao", action="store_true", required=True, help="the format")
    export.add_argument("--out", type=Path, metavar="FOLDER", help="a file each (default: stdout)")
    export.add_argument("--packs", nargs="*", type=Path, default=[], help=PACKS)
    new = add("new", "write a commented playbook to begin with")
    new.add_argument("playbook", metavar="ID", help="such as banking.fees_repeat")
    new.add_argument("--type", required=True, metavar="TYPE", help="crisis type id, or *")
    new.add_argument("--out", type=Path, metavar="FILE", help="default: NAME.yaml of the id")
    new.add_argument("--packs", nargs="*", type=Path, default=[], help=PACKS)
    take = add("import", "make playbook files from a table in CSV or Markdown")
    take.add_argument("file", type=Path, help="a row is a playbook; see the README for headings")
    take.add_argument("--industry", required=True, help="industry id of the pack")
    take.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to write")
    take.add_argument("--packs", nargs="*", type=Path, default=[], help=PACKS)

"""What ``tingfeng rules``, ``relabel`` and ``backfill`` take; nothing heavy is imported here."""

import argparse


def add_rules(rules: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng rules`` its arguments."""
    rules.add_argument("what", choices=("check", "publish", "list", "diff"))
    rules.add_argument(
        "versions",
        nargs="*",
        metavar="VERSION",
        help="diff: one or two published versions (default: the newest one and the settings)",
    )


def add_relabel(label: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng relabel`` its arguments."""
    label.add_argument("post", metavar="PLATFORM/ID", help="the post, as v_mentions names it")
    label.add_argument("--polarity", choices=("negative", "neutral", "positive"))
    label.add_argument("--crisis-type", metavar="TYPE", help="crisis type id, or general")
    label.add_argument("--subject", metavar="ID", help="the company it is about, and no other")
    label.add_argument("--noise", action="store_true", help="it is about no watched company")
    label.add_argument("--actor", metavar="NAME", required=True, help="who says so")
    label.add_argument("--exercise", action="store_true", help="a post of a drill")


def add_backfill(again: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng backfill`` its arguments."""
    again.add_argument(
        "--since", metavar="TIME", required=True, help="posts published from then on"
    )
    again.add_argument(
        "--until",
        metavar="TIME",
        help="and before then (default and limit: 25 h before what the flow has read)",
    )
    again.add_argument("--dry-run", action="store_true", help="print what would change")

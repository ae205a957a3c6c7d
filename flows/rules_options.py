"""What ``tingfeng rules`` takes; nothing heavy is imported here."""

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

"""What those commands of ``tingfeng`` take that have no module of options of their own."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Final

CONFIG: Final = Path("tingfeng.yaml")
FORMATS: Final = ("table", "csv", "tsv", "json", "parquet")


def add_config(command: argparse.ArgumentParser) -> None:
    """Give the parser of a command the option for its settings."""
    command.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="settings (default: tingfeng.yaml here, else those of the demo, if any)",
    )


def add_demo(demo: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng demo`` its arguments."""
    demo.add_argument(
        "--feed", action="store_true", help="only feed the streams that --config names, then end"
    )
    demo.add_argument("--now", metavar="TIME", help="when the day ends (default: this minute)")
    demo.add_argument("--seed", type=int, default=1, help="seed of the scenario (default: 1)")
    demo.add_argument(
        "--var",
        type=Path,
        default=Path("var/demo"),
        help="folder to work in, emptied first (default: var/demo)",
    )


def add_grafana(grafana: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng grafana`` its arguments."""
    grafana.add_argument("what", choices=("push", "check"))
    grafana.add_argument("--alerts", action="store_true", help="push: alert rules and routes too")
    grafana.add_argument("--dry-run", action="store_true", help="push: print what would change")


def add_drill(drill: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng drill`` its arguments."""
    drill.add_argument("scenario", nargs="?", help="which one (--list shows them)")
    drill.add_argument("--list", action="store_true", help="the drills there are")
    drill.add_argument(
        "--speed",
        type=float,
        default=0.0,
        metavar="N",
        help="times true time; 1: into the live streams; 0: as fast as it goes (default)",
    )
    drill.add_argument("--subject", metavar="ID", help="tell it of a configured subject instead")
    drill.add_argument("--seed", type=int, default=1, help="seed of the scenario (default: 1)")
    drill.add_argument("--now", metavar="TIME", help="when it ends (default: this minute)")


def add_init(init: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng init`` its arguments."""
    init.add_argument("file", nargs="?", type=Path, default=CONFIG)
    init.add_argument("--force", action="store_true", help="overwrite an existing file")


def add_collect(collect: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng collect`` its arguments."""
    collect.add_argument("file", help="JSON Lines or CSV, plain or .gz; - for stdin")
    collect.add_argument("--mapping", type=Path, metavar="YAML", help="where each field is found")
    collect.add_argument("--platform", help="shape of the records (default: the documented one)")
    collect.add_argument("--stream-time", action="store_true", help="replay at the posts' own time")
    collect.add_argument("--end", action="store_true", help="mark the end of finite input")
    collect.add_argument(
        "--skip", type=_from(0), default=0, metavar="N", help="pass over N records"
    )
    collect.add_argument(
        "--max-pending",
        type=_from(0),
        default=0,
        metavar="N",
        help="wait while the flow has more than N entries of a stream to read",
    )


def add_run(run: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng run`` its arguments."""
    run.add_argument("--until-end", action="store_true", help="stop at the end marks")
    run.add_argument("--accept-gap", action="store_true", help="go on though entries are missing")
    run.add_argument("--processes", type=_from(1), metavar="N", help="instead of run.processes")


def add_report(report: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng report`` its arguments."""
    report.add_argument(
        "incidents",
        nargs="*",
        metavar="WHAT",
        help="incident ID, brief, review; or ids for one page of several (default: all)",
    )
    report.add_argument("--date", metavar="YYYY-MM-DD", help="brief: the day (default: the last)")
    report.add_argument("--month", metavar="YYYY-MM", help="review: the month (default: the last)")
    report.add_argument(
        "--for",
        dest="audience",
        choices=("desk", "regulator"),
        default="desk",
        help="incident: the desk's report or the 专报 form",
    )
    report.add_argument("--format", choices=("html", "md", "pdf"), help="default: by --out, html")
    report.add_argument("--out", type=Path, help="file (default: named after the report)")
    report.add_argument("--exercise", action="store_true", help="drills instead of real incidents")


def add_explain(explain: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng explain`` its arguments."""
    explain.add_argument("text", help="the words of a post")
    explain.add_argument(
        "--config",
        "--subject-config",
        dest="config",
        type=Path,
        metavar="FILE",
        help="settings with the subjects (default: tingfeng.yaml here, else those of the demo)",
    )


def add_sql(sql: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng sql`` its arguments."""
    sql.add_argument("query", nargs="?", help="a SELECT, or @name of a named question")
    sql.add_argument("--format", choices=FORMATS, default="table")
    sql.add_argument("--dictionary", action="store_true", help="every view and table, by column")
    sql.add_argument("--list", action="store_true", help="the named questions")
    sql.add_argument("--show", action="store_true", help="a named question's text and parameters")
    sql.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="value for {NAME:Type} in the question; may be repeated",
    )
    sql.add_argument("--out", type=Path, metavar="FILE", help="write the answer there")


def add_train(train: argparse.ArgumentParser) -> None:
    """Give the parser of ``tingfeng train`` its arguments."""
    train.add_argument("folder", nargs="?", type=Path, help="labelled files: *.tsv, *.tsv.gz")
    train.add_argument(
        "--licensed", action="store_true", help="from openly licensed texts alone, without a folder"
    )
    train.add_argument(
        "--posts", type=Path, metavar="JSONL", help="posts to label by their emoticons, as well"
    )
    train.add_argument(
        "--out", type=Path, default=Path("sentiment.npz"), help="weights (default: sentiment.npz)"
    )
    train.add_argument("--card", type=Path, help="model card (default: beside the weights, .md)")


def _from(least: int) -> Callable[[str], int]:
    """Return a reader of whole numbers that are not below ``least``."""

    def number(text: str) -> int:
        value = int(text)
        if value < least:
            msg = f"must be {least} or more (got {value})"
            raise argparse.ArgumentTypeError(msg)
        return value

    number.__name__ = "whole number"
    return number

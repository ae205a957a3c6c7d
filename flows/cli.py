"""The command ``tingfeng``; commands import what they need when they are called."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from flows.playbook_tools.options import add_subcommands
from flows.rules_options import add_backfill, add_relabel, add_rules
from operators.errors import TingfengError

CONFIG: Final = Path("tingfeng.yaml")
FORMATS: Final = ("table", "csv", "tsv", "json", "parquet")
DEMO_CONFIG: Final = Path("var/demo/tingfeng.yaml")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; an error meant for the user is shown without a trace."""
    parser = _parser()
    options = parser.parse_args(argv)
    command: Callable[[argparse.Namespace], int] | None = getattr(options, "command", None)
    if command is None:
        parser.print_help()
        return 0
    try:
        return command(options)
    except TingfengError as error:
        print(f"tingfeng: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has seen enough.
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tingfeng",
        description="Real-time public-opinion monitoring joined with a crisis-response library.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(
        name: str, command: Callable[[argparse.Namespace], int], text: str, *, config: bool = True
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        if config:
            sub.add_argument(
                "--config",
                type=Path,
                metavar="FILE",
                help="settings (default: tingfeng.yaml here, else those of the demo, if any)",
            )
        return sub

    demo = add("demo", _demo, "run a day of five crises on embedded parts")
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

    grafana = add("grafana", _grafana, "dashboards and alerts into a Grafana of your own")
    grafana.add_argument("what", choices=("push", "check"))
    grafana.add_argument("--alerts", action="store_true", help="push: alert rules and routes too")
    grafana.add_argument("--dry-run", action="store_true", help="push: print what would change")

    add("alive", _alive, "tell whether the flow is reading (for health checks)")

    drill = add("drill", _drill, "practise a crisis: a scenario through the real flow, scored")
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

    init = add("init", _init, "write a commented settings file", config=False)
    init.add_argument("file", nargs="?", type=Path, default=CONFIG)
    init.add_argument("--force", action="store_true", help="overwrite an existing file")

    collect = add("collect", _collect, "send posts from a file or stdin to the mention streams")
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

    run = add("run", _run, "read the streams, detect, recommend, store")
    run.add_argument("--until-end", action="store_true", help="stop at the end marks")
    run.add_argument("--accept-gap", action="store_true", help="go on though entries are missing")
    run.add_argument("--processes", type=_from(1), metavar="N", help="instead of run.processes")

    add("migrate", _migrate, "bring the store to the schema of this release")

    add_relabel(add("relabel", _relabel, "say what a post really is, or that it is noise"))

    add_backfill(add("backfill", _backfill, "read stored posts anew, by the newest rules"))

    add_rules(add("rules", _rules, "what is watched: check, publish, list and diff the rules"))

    add_subcommands(add("playbooks", _playbooks, "the library: check, show, match, review, …"))

    report = add("report", _report, "write a report: of incidents, of a day or of a month")
    report.add_argument(
        "incidents",
        nargs="*",
        metavar="WHAT",
        help="incident ID, brief, review; or ids for one page of several (default: all)",
    )
    report.add_argument("--date", metavar="YYYY-MM-DD", help="brief: the day (default: the last)")
    report.add_argument("--month", metavar="YYYY-MM", help="review: the month (default: the last)")
    report.add_argument(
        "--for", dest="audience", choices=("desk", "regulator"), default="desk",
        help="incident: the desk's report or the 专报 form",
    )  # fmt: skip
    report.add_argument("--format", choices=("html", "md", "pdf"), help="default: by --out, html")
    report.add_argument("--out", type=Path, help="file (default: named after the report)")
    report.add_argument("--exercise", action="store_true", help="drills instead of real incidents")

    explained = add("explain", _explain, "show how one text is read, and why", config=False)
    explained.add_argument("text", help="the words of a post")
    explained.add_argument(
        "--config", "--subject-config", dest="config", type=Path, metavar="FILE",
        help="settings with the subjects (default: tingfeng.yaml here, else those of the demo)",
    )  # fmt: skip

    sql = add("sql", _sql, "ask the store a question")
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
    train = add("train", _train, "make sentiment weights from labelled posts", config=False)
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
    return parser


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


def _config(options: argparse.Namespace) -> Path | None:
    given: Path | None = options.config
    if given is not None:
        return given
    return next((path for path in (CONFIG, DEMO_CONFIG) if path.exists()), None)


def _demo(options: argparse.Namespace) -> int:
    if options.feed:
        from flows.demo_feed import feed_demo
        from flows.settings import load_settings

        return feed_demo(load_settings(_config(options)), seed=options.seed, now=options.now)
    from flows.demo_command import demo

    return demo(options.var, seed=options.seed, now=options.now)


def _grafana(options: argparse.Namespace) -> int:
    from flows.grafana_command import check, push
    from flows.settings import load_settings

    settings = load_settings(_config(options))
    if options.what == "check":
        return check(settings)
    return push(settings, alerts=options.alerts, dry_run=options.dry_run)


def _alive(options: argparse.Namespace) -> int:
    from flows.alive_command import alive
    from flows.settings import load_settings

    print(alive(load_settings(_config(options))))
    return 0


def _drill(options: argparse.Namespace) -> int:
    from flows.drill_command import drill, list_drills

    if options.list or options.scenario is None:
        print(list_drills())
        return 0
    return drill(
        _config(options),
        options.scenario,
        speed=options.speed,
        seed=options.seed,
        subject=options.subject,
        now=options.now,
    )


def _init(options: argparse.Namespace) -> int:
    from flows.init_command import write_example

    write_example(options.file, options.force)
    print(f"{options.file}: edit the list `subjects`, then: tingfeng playbooks publish")
    return 0


def _collect(options: argparse.Namespace) -> int:
    from flows.collect_command import collect_file
    from flows.settings import load_settings

    return collect_file(load_settings(_config(options)), options)


def _run(options: argparse.Namespace) -> int:
    from flows.run_command import run_configured

    return run_configured(
        _config(options),
        until_end=options.until_end,
        accept_gap=options.accept_gap,
        processes=options.processes,
    )


def _migrate(options: argparse.Namespace) -> int:
    from flows.migrate_command import migrate_store
    from flows.settings import load_settings

    report = migrate_store(load_settings(_config(options)))
    print(f"migrations applied: {', '.join(report.migrations) or 'none'}")
    print(f"views: {len(report.views)}, retention changed: {len(report.retention)}")
    return 0


def _playbooks(options: argparse.Namespace) -> int:
    from flows.playbooks_command import playbooks_command

    return playbooks_command(options, _config(options))


def _relabel(options: argparse.Namespace) -> int:
    from flows.relabel_command import relabel

    return relabel(options, _config(options))


def _backfill(options: argparse.Namespace) -> int:
    from flows.backfill_command import backfill

    return backfill(options, _config(options))


def _rules(options: argparse.Namespace) -> int:
    from flows.rules_command import rules_command

    return rules_command(options, _config(options))


def _report(options: argparse.Namespace) -> int:
    from flows.settings import load_settings

    settings = load_settings(_config(options))
    if options.incidents[:1] in (["incident"], ["brief"], ["review"]):
        from flows.report_kinds import report_kind

        print(report_kind(settings, options))
        return 0
    from flows.report_command import report_file

    out = options.out or Path("report.html")
    report_file(settings, options.incidents, out, exercise=options.exercise)
    print(out)
    return 0


def _explain(options: argparse.Namespace) -> int:
    from flows.explain_command import explain
    from flows.settings import load_settings

    explain(load_settings(_config(options)), options.text)
    return 0


def _sql(options: argparse.Namespace) -> int:
    from flows.questions_command import sql_command

    return sql_command(_config(options), options)


def _train(options: argparse.Namespace) -> int:
    from flows.train import train_file

    print(
        train_file(
            options.folder,
            options.out,
            options.card,
            licensed=options.licensed,
            posts=options.posts,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

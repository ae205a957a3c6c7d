"""The command ``tingfeng``; commands import what they need when they are called."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from operators.errors import TingfengError

CONFIG: Final = Path("tingfeng.yaml")
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

    demo = add("demo", _demo, "run a day of five crises on embedded parts", config=False)
    demo.add_argument("--now", metavar="TIME", help="when the day ends (default: this minute)")
    demo.add_argument("--seed", type=int, default=1, help="seed of the scenario (default: 1)")
    demo.add_argument(
        "--var",
        type=Path,
        default=Path("var/demo"),
        help="folder to work in, emptied first (default: var/demo)",
    )

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

    playbooks = add("playbooks", _playbooks, "check, publish or list playbooks")
    playbooks.add_argument("what", choices=("check", "publish", "list"))
    playbooks.add_argument("packs", nargs="*", type=Path, help="pack folders (default: settings)")

    report = add("report", _report, "write an HTML report of incidents")
    report.add_argument("incidents", nargs="*", metavar="INCIDENT", help="ids (default: all)")
    report.add_argument("--out", type=Path, default=Path("report.html"))
    report.add_argument("--exercise", action="store_true", help="drills instead of real incidents")

    sql = add("sql", _sql, "ask the store a question")
    sql.add_argument("query")
    sql.add_argument("--format", choices=("table", "csv", "json"), default="table")
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
    from flows.demo_command import demo

    return demo(options.var, seed=options.seed, now=options.now)


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
    from flows.settings import load_settings

    return playbooks_command(options.what, load_settings(_config(options)), options.packs)


def _report(options: argparse.Namespace) -> int:
    from flows.report_command import report_file
    from flows.settings import load_settings

    settings = load_settings(_config(options))
    report_file(settings, options.incidents, options.out, exercise=options.exercise)
    print(options.out)
    return 0


def _sql(options: argparse.Namespace) -> int:
    from flows.settings import load_settings
    from flows.sql_command import run
    from flows.store import connect_reading

    settings = load_settings(_config(options))
    with connect_reading(settings.store.dsn, settings.var) as reader:
        run(reader, options.query, options.format, settings.timezone)
    return 0


if __name__ == "__main__":
    sys.exit(main())

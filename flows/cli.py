"""The command ``tingfeng``; commands import what they need when they are called."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from flows.command_options import (
    CONFIG,
    add_collect,
    add_config,
    add_demo,
    add_drill,
    add_explain,
    add_grafana,
    add_init,
    add_report,
    add_run,
    add_sql,
    add_train,
)
from flows.playbook_tools.options import add_subcommands
from flows.rules_options import add_backfill, add_relabel, add_rules
from operators.errors import TingfengError

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
            add_config(sub)
        return sub

    add_demo(add("demo", _demo, "run a day of five crises on embedded parts"))
    add_grafana(add("grafana", _grafana, "dashboards and alerts into a Grafana of your own"))
    add("alive", _alive, "tell whether the flow is reading (for health checks)")
    add_drill(add("drill", _drill, "practise a crisis: a scenario through the real flow, scored"))
    add_init(add("init", _init, "write a commented settings file", config=False))
    add_collect(add("collect", _collect, "send posts from a file or stdin to the mention streams"))
    add_run(add("run", _run, "read the streams, detect, recommend, store"))
    add("migrate", _migrate, "bring the store to the schema of this release")
    add_relabel(add("relabel", _relabel, "say what a post really is, or that it is noise"))
    add_backfill(add("backfill", _backfill, "read stored posts anew, by the newest rules"))
    add_rules(add("rules", _rules, "what is watched: check, publish, list and diff the rules"))
    add_subcommands(add("playbooks", _playbooks, "the library: check, show, match, review, …"))
    add_report(add("report", _report, "write a report: of incidents, of a day or of a month"))
    add_explain(add("explain", _explain, "show how one text is read, and why", config=False))
    add_sql(add("sql", _sql, "ask the store a question"))
    add_train(add("train", _train, "make sentiment weights from labelled posts", config=False))
    return parser


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

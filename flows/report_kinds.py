"""``tingfeng report incident|brief|review``: one document from the store to a file."""

import os
from argparse import Namespace
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows.settings_schema import Settings
from flows.store_reader import Reader, connect_reading
from operators.errors import ConfigError, Problem

if TYPE_CHECKING:
    from operators.report.document import Document

KINDS: Final = ("incident", "brief", "review")


def report_kind(settings: Settings, options: Namespace) -> Path:
    """Write the report that the command line asks for; returns the file."""
    what, *rest = options.incidents
    _check(what, rest, options)
    with ThreadPoolExecutor(1) as pool:
        dsn, var = settings.store.dsn, settings.var
        # Two readers ask at the same time: half of the processors for each.
        opening = pool.submit(connect_reading, dsn, var, threads=max(1, (os.cpu_count() or 1) // 2))
        # Reading our own code takes as long as opening the store: both at once.
        build = _builder(what, rest, options)
        from flows.report_output import format_of, write_document

        with opening.result() as reader:
            document, name = build(reader)
    fmt = format_of(options.out, options.format)
    out: Path = options.out or Path(f"{name}.{fmt}")
    write_document(document, out, fmt)
    return out


def _builder(
    what: str, rest: list[str], options: Namespace
) -> "Callable[[Reader], tuple[Document, str]]":
    if what == "incident":
        from flows.report_incident import incident_report

        audience = options.audience if options.audience == "regulator" else ""
        name = f"incident-{rest[0]}{'-regulator' if audience else ''}"
        return lambda reader: (incident_report(reader, rest[0], audience), name)
    from flows.report_periods import brief_report, review_report

    if what == "brief":
        return lambda reader: brief_report(reader, options.date, exercise=options.exercise)
    return lambda reader: review_report(reader, options.month, exercise=options.exercise)


def _check(what: str, rest: list[str], options: Namespace) -> None:
    """Refuse what cannot be meant, all at once."""
    wrong = []
    if what == "incident" and len(rest) != 1:
        wrong.append(
            ("INCIDENT", "one id is needed", " ".join(rest), "report incident 3c6d2e79fb05")
        )
    if what != "incident" and rest:
        wrong.append(("WHAT", f"{what} takes no id", " ".join(rest), f"report {what}"))
    if what != "incident" and options.audience != "desk":
        wrong.append(("--for", "only an incident has a 专报", what, "report incident ID"))
    if what != "brief" and options.date:
        wrong.append(("--date", "belongs to brief", what, "report brief --date …"))
    if what != "review" and options.month:
        wrong.append(("--month", "belongs to review", what, "report review --month …"))
    if wrong:
        raise ConfigError(
            [
                Problem("(command line)", 1, path, problem, got, hint)
                for path, problem, got, hint in wrong
            ]
        )

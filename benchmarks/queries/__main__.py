"""Times of questions on a long history: ``python -m benchmarks.queries [--json]``.

A month of 500 companies is made in a chDB store (see `benchmarks.queries.history`), then every
query of the wall's panels, as Grafana would send it at the end of the month, is asked five times in
turn and the median is given with the rows read. The other dashboards' queries and the named
questions of ``sql/queries`` are asked once.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.machine import machine
from benchmarks.queries.history import DAY_S, END_S, INCIDENTS, Size, fill
from dashboards.ask import choices, interval_of, start_of
from dashboards.boards import ALL
from dashboards.macros import Scope, expand
from flows.store import open_store
from flows.store_reader import Reader
from operators.model import SECOND
from sql.migrate import migrate
from sql.questions import read_questions

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

    from dashboards.model import Dashboard

LIMIT_MS: Final = 300.0
"""What a query of the wall may take."""

ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Timed:
    """A question, what it took (ms, median) and how many rows the store read for it."""

    name: str
    ms: float
    rows_read: int


def main() -> int:
    """Make the history, ask, print; returns 1 when a query of the wall takes too long."""
    parser = argparse.ArgumentParser(prog="benchmarks.queries", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON value on stdout")
    parser.add_argument("--dir", type=Path, help="where to make the store (default: a new one)")
    parser.add_argument("--keep", action="store_true", help="leave the store, to be used again")
    parser.add_argument("--mentions", type=int, default=Size().mentions, metavar="N")
    parser.add_argument("--minutes", type=int, default=Size().minutes, metavar="N")
    options = parser.parse_args()
    size = Size(options.mentions, options.minutes)
    folder: Path = options.dir or Path(tempfile.mkdtemp(prefix="tingfeng-queries-"))
    try:
        found = _measure(folder / "store", size)
    finally:
        if not options.keep:
            shutil.rmtree(folder / "store", ignore_errors=True)
            if options.dir is None:
                folder.rmdir()
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        _show(found)
    return 0 if found["wall_slowest_ms"] <= LIMIT_MS else 1


def _measure(path: Path, size: Size) -> dict[str, Any]:
    started = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {what}", file=sys.stderr)

    there = path.exists()
    with closing(open_store(f"chdb://{path.absolute()}", create=True)) as client:
        if not there:
            migrate(client, {})
            fill(client, size, tell)
        made = time.monotonic() - started
        parts = client.query(
            "SELECT table, sum(rows), count(), sum(bytes_on_disk) FROM system.parts"
            " WHERE active AND database = currentDatabase() GROUP BY table ORDER BY sum(rows) DESC"
        ).result_rows
        # Asking for the reader sets the client to read only.
        reader = Reader(client)
        wall = _median(client, dict(_panels(reader, ALL[0])))
        tell("wall asked")
        boards = {
            board.title: max(one.ms for one in _median(client, dict(_panels(reader, board)), 1))
            for board in ALL[1:]
        }
        tell("other dashboards asked")
        analyst = _median(client, dict(_questions()), 1)
        tell("analysts' questions asked")
    return {
        "rows": {table: int(rows) for table, rows, _, _ in parts},
        "parts": {table: int(count) for table, _, count, _ in parts},
        "disk_bytes": sum(int(size) for _, _, _, size in parts),
        "made_s": round(made, 1),
        "wall": [_plain(one) for one in wall],
        "wall_slowest_ms": max(one.ms for one in wall),
        "boards_slowest_ms": boards,
        "analyst": [_plain(one) for one in analyst],
        "machine": machine(),
    }


def _panels(reader: Reader, board: "Dashboard") -> Iterator[tuple[str, str]]:
    """Yield each panel's queries as Grafana would send them when opened at the month's end."""
    end_ms = END_S * SECOND
    scope = choices(reader, board, Scope(start_of(board, end_ms), end_ms))
    for line in board.lines:
        for width, panel in line.panels:
            step = interval_of(panel, width, end_ms - scope.start_ms)
            for target in panel.targets:
                at = Scope(scope.start_ms, end_ms, step, scope.variables, scope.options)
                yield f"{panel.title} {target.ref}", expand(target.sql, at)


def _questions() -> Iterator[tuple[str, str]]:
    """Yield the analysts' questions: of one incident, or of the last week."""
    given = {
        "incident": f"i{INCIDENTS - 1}",
        "start": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(END_S + 8 * 3600 - 7 * DAY_S)),
    }
    for question in read_questions().values():
        known = {one.name for one in question.parameters}
        values = {name: value for name, value in given.items() if name in known}
        yield f"@{question.name}", question.filled(values)


def _median(client: "Client", statements: dict[str, str], rounds: int = ROUNDS) -> list[Timed]:
    taken: dict[str, list[float]] = {name: [] for name in statements}
    read: dict[str, int] = {}
    for _ in range(rounds):
        for name, sql in statements.items():
            spent, rows = _asked(client, sql)
            taken[name].append(spent)
            read[name] = rows
    return [
        Timed(name, round(statistics.median(spent), 1), read[name]) for name, spent in taken.items()
    ]


def _asked(client: "Client", sql: str) -> tuple[float, int]:
    started = time.perf_counter()
    answer = client.raw_query(sql, fmt="JSON")
    spent = (time.perf_counter() - started) * 1000
    return spent, int(json.loads(answer)["statistics"]["rows_read"])


def _plain(one: Timed) -> dict[str, Any]:
    return {"name": one.name, "ms": one.ms, "rows_read": one.rows_read}


def _show(found: dict[str, Any]) -> None:
    print(f"store: {found['disk_bytes'] / 1e9:.2f} GB, made in {found['made_s']:.0f} s")
    for table, rows in found["rows"].items():
        if rows:
            print(f"  {table:18} {rows:>12,} rows in {found['parts'][table]} parts")
    for kind in ("wall", "analyst"):
        print(f"{kind}: ms and rows read")
        for one in sorted(found[kind], key=lambda item: -item["ms"]):
            print(f"  {one['ms']:8.1f}  {one['rows_read']:>12,}  {one['name']}")
    for board, ms in found["boards_slowest_ms"].items():
        print(f"  {ms:8.1f}  slowest query of {board}")
    print(f"slowest query of the wall: {found['wall_slowest_ms']:.1f} ms (limit {LIMIT_MS:.0f})")
    print(json.dumps(found["machine"], ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())

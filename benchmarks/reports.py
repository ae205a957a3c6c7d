"""How long a report takes: ``python -m benchmarks.reports [--json] [--config FILE]``.

Each kind of report is written from a cold start, as typed: process, imports, opening the chDB
store, questions, page. The store is that of a demo made for it, or of ``--config``, with no flow
running. Seconds of wall time, median of ``--rounds``; the incident is the one with most mentions.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.installation import TINGFENG
from benchmarks.machine import machine
from flows.settings import load_settings
from flows.store_reader import connect_reading
from operators.errors import StoreError

LIMIT_S: Final = 2.0
"""What a report may take."""

ROUNDS: Final = 3
FORMATS: Final = ("html", "md")
DAY: Final = "2026-11-21T18:00:00+08:00"
_BIGGEST: Final = """
SELECT incident_id FROM v_incidents WHERE exercise = 0 AND state != 'merged'
ORDER BY mentions DESC, incident_id LIMIT 1
"""


def main() -> int:
    """Write the reports, print what they took; returns 1 when one takes too long."""
    parser = argparse.ArgumentParser(prog="benchmarks.reports", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON value on stdout")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings of a store to use")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tingfeng-reports-") as folder:
        config = options.config or _demo(Path(folder) / "demo")
        reports = list(_timed(config, Path(folder), options.rounds))
    slowest = max(one["s"] for one in reports)
    found = {"reports": reports, "slowest_s": slowest, "machine": machine()}
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for one in reports:
            print(f"{one['report']:<24} {one['format']:<4} {one['s']:5.2f} s {one['bytes']:>9,} B")
        print(f"slowest {slowest:.2f} s (limit {LIMIT_S:.0f} s)")
        print(", ".join(f"{name} {value}" for name, value in found["machine"].items()))
    return 0 if slowest < LIMIT_S else 1


def _demo(var: Path) -> Path:
    print("making the demo's store", file=sys.stderr)
    command = [TINGFENG, "demo", "--now", DAY, "--var", str(var)]
    subprocess.run(command, check=True, capture_output=True)
    return var / "tingfeng.yaml"


def _timed(config: Path, folder: Path, rounds: int) -> Iterator[dict[str, Any]]:
    """Yield what each kind of report took in each format."""
    settings = load_settings(config)
    with connect_reading(settings.store.dsn, settings.var) as reader:
        rows = reader.query(_BIGGEST).rows
    if not rows:
        msg = f"{config}: its store has no incident to report (try it without --config)"
        raise StoreError(msg)
    incident = ["incident", str(rows[0][0])]
    kinds = {
        "incident": incident,
        "incident --for regulator": [*incident, "--for", "regulator"],
        "brief": ["brief"],
        "review": ["review"],
    }
    for name, words in kinds.items():
        for form in FORMATS:
            out = folder / f"report.{form}"
            command = [TINGFENG, "report", *words, "--config", str(config), "--out", str(out)]
            seconds = [_seconds(command) for _ in range(rounds)]
            yield {
                "report": name,
                "format": form,
                "s": round(statistics.median(seconds), 3),
                "bytes": out.stat().st_size,
            }


def _seconds(command: list[str]) -> float:
    started = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())

"""The benchmark of reports: every kind in both formats, as one JSON value."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.demo_run import Demo

ROOT = Path(__file__).parents[2]


def bench(*options: str) -> "subprocess.CompletedProcess[str]":
    """Run the benchmark in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.reports", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_kind_is_written_and_timed(demo: Demo) -> None:
    """Four kinds, two formats; the exit code says whether the slowest keeps the limit."""
    done = bench("--config", str(demo.var / "tingfeng.yaml"), "--rounds", "1", "--json")
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    assert set(told) == {"reports", "slowest_s", "machine"}
    kinds = ("incident", "incident --for regulator", "brief", "review")
    assert [(one["report"], one["format"]) for one in told["reports"]] == [
        (kind, form) for kind in kinds for form in ("html", "md")
    ]
    assert all(one["bytes"] > 5_000 for one in told["reports"])
    assert told["slowest_s"] == max(one["s"] for one in told["reports"])
    assert done.returncode == int(told["slowest_s"] >= 2)

"""One run of the demo for the whole suite: the fixture ``demo``, given by tests/conftest.py."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.support.app import COMMAND, App

NOW = "2026-11-21T18:00:00+08:00"
END_MS = 1_795_255_200_000
LIMIT_S = 240.0


@dataclass(frozen=True, slots=True)
class Demo:
    """What a run of the demo has left."""

    var: Path
    shown: str
    incidents: list[dict[str, Any]]
    health: dict[str, Any]
    report: str

    @property
    def dsn(self) -> str:
        """Address of its store; one process, and one client in it, opens it at a time."""
        return f"chdb://{self.var / 'chdb'}"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run the demo once."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [COMMAND, "demo", "--now", NOW, "--var", "demo"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    app = App(folder)
    config = ("--config", "demo/tingfeng.yaml", "--format", "json")
    incidents = app.run(
        "sql",
        "SELECT subject, crisis_type, state, level, stage, playbook_id, playbook_title,"
        " toUnixTimestamp(onset_at) AS onset, toUnixTimestamp(detected_at) AS detected"
        " FROM v_incidents WHERE exercise = 0 ORDER BY detected_at",
        *config,
    )
    health = app.run(
        "sql",
        "SELECT sum(read) AS read, sum(accepted) AS accepted, sum(matched) AS matched,"
        " sum(unmatched) AS unmatched, sum(updates) AS updates, sum(duplicates) AS duplicates,"
        " sum(rejected) AS rejected, sum(late) AS late, sum(missing) AS missing"
        " FROM v_pipeline_health",
        *config,
    )
    return Demo(
        folder / "demo",
        done.stdout,
        orjson.loads(incidents.stdout),
        orjson.loads(health.stdout)[0],
        (folder / "demo" / "report.html").read_text(encoding="utf-8"),
    )

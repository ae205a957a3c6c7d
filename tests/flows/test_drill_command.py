"""``tingfeng drill``: scored, marked everywhere, and the live rows stay as they were."""

from pathlib import Path
from typing import Any, Final

import pytest

from flows.demo_feed import Feeder
from flows.streams import write_meta
from flows.tables import EXERCISED, TABLES
from operators.model import MINUTE
from tests.support.app import App
from tests.support.small_streams import START_MS, chatter, in_order, trouble

DRILL: Final = "banking_system_outage"
NOW: Final = "2026-11-21T18:00:00+08:00"


@pytest.fixture
def app(tmp_path: Path) -> App:
    """Give an installation with a bank that is watched for real."""
    made = App(tmp_path)
    made.write(subjects=[{"id": "yunzhou_bank", "name": "云州银行", "industry": "banking"}])
    return made


def live_rows(app: App) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row that is not of a drill; versions of rules and drills' scores aside."""
    found = {}
    for table, shape in TABLES.items():
        if table in ("rule_versions", "drills"):
            continue
        names = ", ".join(name for name in shape.columns if not name.endswith("_wall"))
        only = "WHERE exercise = 0" if table in EXERCISED else ""
        found[table] = sorted(app.ask(f"SELECT {names} FROM {table} FINAL {only}"), key=str)
    return found


def test_drill_on_a_subject_with_live_traffic_leaves_live_rows_alone(app: App) -> None:
    """The drill writes the same tables with exercise = 1, and nothing else changes."""
    app.run("playbooks", "publish")
    with app.redis() as client:
        write_meta(client, app.settings.redis.partitions, "stream")
        story = in_order(chatter(START_MS, 60), trouble("云州银行", START_MS + 20 * MINUTE))
        feeder = Feeder(client)
        feeder.feed(story)
        feeder.end(START_MS + 60 * MINUTE)
        app.run("run", "--until-end")
    before = live_rows(app)
    assert before["incidents"]
    done = app.run("drill", DRILL, "--subject", "yunzhou_bank", "--now", NOW)
    assert "通过" in done.stdout
    assert live_rows(app) == before
    drilled = app.sql(
        "SELECT exercise, subject, state FROM v_incidents WHERE subject = 'yunzhou_bank'"
    )
    assert {row["exercise"] for row in drilled} == {0, 1}
    scores = app.sql("SELECT scenario, subject, passed, tasks FROM v_drills")
    assert [(row["scenario"], row["subject"], row["passed"]) for row in scores] == [
        (DRILL, "yunzhou_bank", 1)
    ]
    assert scores[0]["tasks"] > 0
    shown = app.run("sql", "SELECT count() AS n FROM v_tasks WHERE exercise = 0").stdout
    assert shown


def test_drills_are_listed_and_mistakes_told(app: App) -> None:
    """Names, subjects and times that are wrong say what would be right."""
    assert DRILL in app.run("drill").stdout
    assert "there is no such drill" in app.run("drill", "banking_sytem_outage", code=2).stderr
    wrong = app.run("drill", DRILL, "--subject", "nobody", code=2).stderr
    assert "--subject: unknown (got nobody; try yunzhou_bank)" in wrong
    assert "--now: not a time" in app.run("drill", DRILL, "--now", "gestern", code=2).stderr


def test_running_flow_keeps_its_store(app: App) -> None:
    """An embedded store has one owner: the drill says so and what to do instead."""
    app.run("playbooks", "publish")
    with app.redis(), app.running():
        refused = app.run("drill", DRILL, "--subject", "yunzhou_bank", code=2).stderr
    assert "stop the flow for the drill, run the drill with --speed 1" in refused


def test_drill_at_a_speed_is_fed_as_time_goes(app: App) -> None:
    """A day's end in seconds: what is fed is decided while the rest is still to come."""
    done = app.run("drill", DRILL, "--subject", "yunzhou_bank", "--now", NOW, "--speed", "3600")
    assert "3600 倍" in done.stdout
    assert "发现用时" in done.stdout

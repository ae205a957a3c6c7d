"""The command ``tingfeng`` as a newcomer uses it."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from operators.drill import Entry
from operators.model import MINUTE
from tests.support.app import COMMAND, App
from tests.support.small_streams import START_MS, chatter, in_order, trouble

COMMANDS = ("demo", "init", "collect", "run", "migrate", "playbooks", "report", "sql")
HEAVY = {
    "ahocorasick_rs",
    "bytewax",
    "chdb",
    "clickhouse_connect",
    "hyperscan",
    "jieba",
    "jinja2",
    "numpy",
    "redis",
    "snownlp",
    "yaml",
}
IMPORTED = """
import sys
from flows.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert end.code == 0
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


@pytest.fixture
def app(tmp_path: Path) -> App:
    """Give an empty folder to work in."""
    return App(tmp_path)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_loads_nothing_heavy(command: str) -> None:
    """Help is there for the command and each of its commands, before any library is loaded."""
    arguments = [command, "--help"] if command else ["--help"]
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("usage: tingfeng")
    assert not HEAVY & set(done.stderr.split())


def test_help_names_every_command(app: App) -> None:
    """The overview lists all commands; without a command it is shown too."""
    shown = app.run("--help").stdout
    assert set(COMMANDS) <= set(shown.partition("commands:")[2].split())
    assert app.run().stdout == shown


def test_a_command_that_does_not_exist(app: App) -> None:
    """A slip of the hand is answered with what there is."""
    assert "playbooks" in app.run("playboks", code=2).stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("collect", "nothing.jsonl"),
        ("collect", "posts.jsonl", "--mapping", "nothing.yaml"),
        ("run", "--config", "nothing.yaml"),
        ("sql", "SELECT 1", "--config", "nothing.yaml"),
        ("playbooks", "check", "nothing"),
    ],
)
def test_a_file_that_does_not_exist(app: App, arguments: tuple[str, ...]) -> None:
    """The error names the file, in one line and without a trace."""
    (app.folder / "posts.jsonl").write_text("", encoding="utf-8")
    told = app.run(*arguments, code=2).stderr
    assert "nothing" in told
    assert told.startswith("tingfeng: ")
    assert "Traceback" not in told


@pytest.mark.parametrize("command", [("sql", "SELECT 1"), ("report",)])
def test_asking_before_there_is_a_store(app: App, command: tuple[str, ...]) -> None:
    """Reading a store that was never made says how it is made."""
    app.run("init")
    assert "no store there yet" in app.run(*command, code=2).stderr


def test_a_redis_that_is_not_there(app: App) -> None:
    """A server that does not answer is one line, not a trace."""
    app.write(redis={"url": "redis://127.0.0.1:1/0"})
    for command in (("run",), ("playbooks", "publish")):
        told = app.run(*command, code=2).stderr
        assert "redis://127.0.0.1:1/0: Redis cannot be used" in told
        assert "Traceback" not in told


def test_a_reader_that_has_seen_enough(app: App) -> None:
    """Output into a pipe that is closed early ends quietly."""
    app.write()
    app.run("migrate")
    query = "SELECT number FROM numbers(200000)"
    shell = f"'{COMMAND}' sql '{query}' --format csv | head -n 2"
    done = subprocess.run(
        ["sh", "-c", shell], cwd=app.folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ['"number"', "0"]
    assert done.stderr == ""


def shanghai(ms: int) -> str:
    """Write an instant as a crawler in China does."""
    moment = datetime.fromtimestamp(ms / 1000, UTC).astimezone(timezone(timedelta(hours=8)))
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def posts(entries: list[Entry]) -> list[dict[str, Any]]:
    """Turn a story into the records of a crawler."""
    return [
        {**entry.payload, "published_at": shanghai(entry.payload["published_at"])}
        for entry in entries
    ]


def written(path: Path, records: list[dict[str, Any]]) -> Path:
    """Write records as JSON Lines."""
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("order", ["playbooks first", "posts first"])
def test_from_own_posts_to_a_report(app: App, order: str) -> None:
    """init, publish, collect, run, sql, report: a hundred own posts become an incident."""
    app.run("init")
    settings = app.folder / "tingfeng.yaml"
    body = yaml.safe_load(settings.read_text(encoding="utf-8"))
    assert [subject["id"] for subject in body["subjects"]] == ["xinghe_bank", "sufu_tech"]

    story = in_order(
        chatter(START_MS, 60, every_ms=2 * MINUTE), trouble("星河银行", START_MS + 20 * MINUTE, 70)
    )
    file = written(app.folder / "posts.jsonl", posts(story))
    assert len(story) == 100
    steps: list[Callable[[], object]] = [
        lambda: app.run("playbooks", "publish"),
        lambda: app.run("collect", file.name, "--stream-time", "--end"),
    ]
    for step in steps if order == "playbooks first" else reversed(steps):
        step()
    app.run("run", "--until-end")

    (health,) = app.sql("SELECT sum(read) AS read, sum(accepted) AS taken FROM v_pipeline_health")
    assert health == {"read": 100, "taken": 100}
    (incident,) = app.sql(
        "SELECT subject, crisis_type, level, playbook_id FROM v_incidents"
        " WHERE crisis_type = 'system_outage'"
    )
    assert incident["subject"] == "xinghe_bank"
    assert incident["playbook_id"] == "banking.system_outage"
    app.run("report", "--out", "report.html")
    page = (app.folder / "report.html").read_text(encoding="utf-8")
    assert "星河银行" in page
    assert "电子渠道与支付系统故障应对" in page


def test_the_table_is_for_people(app: App) -> None:
    """`sql` answers as a table in local time; wrong SQL is told in ClickHouse's words."""
    app.write()
    app.run("migrate")
    shown = app.run("sql", "SELECT toDateTime('2026-11-21 10:00:00', 'UTC') AS at").stdout
    assert "2026-11-21 18:00:00" in shown
    told = app.run("sql", "SELECT nothing FROM nowhere", code=2).stderr
    assert told.startswith("tingfeng: ")
    assert "nowhere" in told


def test_playbooks_check_and_list(app: App) -> None:
    """The shipped packs have no problem; `list` shows each with its version; a bad one is told."""
    app.write()
    assert "no problem found" in app.run("playbooks", "check").stdout
    assert "banking.system_outage  " in app.run("playbooks", "list").stdout
    bad = app.folder / "bad"
    bad.mkdir()
    (bad / "pack.yaml").write_text("industry: banking\ncrisis_types: 7\n", encoding="utf-8")
    told = app.run("playbooks", "check", "bad", code=2).stderr
    assert "bad/pack.yaml:" in told
    assert not (app.folder / "var").exists()

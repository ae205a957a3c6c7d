"""A playbook edited while the flow runs counts from the next incident on, and stays known."""

import shutil
from pathlib import Path

import pytest
from redis import Redis

from flows.demo_feed import Feeder
from flows.packs import read_packs
from flows.settings import load_settings
from flows.streams import write_meta
from operators.drill import Entry
from operators.model import MINUTE
from playbooks import loader
from playbooks.schema import content_hash
from tests.support.app import App
from tests.support.small_streams import START_MS, chatter, in_order, trouble

PLAYBOOK = "banking.system_outage"
BANKS = {"xinghe_bank": "星河银行", "yunzhou_bank": "云州银行", "nanyu_bank": "南屿银行"}
SHIPPED = Path(loader.__file__).parent / "packs" / "banking"


@pytest.fixture
def app(tmp_path: Path) -> App:
    """Give an installation that watches three banks with a playbook folder of its own."""
    made = App(tmp_path)
    made.write(
        packs=["banking"],
        subjects=[{"id": id_, "name": name, "industry": "banking"} for id_, name in BANKS.items()],
    )
    shutil.copytree(SHIPPED, tmp_path / "banking")
    return made


def edit(app: App, title: str) -> str:
    """Give the playbook another title; returns the version it has then."""
    file = app.folder / "banking" / "system_outage.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    edited = [f"title: {title}\n" if line.startswith("title:") else line for line in lines]
    file.write_text("".join(edited), encoding="utf-8")
    return version(app)


def version(app: App) -> str:
    """Return the content hash of the playbook as it stands in the folder."""
    (found,) = (
        content_hash(playbook)
        for pack in read_packs(app.settings)
        for playbook in pack.playbooks
        if playbook.id == PLAYBOOK
    )
    return found


def story(part: int, name: str) -> list[Entry]:
    """Make an hour in which a bank gets into trouble."""
    start_ms = START_MS + part * 60 * MINUTE
    return in_order(chatter(start_ms, 60), trouble(name, start_ms + 20 * MINUTE))


def feed(client: "Redis", part: int, name: str) -> None:
    """Write an hour to the streams."""
    Feeder(client).feed(story(part, name))


def first(app: App, subject: str) -> tuple[str, str] | None:
    """Return version and title of the first recommendation for a subject, None before it."""
    rows = app.ask(
        "SELECT argMin((playbook_version, title), decided_at) FROM recommendations FINAL "
        f"WHERE playbook_id = '{PLAYBOOK}' AND subject = '{subject}' HAVING count() > 0"
    )
    return (str(rows[0][0][0]), str(rows[0][0][1])) if rows else None


def known_versions(app: App) -> set[str]:
    """Return the versions of the playbook the flow has taken in."""
    sql = f"SELECT version_hash FROM playbook_versions FINAL WHERE playbook_id = '{PLAYBOOK}'"
    return {str(row[0]) for row in app.ask(sql)}


def test_an_edited_playbook_counts_without_a_restart(app: App) -> None:
    """Before the edit the old version, after it the new one, also after a stop and start."""
    settings = load_settings(None)
    old = edit(app, "旧版预案")
    app.run("playbooks", "publish")
    with app.redis() as client:
        write_meta(client, settings.redis.partitions, "stream")
        feed(client, 0, "星河银行")
        with app.running() as process:
            app.until(lambda: first(app, "xinghe_bank") is not None, process)
            new = edit(app, "新版预案")
            assert "put 1, withdrawn 0" in app.run("playbooks", "publish").stdout
            app.until(lambda: new in known_versions(app), process)
            feed(client, 1, "云州银行")
            app.until(lambda: first(app, "yunzhou_bank") is not None, process)
            assert first(app, "xinghe_bank") == (old, "旧版预案")
            assert first(app, "yunzhou_bank") == (new, "新版预案")
        with app.running() as process:
            feed(client, 2, "南屿银行")
            app.until(lambda: first(app, "nanyu_bank") is not None, process)
    assert first(app, "xinghe_bank") == (old, "旧版预案")
    assert first(app, "yunzhou_bank") == (new, "新版预案")
    assert first(app, "nanyu_bank") == (new, "新版预案")
    assert known_versions(app) == {old, new}


def test_an_edit_while_the_flow_stands(app: App) -> None:
    """What was published between a stop and a start counts for what is decided after it."""
    edit(app, "旧版预案")
    app.run("playbooks", "publish")
    with app.redis() as client:
        write_meta(client, load_settings(None).redis.partitions, "stream")
        feed(client, 0, "星河银行")
        with app.running() as process:
            app.until(lambda: first(app, "xinghe_bank") is not None, process)
        new = edit(app, "新版预案")
        app.run("playbooks", "publish")
        feed(client, 1, "云州银行")
        with app.running() as process:
            app.until(lambda: first(app, "yunzhou_bank") is not None, process)
            assert first(app, "yunzhou_bank") == (new, "新版预案")


def test_a_withdrawn_playbook_is_not_recommended(app: App) -> None:
    """When the special playbook is withdrawn the general one of the industry takes its place."""
    app.run("playbooks", "publish")
    with app.redis() as client:
        write_meta(client, load_settings(None).redis.partitions, "stream")
        feed(client, 0, "星河银行")
        with app.running() as process:
            app.until(lambda: first(app, "xinghe_bank") is not None, process)
            (app.folder / "banking" / "system_outage.yaml").unlink()
            assert "withdrawn 1" in app.run("playbooks", "publish").stdout
            withdrawn = "SELECT count() FROM playbook_versions FINAL WHERE retired"
            app.until(lambda: app.ask(withdrawn) == [(1,)], process)
            feed(client, 1, "云州银行")
            given = (
                "SELECT playbook_id FROM recommendations FINAL WHERE subject = 'yunzhou_bank'"
                " AND crisis_type = 'system_outage' ORDER BY decided_at LIMIT 1"
            )
            app.until(lambda: app.ask(given) == [("banking.general",)], process)

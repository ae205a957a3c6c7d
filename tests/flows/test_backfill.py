"""Stored posts read anew by later rules: as if those had been in force, and nobody is alerted."""

import dataclasses
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from flows import backfill_command
from flows.backfill_store import BackfillStore
from flows.backfill_turn import TURN
from flows.cli import main
from flows.demo_feed import Feeder
from flows.packs import read_packs
from flows.plan import make_bundle
from flows.rules_stream import publish_rules
from flows.settings import load_settings
from flows.store import open_store
from flows.store_server import StoreServer
from flows.stream_writer import READ as READ_TO
from flows.streams import mention_stream, write_meta
from flows.tables import TABLES
from operators.backfill import units
from operators.drill import Entry
from operators.model import HOUR, MINUTE, SECOND
from operators.rulebook import RULES, encode_rules
from operators.rulebook_bundle import Bundle
from tests.support.app import App
from tests.support.clickhouse_http import running
from tests.support.small_streams import START_MS, chatter, in_order, trouble

PARTITIONS: Final = load_settings(None).redis.partitions
XINGHE: Final = {"id": "xinghe_bank", "name": "星河银行", "industry": "banking"}
HAICHUAN: Final = {"id": "haichuan_securities", "name": "海川证券", "industry": "securities"}
END_MS: Final = START_MS + 30 * HOUR + 10 * MINUTE
SINCE: Final = "2026-05-28T00:00+08:00"

WRITTEN: Final = {"mentions", "metrics_minute", "backfills", "rule_versions"}
SUMS: Final = (
    "SELECT subject, crisis_type, platform, toUnixTimestamp(window_start) * 1000, mentions,"
    " negative, neutral, positive, reach, {} FROM v_metrics WHERE mentions > 0 ORDER BY ALL"
)
LOOSE: Final = SUMS.format("1")
EXACT: Final = SUMS.format("engagement, late, round(weight * 1000)")
READ: Final = (
    "SELECT platform, id, subjects, crisis_types, spans, said_by, rules_fired, polarity, tier,"
    " round(weight * 1000), inherited, story, seen, rules_version FROM v_mentions"
    f" WHERE published_at < fromUnixTimestamp64Milli({START_MS + 2 * HOUR}) ORDER BY ALL"
)
KINDS: Final = (
    "SELECT crisis_type, toInt64(sum(mentions)) AS posts FROM v_metrics"
    " GROUP BY 1 HAVING posts > 0 ORDER BY 1"
)
NEWEST: Final = "SELECT max(watermark) AS watermark FROM v_pipeline_health GROUP BY partition"
APART: Final = (START_MS + 40 * MINUTE, START_MS + 50 * MINUTE)
"""In these minutes a post is seen twice, whose engagement stays where it is."""


def backfill(app: App, *more: str, code: int = 0) -> None:
    """Run the command in this process, which has the models loaded."""
    config = str(app.folder / "tingfeng.yaml")
    assert main(["backfill", "--config", config, *more]) == code


def exactly(app: App) -> list[tuple[Any, ...]]:
    """Return all counts of all minutes but those in which a post is seen twice."""
    return [row for row in app.ask(EXACT) if not APART[0] <= row[3] < APART[1]]


def post(name: str, at_ms: int, text: str, arrives_ms: int = 0, **more: Any) -> Entry:
    """Make a post on weibo."""
    payload = {"id": name, "platform": "weibo", "text": text, "published_at": at_ms, **more}
    return Entry(max(at_ms, arrives_ms) + SECOND, "mentions", payload)


def hour() -> list[Entry]:
    """Make trouble of one bank, talk of one nobody watches, replies, late and old posts."""
    at_ms = START_MS + 20 * MINUTE
    count, both = {"likes": 4, "comments": 2}, "云州银行和海川证券都登录不上"
    return in_order(
        chatter(START_MS, 60),
        trouble("星河银行", START_MS + 10 * MINUTE),
        trouble("云州银行", START_MS + 12 * MINUTE, posts=10),
        trouble("海川证券", START_MS + 15 * MINUTE, posts=3),
        [
            post("root", at_ms, "星河银行系统崩溃，登录不上", counts=count),
            post("bare", at_ms + MINUTE, "转发微博", kind="repost", root_id="root"),
            post("reply", at_ms + MINUTE, "真是气死人了", kind="comment", root_id="root"),
            post("other", at_ms, "云州银行手续费太高，太差劲了", counts=count),
            post("echo", at_ms + MINUTE, "转发微博", kind="repost", root_id="other"),
            post("late", at_ms, "云州银行登录不上，气死了", at_ms + 30 * MINUTE),
            post("old", at_ms - 20 * HOUR, "云州银行去年也崩过", at_ms),
            post("grown", APART[0], both, counts={"likes": 3}),
            post("grown", APART[0], both, APART[0] + 5 * MINUTE, counts={"likes": 10}),
        ],
    )


def later(app: App) -> Bundle:
    """Return other rules: another bank is watched, a broker no more, one trouble is forgotten."""
    settings = app.settings
    bundle = make_bundle(settings, read_packs(settings))
    watched = [one for one in bundle.subjects if one.id != "haichuan_securities"]
    yunzhou = dataclasses.replace(watched[0], id="yunzhou_bank", name="云州银行", aliases=())
    kinds = tuple(one for one in bundle.crisis_types if one.id != "system_outage")
    return dataclasses.replace(bundle, subjects=(*watched, yunzhou), crisis_types=kinds)


def feed(folder: Path, entries: list[Entry], **sections: Any) -> App:
    """Fill the streams of an installation."""
    app = App(folder)
    app.write(subjects=[XINGHE, HAICHUAN], **sections)
    app.run("playbooks", "publish")
    with app.redis() as client:
        write_meta(client, PARTITIONS, "stream")
        feeder = Feeder(client)
        feeder.feed(entries)
        feeder.feed(chatter(START_MS + 30 * HOUR, 10))
        feeder.end(END_MS)
    return app


def copied(app: App, folder: Path) -> App:
    """Give a copy of an installation that is not running."""
    own = shutil.ignore_patterns("socket.path", "*.sock")
    shutil.copytree(app.folder, folder, symlinks=True, ignore=own)
    return App(folder)


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> App:
    """Give streams that nobody has read."""
    return feed(tmp_path_factory.mktemp("fed") / "app", hour(), store={"mentions": "all"})


@pytest.fixture(scope="module")
def read(fed: App, tmp_path_factory: pytest.TempPathFactory) -> App:
    """Give what they hold, read by the first rules."""
    app = copied(fed, tmp_path_factory.mktemp("read") / "app")
    app.run("run", "--until-end")
    return app


@pytest.fixture(scope="module")
def wanted(fed: App, tmp_path_factory: pytest.TempPathFactory) -> App:
    """Give what they hold, read by the later rules from the beginning."""
    app = copied(fed, tmp_path_factory.mktemp("wanted") / "app")
    with app.redis() as client:
        publish_rules(client, later(app))
    app.run("run", "--until-end")
    return app


def publish(app: App, *, keep: bool = False) -> Bundle:
    """Publish the later rules; the mentions leave the streams unless told otherwise."""
    bundle = later(app)
    with app.redis() as client:
        publish_rules(client, bundle)
        if not keep:
            client.delete(*map(mention_stream, range(PARTITIONS)))
    return bundle


def untouched(app: App) -> dict[str, list[str]]:
    """Return all rows of the tables that a backfill has no business with."""
    client = open_store(app.settings.store.dsn)
    try:
        return {
            table: sorted(map(str, client.query(f"SELECT * FROM {table}").result_rows))
            for table in TABLES
            if table not in WRITTEN
        }
    finally:
        client.close()


def versions(app: App, table: str) -> dict[str, int]:
    """Return the version of each row that is in force and that a backfill reaches."""
    shape = TABLES[table]
    at = {"mentions": "published_at", "metrics_minute": "window_start"}[table]
    reached = f"toUnixTimestamp({at}) < {(START_MS + 2 * HOUR) // SECOND}"
    keys = ", ".join(f"toString({one})" for one in shape.columns[: shape.keys])
    rows = app.ask(
        f"SELECT concatWithSeparator(' ', {keys}), version FROM {table} FINAL WHERE {reached}"
    )
    return dict(rows)


def test_as_if_the_rules_had_been_there(
    read: App, wanted: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Posts, replies and sums are those of a flow with these rules; no incident moves."""
    app = copied(read, tmp_path / "app")
    before, incidents = exactly(app), untouched(app)
    assert incidents["incidents"]
    rows, minutes = versions(app, "mentions"), versions(app, "metrics_minute")
    bundle = publish(app)

    backfill(app, "--since", SINCE, "--dry-run")
    dry = capsys.readouterr().out
    assert "试运行" in dry
    assert exactly(app) == before
    said = app.run("backfill", "--since", SINCE).stdout
    assert dry.replace("试运行：什么也没有写入\n", "") == said
    assert bundle.version in said
    # 10 posts of trouble, "other", its repost, "late", and "old", which counts in no minute.
    assert "新命中 14，不再命中 3，主体或类型改变" in said
    assert "多次采集的 1 条" in said

    assert exactly(app) == exactly(wanted) != before
    assert app.ask(LOOSE) == wanted.ask(LOOSE)
    assert app.ask(READ) == wanted.ask(READ)
    assert {row[-1] for row in app.ask(READ)} == {bundle.version}
    assert untouched(app) == incidents
    for table, was in (("mentions", rows), ("metrics_minute", minutes)):
        now = versions(app, table)
        assert all(now[key] >= version for key, version in was.items())
        assert any(now[key] > version for key, version in was.items())
    (told,) = app.ask("SELECT state, gained, lost, metric_rows > 0 FROM v_backfills")
    assert told == ("done", 14, 3, 1)
    known = f"SELECT count() > 0 FROM v_rule_versions WHERE version_hash = '{bundle.version}'"
    assert app.ask(known) == [(1,)]

    backfill(app, "--since", SINCE)
    assert "无事可做" in capsys.readouterr().out
    assert exactly(app) == exactly(wanted)


def test_back_to_the_first_rules(read: App, tmp_path: Path) -> None:
    """A second backfill under the old rules brings everything back, with versions that grow."""
    app = copied(read, tmp_path / "app")
    first = make_bundle(app.settings, read_packs(app.settings))
    sums, loose, posts = exactly(app), app.ask(LOOSE), app.ask(READ)
    publish(app)
    backfill(app, "--since", SINCE)
    rows, minutes = versions(app, "mentions"), versions(app, "metrics_minute")
    assert exactly(app) != sums
    with app.redis() as client:
        client.xadd(RULES, {"rules": encode_rules(first)})
    backfill(app, "--since", SINCE)
    assert exactly(app) == sums
    assert app.ask(LOOSE) == loose
    assert app.ask(READ) == posts
    now = versions(app, "mentions")
    assert all(now[key] > version for key, version in rows.items())
    now = versions(app, "metrics_minute")
    assert all(now[key] >= version for key, version in minutes.items())
    assert any(now[key] > version for key, version in minutes.items())


KILLED: Final = """
import os, signal, sys
from flows import backfill_command
from flows.backfill_store import BackfillStore
from flows.cli import main

insert = BackfillStore.insert

def dying(self, table, rows):
    if table == "mentions":
        os.kill(os.getpid(), signal.SIGKILL)
    insert(self, table, rows)

BackfillStore.insert = dying
sys.exit(main(["backfill", "--since", sys.argv[1]]))
"""


def test_killed_between_metrics_and_posts(
    read: App, wanted: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After SIGKILL between the two the next one ends where an undisturbed one would."""
    app = copied(read, tmp_path / "app")
    before = exactly(app)
    publish(app)
    with app.redis():
        done = subprocess.run(
            [sys.executable, "-c", KILLED, SINCE],
            cwd=app.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert app.ask("SELECT state FROM v_backfills") == [("planned",)]
        assert exactly(app) == exactly(wanted) != before
        assert app.ask(READ) != wanted.ask(READ)
        backfill(app, "--since", SINCE)
    assert "已补写完" in capsys.readouterr().out
    assert exactly(app) == exactly(wanted)
    assert app.ask(READ) == wanted.ask(READ)
    assert app.ask("SELECT DISTINCT state FROM v_backfills") == [("done",)]


def test_cut_off_before_any_write(
    read: App, wanted: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off before each write of each part in turn, it comes to the same in the end."""
    app = copied(read, tmp_path / "app")
    publish(app)
    insert, after, left = BackfillStore.insert, 0, 0

    def broken(store: BackfillStore, table: str, rows: Sequence[Sequence[Any]]) -> None:
        nonlocal left
        if rows and not left:
            raise KeyboardInterrupt
        left -= bool(rows)
        insert(store, table, rows)

    monkeypatch.setattr(BackfillStore, "insert", broken)
    monkeypatch.setattr(backfill_command, "units", partial(units, most=50))
    with app.redis():
        while True:
            left = after
            if main(["backfill", "--config", str(app.folder / "tingfeng.yaml"), "--since", SINCE]):
                after += 1
                continue
            break
    assert after > 5
    assert exactly(app) == exactly(wanted)
    assert app.ask(READ) == wanted.ask(READ)


def test_posts_that_only_the_streams_hold(
    fed: App, wanted: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """New matches come out of retained streams, or their number is told."""
    app = copied(fed, tmp_path / "app")
    app.write(subjects=[XINGHE, HAICHUAN], store={"mentions": "matched"}, redis={"trim": False})
    app.run("run", "--until-end")
    gone = copied(app, tmp_path / "gone")
    publish(app, keep=True)
    backfill(app, "--since", SINCE)
    # "grown" is in the store and "old" counts nowhere.
    assert "13 条只在保留的消息流中找到" in capsys.readouterr().out
    assert exactly(app) == exactly(wanted)
    matched = "SELECT platform, id, subjects, crisis_types, late, history FROM v_mentions WHERE"
    matched += " notEmpty(subjects) AND id != 'old' ORDER BY ALL"
    assert app.ask(matched) == wanted.ask(matched)
    backfill(app, "--since", SINCE)
    assert "结论改变 0 条" in capsys.readouterr().out
    assert exactly(app) == exactly(wanted)

    publish(gone)
    backfill(gone, "--since", SINCE)
    told = capsys.readouterr().out
    assert "新命中 0" in told
    assert "未命中且未入库的约" in told


def test_what_a_person_said_wins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Noise stays noise in rows and sums, beside a flow that goes on reading into a server."""
    app = App(tmp_path / "app")
    with running(tmp_path / "server") as dsn:
        app.write(subjects=[XINGHE], store={"dsn": dsn})
        app.run("playbooks", "publish")
        with app.redis() as client:
            write_meta(client, PARTITIONS, "stream")
            feeder = Feeder(client)
            told = trouble("星河银行", START_MS + 10 * MINUTE, posts=6)
            feeder.feed(in_order(chatter(START_MS, 60), told))
            process = app.start("run")
            try:
                # While it starts the views are made anew.
                app.until(lambda: client.hlen(READ_TO) == PARTITIONS, process)
                app.until(lambda: app.ask(KINDS) == [("system_outage", 6)], process)
                posts = app.ask("SELECT platform || '/' || id FROM v_mentions ORDER BY ALL")
                app.run("relabel", posts[0][0], "--noise", "--actor", "王敏")
                app.run("relabel", posts[1][0], "--crisis-type", "fees", "--actor", "王敏")
                feeder.feed(chatter(START_MS + HOUR, 10))
                said = [("fees", 1), ("system_outage", 4)]
                app.until(lambda: app.ask(KINDS) == said, process)
                feeder.feed(chatter(START_MS + 30 * HOUR, 10))
                far = f"SELECT min(watermark) > fromUnixTimestamp64Milli({START_MS + 30 * HOUR})"
                app.until(lambda: app.ask(f"{far} FROM ({NEWEST})") == [(1,)], process)
                publish_rules(client, later(app))
                backfill(app, "--since", SINCE)
            finally:
                app.stop(process)
        assert "人工标注过 2 条" in capsys.readouterr().out
        kinds = dict(app.ask(KINDS))
        assert kinds["fees"] >= 1
        assert "system_outage" not in kinds
        assert sum(kinds.values()) == 5
        rows = "SELECT kind, toInt64(count()) FROM v_mentions ARRAY JOIN crisis_types AS kind"
        assert dict(app.ask(f"{rows} GROUP BY 1")) == kinds


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--since", "yesterday"), "--since: not a time (got yesterday"),
        (("--since", SINCE, "--until", "soon"), "--until: not a time (got soon"),
        (("--since", "2026-05-30"), "may still correct the last 25 h"),
        (("--since", SINCE, "--until", "2026-05-30"), "--until: the flow may still correct"),
        (("--since", SINCE, "--until", "2026-05-27"), "must lie behind --since"),
    ],
)
def test_times_that_cannot_be(
    read: App, arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Times that are none, or that the flow still writes, are refused with what to try."""
    backfill(read, *arguments, code=2)
    assert told in capsys.readouterr().err


def test_one_at_a_time(read: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While another has the turn nothing is written; looking and the turn of the dead are free."""
    app = copied(read, tmp_path / "app")
    publish(app)
    before = exactly(app)
    with app.redis() as client:
        client.set(TURN, f"{socket.gethostname()}:{os.getpid()}")
        backfill(app, "--since", SINCE, code=2)
        assert f"process {os.getpid()} on {socket.gethostname()}" in capsys.readouterr().err
        backfill(app, "--since", SINCE, "--dry-run")
        client.set(TURN, "elsewhere:1")
        backfill(app, "--since", SINCE, code=2)
        assert exactly(app) == before
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        client.set(TURN, f"{socket.gethostname()}:{gone.pid}")
        backfill(app, "--since", SINCE)
        assert client.get(TURN) is None
    assert exactly(app) != before


def test_a_lost_turn_ends_it(
    read: App,
    wanted: App,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """When another has taken the turn meanwhile it stops between parts; the next one finishes."""
    app = copied(read, tmp_path / "app")
    publish(app)
    monkeypatch.setattr(backfill_command, "units", partial(units, most=50))
    write = BackfillStore.write
    with app.redis() as client:

        def robbed(*arguments: Any) -> None:
            write(*arguments)
            client.set(TURN, "elsewhere:1")

        monkeypatch.setattr(BackfillStore, "write", robbed)
        backfill(app, "--since", SINCE, code=2)
        assert "the turn was lost" in capsys.readouterr().err
        assert client.get(TURN) == b"elsewhere:1"
        client.delete(TURN)
        monkeypatch.setattr(BackfillStore, "write", write)
        backfill(app, "--since", SINCE)
    assert exactly(app) == exactly(wanted)


def test_a_store_in_use(read: App, tmp_path: Path) -> None:
    """A chDB folder that a flow holds is only looked at; to write, the flow has to let go of it."""
    app = copied(read, tmp_path / "app")
    publish(app)
    client = open_store(app.settings.store.dsn)
    server = StoreServer.start(client, app.settings.var)
    try:
        told = app.run("backfill", "--since", SINCE, code=2).stderr
        seen = app.run("backfill", "--since", SINCE, "--dry-run").stdout
    finally:
        server.stop()
        client.close()
    assert "stop that one or wait for it" in told
    assert "新命中 14" in seen


def test_nothing_to_read_anew(
    read: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without other rules, posts or a store there is nothing to do, and it says so."""
    app = copied(read, tmp_path / "app")
    with app.redis() as client:
        client.delete(*map(mention_stream, range(PARTITIONS)))
    backfill(app, "--since", SINCE)
    assert "都已按此版本读过" in capsys.readouterr().out
    backfill(app, "--since", "2026-01-01", "--until", "2026-01-02")
    assert "没有入库的帖子" in capsys.readouterr().out
    empty = App(tmp_path / "empty")
    empty.write()
    backfill(empty, "--since", SINCE, code=2)
    assert "tingfeng migrate" in capsys.readouterr().err
    assert main(["migrate", "--config", str(empty.folder / "tingfeng.yaml")]) == 0
    backfill(empty, "--since", SINCE, code=2)
    assert "nothing has been read" in capsys.readouterr().err

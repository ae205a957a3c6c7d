"""Rules published while the flow runs hold from the next minute on, however it is stopped."""

import dataclasses
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis import Redis

from flows.demo_feed import Feeder
from flows.embedded_redis import connect, serving
from flows.packs import read_packs
from flows.plan import make_bundle
from flows.publish import publish
from flows.settings import load_settings
from flows.streams import write_meta
from operators.model import DAY, MINUTE, SECOND, Subject
from operators.rulebook import BAD_RULES, RULES, encode_rules
from operators.rulebook_bundle import Bundle
from operators.rules import ThresholdRule
from tests.support.app import App
from tests.support.flow_runs import Position, Run, Tables, assert_equal
from tests.support.small_streams import START_MS, chatter, in_order, trouble

XINGHE = {"id": "xinghe_bank", "name": "星河银行", "industry": "banking"}
YUNZHOU = {"id": "yunzhou_bank", "name": "云州银行", "industry": "banking", "hotline": "95001"}
PARTITIONS = load_settings(None).redis.partitions
CHANGE_MS = START_MS + 60 * MINUTE
END_MS = START_MS + 120 * MINUTE


def story(part: int, *names: str) -> list[Any]:
    """Make an hour in which companies get into trouble."""
    start_ms = START_MS + part * 60 * MINUTE
    talk = chatter(start_ms, 60)
    first = start_ms + 20 * MINUTE
    return in_order(talk, *(trouble(one, first + n * SECOND) for n, one in enumerate(names)))


def test_a_subject_published_while_the_flow_runs(tmp_path: Path) -> None:
    """Posts that arrive after it speak of it, with incident and playbook; rows name the version."""
    app = App(tmp_path)
    app.write(subjects=[XINGHE])
    app.run("playbooks", "publish")
    with app.redis() as client:
        write_meta(client, PARTITIONS, "stream")
        assert "published, from the beginning" in app.run("rules", "publish").stdout
        Feeder(client).feed(story(0, "星河银行", "云州银行"))
        with app.running() as process:
            seen = "SELECT count() FROM v_mentions WHERE has(subjects, '{}')"
            app.until(lambda: app.ask(seen.format("xinghe_bank"))[0][0] == 80, process)
            app.write(
                subjects=[XINGHE, YUNZHOU],
                thresholds=[
                    {"id": "any", "measure": "mentions", "window": "1h", "at_least": 5},
                ],
            )
            said = app.run("rules", "publish").stdout
            assert "+ subjects: yunzhou_bank" in said
            assert "+ thresholds: any" in said
            assert "unchanged" in app.run("rules", "publish").stdout
            Feeder(client).feed(story(1, "云州银行"))
            Feeder(client).end(END_MS)
            found = "SELECT count() FROM v_incidents WHERE subject = 'yunzhou_bank'"
            app.until(lambda: app.ask(found)[0][0] > 0, process)
    (old, new) = app.ask(
        "SELECT rules_version, groupUniqArray(subjects), min(arrived_at) FROM v_mentions"
        " GROUP BY rules_version ORDER BY 3"
    )
    assert old[1] == [["xinghe_bank"]]
    assert new[1] == [["yunzhou_bank"]]
    assert said.startswith(f"{new[0]}: published")
    assert app.ask(seen.format("yunzhou_bank")) == [(80,)]
    bundles = "SELECT version_hash, published_at > '1971-01-01' FROM v_rule_versions"
    told = dict(app.ask(f"{bundles} WHERE kind = 'bundle'"))
    assert told[old[0]] == 0
    assert told[new[0]] == 1
    rules = app.ask("SELECT DISTINCT subject FROM v_signals WHERE rule LIKE 'any%'")
    assert rules == [("yunzhou_bank",)]
    (statement,) = app.ask(
        "SELECT any(statement) FROM v_recommendations WHERE subject = 'yunzhou_bank'"
    )
    assert "云州银行" in str(statement[0])
    assert app.run("rules", "diff").stdout.startswith(f"{new[0]}: no difference")


def test_rules_that_are_wrong_change_nothing(tmp_path: Path) -> None:
    """They are told in the table of what was rejected, once, and posts are read as before."""
    app = App(tmp_path)
    app.write(subjects=[XINGHE])
    app.run("playbooks", "publish")
    bundle = make_bundle(app.settings, read_packs(app.settings))
    wrong = dataclasses.replace(bundle, subjects=(Subject("x", "星河", "mining"),))
    with app.redis() as client:
        write_meta(client, PARTITIONS, "stream")
        client.xadd(RULES, {"rules": b"no json, call 13912345678"}, id="1-1")
        client.xadd(RULES, {"rules": encode_rules(wrong)}, id="1-2")
        Feeder(client).feed(story(0, "星河银行"))
        Feeder(client).end(END_MS)
        app.run("run", "--until-end")
    found = app.ask("SELECT reason, detail, raw FROM v_rejected ORDER BY entry_id")
    assert [row[0] for row in found] == [BAD_RULES, BAD_RULES]
    assert "mining" in found[1][1]
    assert "13912345678" not in found[0][2]
    versions = app.ask("SELECT DISTINCT rules_version FROM v_mentions")
    assert versions == [(bundle.version,)]


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, "Redis"]]:
    """Fill the streams once; in the middle other rules are published."""
    with serving("embedded", tmp_path_factory.mktemp("redis"), durable=False) as url:
        client = connect(url)
        write_meta(client, PARTITIONS, "stream")
        settings = load_settings(None)
        publish(client, read_packs(settings), START_MS - DAY)
        feeder = Feeder(client)
        feeder.feed(story(0, "星河银行", "云州银行"))
        feeder.feed(story(1, "星河银行", "云州银行"))
        feeder.end(END_MS)
        client.xadd(RULES, {"rules": encode_rules(_other_rules())}, id=f"{CHANGE_MS}-0")
        yield url, client
        client.close()


def _other_rules() -> Bundle:
    settings = load_settings(None)
    subjects = (Subject("yunzhou_bank", "云州银行", "banking"),)
    rule = ThresholdRule("any", "mentions", 5 * MINUTE, 3)
    settings = dataclasses.replace(settings, subjects=subjects, thresholds=(rule,))
    return make_bundle(settings, read_packs(settings))


def test_killed_and_resumed_around_a_change(streams: tuple[str, "Redis"], tmp_path: Path) -> None:
    """Killed before, at and after the change, the tables are those of a run nobody disturbed."""
    url, client = streams
    straight = Run(tmp_path / "straight", url)
    straight.prepare()
    straight.finish(straight.start())
    wanted: Tables = straight.tables()
    assert set(_mentions(straight)) == {(("xinghe_bank",), False), (("yunzhou_bank",), True)}
    run = Run(tmp_path / "killed", url)
    run.prepare(per_second=80, snapshot_s=0.3)
    position = Position(client, PARTITIONS)
    position.forget()
    for fraction in (0.3, 0.52, 0.7):
        (process,) = run.start()
        position.wait(fraction)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    run.finish(run.start())
    assert_equal(run.tables(), wanted)


def _mentions(run: Run) -> list[tuple[tuple[str, ...], bool]]:
    from flows.store import open_store

    client = open_store(run.settings.store.dsn)
    try:
        sql = "SELECT subjects, arrived_at >= fromUnixTimestamp64Milli({}) FROM mentions FINAL"
        rows = client.query(sql.format(CHANGE_MS + MINUTE)).result_rows
        return [(tuple(row[0]), bool(row[1])) for row in rows]
    finally:
        client.close()


def test_documents_are_equal_for_equal_rules() -> None:
    """A document read back is the same, and so is its version."""
    rules = _other_rules()
    body = orjson.loads(encode_rules(rules))
    assert body["version"] == rules.version

"""A stream with all that real crawlers send: each entry is used or refused, none is lost."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from flows.packs import read_packs
from flows.publish import publish_now
from flows.streams import mention_stream, write_meta
from operators.control import CONTROL_PARTITIONS
from operators.model import HOUR, MINUTE, SECOND
from tests.support.app import App

ARRIVED_MS = 1_780_000_200_000
"""2026-05-28 20:30:00 UTC; the entries arrive a second apart from then on."""

PHONE = "13812345678"
NAMED = "星河银行"


@dataclass(frozen=True, slots=True)
class Case:
    """An entry, and why it is refused; empty when it is used."""

    name: str
    body: bytes
    reason: str = ""


def post(name: str, at: Any = ARRIVED_MS - 5_000, **change: Any) -> bytes:
    """Write a mention of a bank."""
    text = f"{NAMED}的柜台今天排队很久 {name}"
    record = {"id": name, "platform": "weibo", "published_at": at, "text": text, **change}
    return json.dumps({key: value for key, value in record.items() if value is not None}).encode()


USED = [
    Case("plain", post("plain")),
    Case("seconds", post("seconds", at=ARRIVED_MS // 1000 - 5)),
    Case("digits", post("digits", at=str(ARRIVED_MS - 5_000))),
    Case("rfc3339", post("rfc3339", at="2026-05-28T20:29:55Z")),
    Case("local", post("local", at="2026-05-29 04:29:55")),
    Case("counts", post("counts", counts={"likes": "1.2万", "views": "10万+", "comments": "3"})),
    Case("nul", post("nul", text=f"{NAMED}\0的柜台\0排队很久")),
    Case("surrogate", post("surrogate", text=f"{NAMED}的柜台 \ud83d 排队很久")),
    Case("utf8", post("utf8").replace(b" utf8", b" \xff\xfe")),
    Case("number", post("number", id=4711)),
    Case("null", post("null", title=None, counts=None)),
    Case("author", post("author", author="路人甲")),
    Case("long", post("long", text=f"{NAMED}的柜台{'排队' * 20_000}")),
    Case("history", post("history", at="2009-08-28T12:00:00Z")),
    Case("repost", post("repost", text="", root_id="plain", kind="repost")),
    Case("late", post("late", at=ARRIVED_MS - 3 * HOUR)),
]
AGAIN = [
    Case("same", post("plain")),
    Case("grown", post("plain", counts={"likes": 500})),
]
REFUSED = [
    Case("not JSON", b"<html>502 Bad Gateway</html>", "not_json"),
    Case("cut off", post("cut off")[:-20], "not_json"),
    Case("nothing", b"", "not_json"),
    Case("a list", b"[1, 2]", "not_an_object"),
    Case("wrong type", post("wrong type", text=["a"]), "bad_type"),
    Case("no platform", post("no platform", platform=None), "missing_platform"),
    Case("no time", post("no time", at=None), "missing_time"),
    Case("time in words", post("time in words", at="3分钟前"), "bad_time"),
    Case("8 h ahead", post("8 h ahead", at=ARRIVED_MS + 8 * HOUR - 5_000), "published_in_future"),
    Case("before the web", post("before the web", at="1969-12-31T23:00:00Z"), "bad_time"),
    Case("no words", post("no words", text=" \n"), "empty"),
    Case("bad id", post("bad id", id=True), "bad_id"),
    Case("300 KiB", post("300 KiB", text="长" * 100 * 1024), "too_large"),
    Case("phone", f'{{"text": "打我电话 {PHONE}"'.encode(), "not_json"),
]
ODD_ENTRIES: list[dict[str | bytes, bytes]] = [
    {"post": b"{}"},
    {"mention": b"x" * 100, "oversize": b"10000000"},
]
BAD_CONTROL: dict[str, tuple[str, bytes]] = {
    "actions": ("action", b'{"kind": ["resolve"], "actor": "13812345678"}'),
    "playbooks": ("playbook", b'{"op": "put", "playbook": {"id": "banking.general"}}'),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """Send everything through one stream and run the flow to its end."""
    made = App(tmp_path_factory.mktemp("bad") / "app")
    made.write(store={"mentions": "all"}, redis={"partitions": 1, "trim": False})
    with made.redis() as client:
        fill(client, made)
        made.run("run", "--until-end")
    return made


def fill(client: "Redis", app: App) -> None:
    """Write the entries with ids of their own, then the end mark."""
    write_meta(client, 1, "stream")
    publish_now(client, read_packs(app.settings))
    bodies: list[dict[Any, Any]] = [{"mention": case.body} for case in (*USED, *AGAIN, *REFUSED)]
    bodies += ODD_ENTRIES
    for number, fields in enumerate(bodies):
        at_ms = ARRIVED_MS + number * SECOND
        client.xadd(mention_stream(0), fields, id=f"{at_ms}-0")
    end_ms = ARRIVED_MS + 10 * MINUTE
    client.xadd(mention_stream(0), {"end": str(end_ms)}, id=f"{end_ms}-0")
    for stream, (field, body) in BAD_CONTROL.items():
        client.xadd(stream, {field: body}, id=f"{ARRIVED_MS}-0")


def test_the_balance(app: App) -> None:
    """Every entry is counted once: new, seen again, or refused."""
    (counted,) = app.ask(
        "SELECT sum(read), sum(accepted), sum(updates), sum(duplicates), sum(rejected),"
        " sum(matched), sum(unmatched) FROM v_pipeline_health"
    )
    refused = len(REFUSED) + len(ODD_ENTRIES)
    read = len(USED) + len(AGAIN) + refused
    assert counted == (read, len(USED), 1, 1, refused, len(USED), 0)


def test_each_refusal_has_its_reason(app: App) -> None:
    """Refused entries are stored under their own id with the reason and what to do."""
    rows = app.ask(
        "SELECT toUnixTimestamp64Milli(arrived_at), reason, detail FROM v_rejected"
        " WHERE partition = 0 ORDER BY arrived_at"
    )
    wanted = [case.reason for case in REFUSED] + ["no_mention_field", "too_large"]
    assert [row[1] for row in rows] == wanted
    first = ARRIVED_MS + (len(USED) + len(AGAIN)) * SECOND
    assert [row[0] for row in rows] == [first + n * SECOND for n in range(len(wanted))]
    assert all(row[2] for row in rows)


def test_what_is_kept_of_them_is_short_and_masked(app: App) -> None:
    """No more than 2 KiB of a refused entry is kept, and nobody's phone number."""
    raws = [str(row[0]) for row in app.ask("SELECT raw FROM v_rejected")]
    assert max(len(raw.encode()) for raw in raws) <= 2_048
    assert not any(PHONE in raw for raw in raws)
    assert any("打我电话" in raw for raw in raws)


def test_control_entries_are_refused_too(app: App) -> None:
    """A broken action and a broken playbook are stored as rejected and change nothing."""
    rows = app.ask("SELECT partition, reason FROM v_rejected WHERE partition > 0 ORDER BY reason")
    assert rows == [
        (CONTROL_PARTITIONS["actions"], "bad_action"),
        (CONTROL_PARTITIONS["playbooks"], "bad_playbook"),
    ]
    assert app.ask("SELECT count() FROM v_actions") == [(0,)]
    kept = "SELECT uniqExact(version_hash), max(retired) FROM v_playbook_versions"
    assert app.ask(f"{kept} WHERE playbook_id = 'banking.general'") == [(1, 0)]


def test_the_others_are_normalised(app: App) -> None:
    """However times, counts and texts were written, they are stored alike."""
    rows = app.ask(
        "SELECT if(id = '4711', 'number', id), toUnixTimestamp64Milli(published_at), likes, views,"
        " comments, text, author_name, late, history, seen FROM v_mentions"
    )
    found = {str(row[0]): row for row in rows}
    assert set(found) == {case.name for case in USED}
    on_time = {"plain", "seconds", "digits", "rfc3339", "local"}
    assert {found[name][1] for name in on_time} == {ARRIVED_MS - 5_000}
    assert found["counts"][2:5] == (12_000, 100_000, 3)
    assert found["nul"][5] == f"{NAMED}的柜台排队很久"
    assert found["surrogate"][5] == f"{NAMED}的柜台 \ufffd 排队很久"
    assert "\ufffd" in found["utf8"][5]
    assert found["author"][6] == "路人甲"
    assert 10_000 < len(found["long"][5]) <= 20_000
    assert found["plain"][2] == 500
    assert found["plain"][9] == 2
    assert {name for name, row in found.items() if row[7]} == {"late"}
    assert {name for name, row in found.items() if row[8]} == {"history"}


def test_collect_tells_what_will_be_refused(app: App, tmp_path: Path) -> None:
    """The same bodies as a file: `collect` sends all of them and names the first of each reason."""
    other = App(tmp_path / "other")
    other.write(redis={"partitions": 1})
    bodies = [case.body for case in (*USED, *REFUSED) if b"\n" not in case.body and case.body]
    (other.folder / "posts.jsonl").write_bytes(b"\n".join(bodies) + b"\n")
    told = other.run("collect", "posts.jsonl").stdout
    assert f"{len(bodies)} records sent" in told
    # By now the present has overtaken the stamp that was ahead of its arrival.
    for reason in {case.reason for case in REFUSED} - {"published_in_future"}:
        assert f"will be rejected as {reason}," in told

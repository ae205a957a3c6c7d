"""While a process holds a chDB path, others read it over HTTP, within bounds."""

import base64
import http.client
import json
import os
import stat
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import clickhouse_connect
import pytest

from flows.store import open_store
from flows.store_reader import DESCRIPTOR, Reader, connect_reading
from flows.store_server import Limits, StoreServer
from operators.errors import StoreError
from tests.support.held_store import Held

ENDLESS = "SELECT count() FROM numbers(100000000000)"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """Hold one path for the module."""
    folder = tmp_path_factory.mktemp("held")
    holder = Held(folder)
    yield holder
    holder.close()


@pytest.fixture
def reader(held: Held) -> Iterator[Reader]:
    """Read as another process would."""
    with connect_reading(held.dsn, held.folder) as opened:
        yield opened


def wait_for_endless(held: Held) -> None:
    """Return once somebody is asking the endless question."""
    running = "SELECT count() FROM system.processes WHERE startsWith(query, {sql:String})"
    while held.client.query(running, parameters={"sql": ENDLESS}).result_rows == [(0,)]:
        time.sleep(0.01)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-ClickHouse-Key": "wrong"},
        {"X-ClickHouse-Key": ""},
        {"Authorization": "Basic " + base64.b64encode(b"default:wrong").decode()},
        {"Authorization": "Basic %%%"},
        {"Authorization": "Bearer TOKEN"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/ping"])
def test_without_the_token_there_is_no_answer(
    held: Held, headers: dict[str, str], path: str
) -> None:
    """Every request needs it, and the refusal does not tell it."""
    given = {name: value.replace("TOKEN", held.server.token) for name, value in headers.items()}
    for query in ({}, {"password": "wrong"}, {"password": "é"}):
        status, answered, body = held.ask("SELECT 1", headers=given, query=query, path=path)
        assert (status, answered["X-ClickHouse-Exception-Code"]) == (403, "516")
        assert held.server.token.encode() not in body


def test_the_token_is_taken_in_every_usual_place(held: Held) -> None:
    """Header, basic password and parameter are equal."""
    basic = base64.b64encode(f"any:{held.server.token}".encode()).decode()
    assert held.ask("SELECT 1")[0] == 200
    assert held.ask("SELECT 1", headers={"Authorization": f"Basic {basic}"})[0] == 200
    assert held.ask("SELECT 1", headers={}, query={"password": held.server.token})[0] == 200
    assert held.ask(method="GET", path="/ping")[::2] == (200, b"Ok.\n")


def test_it_listens_on_loopback_only(held: Held) -> None:
    """The address and the socket are those of this machine alone."""
    assert urlsplit(held.server.url).hostname == "127.0.0.1"


def test_statement_format_and_parameters_come_in_every_usual_place(held: Held) -> None:
    """Address and body are joined; FORMAT in the statement wins over the default."""
    assert held.ask(method="GET", query={"query": "SELECT 1"})[2] == b"1\n"
    assert held.ask("WHERE id = 1", query={"query": "SELECT id FROM t"})[2] == b"1\n"
    asked = {"param_s": "it's\\n\\\\", "database": "default", "unknown_setting": "1"}
    status, headers, body = held.ask(
        "SELECT {s:String} AS s", query={**asked, "default_format": "JSONEachRow"}
    )
    assert (status, json.loads(body)) == (200, {"s": "it's\n\\"})
    assert headers["X-ClickHouse-Format"] == "JSONEachRow"
    status, headers, body = held.ask("SELECT 1 FORMAT CSV", query={"default_format": "Native"})
    assert (headers["X-ClickHouse-Format"], body) == ("CSV", b"1\n")
    assert held.ask("SELECT 1", query={"default_format": "DataFrame"})[0] == 400


def test_broken_requests_are_answered(held: Held) -> None:
    """Bytes that are no text, sizes that are none and bodies too large get an error each."""
    assert held.ask(method="GET", query={"query": "SELECT 1"}, path="/any")[0] == 200
    key = {"X-ClickHouse-Key": held.server.token}
    assert held.ask(headers={**key, "Content-Length": "x"})[0] == 400
    assert held.ask(headers={**key, "Content-Length": "-1"})[0] == 400
    assert held.ask(headers={**key, "Content-Length": str(1 << 40)})[0] == 413
    assert held.ask("SELECT 1", headers={**key, "Content-Encoding": "br"})[0] == 400
    port = urlsplit(held.server.url).port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/", b"SELECT '\xff'", key)
    answer = connection.getresponse()
    assert (answer.status, b"UTF-8" in answer.read()) == (400, True)
    connection.request("POST", "/", iter([b"SELECT ", b"42"]), key, encode_chunked=True)
    assert connection.getresponse().read() == b"42\n"
    connection.close()


def test_clickhouse_go_is_greeted(held: Held) -> None:
    """Its first question is answered in the form of its revision, telling it to use revision 0."""
    query = {"default_format": "Native", "client_protocol_version": "54460"}
    sql = "SELECT displayName(), version(), revision(), timezone()"
    body = held.ask(sql, query=query)[2]
    assert body.startswith(
        b"\x01\x00\x02\xff\xff\xff\xff\x00\x04\x01\x0ddisplayName()\x06String\x00"
    )
    assert b"\x0arevision()\x06UInt32\x00" + struct.pack("<I", 0) in body
    assert body.endswith(b"\x0atimezone()\x06String\x00\x03UTC")
    assert held.ask("SELECT 1", query=query)[2] == b"\x01\x01\x011\x05UInt8\x01"


def test_the_client_library_reads_by_address_alone(held: Held) -> None:
    """Any program that speaks to ClickHouse may read with the token as password."""
    dsn = f"http://default:{held.server.token}@{urlsplit(held.server.url).netloc}/"
    client = clickhouse_connect.get_client(dsn=dsn)
    assert client.query("SELECT * FROM t ORDER BY id").result_rows == [(1, "星河"), (2, "")]
    assert client.command("SELECT count() FROM t WHERE id = %(id)s", parameters={"id": 2}) == 1
    client.close()


def test_one_reader_cannot_cost_too_much(held: Held, reader: Reader) -> None:
    """Time, memory and size are bounded, and the next question is answered."""
    for sql, reason in (
        (ENDLESS, "TIMEOUT_EXCEEDED"),
        ("SELECT sleep(3)", "TIMEOUT_EXCEEDED"),
        ("SELECT number FROM numbers(10000000)", "TOO_MANY_ROWS_OR_BYTES"),
        ("SELECT length(groupArray(number)) FROM numbers(1000000000)", "MEMORY_LIMIT_EXCEEDED"),
    ):
        with pytest.raises(StoreError, match=reason):
            reader.query(sql)
        assert reader.query("SELECT id FROM t WHERE id > 9").rows == ()
    assert held.ask("SELECT 1")[2] == b"1\n"


def test_readers_beyond_the_limit_are_told_to_come_again(held: Held, tmp_path: Path) -> None:
    """With all connections busy longer than a question may take, the answer is 503."""
    one = StoreServer.start(held.client, tmp_path, Limits(seconds=0.1, connections=1))
    with one._readers.lease():
        status, headers, body = held.ask("SELECT 1", server=one)
        assert (status, headers["X-ClickHouse-Exception-Code"]) == (503, "202")
        assert b"too many readers" in body
    assert held.ask("SELECT 1", server=one)[2] == b"1\n"
    one.stop()


def test_a_stop_does_not_wait_for_long_questions(held: Held, tmp_path: Path) -> None:
    """What a reader is asking is cancelled, the descriptor goes, and later questions fail."""
    server = StoreServer.start(held.client, tmp_path, Limits(seconds=60.0))
    answers: list[tuple[int, dict[str, str], bytes]] = []
    asked = threading.Thread(target=lambda: answers.append(held.ask(ENDLESS, server=server)))
    asked.start()
    wait_for_endless(held)
    server.stop()
    asked.join()
    assert answers[0][0] == 400
    assert b"QUERY_WAS_CANCELLED" in answers[0][2]
    assert not (tmp_path / DESCRIPTOR).exists()
    with pytest.raises(ConnectionRefusedError):
        held.ask("SELECT 1", server=server)
    server.stop()


def test_a_descriptor_of_someone_else_is_left_alone(held: Held, tmp_path: Path) -> None:
    """A server removes only what it wrote."""
    server = StoreServer.start(held.client, tmp_path)
    other = json.dumps({"url": "http://127.0.0.1:1", "token": "x", "pid": 1, "path": "/"})
    (tmp_path / DESCRIPTOR).write_text(other)
    server.stop()
    assert (tmp_path / DESCRIPTOR).read_text() == other


def test_a_server_is_not_served(held: Held, tmp_path: Path) -> None:
    """A client of a ClickHouse server has nothing to offer to others."""
    url = urlsplit(held.server.url)
    client = open_store(f"http://default:{held.server.token}@{url.netloc}")
    with pytest.raises(StoreError, match="only a chDB directory"):
        StoreServer.start(client, tmp_path)
    client.close()


def test_the_writer_goes_on_while_readers_read(held: Held, tmp_path: Path) -> None:
    """Inserts are done and seen while long questions take all connections of readers."""
    slow = StoreServer.start(held.client, tmp_path, Limits(seconds=60.0, connections=1))
    asked = threading.Thread(target=held.ask, args=(ENDLESS,), kwargs={"server": slow})
    asked.start()
    wait_for_endless(held)
    held.client.command("CREATE TABLE w (id UInt32) ENGINE = MergeTree ORDER BY id")
    for number in range(3):
        held.client.insert("w", [(number,)], column_names=["id"])
    assert held.ask("SELECT count() FROM w")[2] == b"3\n"
    assert asked.is_alive()
    slow.stop()
    asked.join()
    held.client.command("DROP TABLE w SYNC")


def test_the_descriptor_is_private_and_goes_away(held: Held) -> None:
    """Only the owner reads the token, and the store itself does not hold it."""
    file = held.folder / DESCRIPTOR
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    described = json.loads(file.read_text())
    assert described == {
        "url": held.server.url,
        "token": held.server.token,
        "pid": os.getpid(),
        "path": f"{held.folder}/store",
    }
    assert len(held.server.token) >= 32
    assert held.server.token.encode() not in held.ask("SELECT * FROM system.processes")[2]
    assert not list(held.folder.glob(f".{DESCRIPTOR}.*"))

"""A ClickHouse server for tests: chDB behind ClickHouse's HTTP protocol, to read and write.

``python tests/support/clickhouse_http.py --path DIR --port 0 --ready FILE`` serves until SIGTERM or
until its parent is gone, and writes ``{"dsn", "pid"}`` to FILE once it answers. It knows databases
and ``readonly``; other settings, users and quotas are not its business.
"""

import argparse
import gzip
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from flows.chdb_engine import run
from flows.clickhouse_http import Answer, ClickHouseHTTPServer, Question, RefusedError

if TYPE_CHECKING:
    from chdb import Connection

MAX_BODY: Final = 256 << 20
_INSERT: Final = re.compile(
    rb"\s*(INSERT\s+INTO\s.+?)\s+FORMAT\s+(\w+)[ \t]*(?:\r?\n|$)", re.IGNORECASE | re.DOTALL
)
_ANSWERS: Final = re.compile(r"\s*(\(|(SELECT|WITH|SHOW|DESC|DESCRIBE|EXISTS|EXPLAIN)\b)", re.I)
_FORMAT: Final = re.compile(r"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
_STARTS_WITHIN_S: Final = 30.0


class Engine:
    """Connections to one chDB path: each request borrows one of its database and rights."""

    def __init__(self, path: Path) -> None:
        self._path = str(path.resolve())
        self._lock = threading.Lock()
        self._idle: dict[tuple[str, bool], list[Connection]] = {}
        # chDB ends with its last connection: this one stays.
        self._first = self._open("", readonly=False)

    def answer(self, question: Question) -> Answer:
        """Carry out what a request asks for."""
        readonly = question.settings.get("readonly", "0") != "0"
        key = (question.database, readonly)
        with self._lock:
            idle = self._idle.setdefault(key, [])
            connection = idle.pop() if idle else None
        connection = connection or self._open(question.database, readonly=readonly)
        try:
            return _carry_out(connection, question)
        finally:
            with self._lock:
                idle.append(connection)

    def version(self) -> str:
        """Version of the engine."""
        return run(self._first, "SELECT version()", "TabSeparated").decode().strip()

    def close(self) -> None:
        """Let go of the path."""
        with self._lock:
            for connection in chain([self._first], *self._idle.values()):
                connection.close()
            self._idle.clear()

    def _open(self, database: str, *, readonly: bool) -> "Connection":
        import chdb

        connection = chdb.connect(self._path)
        try:
            run(connection, "SET session_timezone = 'UTC'", "Null")
            if database:
                run(connection, "USE {name:Identifier}", "Null", {"name": database})
            if readonly:
                run(connection, "SET readonly = 1", "Null")
        except RefusedError:
            connection.close()
            raise
        return connection


def _carry_out(connection: "Connection", question: Question) -> Answer:
    insert = _INSERT.match(question.text)
    if insert and insert[2].upper() != b"VALUES":
        data = question.text[insert.end() :]
        return _insert(connection, insert[1].decode(), insert[2].decode(), data)
    sql = question.text.decode()
    body = run(connection, sql, question.default_format, question.parameters)
    if not _ANSWERS.match(sql):
        return Answer(body)
    named = _FORMAT.search(sql)
    return Answer(body, named[1] if named else question.default_format)


def _insert(connection: "Connection", statement: str, form: str, data: bytes) -> Answer:
    try:
        inserter = connection.send_insert(statement, form)
        try:
            inserter.append(data)
            result = inserter.finish()
        finally:
            inserter.cancel()
    except RuntimeError as error:
        raise RefusedError.from_engine(error) from error
    return Answer(b"", summary={"written_rows": result.rows_written})


def _decode(data: bytes, encoding: str) -> bytes:
    if encoding == "lz4":
        import lz4.frame

        return lz4.frame.decompress(data)
    if encoding == "gzip":
        return gzip.decompress(data)
    raise RefusedError(89, f"Unknown compression {encoding}. (UNKNOWN_COMPRESSION_METHOD)")


def serve(path: Path, port: int, ready: Path, password: str) -> None:
    """Serve ``path`` until a signal comes or the parent is gone."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()
    path.mkdir(parents=True, exist_ok=True)
    engine = Engine(path)
    server = ClickHouseHTTPServer(
        engine.answer, password, engine.version(), port=port, max_body=MAX_BODY, decode=_decode
    )
    server.start()
    user = f"default:{password}@" if password else ""
    draft = ready.with_suffix(".draft")
    dsn = server.url.replace("://", f"://{user}")
    draft.write_text(json.dumps({"dsn": f"{dsn}/default", "pid": os.getpid()}))
    draft.replace(ready)
    while not stop.wait(0.5):
        if os.getppid() != parent:
            break
    server.stop()
    engine.close()


@contextmanager
def running(path: Path, password: str = "") -> Iterator[str]:
    """Run the server on ``path`` in a process of its own; yields its DSN."""
    ready = path.with_name(f"{path.name}.ready")
    ready.unlink(missing_ok=True)
    command = [sys.executable, __file__, "--path", path, "--port", "0", "--ready", ready]
    with subprocess.Popen([*map(str, command), "--password", password]) as process:
        try:
            deadline = time.monotonic() + _STARTS_WITHIN_S
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    msg = f"the test server did not start (exit code {process.poll()})"
                    raise RuntimeError(msg)
                time.sleep(0.02)
            yield json.loads(ready.read_text())["dsn"]
        finally:
            process.terminate()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--path", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ready", type=Path, required=True)
    parser.add_argument("--password", default="")
    given = parser.parse_args()
    serve(given.path, given.port, given.ready, given.password)


if __name__ == "__main__":
    main()

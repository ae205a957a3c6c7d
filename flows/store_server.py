"""Answers readers while this process holds a chDB path: `tingfeng sql`, `report` and others.

ClickHouse's HTTP protocol on 127.0.0.1 with a token, both written to ``store.json`` under the var
folder, which only the owner can read. It only reads, with bounds on time, memory and size of a
result, on connections of its own: the writer never waits for a reader.
"""

import logging
import os
import queue
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import msgspec

from flows.chdb_engine import run
from flows.clickhouse_http import Answer, ClickHouseHTTPServer, Question, RefusedError
from flows.store_dsn import Embedded, parse_dsn
from flows.store_guard import Guard
from flows.store_reader import DESCRIPTOR, Descriptor
from operators.errors import StoreError

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

# ClickHouse's numbers (src/Common/ErrorCodes.cpp).
_SYNTAX_ERROR: Final = 62
_UNKNOWN_FORMAT: Final = 73
_BUSY: Final = 202
_ABORTED: Final = 236
# chDB gives Python objects instead of bytes for these.
_PYTHON_FORMATS: Final = frozenset({"arrowtable", "dataframe", "datastore", "debug"})
_FORMAT: Final = re.compile(r"\bFORMAT\s+(\w+)\s*$", re.IGNORECASE)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reader may cost the process that serves it."""

    seconds: float = 30.0
    result_bytes: int = 64 << 20
    memory_bytes: int = 1 << 30
    threads: int = 1
    connections: int = 2


class StoreServer:
    """Serves the path a client holds, until `stop`; stop it before the client is closed."""

    def __init__(self, path: Path, var_dir: Path, limits: Limits) -> None:
        self._limits = limits
        self._descriptor = var_dir / DESCRIPTOR
        self._token = secrets.token_urlsafe(32)
        self._readers = _Readers(path, limits)
        try:
            self._guard = Guard(self._readers.control)
            version = self._readers.control("SELECT version()", {}).strip()
            self._http = ClickHouseHTTPServer(self._answer, self._token, version)
            described = Descriptor(self._http.url, self._token, os.getpid(), str(path))
            _write_private(self._descriptor, msgspec.json.encode(described))
        except BaseException:
            self._readers.close()
            raise
        self._http.start()

    @classmethod
    def start(cls, client: "Client", var_dir: Path, limits: Limits | None = None) -> Self:
        """Serve the chDB path that ``client`` holds and tell so in ``var_dir/store.json``.

        Raises StoreError when ``client`` is of a server: that one needs no help.
        """
        address = parse_dsn(client.uri)
        if not isinstance(address, Embedded):
            msg = f"{client.uri}: only a chDB directory is served to others"
            raise StoreError(msg)
        return cls(address.path, var_dir, limits or Limits())

    @property
    def url(self) -> str:
        """Address without the token."""
        return self._http.url

    @property
    def token(self) -> str:
        """What readers have to show."""
        return self._token

    def stop(self) -> None:
        """Answer no more, cancel what readers are asking, let go of the path. May be repeated."""
        if self._readers.closed:
            return
        _remove_own(self._descriptor, self._token)
        self._http.stop()
        self._readers.close()

    def _answer(self, question: Question) -> Answer:
        text = _text(question.text)
        if question.default_format.lower() in _PYTHON_FORMATS:
            raise RefusedError(_UNKNOWN_FORMAT, f"Unknown format {question.default_format}")
        with self._readers.lease() as ask:
            statement = self._guard.check(
                lambda sql, given: ask(sql, "TabSeparated", given).decode(errors="replace"),
                text,
                question.parameters,
            )
            body = ask(statement, question.default_format, question.parameters)
        named = _FORMAT.search(statement)
        return Answer(body, named[1] if named else question.default_format)


class _Readers:
    """Read-only connections to the engine of this process, and one that can cancel them."""

    def __init__(self, path: Path, limits: Limits) -> None:
        import chdb

        self._seconds = limits.seconds
        self._tag = f"reader-{secrets.token_hex(8)}"
        self.closed = False
        self._control = chdb.connect(str(path))
        self._readers = [chdb.connect(str(path)) for _ in range(limits.connections)]
        self._idle: queue.SimpleQueue[chdb.Connection] = queue.SimpleQueue()
        for reader in self._readers:
            for setting in (
                f"max_execution_time = {limits.seconds}",
                f"max_result_bytes = {limits.result_bytes}",
                "result_overflow_mode = 'throw'",
                f"max_memory_usage = {limits.memory_bytes}",
                f"max_threads = {limits.threads}",
                "session_timezone = 'UTC'",
                f"log_comment = '{self._tag}'",
                "readonly = 1",
            ):
                reader.query(f"SET {setting}")
            self._idle.put(reader)

    def control(self, sql: str, parameters: Mapping[str, str]) -> str:
        """Ask on the connection that may do anything: for fixed statements only."""
        return run(self._control, sql, "TabSeparated", parameters).decode()

    @contextmanager
    def lease(self) -> Iterator[Callable[[str, str, Mapping[str, str]], bytes]]:
        """Borrow a connection: (statement, format, parameters) → bytes; raises RefusedError."""
        try:
            reader = self._idle.get(timeout=self._seconds)
        except queue.Empty as error:
            msg = "too many readers at once, try again. (TOO_MANY_SIMULTANEOUS_QUERIES)"
            raise RefusedError(_BUSY, msg, HTTPStatus.SERVICE_UNAVAILABLE) from error
        try:
            if self.closed:
                raise RefusedError(_ABORTED, "shutting down", HTTPStatus.SERVICE_UNAVAILABLE)
            yield partial(run, reader)
        finally:
            self._idle.put(reader)

    def close(self) -> None:
        """Cancel what is being asked and close all connections."""
        self.closed = True
        for _ in self._readers:
            # A reader under way comes back to the queue as soon as its query is cancelled.
            while True:
                self._control.query(f"KILL QUERY WHERE Settings['log_comment'] = '{self._tag}'")
                try:
                    self._idle.get(timeout=0.05).close()
                except queue.Empty:
                    continue
                break
        self._control.close()


def _text(sent: bytes) -> str:
    try:
        return sent.decode()
    except UnicodeDecodeError as error:
        msg = f"the statement is not UTF-8: {error}. (SYNTAX_ERROR)"
        raise RefusedError(_SYNTAX_ERROR, msg) from error


def _write_private(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes the file readable by the owner only, from the start.
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _remove_own(path: Path, token: str) -> None:
    try:
        if msgspec.json.decode(path.read_bytes(), type=Descriptor).token == token:
            path.unlink()
    except (FileNotFoundError, ValueError) as error:
        logger.warning("%s is gone or was changed by someone else: %r", path, error)

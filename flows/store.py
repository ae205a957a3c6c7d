"""Open the store, to write or only to read: a chDB directory or a ClickHouse server.

A chDB directory is held by one process at a time; whoever holds it answers readers through
``flows.store_server``. Both kinds give the same client. All instants come back as aware UTC
datetimes, whatever the zone of the host; write them as integers or aware datetimes.
"""

import fcntl
import functools
import http.client
import json
import logging
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

import msgspec

from flows.store_dsn import Embedded, Server, parse_dsn
from operators.errors import StoreError
from sql.lexer import statements

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

DESCRIPTOR: Final = "store.json"
"""Name, under the var folder, of the file that says where the holder of the path answers."""

_UNKNOWN_DATABASE: Final = 81
_PREFIX: Final = re.compile(r"^(.*?Code: \d+\. DB::Exception: )+", re.DOTALL)
_SUFFIX: Final = re.compile(r"( \(version [^()]*(\([^()]*\))?\))?( \(for url [^()]*\))?\s*$")
_PING_SECONDS: Final = 2.0
_EMBEDDED: Final[dict[str, str | int]] = {
    "session_timezone": "UTC",
    # Compiling and reordering take longer than a small desk's questions do; our views put the
    # smaller side of a join right.
    "compile_expressions": 0,
    "query_plan_join_swap_table": 0,
}

logger = logging.getLogger(__name__)


class Descriptor(msgspec.Struct, frozen=True):
    """Content of ``store.json``: who holds ``path`` and answers for it at ``url``."""

    url: str
    token: str
    pid: int
    path: str


def open_store(dsn: str, *, create: bool = False, threads: int = 0) -> "Client":
    """Open the store at ``dsn``; with ``create``, make the directory or database when missing.

    ``threads`` bounds what chDB takes for one statement; 0 leaves the choice to it.
    Raises StoreError when the address is wrong, nothing is there, the server does not answer, or
    another process holds the directory.
    """
    address = parse_dsn(dsn)
    if isinstance(address, Embedded):
        return _open_embedded(address.path, create=create, threads=threads)
    return _open_server(address, create=create)


def _open_embedded(path: Path, *, create: bool, threads: int) -> "Client":
    if create:
        path.mkdir(parents=True, exist_ok=True)
    elif not path.is_dir():
        msg = f"{path}: no store there yet; `tingfeng migrate` makes one"
        raise StoreError(msg)
    _refuse_when_held(path, unless=os.getpid())
    import clickhouse_connect
    from clickhouse_connect.driver.exceptions import Error

    try:
        client = clickhouse_connect.get_client(
            interface="chdb",
            path=str(path),
            settings=_EMBEDDED | ({"max_threads": threads} if threads else {}),
            tz_mode="aware",
        )
    except Error as error:
        if "already initialized with path" in str(error):
            msg = f"{path}: this process has another chDB directory open; close that client first"
            raise StoreError(msg) from error
        _refuse_when_held(path)
        msg = f"{path}: chDB cannot open it: {_reason(error)}"
        raise StoreError(msg) from error
    # chDB drops the zone of DateTime('UTC') in Native blocks: say that such values are UTC.
    client.server_tz = UTC
    client.tz_source = "server"
    return client


def _refuse_when_held(path: Path, *, unless: int = 0) -> None:
    # ClickHouse keeps an flock on PATH/status, with its process id in it, while it is open.
    who, pid = "another process", 0
    try:
        with (path / "status").open("rb") as file:
            match = re.search(rb"PID: (\d+)", file.read(512))
            if match is not None:
                pid = int(match[1])
                who = f"process {pid}"
            if pid and pid == unless:
                return
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return
    except BlockingIOError as error:
        msg = (
            f"{path}: {who} holds it, most likely a running `tingfeng run` or `tingfeng demo`;"
            " a chDB directory belongs to one process at a time: stop that one or wait for it"
            " (for several processes use a ClickHouse server, http://…)"
        )
        raise StoreError(msg) from error


def _open_server(server: Server, *, create: bool) -> "Client":
    from clickhouse_connect.driver.binding import quote_identifier
    from clickhouse_connect.driver.exceptions import Error

    try:
        return _connect(server, server.database)
    except Error as error:
        if error.code != _UNKNOWN_DATABASE:
            raise _unusable(server, error) from error
        if not create:
            msg = f"{server}: no such database yet; `tingfeng migrate` makes it"
            raise StoreError(msg) from error
    try:
        client = _connect(server, "default")
        client.command(f"CREATE DATABASE IF NOT EXISTS {quote_identifier(server.database)}")
        client.close()
        return _connect(server, server.database)
    except Error as error:
        raise _unusable(server, error) from error


def _unusable(server: Server, error: Exception) -> StoreError:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__
    if cause is not None:
        return StoreError(f"{server}: cannot be reached: {cause}; is it running there?")
    text = _reason(error)
    if server.password:
        text = text.replace(server.password, "***")
    return StoreError(f"{server}: cannot be used as user {server.user}: {text}")


def _reason(error: Exception) -> str:
    """Return ClickHouse's own sentence, without codes, version and address around it."""
    return _SUFFIX.sub("", _PREFIX.sub("", str(error)))


def _connect(server: Server, database: str, *, direct: bool = False) -> "Client":
    import clickhouse_connect
    from clickhouse_connect.driver.httputil import get_pool_manager

    return clickhouse_connect.get_client(
        interface=server.scheme,
        host=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        database=database,
        # Without a session, several threads may ask at the same time.
        autogenerate_session_id=False,
        tz_mode="aware",
        # A pool of its own passes by proxies named in the environment.
        pool_mgr=get_pool_manager() if direct else None,
    )


@dataclass(frozen=True, slots=True)
class Result:
    """Answer of a query: column names, their ClickHouse types, and rows of Python values."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


class Reader:
    """Asks the store and never writes, wherever the answer comes from."""

    def __init__(self, client: "Client", again: "Callable[[], Client] | None" = None) -> None:
        self._client = client
        self._again = again
        readonly = client.server_settings.get("readonly")
        if readonly is not None and readonly.value == "0":
            client.set_client_setting("readonly", "1")

    @property
    def client(self) -> "Client":
        """The client that asks, for those who bind parameters of many queries themselves."""
        return self._client

    def twin(self) -> "Reader | None":
        """Open the store once more, to ask from another thread; None when it is not known how."""
        return Reader(self._again(), self._again) if self._again else None

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> Result:
        """Answer one statement; ``{name:Type}`` in it stands for ``params[name]``.

        Raises StoreError with ClickHouse's own message when it cannot be answered.
        """
        from clickhouse_connect.driver.exceptions import Error

        statement = _single(sql)
        values = dict(params) if params else None
        try:
            answer = self._client.query(statement, parameters=values)
            columns, types = answer.column_names, tuple(kind.name for kind in answer.column_types)
            if not columns:
                # An empty Native answer of chDB has no header; in JSON it has one.
                meta = json.loads(self._client.raw_query(statement, parameters=values, fmt="JSON"))
                columns = tuple(column["name"] for column in meta["meta"])
                types = tuple(column["type"] for column in meta["meta"])
        except Error as error:
            if self._client.uri.startswith("chdb:"):
                # chDB 4.4 puts what a failed query had written already before the next answer.
                self._client.command("SELECT 1")
            raise StoreError(_reason(error)) from error
        return Result(columns, types, tuple(tuple(row) for row in answer.result_rows))

    def export(self, sql: str, fmt: str, params: Mapping[str, object] | None = None) -> bytes:
        """Answer one statement in a format of ClickHouse, such as Parquet, as bytes.

        Raises StoreError with ClickHouse's own message when it cannot be answered.
        """
        from clickhouse_connect.driver.exceptions import Error

        statement = _single(sql)
        values = dict(params) if params else None
        try:
            return self._client.raw_query(statement, parameters=values, fmt=fmt)
        except Error as error:
            if self._client.uri.startswith("chdb:"):
                self._client.command("SELECT 1")
            raise StoreError(_reason(error)) from error

    def close(self) -> None:
        """Let go of the store, so that another process can open it."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _single(sql: str) -> str:
    """Return the one statement of a text; raises StoreError when it is not one."""
    try:
        found = statements(sql)
    except ValueError as error:
        raise StoreError(str(error)) from error
    if len(found) != 1:
        msg = f"one statement at a time (got {len(found)})"
        raise StoreError(msg)
    return found[0]


def connect_reading(dsn: str, var_dir: Path, *, threads: int = 0) -> Reader:
    """Read the store at ``dsn`` through the process that holds it, if one does, else directly.

    ``var_dir/store.json`` names that process; when it is dead or holds another path it is ignored.
    ``threads`` is for `open_store`, and so are the errors.
    """
    address = parse_dsn(dsn)
    if isinstance(address, Embedded):
        holder = _holder(address.path, var_dir / DESCRIPTOR)
        if holder is not None:
            from clickhouse_connect.driver.exceptions import Error

            through = functools.partial(_connect, holder, holder.database, direct=True)
            try:
                return Reader(through(), through)
            except Error as error:
                raise _unusable(holder, error) from error
    direct = functools.partial(open_store, dsn, threads=threads)
    return Reader(direct(), direct)


def is_held(dsn: str, var_dir: Path) -> bool:
    """Tell whether another process has the chDB folder at ``dsn`` and answers for it."""
    address = parse_dsn(dsn)
    return isinstance(address, Embedded) and _holder(address.path, var_dir / DESCRIPTOR) is not None


def _holder(path: Path, descriptor: Path) -> Server | None:
    try:
        text = descriptor.read_bytes()
    except FileNotFoundError:
        return None
    except PermissionError as error:
        msg = f"{descriptor}: only the user who runs the flow may read the store: {error.strerror}"
        raise StoreError(msg) from error
    try:
        described = msgspec.json.decode(text, type=Descriptor)
        url = urlsplit(described.url)
        host, port = url.hostname or "", url.port or 0
    except ValueError as error:
        logger.warning("%s is not readable, ignored: %s", descriptor, error)
        return None
    if described.path != str(path):
        return None
    server = Server("http", host, port, "default", "default", described.token)
    return server if _answers(server) else None


def _answers(server: Server) -> bool:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=_PING_SECONDS)
    try:
        connection.request("GET", "/ping", headers={"X-ClickHouse-Key": server.password})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException) as error:
        logger.info("%s does not answer: %r", server, error)
        return False
    finally:
        connection.close()

"""Open the store: a chDB directory or a ClickHouse server.

A chDB directory is held by one process at a time; ``flows.store_reader`` reads it even then. Both
kinds give the same client. All instants come back as aware UTC datetimes, whatever the zone of the
host; write them as integers or aware datetimes.
"""

import fcntl
import os
import re
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows.store_dsn import Embedded, Server, parse_dsn
from operators.errors import StoreError

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

_UNKNOWN_DATABASE: Final = 81
_PREFIX: Final = re.compile(r"^(.*?Code: \d+\. DB::Exception: )+", re.DOTALL)
_SUFFIX: Final = re.compile(r"( \(version [^()]*(\([^()]*\))?\))?( \(for url [^()]*\))?\s*$")
_EMBEDDED: Final[dict[str, str | int]] = {
    "session_timezone": "UTC",
    # Compiling and reordering take longer than a small desk's questions do; our views put the
    # smaller side of a join right.
    "compile_expressions": 0,
    "query_plan_join_swap_table": 0,
}


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
        msg = f"{path}: chDB cannot open it: {reason_of(error)}"
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
        return connect_server(server, server.database)
    except Error as error:
        if error.code != _UNKNOWN_DATABASE:
            raise unusable(server, error) from error
        if not create:
            msg = f"{server}: no such database yet; `tingfeng migrate` makes it"
            raise StoreError(msg) from error
    try:
        client = connect_server(server, "default")
        client.command(f"CREATE DATABASE IF NOT EXISTS {quote_identifier(server.database)}")
        client.close()
        return connect_server(server, server.database)
    except Error as error:
        raise unusable(server, error) from error


def unusable(server: Server, error: Exception) -> StoreError:
    """Return the error that says why a server cannot be used, without the password in it."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__
    if cause is not None:
        return StoreError(f"{server}: cannot be reached: {cause}; is it running there?")
    text = reason_of(error)
    if server.password:
        text = text.replace(server.password, "***")
    return StoreError(f"{server}: cannot be used as user {server.user}: {text}")


def reason_of(error: Exception) -> str:
    """Return ClickHouse's own sentence, without codes, version and address around it."""
    return _SUFFIX.sub("", _PREFIX.sub("", str(error)))


def connect_server(server: Server, database: str, *, direct: bool = False) -> "Client":
    """Connect to a server; ``direct`` passes by proxies named in the environment."""
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
        # A pool of its own knows of no proxy.
        pool_mgr=get_pool_manager() if direct else None,
    )

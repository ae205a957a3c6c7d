"""Read the store and never write: directly, or through the process that holds it.

A chDB directory is held by one process at a time; whoever holds it answers readers through
``flows.store_server`` and says where in ``store.json``.
"""

import functools
import http.client
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

import msgspec

from flows.store import connect_server, open_store, reason_of, unusable
from flows.store_dsn import Embedded, Server, parse_dsn
from operators.errors import StoreError
from sql.lexer import statements

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

DESCRIPTOR: Final = "store.json"
"""Name, under the var folder, of the file that says where the holder of the path answers."""

_PING_SECONDS: Final = 2.0

logger = logging.getLogger(__name__)


class Descriptor(msgspec.Struct, frozen=True):
    """Content of ``store.json``: who holds ``path`` and answers for it at ``url``."""

    url: str
    token: str
    pid: int
    path: str


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
            raise StoreError(reason_of(error)) from error
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
            raise StoreError(reason_of(error)) from error

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

            through = functools.partial(connect_server, holder, holder.database, direct=True)
            try:
                return Reader(through(), through)
            except Error as error:
                raise unusable(holder, error) from error
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

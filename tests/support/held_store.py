"""A chDB path that this process holds and serves, for tests of its readers."""

import http.client
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from flows.store import open_store
from flows.store_server import Limits, StoreServer

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

LIMITS = Limits(seconds=1.0, result_bytes=1 << 20, memory_bytes=200 << 20)


class Held:
    """A chDB path with a table in it, held and served by this process."""

    def __init__(self, folder: Path, limits: Limits = LIMITS) -> None:
        self.folder = folder
        self.dsn = f"chdb://{folder}/store"
        self.client: Client = open_store(self.dsn, create=True)
        self.client.command(
            "CREATE TABLE t (id UInt32, text String) ENGINE = MergeTree ORDER BY id"
        )
        self.client.insert("t", [(1, "星河"), (2, "")], column_names="*")
        self.server = StoreServer.start(self.client, folder, limits)

    def ask(
        self,
        sql: str = "",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
        path: str = "/",
        server: StoreServer | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request as it is; answer status, headers and body."""
        asked = server or self.server
        port = urlsplit(asked.url).port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        sent = {"X-ClickHouse-Key": asked.token} if headers is None else headers
        address = f"{path}?{urlencode(query or {})}"
        try:
            connection.request(method, address, sql.encode() or None, dict(sent))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def close(self) -> None:
        """Stop serving and let go of the path."""
        self.server.stop()
        self.client.close()

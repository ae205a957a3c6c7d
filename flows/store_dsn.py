"""The address of a store: a chDB directory or a ClickHouse server.

``chdb://PATH`` (PATH may be relative) or ``http(s)://user:password@host:port/database``, user and
password percent-encoded.
"""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from operators.errors import StoreError


@dataclass(frozen=True, slots=True)
class Embedded:
    """A chDB directory, as an absolute path."""

    path: Path


@dataclass(frozen=True, slots=True)
class Server:
    """A ClickHouse server; the password never shows in its text or representation."""

    scheme: str
    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)

    def __str__(self) -> str:
        """Name the server without its credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/{self.database}"


def parse_dsn(dsn: str) -> Embedded | Server:
    """Read an address; raises StoreError, without the password in it, when it is neither form.

    >>> print(parse_dsn("http://tingfeng:secret@db.example/yuqing"))
    http://db.example:8123/yuqing
    """
    scheme, separator, rest = dsn.partition("://")
    if scheme == "chdb" and separator:
        if not rest or "?" in rest or "\0" in rest:
            msg = f"store {dsn!r}: not a directory (try chdb://var/store)"
            raise StoreError(msg)
        return Embedded(Path(rest).expanduser().resolve())
    if scheme not in ("http", "https") or not separator:
        msg = "store: not an address of a store (try chdb://PATH or http(s)://USER@HOST:PORT/DB)"
        raise StoreError(msg)
    example = f"try {scheme}://USER@HOST:PORT/DATABASE"
    try:
        parts = urlsplit(dsn)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        # The library's own text may quote the part with the password.
        msg = f"store: wrong {scheme}:// address ({example}; quote / : @ in a password with %)"
        raise StoreError(msg) from error
    database = unquote(parts.path.strip("/")) or "default"
    if not host or parts.query or parts.fragment or "/" in database:
        msg = f"store: wrong {scheme}:// address ({example})"
        raise StoreError(msg)
    return Server(
        scheme=scheme,
        host=host,
        port=port or (8443 if scheme == "https" else 8123),
        database=database,
        user=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
    )

"""Addresses of Redis and the store: secrets filled in, the form checked.

A password never stands in a file: it is written as ``${NAME}`` and taken from the environment.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

EMBEDDED: Final = "embedded"
"""The redis-server that comes with Tingfeng, on a private unix socket."""

_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET_KEYS: Final = ("password", "access_token", "token", "secret")
_HIGHEST_PORT: Final = 65_535
SHORTEST_KEY: Final = 16


class AddressError(ValueError):
    """An address cannot be used: what is wrong (never with the secret itself), what to try."""

    def __init__(self, problem: str, hint: str = "") -> None:
        self.problem = problem
        self.hint = hint
        super().__init__(problem)


def interpolated(template: str, environ: Mapping[str, str]) -> str:
    """Fill ``${NAME}`` from ``environ``; inside ``user:password@`` the value is percent-encoded.

    >>> interpolated("redis://:${PW}@host:6379/0", {"PW": "a/b"})
    'redis://:a%2Fb@host:6379/0'
    """
    if "${" in _VARIABLE.sub("", template):
        message = "has a `${` that is no `${NAME}`"
        raise AddressError(message, "${NAME} with letters, digits and _")
    _refuse_literal_secret(template)
    names = _VARIABLE.findall(template)
    missing = [name for name in names if not environ.get(name)]
    if missing:
        which = "variable" if len(missing) == 1 else "variables"
        problem = f"needs the environment {which} {', '.join(missing)}"
        raise AddressError(problem, f"export {missing[0]}=…")

    def value(match: re.Match[str]) -> str:
        in_userinfo = "@" in template[match.end() :]
        return quote(environ[match[1]], safe="") if in_userinfo else environ[match[1]]

    return _VARIABLE.sub(value, template)


def _refuse_literal_secret(template: str) -> None:
    """Raise when a password or token stands in the file itself."""
    split = _split(template)
    secrets = [split.password or ""]
    secrets += [value for key, value in parse_qsl(split.query) if key in _SECRET_KEYS]
    if any(secret and not _VARIABLE.fullmatch(secret) for secret in secrets):
        message = "holds a secret, which does not belong in a file"
        raise AddressError(message, "${NAME} in its place, and the secret in the environment")


def redis_url(url: str) -> str:
    """Return the URL when Redis can be reached by it, else raise `AddressError`."""
    if url == EMBEDDED:
        return url
    split = _split(url)
    if split.scheme == "unix":
        if split.netloc.rpartition("@")[2] or not split.path:
            message = "needs an absolute path"
            raise AddressError(message, "unix:///run/redis/redis.sock")
    elif split.scheme in ("redis", "rediss"):
        _require_host(split, "redis://HOST:6379/0")
    else:
        message = f"has the scheme {split.scheme!r}, which is not Redis"
        raise AddressError(message, "embedded, redis://HOST:6379/0 or unix:///PATH")
    return url


def store_dsn(dsn: str, base: Path) -> str:
    """Return the DSN, a chDB folder made absolute below ``base``; else raise `AddressError`."""
    if dsn.startswith("chdb://"):
        folder = dsn.removeprefix("chdb://")
        if not folder.strip("/"):
            message = "names no folder"
            raise AddressError(message, "chdb://var/chdb")
        if "?" in folder:
            message = "has a folder with ?, where chDB takes options to begin"
            raise AddressError(message, "another folder")
        return f"chdb://{base / folder}"
    split = _split(dsn)
    if split.scheme not in ("http", "https"):
        message = f"has the scheme {split.scheme!r}; the store is chDB or ClickHouse over HTTP"
        raise AddressError(message, "chdb://var/chdb or http://HOST:8123/DATABASE")
    _require_host(split, "http://HOST:8123/DATABASE")
    return dsn


def _split(address: str) -> SplitResult:
    """Split a URL; brackets that do not match are the only thing that makes this fail."""
    try:
        return urlsplit(address)
    except ValueError as error:
        message = "is not a URL"
        raise AddressError(message) from error


def _require_host(split: SplitResult, example: str) -> None:
    """Raise when the URL has no host, or a port that is none."""
    try:
        port = split.port
    except ValueError as error:
        message = f"has a port that is not a number from 1 to {_HIGHEST_PORT}"
        raise AddressError(message, example) from error
    if not split.hostname or port == 0:
        message = "has no host" if not split.hostname else "has port 0"
        raise AddressError(message, example)


def secret(template: str, text: str) -> str:
    """Return a secret; raises AddressError when it stands in the file itself."""
    if template and not _VARIABLE.fullmatch(template):
        problem = "holds a secret, which does not belong in a file"
        raise AddressError(problem, "${NAME} in its place, and the secret in the environment")
    return text


def secret_key(text: str) -> str:
    """Return a key that cannot be guessed by trying; raises AddressError without showing it."""
    if 0 < len(text) < SHORTEST_KEY:
        problem = f"is shorter than {SHORTEST_KEY} characters"
        raise AddressError(problem, "what `openssl rand -hex 32` prints, in ${AUTHOR_KEY}")
    return text

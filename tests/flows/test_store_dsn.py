"""Addresses of stores are read, and never show their password."""

from pathlib import Path

import pytest

from flows.store_dsn import Embedded, Server, parse_dsn
from operators.errors import StoreError


def test_a_chdb_path_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Relative paths are relative to the working directory; others stay."""
    monkeypatch.chdir(tmp_path)
    assert parse_dsn("chdb://var/./store") == Embedded(tmp_path / "var/store")
    assert parse_dsn(f"chdb://{tmp_path}/听风 1%20/") == Embedded(tmp_path / "听风 1%20")


def test_a_server_is_read_with_its_defaults() -> None:
    """Port, user and database may be left out; names are percent-decoded."""
    assert parse_dsn("http://db") == Server("http", "db", 8123, "default", "default", "")
    assert parse_dsn("https://a%40b:p%3A%2F@db.example:1234/yu%20qing") == Server(
        "https", "db.example", 1234, "yu qing", "a@b", "p:/"
    )
    assert parse_dsn("https://[::1]/x") == Server("https", "::1", 8443, "x", "default", "")


def test_the_password_never_shows() -> None:
    """Neither text nor representation of an address holds it."""
    server = parse_dsn("http://desk:geheim@[::1]:8123/x")
    assert str(server) == "http://[::1]:8123/x"
    assert "geheim" not in repr(server)


@pytest.mark.parametrize(
    "dsn",
    [
        "",
        "store",
        "chdb:",
        "chdb://",
        "chdb://a?b",
        "redis://h:geheim@x",
        "http://",
        "http://u:geheim@h:port/x",
        "http://u:geh/eim@h:1/x",
        "http://h/a/b",
        "http://u:geheim@h/x?y=1",
    ],
)
def test_a_wrong_address_is_refused_with_an_example(dsn: str) -> None:
    """The error says what to try and does not repeat a secret."""
    with pytest.raises(StoreError, match=r"try (chdb|https?)://") as caught:
        parse_dsn(dsn)
    assert "geh" not in str(caught.value)

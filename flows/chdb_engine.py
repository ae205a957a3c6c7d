"""Run a statement on a bare chDB connection and clean up after a failed one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flows.clickhouse_http import RefusedError

if TYPE_CHECKING:
    from chdb import Connection


def run(
    connection: "Connection", sql: str, form: str, parameters: Mapping[str, str] | None = None
) -> bytes:
    """Return what ``sql`` answers in the format ``form``; raises RefusedError with its reason."""
    from chdb._exceptions import ChdbError

    try:
        return connection.query(sql, form, dict(parameters or {})).bytes()
    except ChdbError as error:
        # chDB 4.4 puts what a failed statement had written already before the next answer.
        connection.query("SELECT 1", "Null")
        raise RefusedError.from_engine(error) from error

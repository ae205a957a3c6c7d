"""XREAD without redis-py's reply callbacks, which cost as much as the read itself."""

from typing import Any

from redis import Redis

from operators.reading import Entry


class RawStreams:
    """One connection that reads stream entries as they come off the wire; never blocks."""

    def __init__(self, client: "Redis") -> None:
        self._client = client
        self._connection: Any = client.connection_pool.get_connection()

    def read(self, stream: str, after: bytes, count: int) -> list[Entry]:
        """Return up to ``count`` entries behind ``after``, oldest first."""
        # No BLOCK: in Redis its 0 means for ever, and it would hold up the whole worker.
        self._connection.send_command("XREAD", "COUNT", count, "STREAMS", stream, after)
        reply: Any = self._connection.read_response()
        if not reply:
            return []
        entries: list[Entry] = reply[0][1]
        return entries

    def read_both(
        self, stream: str, after: bytes, count: int, other: str, other_after: bytes
    ) -> tuple[list[Entry], list[Entry]]:
        """Return up to ``count`` new entries of each of two streams, at one instant of Redis."""
        self._connection.send_command(
            "XREAD", "COUNT", count, "STREAMS", stream, other, after, other_after
        )
        reply: Any = self._connection.read_response()
        found: dict[bytes, list[Entry]] = dict(reply or ())
        return found.get(stream.encode(), []), found.get(other.encode(), [])

    def release(self) -> None:
        """Give the connection back to the client's pool."""
        self._client.connection_pool.release(self._connection)

    def close(self) -> None:
        """Give the connection back and close the client."""
        self.release()
        self._client.close()

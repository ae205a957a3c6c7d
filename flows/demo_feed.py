"""A drill's entries into streams with a stream clock, each at the time it would have arrived."""

from collections.abc import Iterable

import orjson
from redis import Redis

from flows.stream_writer import StreamWriter, last_entry_id
from flows.streams import require_meta
from operators.control import ACTIONS
from operators.drill import Entry
from operators.partition import partition_of


class Feeder:
    """Writes mentions and actions; remembers when mentions arrived."""

    def __init__(self, client: "Redis") -> None:
        self._client = client
        meta = require_meta(client)
        self._partitions = meta.partitions
        self._writer = StreamWriter(client, meta)
        self._last_action = last_entry_id(client, ACTIONS)
        self.arrivals: list[int] = []
        """Arrival of each mention, in order: tells how far a reader has come."""

    def feed(self, entries: Iterable[Entry]) -> None:
        """Send all entries, which are in order of arrival."""
        for entry in entries:
            body = orjson.dumps(entry.payload)
            if entry.stream == "actions":
                self._last_action = self._last_action.next(entry.at_ms)
                self._client.xadd(ACTIONS, {"action": body}, id=str(self._last_action))
                continue
            mention = entry.payload
            partition = partition_of(
                str(mention["platform"]),
                str(mention["id"]),
                str(mention.get("root_id") or ""),
                self._partitions,
            )
            self._writer.add(partition, entry.at_ms, body)
            self.arrivals.append(entry.at_ms)
        self._writer.flush()

    def end(self, end_ms: int) -> None:
        """Mark the end of the input in every stream."""
        self._writer.end(end_ms)

"""A drill's entries into the streams, each at the time it would have arrived."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

import orjson
from redis import Redis

from flows.streams import mention_stream
from operators.control import ACTIONS
from operators.drill import Entry
from operators.partition import partition_of

_BATCH: Final = 2_000
_PRODUCER: Final = "drill"


class Feeder:
    """Writes entries with ids of stream time; counts what went where."""

    def __init__(self, client: "Redis", partitions: int) -> None:
        self._client = client
        self._partitions = partitions
        self._last: dict[str, tuple[int, int]] = {}
        self._numbers = [0] * partitions
        self.arrivals: list[int] = []
        """Arrival of each mention, in order: tells how far a reader has come."""

    def feed(self, entries: Iterable[Entry]) -> int:
        """Send all entries, a heartbeat to every partition with each batch; return their number."""
        iterator = iter(entries)
        total = 0
        while batch := list(islice(iterator, _BATCH)):
            pipe = self._client.pipeline(transaction=False)
            for entry in batch:
                body = orjson.dumps(entry.payload)
                if entry.stream == "actions":
                    pipe.xadd(ACTIONS, {"action": body}, id=self._id(ACTIONS, entry.at_ms))
                    continue
                mention = entry.payload
                partition = partition_of(
                    str(mention["platform"]),
                    str(mention["id"]),
                    str(mention.get("root_id") or ""),
                    self._partitions,
                )
                self._numbers[partition] += 1
                stream = mention_stream(partition)
                seq = f"{_PRODUCER}:{self._numbers[partition]}"
                pipe.xadd(stream, {"mention": body, "seq": seq}, id=self._id(stream, entry.at_ms))
                self.arrivals.append(entry.at_ms)
            for partition in range(self._partitions):
                stream = mention_stream(partition)
                pipe.xadd(stream, {"heartbeat": ""}, id=self._id(stream, batch[-1].at_ms))
            pipe.execute()
            total += len(batch)
        return total

    def end(self, end_ms: int) -> None:
        """Mark the end of the input in every partition."""
        for partition in range(self._partitions):
            stream = mention_stream(partition)
            self._client.xadd(stream, {"end": str(end_ms)}, id=self._id(stream, end_ms))

    def _id(self, stream: str, at_ms: int) -> str:
        ms, number = self._last.get(stream, (0, 0))
        self._last[stream] = (at_ms, 1) if at_ms > ms else (ms, number + 1)
        return "{}-{}".format(*self._last[stream])

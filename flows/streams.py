"""What all producers and readers of the mention streams must agree on, kept in Redis itself.

The number of partitions and the clock are written once, into the hash ``mentions:meta``. With a
``live`` clock entries carry the time of their arrival; with a ``stream`` clock a replay gives each
entry the time of its publication, and everything happens as it would have then.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, cast

from redis import Redis

from operators.errors import StoreError

META: Final = "mentions:meta"
MAX_PARTITIONS: Final = 1_024

Clock = Literal["live", "stream"]


class Meta(NamedTuple):
    """How the mention streams of a Redis database are set up."""

    partitions: int
    clock: Clock


def mention_stream(partition: int) -> str:
    """Return the key of a partition's stream."""
    return f"mentions:{partition}"


def read_meta(client: "Redis") -> Meta | None:
    """Return how the streams are set up, None when they are not; raises `StoreError`."""
    found = cast("Mapping[bytes | str, bytes | str]", client.hgetall(META))
    if not found:
        return None
    fields = {_text(name): _text(value) for name, value in found.items()}
    partitions, clock = fields.get("partitions", ""), fields.get("clock", "")
    if partitions.isdecimal() and 1 <= int(partitions) <= MAX_PARTITIONS:
        if clock == "live":
            return Meta(int(partitions), "live")
        if clock == "stream":
            return Meta(int(partitions), "stream")
    msg = (
        f"{META} in Redis holds partitions={partitions!r}, clock={clock!r}; expected a number from "
        f"1 to {MAX_PARTITIONS}, and live or stream"
    )
    raise StoreError(msg)


def require_meta(client: "Redis") -> Meta:
    """Return how the streams are set up; raises `StoreError` when they are not."""
    meta = read_meta(client)
    if meta is None:
        msg = (
            f"the mention streams are not set up: Redis has no {META}, which fixes the number of "
            "partitions and the clock"
        )
        raise StoreError(msg)
    return meta


def write_meta(client: "Redis", partitions: int, clock: Clock) -> Meta:
    """Set the streams up, once; raises `StoreError` when they are set up otherwise already."""
    if not 1 <= partitions <= MAX_PARTITIONS:
        msg = f"partitions must be from 1 to {MAX_PARTITIONS}, got {partitions}"
        raise StoreError(msg)
    pipe = client.pipeline(transaction=True)
    pipe.hsetnx(META, "partitions", str(partitions))
    pipe.hsetnx(META, "clock", clock)
    pipe.execute()
    wanted, present = Meta(partitions, clock), require_meta(client)
    if present != wanted:
        msg = (
            f"the mention streams have {present.partitions} partitions and a {present.clock} "
            f"clock, not {partitions} and {clock}; both are fixed when the streams are first used "
            "(try the present ones, or another Redis database)"
        )
        raise StoreError(msg)
    return present


def _text(value: bytes | str) -> str:
    """Return a reply as text, whichever way the client is set."""
    return value.decode() if isinstance(value, bytes) else value

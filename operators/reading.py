"""Read one micro-batch of stream entries: decode, match, score. Stateless and shared by threads."""

import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

import msgspec

from operators.decode import oversized
from operators.match import Matcher
from operators.model import Attribution, Mention, Rejected, Sentiment

_NOISE: Final = re.compile(r"[\W_]+")
_STORY_CHARACTERS: Final = 120
_RAW_BYTES: Final = 2048

Entry: TypeAlias = tuple[bytes, Sequence[bytes]]
"""A Redis stream entry as it comes off the wire: id, then field, value, field, value…"""

Decode: TypeAlias = Callable[[bytes, int], Mention | Rejected]
Score: TypeAlias = Callable[[Sequence[str]], Sequence[Sentiment]]


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What one entry turned out to be: a mention, a rejected entry, or a mark in the stream."""

    entry: int
    arrived_ms: int
    mention: Mention | None = None
    rejected: Rejected | None = None
    attributions: tuple[Attribution, ...] = ()
    sentiment: Sentiment | None = None
    story: int = 0
    seq: bytes = b""
    heartbeat: bool = False
    end_ms: int = 0


class ReadBatch(msgspec.Struct, frozen=True, gc=False):
    """The readings of one batch of one partition, in stream order."""

    partition: int
    readings: list[Reading]


def entry_number(entry_id: bytes) -> int:
    """Turn ``<ms>-<n>`` into one integer that orders as Redis orders ids (n below 2**20)."""
    ms, _, n = entry_id.partition(b"-")
    return (int(ms) << 20) | int(n or 0)


def entry_name(entry: int) -> str:
    """Turn ``entry_number`` back into the Redis id."""
    return f"{entry >> 20}-{entry & 0xFFFFF}"


def words_of(mention: Mention) -> str:
    """Return what the author wrote: title and text."""
    if not mention.title:
        return mention.text
    return f"{mention.title}\n{mention.text}" if mention.text else mention.title


def story_of(words: str) -> int:
    """Hash the letters and digits of a text, so that copies of one story are equal."""
    return zlib.crc32(_NOISE.sub("", words[: 2 * _STORY_CHARACTERS])[:_STORY_CHARACTERS].encode())


class Reader:
    """Turns raw entries into readings with one scan and one scoring call for the whole batch."""

    def __init__(self, matcher: Matcher, score: Score, decode: Decode) -> None:
        self._matcher = matcher
        self._score = score
        self._decode = decode

    def read(self, partition: int, entries: Iterable[Entry]) -> ReadBatch:
        """Decode, match and score a batch; never raises on what an entry holds."""
        opened = [self._open(entry_id, fields) for entry_id, fields in entries]
        texts: list[str] = []
        places: list[int] = []
        for place, reading in enumerate(opened):
            if reading.mention is not None:
                words = words_of(reading.mention)
                if words:
                    texts.append(words)
                    places.append(place)
        matched = self._matcher.match(texts) if texts else {}
        # A reply without a name speaks of its root's subject, in its own tone.
        wanted = [
            number
            for number, place in enumerate(places)
            if number in matched or _has_root(opened[place])
        ]
        if wanted:
            scores = self._score([texts[number] for number in wanted])
            for number, sentiment in zip(wanted, scores, strict=True):
                place = places[number]
                found = matched.get(number, ())
                opened[place] = _scored(opened[place], found, sentiment, texts[number])
        return ReadBatch(partition, opened)

    def _open(self, entry_id: bytes, fields: Sequence[bytes]) -> Reading:
        entry = entry_number(entry_id)
        arrived_ms = entry >> 20
        if fields and fields[0] == b"mention":
            if len(fields) == 2:
                return self._decoded(entry, arrived_ms, fields[1], b"")
            if len(fields) == 4 and fields[2] == b"seq":
                return self._decoded(entry, arrived_ms, fields[1], fields[3])
        named = dict(zip(fields[::2], fields[1::2], strict=False))
        if b"mention" in named and b"oversize" not in named:
            return self._decoded(entry, arrived_ms, named[b"mention"], named.get(b"seq", b""))
        return _mark(entry, arrived_ms, named)

    def _decoded(self, entry: int, arrived_ms: int, payload: bytes, seq: bytes) -> Reading:
        decoded = self._decode(payload, arrived_ms)
        if isinstance(decoded, Mention):
            return Reading(entry, arrived_ms, decoded, seq=seq)
        return Reading(entry, arrived_ms, rejected=decoded, seq=seq)

    def __reduce__(self) -> str | tuple[object, ...]:
        """Refuse to travel: every worker builds its own."""
        msg = "a Reader holds compiled automata and is built in each worker"
        raise TypeError(msg)


def _mark(entry: int, arrived_ms: int, fields: dict[bytes, bytes]) -> Reading:
    if b"heartbeat" in fields:
        return Reading(entry, arrived_ms, heartbeat=True)
    if b"end" in fields:
        end = fields[b"end"]
        return Reading(entry, arrived_ms, end_ms=int(end) if end.isdigit() else arrived_ms)
    size = fields.get(b"oversize")
    if size is not None:
        head = fields.get(b"mention", b"")[:_RAW_BYTES]
        rejected = oversized(head, int(size) if size.isdigit() else 0)
        return Reading(entry, arrived_ms, rejected=rejected, seq=fields.get(b"seq", b""))
    names = "、".join(sorted(name.decode(errors="replace")[:40] for name in fields))
    detail = f"条目的字段为 {names or '空'}，应为 mention、heartbeat 或 end"
    return Reading(entry, arrived_ms, rejected=Rejected("no_mention_field", detail, ""))


def _has_root(reading: Reading) -> bool:
    return reading.mention is not None and bool(reading.mention.root_id)


def _scored(
    reading: Reading, found: tuple[Attribution, ...], sentiment: Sentiment, words: str
) -> Reading:
    return Reading(
        reading.entry,
        reading.arrived_ms,
        reading.mention,
        attributions=found,
        sentiment=sentiment,
        story=story_of(words) if found else 0,
        seq=reading.seq,
    )

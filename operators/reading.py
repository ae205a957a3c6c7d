"""Read one micro-batch of stream entries: decode, match, score. Stateless and shared by threads."""

import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

import msgspec

from operators.decode import oversized
from operators.match import Matcher
from operators.model import Attribution, Mention, Rejected, Sentiment

WORDLESS: Final = frozenset(
    {"转发微博", "转发微博。", "轉發微博", "转发", "转", "Repost", "//", "分享视频", "转发图片"}
)
"""What platforms put where a repost has no words of its own."""
_NOISE: Final = re.compile(r"[\W_]+")
_STORY_CHARACTERS: Final = 120
_RAW_BYTES: Final = 2048

Entry: TypeAlias = tuple[bytes, Sequence[bytes]]
"""A Redis stream entry as it comes off the wire: id, then field, value, field, value…"""

_Opened: TypeAlias = tuple[int, Mention | Rejected | int, bytes]
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
        for place, (_entry, decoded, _seq) in enumerate(opened):
            if type(decoded) is Mention:
                words = words_of(decoded)
                if words and not (decoded.root_id and words.strip() in WORDLESS):
                    texts.append(words)
                    places.append(place)
        matched = self._matcher.match(texts) if texts else {}
        # A reply without a name speaks of its root's subject, in its own tone.
        wanted = {
            place: number
            for number, place in enumerate(places)
            if number in matched or _has_root(opened[place])
        }
        scores = self._score([texts[number] for number in wanted.values()]) if wanted else []
        scored = dict(zip(wanted, scores, strict=True))
        readings = []
        for place, (entry, decoded, seq) in enumerate(opened):
            if type(decoded) is not Mention:
                readings.append(_other(entry, decoded, seq))
                continue
            number = wanted.get(place)
            if number is None:
                readings.append(Reading(entry, entry >> 20, decoded, None, (), None, 0, seq))
                continue
            found = matched.get(number, ())
            story = story_of(texts[number]) if found else 0
            readings.append(
                Reading(entry, entry >> 20, decoded, None, found, scored[place], story, seq)
            )
        return ReadBatch(partition, readings)

    def _open(self, entry_id: bytes, fields: Sequence[bytes]) -> _Opened:
        """Return entry, what it holds, and its producer's number."""
        entry = entry_number(entry_id)
        if fields and fields[0] == b"mention":
            if len(fields) == 2:
                return entry, self._decode(fields[1], entry >> 20), b""
            if len(fields) == 4 and fields[2] == b"seq":
                return entry, self._decode(fields[1], entry >> 20), fields[3]
        named = dict(zip(fields[::2], fields[1::2], strict=False))
        seq = named.get(b"seq", b"")
        if b"mention" in named and b"oversize" not in named:
            return entry, self._decode(named[b"mention"], entry >> 20), seq
        return entry, _mark(entry, named), seq

    def __reduce__(self) -> str | tuple[object, ...]:
        """Refuse to travel: every worker builds its own."""
        msg = "a Reader holds compiled automata and is built in each worker"
        raise TypeError(msg)


def _mark(entry: int, fields: dict[bytes, bytes]) -> Rejected | int:
    """Return until when a mark moves time on (0: a heartbeat), or why it is no mark."""
    if b"heartbeat" in fields:
        return 0
    if b"end" in fields:
        end = fields[b"end"]
        return int(end) if end.isdigit() else entry >> 20
    size = fields.get(b"oversize")
    if size is not None:
        head = fields.get(b"mention", b"")[:_RAW_BYTES]
        return oversized(head, int(size) if size.isdigit() else 0)
    names = "、".join(sorted(name.decode(errors="replace")[:40] for name in fields))
    detail = f"条目的字段为 {names or '空'}，应为 mention、heartbeat 或 end"
    return Rejected("no_mention_field", detail, "")


def _other(entry: int, what: Mention | Rejected | int, seq: bytes) -> Reading:
    """Return the reading of an entry that is no mention."""
    if isinstance(what, Rejected):
        return Reading(entry, entry >> 20, rejected=what, seq=seq)
    end_ms = what if isinstance(what, int) else 0
    return Reading(entry, entry >> 20, heartbeat=not end_ms, end_ms=end_ms)


def _has_root(opened: _Opened) -> bool:
    return isinstance(opened[1], Mention) and bool(opened[1].root_id)

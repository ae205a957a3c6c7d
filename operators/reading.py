"""Read one micro-batch of stream entries: decode, match, score. Stateless and shared by threads."""

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec
import numpy as np

from operators.decode import DecodeRules, oversized
from operators.match import Matcher
from operators.model import Attribution, Mention, Rejected, Sentiment
from operators.normalise import own_words
from operators.opening import Opened, open_entries
from operators.stories_post import EVERYBODY, PLAIN, Marks, marks_of
from operators.tiers import SourceTiers
from operators.vectors import (
    SEQUENCE_BITS,
    Hashes,
    Integers,
    entry_numbers,
    identities,
)
from operators.wire import Wire

if TYPE_CHECKING:
    from operators.rulebook import RulesTold

WORDLESS: Final = frozenset(
    {"转发微博", "转发微博。", "轉發微博", "转发", "转", "Repost", "//", "分享视频", "转发图片"}
)
"""What platforms put where a repost has no words of its own."""
_PASSED_ON: Final = re.compile(
    r"[帮求]?[转扩]散?[发存需扩]?|[马码](?:住|一下)?|mark|插眼|存|收藏了?|顶(?:上去|起来)?|蹲(?:后续)?"
    r"|围观|同[感上]|附议|确实",
    re.IGNORECASE,
)
"""What is put before quoted words by who passes them on, or agrees: no tone of its own."""
_TAGGED: Final = re.compile(r"@[\w·-]+\s*")
_REPLY: Final = re.compile(r"^回复\s*[@＠][^:：\s]{1,30}\s*[:：]\s*")
_SAID: Final = re.compile(r"\w|[\u2600-\u27bf\U0001f000-\U0001faff]")
_NOISE: Final = re.compile(r"[\W_]+")
_STORY_CHARACTERS: Final = 120
_RAW_BYTES: Final = 2048

Entry: TypeAlias = tuple[bytes, Sequence[bytes]]
"""A Redis stream entry as it comes off the wire: id, then field, value, field, value…"""

Score: TypeAlias = Callable[[Sequence[str]], Sequence[Sentiment]]


class Post(msgspec.Struct, frozen=True, gc=False):
    """A mention that is more than a number: about a subject, part of a thread, or deleted."""

    mention: Mention
    attributions: tuple[Attribution, ...] = ()
    sentiment: Sentiment | None = None
    story: int = 0
    root_key: int = 0
    """Identity of the post it hangs on; 0: of none."""
    marks: Marks = PLAIN
    """Who says it and what it weighs."""


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """What the entries of one batch of one partition turned out to be, in stream order.

    ``entries``: int64, number of every entry. The rest of the columns have one element a mention:
    ``places``: int64, which entry it is; ``keys``: uint64, identity; ``published``, ``collected``:
    int64, ms; ``engagement``, ``views``: int64.
    """

    partition: int
    entries: Integers
    places: Integers
    keys: Hashes
    published: Integers
    collected: Integers
    engagement: Integers
    views: Integers
    posts: dict[int, Post]
    """Number of a mention -> what must be looked at by itself, in order."""
    others: dict[int, Rejected | int]
    """Place of an entry that is no mention -> why not, or until when it moves time on."""
    seqs: list[bytes]
    """Its producer's number of each entry, empty where it has none."""
    platforms: Sequence[str] = ()
    """Platform of each mention."""
    rules_version: str = ""
    """What it was read by."""
    told: "RulesTold | None" = None
    """Rules that are new to the partition."""


def entry_number(entry_id: bytes) -> int:
    """Turn ``<ms>-<n>`` into one integer that orders as Redis orders ids (n below 2**20)."""
    ms, _, n = entry_id.partition(b"-")
    return (int(ms) << SEQUENCE_BITS) | int(n or 0)


def entry_name(entry: int) -> str:
    """Turn ``entry_number`` back into the Redis id."""
    return f"{entry >> 20}-{entry & 0xFFFFF}"


def words_of(mention: Mention | Wire) -> str:
    """Return what the author wrote: title and text."""
    if not mention.title:
        return mention.text
    return f"{mention.title}\n{mention.text}" if mention.text else mention.title


def wordless(words: str) -> bool:
    """Tell whether a repost says nothing by itself but whom it is meant for."""
    return not (left := _TAGGED.sub("", words).strip()) or left in WORDLESS


def spoken(words: str) -> str:
    """Return the words whose tone counts: the author's own, or, without any, those passed on."""
    if "//" not in words and "回复" not in words and "／" not in words:
        return words
    own = _REPLY.sub("", own_words(words))
    if own == words or wordless(own) or _PASSED_ON.fullmatch(_NOISE.sub("", own)):
        return words
    return own if _SAID.search(own) else words


def story_of(words: str) -> int:
    """Hash the letters and digits of a text, so that copies of one story are equal."""
    start = words[: 2 * _STORY_CHARACTERS]
    letters = start if start.isalnum() else _NOISE.sub("", start)
    return zlib.crc32(letters[:_STORY_CHARACTERS].encode())


class Reader:
    """Turns raw entries into columns with one scan and one scoring call for the whole batch."""

    def __init__(
        self,
        matcher: Matcher,
        score: Score,
        rules: DecodeRules,
        *,
        keep_all: bool = False,
        tiers: SourceTiers = EVERYBODY,
    ) -> None:
        self._matcher = matcher
        self._score = score
        self._rules = rules
        self._keep_all = keep_all
        self._tiers = tiers

    def read(self, partition: int, entries: Sequence[Entry]) -> ReadBatch:
        """Decode, match and score a batch; never raises on what an entry holds."""
        numbers = entry_numbers([entry_id for entry_id, _fields in entries])
        raws, raw_places, others, seqs = _sorted_out(entries)
        found = open_entries(raws, numbers[raw_places] >> SEQUENCE_BITS, self._rules)
        for number, rejected in found.rejected.items():
            others[raw_places[number]] = rejected
        places = (
            raw_places if len(found.places) == len(raws) else [raw_places[n] for n in found.places]
        )
        keys = identities(
            [
                f"{platform}\0{name}"
                for platform, name in zip(found.platforms, found.ids, strict=True)
            ]
        )
        counts = [wire.counts for wire in found.wires]
        return ReadBatch(
            partition,
            numbers,
            np.array(places, np.int64),
            keys,
            found.published,
            found.collected,
            np.array([one.likes + one.comments + one.reposts for one in counts], np.int64),
            np.array([one.views for one in counts], np.int64),
            self._posts(found),
            others,
            seqs,
            found.platforms,
        )

    def _posts(self, found: Opened) -> dict[int, Post]:
        """Match all, and score what is about a subject or may inherit one."""
        wires = found.wires
        texts = [words_of(wire) for wire in wires]
        threads = [number for number, wire in enumerate(wires) if wire.root_id]
        for number in threads:
            if texts[number].strip() in WORDLESS:
                texts[number] = ""
        matched = self._matcher.match(texts) if texts else {}
        for number in threads:
            # Whoever only tags friends passes the post on, too.
            if texts[number].startswith("@") and number not in matched:
                texts[number] = "" if wordless(texts[number]) else texts[number]
        wanted = sorted({*matched, *threads, *(n for n, wire in enumerate(wires) if wire.deleted)})
        if self._keep_all:
            wanted = list(range(len(wires)))
        mentions = found.mentions(wanted)
        masked = {
            number: words
            for number, mention in mentions.items()
            if texts[number] and (words := words_of(mention)) != texts[number]
        }
        if masked:
            # What is masked is not there for anybody to match.
            again = self._matcher.match([*masked.values()])
            for place, (number, words) in enumerate(masked.items()):
                texts[number] = words
                matched.pop(number, None)
                if place in again:
                    matched[number] = again[place]
        # A reply without a name speaks of its root's subject, in its own tone.
        inherits = set(threads)
        scored = [n for n in wanted if texts[n] and (n in matched or n in inherits)]
        scores = self._score([spoken(texts[number]) for number in scored]) if scored else []
        tones = dict(zip(scored, scores, strict=True))
        said = [texts[number] for number in mentions]
        marks = dict(zip(mentions, marks_of([*mentions.values()], said, self._tiers), strict=True))
        root_keys = dict(
            zip(
                threads,
                identities([f"{found.platforms[n]}\0{wires[n].root_id}" for n in threads]).tolist()
                if threads
                else (),
                strict=True,
            )
        )
        return {
            number: Post(
                mention,
                attributions := matched.get(number, ()),
                tones.get(number),
                story_of(texts[number]) if attributions else 0,
                root_keys.get(number, 0),
                marks[number],
            )
            for number, mention in mentions.items()
        }

    def __reduce__(self) -> str | tuple[object, ...]:
        """Refuse to travel: every worker builds its own."""
        msg = "a Reader holds compiled automata and is built in each worker"
        raise TypeError(msg)


def _sorted_out(
    entries: Sequence[Entry],
) -> tuple[list[bytes], list[int], dict[int, Rejected | int], list[bytes]]:
    """Part the entries: the mentions' bytes, where those are, all others, producers' numbers."""
    raws: list[bytes] = []
    places: list[int] = []
    others: dict[int, Rejected | int] = {}
    seqs: list[bytes] = []
    for place, (entry_id, fields) in enumerate(entries):
        if fields and fields[0] == b"mention":
            if len(fields) == 4 and fields[2] == b"seq":
                raws.append(fields[1])
                places.append(place)
                seqs.append(fields[3])
                continue
            if len(fields) == 2:
                raws.append(fields[1])
                places.append(place)
                seqs.append(b"")
                continue
        named = dict(zip(fields[::2], fields[1::2], strict=False))
        if b"mention" in named and b"oversize" not in named:
            raws.append(named[b"mention"])
            places.append(place)
            seqs.append(named.get(b"seq", b""))
            continue
        mark = _mark(entry_id, named)
        others[place] = mark
        seqs.append(b"" if isinstance(mark, int) else named.get(b"seq", b""))
    return raws, places, others, seqs


def _mark(entry_id: bytes, fields: dict[bytes, bytes]) -> Rejected | int:
    """Return until when a mark moves time on (0: a heartbeat), or why it is no mark."""
    if b"heartbeat" in fields:
        return 0
    if b"end" in fields:
        end = fields[b"end"]
        return int(end) if end.isdigit() else entry_number(entry_id) >> SEQUENCE_BITS
    size = fields.get(b"oversize")
    if size is not None:
        head = fields.get(b"mention", b"")[:_RAW_BYTES]
        return oversized(head, int(size) if size.isdigit() else 0)
    names = "、".join(sorted(name.decode(errors="replace")[:40] for name in fields))
    detail = f"条目的字段为 {names or '空'}，应为 mention、heartbeat 或 end"
    return Rejected("no_mention_field", detail, "")

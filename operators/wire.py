"""The shape in which a mention travels: JSON as documented in ``mention.schema.json``."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from operators.counts import MAX_COUNT

MAX_BYTES: Final = 256 * 1024
"""A larger entry is refused unread."""
MAX_TEXT: Final = 20_000
MAX_TITLE: Final = 500
MAX_NAME: Final = 200
MAX_ID: Final = 200
MAX_URL: Final = 2_048
MAX_WORD: Final = 64
MAX_RANK: Final = 2**31
CUT: Final = "…［原文过长，已截断］"
"""Ends a text that was cut to ``MAX_TEXT`` characters."""

NOT_JSON: Final = "not_json"
NOT_AN_OBJECT: Final = "not_an_object"
TOO_LARGE: Final = "too_large"
BAD_TYPE: Final = "bad_type"
MISSING_PLATFORM: Final = "missing_platform"
MISSING_TIME: Final = "missing_time"
BAD_TIME: Final = "bad_time"
PUBLISHED_IN_FUTURE: Final = "published_in_future"
EMPTY: Final = "empty"
BAD_ID: Final = "bad_id"
REASONS: Final = (
    NOT_JSON,
    NOT_AN_OBJECT,
    TOO_LARGE,
    BAD_TYPE,
    MISSING_PLATFORM,
    MISSING_TIME,
    BAD_TIME,
    PUBLISHED_IN_FUTURE,
    EMPTY,
    BAD_ID,
)
"""Why an entry can be refused; the ids are stored and stay as they are."""

Time = str | int | float | None
Kind = Literal["post", "repost", "comment", "article", "video", "hotlist"]
Id = Annotated[str, Meta(max_length=MAX_ID)]
Name = Annotated[str, Meta(max_length=MAX_NAME)]
Word = Annotated[str, Meta(max_length=MAX_WORD)]
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]


class WireAuthor(Struct, frozen=True, gc=False):
    """Who wrote it."""

    id: Id = ""
    name: Name = ""
    followers: Count = 0
    verified: bool = False


class WireCounts(Struct, frozen=True, gc=False):
    """How it was received when it was collected."""

    likes: Count = 0
    comments: Count = 0
    reposts: Count = 0
    views: Count = 0


class Wire(Struct, frozen=True, gc=False):
    """A mention entry as well-behaved producers write it; every limit is part of the type."""

    # In the order of the documentation: the parser guesses each next field from it.
    id: Id = ""
    platform: str = ""
    kind: Kind = "post"
    author: WireAuthor = WireAuthor()
    title: Annotated[str, Meta(max_length=MAX_TITLE)] = ""
    text: Annotated[str, Meta(max_length=MAX_TEXT)] = ""
    url: Annotated[str, Meta(max_length=MAX_URL)] = ""
    published_at: Time = None
    collected_at: Time = None
    counts: WireCounts = WireCounts()
    location: Word = ""
    lang: Word = ""
    root_id: Id = ""
    parent_id: Id = ""
    deleted: bool = False
    rank: Annotated[int, Meta(ge=0, le=MAX_RANK)] = 0
    heat: Count = 0
    exercise: bool = False


class RefusalError(Exception):
    """An entry cannot be used: ``reason`` is one of ``REASONS``, ``detail`` is for people."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}")


def decoder() -> msgspec.json.Decoder[Wire]:
    """Return a decoder that takes well-behaved entries and nothing else."""
    return msgspec.json.Decoder(Wire)

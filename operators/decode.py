"""Bytes from a mention stream to a `Mention`, or to what is wrong with them.

Well-behaved entries take one typed parse; everything else goes through `operators.lenient` first.
Personal data is masked here, so that what leaves this module may be stored and sent.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, NamedTuple

import msgspec

from operators.instants import SHANGHAI, instant_ms
from operators.lenient import clean, quoted, relax
from operators.model import HOUR, MINUTE, SECOND, Mention, Rejected
from operators.personal import mask
from operators.platforms import LABELS
from operators.wire import (
    BAD_TIME,
    BAD_TYPE,
    EMPTY,
    MAX_BYTES,
    MISSING_PLATFORM,
    MISSING_TIME,
    PUBLISHED_IN_FUTURE,
    TOO_LARGE,
    RefusalError,
    Time,
    Wire,
    decoder,
)

MAX_RAW: Final = 2_048
"""Bytes of a refused entry that are kept."""

_RAW_WINDOW: Final = 8 * MAX_RAW  # an escaped character (\uXXXX) takes six bytes
_HARMLESS_NAME: Final = 5  # shorter than any number or address that is masked
_BACKSLASH: Final = 0x5C
_PLATFORM: Final = re.compile(r"[a-z0-9_.-]{1,32}")
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_BY_LABEL: Final = {label: platform for platform, label in LABELS.items()}
_PLATFORM_LIMIT: Final = 1_024
KNOWN_PLATFORMS: Final[dict[str, str]] = {}
"""Platforms as written, to their ids."""

ESCAPED_NUL: Final = b"\\u0000"
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
strictly: Final = decoder().decode
"""Parse a well-behaved entry; raises one of `UNREADABLE`."""


@dataclass(frozen=True, slots=True)
class DecodeRules:
    """What may be believed of a time, in milliseconds; ``zone`` is that of times without one."""

    future_tolerance_ms: int = 5 * MINUTE
    oldest_ms: int = 631_152_000_000  # 1990-01-01T00:00:00Z: before the public web
    zone: tzinfo = SHANGHAI


class Settled(NamedTuple):
    """What is made of more than one field of an entry."""

    id: str
    platform: str
    published_ms: int
    collected_ms: int


def decode(raw: bytes, arrived_ms: int, rules: DecodeRules) -> Mention | Rejected:
    """Read one entry that arrived at ``arrived_ms``; never raises for what it holds."""
    try:
        wire = parse(raw)
        return mention_of(wire, settle(wire, arrived_ms, rules), arrived_ms)
    except RefusalError as refusal:
        return refused(refusal, raw)


def parse(raw: bytes) -> Wire:
    """Parse an entry, leniently where it must be; raises `RefusalError`."""
    if len(raw) > MAX_BYTES:
        raise RefusalError(TOO_LARGE, _too_large(len(raw)))
    try:
        wire = strictly(raw)
        return relax(raw) if _BACKSLASH in raw and ESCAPED_NUL in raw else wire
    except UNREADABLE:
        return relax(raw)


def refused(refusal: RefusalError, raw: bytes) -> Rejected:
    """Tell what was refused, and why."""
    return Rejected(refusal.reason, refusal.detail, printable(raw))


def oversized(head: bytes, size: int) -> Rejected:
    """Refuse an entry of ``size`` bytes of which ``head`` is the beginning."""
    return Rejected(TOO_LARGE, _too_large(size), printable(head))


def _too_large(size: int) -> str:
    return f"{size} 字节，超过上限 {MAX_BYTES} 字节"


def derive_id(platform: str, url: str, author: str, published_ms: int, text: str) -> str:
    """Return the id of a mention that came without one: the same for the same post.

    Hashes platform and url; without a url platform, author, time and text.
    """
    parts = (platform, url) if url else (platform, author, str(published_ms), text)
    return f"h{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:31]}"


def printable(raw: bytes) -> str:
    """Return the beginning of an entry as text: masked, valid, at most ``MAX_RAW`` bytes."""
    text = raw[:_RAW_WINDOW].decode("utf-8", "replace")
    # Escaped neighbours would hide a number (\u4e0013812345678) or be one themselves.
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return mask(clean(paired)).encode()[:MAX_RAW].decode("utf-8", "ignore")


def settle(wire: Wire, arrived_ms: int, rules: DecodeRules) -> Settled:
    """Check what concerns more than one field; raises `RefusalError`."""
    platform = KNOWN_PLATFORMS.get(wire.platform) or _platform(wire.platform)
    oldest_ms, latest_ms = rules.oldest_ms, arrived_ms + rules.future_tolerance_ms
    published_ms = instant_ms(wire.published_at, rules.zone)
    if published_ms is None or not oldest_ms <= published_ms <= latest_ms:
        raise _not_believed(wire.published_at, published_ms, arrived_ms, latest_ms)
    collected_at = wire.collected_at
    collected_ms = 0 if collected_at is None else instant_ms(collected_at, rules.zone)
    if collected_ms is None or not oldest_ms <= collected_ms <= latest_ms:
        collected_ms = 0
    mention_id, text = wire.id, wire.text
    if not mention_id or not text or text.isspace():
        title, author = wire.title, wire.author
        if not (text.strip() or title.strip() or wire.root_id or (wire.deleted and mention_id)):
            raise RefusalError(EMPTY, "text、title、root_id 均为空，且不是带 id 的删除通知")
        if not mention_id:
            writer = author.id or author.name
            mention_id = derive_id(platform, wire.url, writer, published_ms, text or title)
    return Settled(mention_id, platform, published_ms, collected_ms)


def mention_of(wire: Wire, settled: Settled, arrived_ms: int) -> Mention:
    """Mask and flatten."""
    author, counts = wire.author, wire.counts
    title, url, name = wire.title, wire.url, author.name
    # In the order of the fields: two dozen keywords would cost as much as the parsing.
    return Mention(
        settled[0],
        settled[1],
        settled[2],
        arrived_ms,
        wire.kind,
        author.id,
        mask(name) if len(name) > _HARMLESS_NAME else name,
        author.followers,
        author.verified,
        mask(title) if title else title,
        mask(wire.text),
        mask(url) if "?" in url else url,
        settled[3],
        counts.likes,
        counts.comments,
        counts.reposts,
        counts.views,
        wire.location,
        wire.lang,
        wire.root_id,
        wire.parent_id,
        wire.deleted,
        wire.rank,
        wire.heat,
        wire.exercise,
    )


def _platform(name: str) -> str:
    """Return the platform id: lower case, or the id of a Chinese label such as 微博."""
    platform = name.strip().lower()
    if not platform:
        raise RefusalError(MISSING_PLATFORM, "缺少字段 platform")
    platform = _BY_LABEL.get(platform, platform)
    if not _PLATFORM.fullmatch(platform):
        detail = f"字段 platform 应由 1–32 个 a–z、0–9、_ . - 组成，得到 {quoted(name)}"
        raise RefusalError(BAD_TYPE, detail)
    if len(KNOWN_PLATFORMS) < _PLATFORM_LIMIT:
        KNOWN_PLATFORMS[name] = platform
    return platform


def _not_believed(
    value: Time, published_ms: int | None, arrived_ms: int, latest_ms: int
) -> RefusalError:
    """Say what is wrong with the time of publication."""
    if value is None or value == "":
        return RefusalError(MISSING_TIME, "缺少字段 published_at")
    if published_ms is None:
        detail = f"字段 published_at 不是可识别的时间：{quoted(value)}"
        return RefusalError(BAD_TIME, detail)
    if published_ms > latest_ms:
        return RefusalError(PUBLISHED_IN_FUTURE, _ahead(published_ms - arrived_ms))
    return RefusalError(BAD_TIME, f"字段 published_at 早得不可信：{quoted(value)}")


def _ahead(ahead_ms: int) -> str:
    """Say by how much a time lies in the future, and why when that shows."""
    minutes = round(ahead_ms / MINUTE)
    amount = f"{minutes // 60} 小时 {minutes % 60} 分钟" if minutes >= 60 else f"{minutes} 分钟"
    if minutes == 0:
        amount = f"{ahead_ms // SECOND} 秒"
    detail = f"发布时间比到达时间晚 {amount}"
    if 6 * HOUR <= ahead_ms <= 8 * HOUR + 30 * MINUTE:  # 8 h, less the time since it was posted
        detail += (
            "。多半是采集程序把北京时间当作 UTC 写入：请修正采集程序，"
            "或在 collect 的字段映射里写 published_at: {from: 原字段, shift_hours: -8}"
        )
    return detail

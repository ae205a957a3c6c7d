"""Entries that are not quite what they should be: read what can be read, refuse the rest.

Strings for numbers ("1.2万"), numbers for strings, null, a plain author, over-long text, NUL and
lone surrogates, bytes that are not UTF-8: all become a well-behaved `Wire`.
"""

import json
import re
from typing import Any, Final, TypeGuard, get_args

import msgspec

from operators.counts import MAX_COUNT, parse_count
from operators.personal import mask
from operators.wire import (
    BAD_ID,
    BAD_TYPE,
    CUT,
    MAX_ID,
    MAX_NAME,
    MAX_RANK,
    MAX_TEXT,
    MAX_TITLE,
    MAX_URL,
    MAX_WORD,
    NOT_AN_OBJECT,
    NOT_JSON,
    Kind,
    RefusalError,
    Time,
    Wire,
    WireAuthor,
    WireCounts,
)

_Record = dict[str, Any]

_FLAGS: Final = {
    **dict.fromkeys(("true", "1", "yes", "y", "是"), True),
    **dict.fromkeys(("false", "0", "no", "n", "否", ""), False),
}
_KIND: Final[dict[str, Kind]] = {kind: kind for kind in get_args(Kind)}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SHOWN: Final = 60


def relax(raw: bytes) -> Wire:
    """Read an entry leniently; raises `RefusalError` with what is wrong."""
    record = _record(raw)
    return Wire(
        platform=_text(record, "platform", MAX_NAME).strip(),
        published_at=_time(record, "published_at"),
        id=_id(record, "id"),
        kind=_kind(record),
        author=_author(record.get("author")),
        title=_text(record, "title", MAX_TITLE),
        text=_long(_text(record, "text")),
        url=_text(record, "url", MAX_URL),
        collected_at=_time(record, "collected_at"),
        counts=_counts(record.get("counts")),
        location=_text(record, "location", MAX_WORD),
        lang=_text(record, "lang", MAX_WORD),
        root_id=_id(record, "root_id"),
        parent_id=_id(record, "parent_id"),
        deleted=_flag(record, "deleted"),
        rank=min(_count(record, "rank"), MAX_RANK),
        heat=_count(record, "heat"),
        exercise=_flag(record, "exercise"),
    )


def clean(text: str) -> str:
    """Return ``text`` without NUL, with U+FFFD for lone surrogates."""
    return _SURROGATE.sub("\ufffd", text.replace("\0", ""))


def quoted(value: object) -> str:
    """Show a value in a message: short, personal data masked."""
    text = clean(mask(value if isinstance(value, str) else repr(value)))
    return f"“{text[:_SHOWN]}…”" if len(text) > _SHOWN else f"“{text}”"


def _record(raw: bytes) -> _Record:
    """Parse an entry, first as JSON, then with broken bytes and control characters let through."""
    try:
        try:
            record = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            text = raw.decode("utf-8", "replace").removeprefix("\ufeff").replace("\0", "")
            record = json.loads(text, strict=False)
    except ValueError as error:
        raise RefusalError(NOT_JSON, f"不是 JSON：{_place(error)}") from error
    except RecursionError as error:
        raise RefusalError(NOT_JSON, "不是可用的 JSON：嵌套过深") from error
    if not isinstance(record, dict):
        detail = f"应为一个 JSON 对象 {{…}}，得到 {quoted(record)}"
        raise RefusalError(NOT_AN_OBJECT, detail)
    return record


def _place(error: ValueError) -> str:
    """Say where the text stops being JSON."""
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.pos + 1} 个字符处无法解析（{error.msg}）"
    return "含有无法解析的数字"


def _wrong(value: object, field: str, wanted: str) -> RefusalError:
    """Make the refusal of a value of the wrong type."""
    return RefusalError(BAD_TYPE, f"字段 {field} 应为{wanted}，得到 {quoted(value)}")


def _text(record: _Record, field: str, limit: int = 0, path: str = "") -> str:
    """Return a field as text; numbers become their digits, null becomes empty."""
    value = record.get(field)
    if value is None:
        return ""
    if _is_number(value):
        return str(value)
    if not isinstance(value, str):
        raise _wrong(value, path + field, "字符串")
    text = clean(value)
    return text[:limit] if limit else text


def _long(text: str) -> str:
    """Cut a text that is too long and say so at its end."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - len(CUT)] + CUT


def _id(record: _Record, field: str, path: str = "") -> str:
    """Return an identifier; whole numbers become their digits."""
    value = record.get(field)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < MAX_COUNT:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        detail = f"字段 {path}{field} 应为字符串或整数，得到 {quoted(value)}"
        raise RefusalError(BAD_ID, detail)
    text = clean(value).strip()
    if len(text) > MAX_ID:
        detail = f"字段 {path}{field} 长 {len(text)} 个字符，最多 {MAX_ID} 个"
        raise RefusalError(BAD_ID, detail)
    return text


def _time(record: _Record, field: str) -> Time:
    """Return a time as it was written; reading it is up to the caller."""
    value = record.get(field)
    if isinstance(value, str):
        return clean(value)
    if value is None or _is_number(value):
        return value
    raise _wrong(value, field, "时间字符串或数字")


def _kind(record: _Record) -> Kind:
    """Return the kind of mention in lower case."""
    word = _text(record, "kind").strip().lower() or "post"
    kind = _KIND.get(word)
    if kind is None:
        raise _wrong(record["kind"], "kind", f" {'、'.join(_KIND)} 之一")
    return kind


def _author(value: object) -> WireAuthor:
    """Return the author; a plain name or number stands for both id and name."""
    if value is None:
        return WireAuthor()
    if isinstance(value, str) or _is_number(value):
        name = clean(str(value)).strip()
        return WireAuthor(id=name[:MAX_ID], name=name[:MAX_NAME])
    if not isinstance(value, dict):
        raise _wrong(value, "author", "对象或字符串")
    return WireAuthor(
        id=_id(value, "id", "author."),
        name=_text(value, "name", MAX_NAME, "author."),
        followers=_count(value, "followers", "author."),
        verified=_flag(value, "verified", "author."),
    )


def _counts(value: object) -> WireCounts:
    """Return the counts, however they are written."""
    if value is None:
        return WireCounts()
    if not isinstance(value, dict):
        raise _wrong(value, "counts", "对象")
    return WireCounts(
        likes=_count(value, "likes", "counts."),
        comments=_count(value, "comments", "counts."),
        reposts=_count(value, "reposts", "counts."),
        views=_count(value, "views", "counts."),
    )


def _count(record: _Record, field: str, path: str = "") -> int:
    """Return a count, however it is written."""
    value = record.get(field)
    count = parse_count(value)
    if count is None:
        raise _wrong(value, path + field, "数量")
    return count


def _flag(record: _Record, field: str, path: str = "") -> bool:
    """Return a truth value, also from 0, 1 and words; null is false."""
    value = record.get(field)
    if value is None:
        return False
    flag = _FLAGS.get(str(value).strip().lower()) if isinstance(value, str | int) else None
    if flag is None:
        raise _wrong(value, path + field, " true 或 false")
    return flag


def _is_number(value: object) -> TypeGuard[int | float]:
    """Tell numbers from truth values."""
    return isinstance(value, int | float) and not isinstance(value, bool)

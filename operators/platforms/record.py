"""What the adapters share: choosing fields of a crawler's record and cleaning their text.

Adapters choose and rename. Counts such as "1.2万" and times in any form stay as they are, since
`operators.decode` reads them. A record is what `json.loads` made of a line; nothing in it is
certain to be there or to have the expected type.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Record = Mapping[str, Any]
WireRecord = dict[str, Any]

_LINE_END: Final = re.compile(r"<(?:br|/p|/div|/li|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
_IMAGE: Final = re.compile(r"<img\b[^<>]{0,2000}?\balt=[\"']([^\"'<>]{0,200})[^<>]{0,2000}>", re.I)
_TAG: Final = re.compile(r"<[a-zA-Z/!][^<>]{0,4000}>")
_SPACES: Final = re.compile(r"[ \t\xa0]+")
_PLACE: Final = re.compile(r"^(?:发布于|来自|IP\s*属地)[\s：:]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Platform:
    """A place where people talk: its id, its Chinese name, and how its records are read."""

    id: str
    label: str
    adapt: Callable[[Record], WireRecord]


def pick(record: Record, *paths: str) -> Any:
    """Return the first value that is neither absent, null nor empty; paths are dotted.

    >>> pick({"user": {"name": "小王"}}, "nickname", "user.name")
    '小王'
    """
    for path in paths:
        value: Any = record
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None and value != "":
            return value
    return None


def plain(value: Any) -> Any:
    r"""Return HTML as text: tags dropped, emoji kept by their name, line breaks kept.

    >>> plain('气死<img alt="[怒]" src="x.png"><br/>&lt;退钱&gt;')
    '气死[怒]\n<退钱>'
    """
    if not isinstance(value, str) or ("<" not in value and "&" not in value):
        return value
    text = _LINE_END.sub("\n", value)
    text = _TAG.sub("", _IMAGE.sub(r"\1", text))
    return _SPACES.sub(" ", html.unescape(text)).strip()


def place(value: Any) -> Any:
    """Return a place without the words platforms put before it.

    >>> place("发布于 上海")
    '上海'
    """
    return _PLACE.sub("", value).strip() if isinstance(value, str) else value


def built(
    author: WireRecord | None = None, counts: WireRecord | None = None, **fields: Any
) -> WireRecord:
    """Return the fields that are known."""
    kept = _known(fields)
    for name, inner in (("author", author), ("counts", counts)):
        if inner and (known := _known(inner)):
            kept[name] = known
    return kept


def _known(fields: WireRecord) -> WireRecord:
    """Leave out what is not known."""
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def comment(record: Record, platform: str, *roots: str) -> WireRecord | None:
    """Read a comment as crawlers export it beside the posts; None when it is no comment.

    ``roots`` are the fields that name the post. Fields: comment_id, parent_comment_id, content,
    create_time, user_id, nickname, like_count or comment_like_count, sub_comment_count,
    ip_location, last_modify_ts.
    """
    comment_id = pick(record, "comment_id")
    if comment_id is None:
        return None
    root = pick(record, *roots)
    parent = pick(record, "parent_comment_id")
    return built(
        id=comment_id,
        platform=platform,
        kind="comment",
        author={"id": pick(record, "user_id"), "name": pick(record, "nickname")},
        text=plain(pick(record, "content")),
        published_at=pick(record, "create_date_time", "create_time"),
        collected_at=pick(record, "last_modify_ts"),
        counts={
            "likes": pick(record, "comment_like_count", "like_count"),
            "comments": pick(record, "sub_comment_count"),
        },
        location=place(pick(record, "ip_location")),
        root_id=root,
        parent_id=root if parent in (None, 0, "0") else parent,
    )

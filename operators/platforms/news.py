"""News: items of RSS and Atom feeds turned into JSON, and articles of HTTP exports.

Fields: guid or id, title, content, content:encoded, description or summary (HTML), link or url,
pubDate, published, isoDate, dc:date, updated or publish_time, source (text or {name, title}),
creator, dc:creator or author, region.
"""

from typing import Any

from operators.platforms.record import Platform, Record, WireRecord, built, pick, plain


def adapt(record: Record) -> WireRecord:
    """Return an article in the mention format; the medium is its author."""
    medium = _name(pick(record, "source", "medium", "site_name", "feed"))
    return built(
        id=_identifier(pick(record, "guid", "id")),
        platform="news",
        kind="article",
        author={
            "id": medium,
            "name": medium or _name(pick(record, "creator", "dc:creator", "author")),
        },
        title=plain(pick(record, "title")),
        text=plain(
            pick(record, "content:encoded", "content", "text", "description", "summary", "abstract")
        ),
        url=_link(pick(record, "link", "url")),
        published_at=pick(
            record,
            "pubDate",
            "published",
            "isoDate",
            "dc:date",
            "published_at",
            "publish_time",
            "updated",
        ),
        collected_at=pick(record, "crawl_time", "collected_at"),
        counts={
            "comments": pick(record, "comment_count", "slash:comments"),
            "views": pick(record, "read_count", "view_count"),
        },
        location=pick(record, "region"),
        lang=pick(record, "language", "lang"),
    )


def _name(value: Any) -> Any:
    """Return a name that may be wrapped in an object."""
    return pick(value, "name", "title", "#text") if isinstance(value, dict) else value


def _identifier(value: Any) -> Any:
    """Return a guid that may be wrapped; addresses are left to the hash of the url."""
    found = pick(value, "#text", "value", "_") if isinstance(value, dict) else value
    return None if isinstance(found, str) and (len(found) > 100 or "://" in found) else found


def _link(value: Any) -> Any:
    """Return a link that may be an Atom object or a list of them."""
    first = value[0] if isinstance(value, list) and value else value
    return pick(first, "href", "@href") if isinstance(first, dict) else first


NEWS = Platform("news", "新闻", adapt)

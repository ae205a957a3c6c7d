"""Weibo: the site's own JSON (``mblog``) and flat crawler exports of it.

Site: id, mid, mblogid, created_at ("Sat Nov 21 20:15:03 +0800 2026"), text (HTML) or text_raw,
user {id, screen_name, followers_count, verified}, attitudes_count, comments_count, reposts_count,
region_name, retweeted_status {id, …}, pid.
Export: note_id, content, create_date_time, create_time (seconds), user_id, nickname, liked_count,
comments_count, shared_count, note_url, ip_location, last_modify_ts (milliseconds).

A crawler in wide use took ``create_time`` for UTC, which put it 8 hours into the future, while
its ``create_date_time`` stayed right. So the date goes before the number.
"""

from operators.platforms.record import (
    Platform,
    Record,
    WireRecord,
    built,
    comment,
    pick,
    place,
    plain,
)

# What the site shows for a repost to which nothing was added.
_WORDLESS = ("转发微博", "轉發微博", "Repost", "转发", "//")


def adapt(record: Record) -> WireRecord:
    """Return a post, repost or comment in the mention format."""
    found = comment(record, "weibo", "note_id")
    if found is not None:
        return found
    root = pick(record, "retweeted_status.id", "retweeted_status.mid", "root_id")
    text = plain(pick(record, "text_raw", "content", "text"))
    author = pick(record, "user.idstr", "user.id", "user_id")
    code = pick(record, "mblogid", "bid")
    return built(
        id=pick(record, "mid", "idstr", "id", "note_id"),
        platform="weibo",
        kind="repost" if root is not None else "post",
        author={
            "id": author,
            "name": pick(record, "user.screen_name", "nickname"),
            "followers": pick(record, "user.followers_count", "followers_count"),
            "verified": pick(record, "user.verified", "verified"),
        },
        text=None if root is not None and text in _WORDLESS else text,
        url=pick(record, "note_url", "url")
        or (f"https://weibo.com/{author}/{code}" if author and code else None),
        published_at=pick(record, "created_at", "create_date_time", "create_time"),
        collected_at=pick(record, "last_modify_ts"),
        counts={
            "likes": pick(record, "attitudes_count", "liked_count"),
            "comments": pick(record, "comments_count"),
            "reposts": pick(record, "reposts_count", "shared_count"),
            "views": pick(record, "reads_count"),
        },
        location=place(pick(record, "region_name", "ip_location")),
        root_id=root,
        parent_id=pick(record, "pid", "pidstr") or root,
    )


WEIBO = Platform("weibo", "微博", adapt)

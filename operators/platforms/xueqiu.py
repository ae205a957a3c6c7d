"""Xueqiu, where shareholders talk: the site's own JSON.

Fields: id, user_id, user {id, screen_name, followers_count, verified}, title, text or description
(HTML), created_at (milliseconds), target (path of the post), like_count, reply_count,
retweet_count, view_count, retweeted_status {id}, root_in_reply_to_status_id, in_reply_to_status_id,
ip_location, timeBefore.
"""

from operators.platforms.record import Platform, Record, WireRecord, built, pick, place, plain


def adapt(record: Record) -> WireRecord:
    """Return a post, repost or comment in the mention format."""
    root = pick(record, "retweeted_status.id", "root_in_reply_to_status_id")
    reposted = pick(record, "retweeted_status.id") is not None
    target = pick(record, "target", "url")
    inside = isinstance(target, str) and target.startswith("/")
    return built(
        id=pick(record, "id", "status_id"),
        platform="xueqiu",
        kind="repost" if reposted else "comment" if root else "post",
        author={
            "id": pick(record, "user.id", "user_id"),
            "name": pick(record, "user.screen_name", "screen_name"),
            "followers": pick(record, "user.followers_count"),
            "verified": pick(record, "user.verified"),
        },
        title=plain(pick(record, "title")),
        text=plain(pick(record, "text", "description")),
        url=f"https://xueqiu.com{target}" if inside else target,
        published_at=pick(record, "created_at"),
        collected_at=pick(record, "crawl_time"),
        counts={
            "likes": pick(record, "like_count"),
            "comments": pick(record, "reply_count"),
            "reposts": pick(record, "retweet_count"),
            "views": pick(record, "view_count"),
        },
        location=place(pick(record, "ip_location")),
        root_id=root or None,
        parent_id=pick(record, "in_reply_to_status_id") or root or None,
    )


XUEQIU = Platform("xueqiu", "雪球", adapt)

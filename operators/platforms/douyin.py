"""Douyin: the site's video record (``aweme``) and flat crawler exports of it.

Site: aweme_id, desc, create_time (seconds), author {uid, nickname, follower_count,
enterprise_verify_reason, custom_verify}, statistics {digg_count, comment_count, share_count,
play_count}, share_url, ip_attribution.
Export: aweme_id, title, desc, create_time, user_id, nickname, liked_count, comment_count,
share_count, aweme_url, ip_location, last_modify_ts (milliseconds).
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


def adapt(record: Record) -> WireRecord:
    """Return a video or comment in the mention format."""
    found = comment(record, "douyin", "aweme_id")
    if found is not None:
        return found
    title, text = pick(record, "title"), plain(pick(record, "desc"))
    aweme_id = pick(record, "aweme_id")
    verified = pick(record, "author.enterprise_verify_reason", "author.custom_verify")
    return built(
        id=aweme_id,
        platform="douyin",
        kind="video",
        author={
            "id": pick(record, "author.uid", "user_id"),
            "name": pick(record, "author.nickname", "nickname"),
            "followers": pick(record, "author.follower_count", "follower_count"),
            "verified": True if verified else None,
        },
        # Exports repeat the description as the title.
        title=None if title == text else title,
        text=text,
        url=pick(record, "share_url", "aweme_url")
        or (f"https://www.douyin.com/video/{aweme_id}" if aweme_id else None),
        published_at=pick(record, "create_time"),
        collected_at=pick(record, "last_modify_ts"),
        counts={
            "likes": pick(record, "statistics.digg_count", "liked_count"),
            "comments": pick(record, "statistics.comment_count", "comment_count"),
            "reposts": pick(record, "statistics.share_count", "share_count"),
            "views": pick(record, "statistics.play_count"),
        },
        location=place(pick(record, "ip_attribution", "ip_location")),
    )


DOUYIN = Platform("douyin", "抖音", adapt)

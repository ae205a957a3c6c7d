"""WeChat official accounts: articles as crawlers and account back ends export them.

Fields: biz, mid and idx (which together name an article), nickname or account_name, title, digest,
content (HTML), author, content_url, url or link, publish_time, create_time or datetime (seconds or
local time), read_num, like_num or old_like_num, comment_count, share_num, province_name.
"""

from operators.platforms.record import Platform, Record, WireRecord, built, pick, place, plain


def adapt(record: Record) -> WireRecord:
    """Return an article in the mention format."""
    account = pick(record, "biz", "__biz")
    message = pick(record, "mid", "appmsgid")
    named = account is not None and message is not None
    return built(
        id=f"{account}_{message}_{pick(record, 'idx', 'itemidx') or 1}"
        if named
        else pick(record, "id"),
        platform="wechat",
        kind="article",
        author={
            "id": account,
            "name": pick(record, "nickname", "account_name", "mp_name", "author"),
            "followers": pick(record, "fans_count"),
            "verified": pick(record, "verified"),
        },
        title=plain(pick(record, "title")),
        text=plain(pick(record, "content", "text", "digest")),
        url=pick(record, "content_url", "url", "link"),
        published_at=pick(record, "publish_time", "create_time", "datetime", "update_time"),
        collected_at=pick(record, "crawl_time", "collected_at"),
        counts={
            "likes": pick(record, "like_num", "old_like_num"),
            "comments": pick(record, "comment_count"),
            "reposts": pick(record, "share_num"),
            "views": pick(record, "read_num"),
        },
        location=place(pick(record, "province_name")),
    )


WECHAT = Platform("wechat", "微信公众号", adapt)

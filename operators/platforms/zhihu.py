"""Zhihu: answers, articles, short posts and questions from the site's JSON, and flat exports.

Site: id, type (answer, article, pin, question), title, question {id, title}, content (HTML),
excerpt, created_time or created (seconds), voteup_count, comment_count, url, author {id, name,
follower_count, is_org}, ip_info.
Export: content_id, content_type, title, content_text, created_time, question_id, content_url,
user_id, user_nickname, voteup_count, comment_count, last_modify_ts (milliseconds).
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

_KINDS = {"article": "article", "zvideo": "video"}


def adapt(record: Record) -> WireRecord:
    """Return an answer, article, post, question or comment in the mention format."""
    found = comment(record, "zhihu", "content_id")
    if found is not None:
        return found
    kind = pick(record, "type", "content_type")
    content_id = pick(record, "id", "content_id")
    question = pick(record, "question.id", "question_id")
    answered = kind == "answer" and question is not None and content_id is not None
    page = f"https://www.zhihu.com/question/{question}/answer/{content_id}" if answered else None
    return built(
        # Answers, articles and questions are numbered apart.
        id=f"{kind}_{content_id}" if kind and content_id else content_id,
        platform="zhihu",
        kind=_KINDS.get(kind, "post") if isinstance(kind, str) else "post",
        author={
            "id": pick(record, "author.id", "user_id"),
            "name": pick(record, "author.name", "user_nickname"),
            "followers": pick(record, "author.follower_count"),
            "verified": pick(record, "author.is_org"),
        },
        title=plain(pick(record, "title", "question.title")),
        text=plain(pick(record, "content", "content_text", "excerpt", "desc")),
        url=pick(record, "content_url") or page or pick(record, "url"),
        published_at=pick(record, "created_time", "created"),
        collected_at=pick(record, "last_modify_ts"),
        counts={
            "likes": pick(record, "voteup_count"),
            "comments": pick(record, "comment_count"),
            "reposts": pick(record, "share_count"),
            "views": pick(record, "visit_count"),
        },
        location=place(pick(record, "ip_info")),
    )


ZHIHU = Platform("zhihu", "知乎", adapt)

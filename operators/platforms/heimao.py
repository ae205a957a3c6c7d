"""Consumer-complaint sites: complaints as their public listing pages give them.

Fields: sn (number of the complaint), title, summary or content, appeal (what is asked for), issue
(what is complained about), cotitle or company (whom it is about), timestamp or created_at
(seconds), author {id, name} or user_name, url, upvote_amount, comment_amount, share_amount.

The company is a field of its own there and often missing from the words, so it goes into the text.
"""

from operators.platforms.record import Platform, Record, WireRecord, built, pick, plain


def adapt(record: Record) -> WireRecord:
    """Return a complaint in the mention format."""
    main = record.get("main")
    complaint = main if isinstance(main, dict) else record
    url = pick(complaint, "url", "link")
    return built(
        id=pick(complaint, "sn", "id", "complaint_id"),
        platform="heimao",
        kind="post",
        author={
            "id": pick(record, "author.id", "author.wb_id", "uid", "user_id"),
            "name": pick(record, "author.name", "author.title", "user_name"),
        },
        title=plain(pick(complaint, "title")),
        text=_text(complaint),
        url=f"https:{url}" if isinstance(url, str) and url.startswith("//") else url,
        published_at=pick(complaint, "timestamp", "created_at", "publish_time"),
        collected_at=pick(record, "crawl_time", "collected_at"),
        counts={
            "likes": pick(complaint, "upvote_amount", "like_count"),
            "comments": pick(complaint, "comment_amount", "comment_count"),
            "reposts": pick(complaint, "share_amount", "share_count"),
        },
        location=pick(complaint, "province", "location"),
    )


def _text(complaint: Record) -> str | None:
    """Put whom it is about, what happened and what is asked for into one text."""
    parts = [
        ("投诉对象：", pick(complaint, "cotitle", "company")),
        ("投诉问题：", pick(complaint, "issue", "problem")),
        ("", plain(pick(complaint, "summary", "content"))),
        ("投诉诉求：", pick(complaint, "appeal", "demand")),
    ]
    return "\n".join(f"{label}{value}" for label, value in parts if isinstance(value, str)) or None


HEIMAO = Platform("heimao", "投诉平台", adapt)

"""Xiaohongshu: the site's note card and flat crawler exports of it.

Card: note_id, type, title, desc, time (milliseconds), user {user_id, nickname}, interact_info
{liked_count, comment_count, share_count} ("1.2万"), ip_location; it may lie under ``note_card``.
Export: the same names without nesting, and note_url, last_modify_ts (milliseconds).
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
    """Return a note or comment in the mention format."""
    found = comment(record, "xiaohongshu", "note_id")
    if found is not None:
        return found
    note_id = pick(record, "note_id", "note_card.note_id", "id")
    return built(
        id=note_id,
        platform="xiaohongshu",
        kind="video" if pick(record, "type", "note_card.type") == "video" else "post",
        author={
            "id": pick(record, "user_id", "user.user_id", "note_card.user.user_id"),
            "name": pick(record, "nickname", "user.nickname", "note_card.user.nickname"),
            "followers": pick(record, "fans", "user.fans"),
        },
        title=pick(record, "title", "note_card.title", "note_card.display_title"),
        text=plain(pick(record, "desc", "note_card.desc")),
        url=pick(record, "note_url")
        or (f"https://www.xiaohongshu.com/explore/{note_id}" if note_id else None),
        published_at=pick(record, "time", "note_card.time"),
        collected_at=pick(record, "last_modify_ts"),
        counts={
            "likes": _count(record, "liked_count"),
            "comments": _count(record, "comment_count"),
            "reposts": _count(record, "share_count"),
        },
        location=place(pick(record, "ip_location", "note_card.ip_location")),
    )


def _count(record: Record, name: str) -> object:
    """Return a count from wherever the record keeps it."""
    return pick(record, name, f"interact_info.{name}", f"note_card.interact_info.{name}")


XIAOHONGSHU = Platform("xiaohongshu", "小红书", adapt)

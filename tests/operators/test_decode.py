"""Decoding: what well-behaved entries become, and what is set right."""

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from operators.decode import DecodeRules, derive_id
from operators.model import HOUR, Mention
from operators.wire import CUT, MAX_TEXT, Wire
from tests.support.decoding import ARRIVED_MS, PLAIN, PUBLISHED_MS, accepted, read


def test_all_fields_arrive() -> None:
    """A complete entry must come out field by field."""
    entry = {
        "id": "42",
        "platform": "weibo",
        "kind": "comment",
        "author": {"id": "7", "name": "小王", "followers": 5, "verified": True},
        "title": "标题",
        "text": "正文",
        "url": "https://example.com/42",
        "published_at": "2026-11-21T20:15:03.250+08:00",
        "collected_at": "2026-11-21T12:20:00Z",
        "counts": {"likes": 1, "comments": 2, "reposts": 3, "views": 4},
        "location": "上海",
        "lang": "zh",
        "root_id": "40",
        "parent_id": "41",
        "deleted": True,
        "rank": 6,
        "heat": 7,
        "exercise": True,
    }
    assert accepted(entry) == Mention(
        id="42",
        platform="weibo",
        published_ms=PUBLISHED_MS + 250,
        arrived_ms=ARRIVED_MS,
        kind="comment",
        author_id="7",
        author_name="小王",
        followers=5,
        verified=True,
        title="标题",
        text="正文",
        url="https://example.com/42",
        collected_ms=PUBLISHED_MS + 297_000,
        likes=1,
        comments=2,
        reposts=3,
        views=4,
        location="上海",
        lang="zh",
        root_id="40",
        parent_id="41",
        deleted=True,
        rank=6,
        heat=7,
        exercise=True,
    )


@pytest.mark.parametrize("kept", ["text", "title", "root_id"])
def test_three_fields_are_enough(kept: str) -> None:
    """Platform, time and one of text, title and root_id make a mention."""
    mention = accepted({"platform": "news", "published_at": PUBLISHED_MS, kept: "x"})
    assert (mention.platform, mention.published_ms, mention.kind) == ("news", PUBLISHED_MS, "post")
    assert getattr(mention, kept) == "x"
    assert mention.id.startswith("h")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"counts": {"likes": "1.2万", "views": "10万+"}}, {"likes": 12_000, "views": 100_000}),
        ({"counts": {"likes": "1.5w", "views": "3.2亿"}}, {"likes": 15_000, "views": 320_000_000}),
        ({"counts": {"likes": "1,234", "comments": None}}, {"likes": 1234, "comments": 0}),
        ({"counts": {"likes": -1}}, {"likes": 0}),
        ({"counts": {"likes": 10**30}}, {"likes": 2**53}),
        ({"counts": None, "author": None, "title": None}, {"likes": 0, "title": ""}),
        ({"id": 42}, {"id": "42"}),
        ({"id": 42.0}, {"id": "42"}),
        ({"author": "小王"}, {"author_id": "小王", "author_name": "小王"}),
        ({"author": {"id": 7, "followers": "2.3万"}}, {"author_id": "7", "followers": 23_000}),
        ({"author": {"verified": 1}, "deleted": "否"}, {"verified": True, "deleted": False}),
        ({"platform": " Weibo "}, {"platform": "weibo"}),
        ({"platform": "微博"}, {"platform": "weibo"}),
        ({"kind": "Article"}, {"kind": "article"}),
        ({"kind": None}, {"kind": "post"}),
        ({"kind": "hotlist", "rank": "3", "heat": "120万"}, {"rank": 3, "heat": 1_200_000}),
        ({"text": 404}, {"text": "404"}),
        ({"text": "a\0b"}, {"text": "ab"}),
        ({"text": "坏\ud83d字"}, {"text": "坏\ufffd字"}),
        ({"text": "好\U0001f600"}, {"text": "好\U0001f600"}),
        ({"unknown": {"deep": [1, 2]}}, {"text": PLAIN["text"]}),
        ({"collected_at": "gestern"}, {"collected_ms": 0}),
        ({"collected_at": ARRIVED_MS + HOUR}, {"collected_ms": 0}),
    ],
)
def test_unruly_values_are_set_right(change: dict[str, Any], expected: dict[str, Any]) -> None:
    """Counts in words, numbers for text, null and the like are normal input."""
    mention = accepted({**PLAIN, **change})
    assert {name: getattr(mention, name) for name in expected} == expected


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-21T20:15:03+08:00",
        "2026-11-21T12:15:03Z",
        "2026-11-21 20:15:03",
        "2026/11/21 20:15:03",
        PUBLISHED_MS,
        PUBLISHED_MS // 1000,
        str(PUBLISHED_MS),
        str(PUBLISHED_MS // 1000),
        PUBLISHED_MS * 1000,
    ],
)
def test_every_way_to_write_a_time_means_the_same(written: str | int) -> None:
    """Seconds, milliseconds, naive local time and RFC 3339 are all normal input."""
    assert accepted({**PLAIN, "published_at": written}).published_ms == PUBLISHED_MS


def test_times_without_a_zone_follow_the_rules() -> None:
    """The zone of naive times is a setting."""
    rules = DecodeRules(zone=timezone(timedelta(hours=9)))
    mention = read({**PLAIN, "published_at": "2026-11-21 20:15:03"}, rules)
    assert isinstance(mention, Mention)
    assert mention.published_ms == PUBLISHED_MS - HOUR


def test_a_stamp_from_2009_is_history() -> None:
    """Old posts are accepted; whether they count is decided later."""
    mention = accepted({**PLAIN, "published_at": "2009-11-21 20:15:03"})
    assert datetime.fromtimestamp(mention.published_ms / 1000, UTC).year == 2009


def test_deletion_needs_no_text() -> None:
    """A deleted post is told by its id alone."""
    mention = accepted({**PLAIN, "text": "", "deleted": True})
    assert (mention.id, mention.deleted, mention.text) == ("42", True, "")


def test_long_text_is_cut_and_says_so() -> None:
    """A text above the limit keeps its beginning."""
    mention = accepted({**PLAIN, "text": "长" * (MAX_TEXT + 1)})
    assert len(mention.text) == MAX_TEXT
    assert mention.text.endswith(CUT)
    assert accepted({**PLAIN, "text": "长" * MAX_TEXT}).text == "长" * MAX_TEXT


@pytest.mark.parametrize("field", ["title", "url", "location", "lang"])
def test_other_long_fields_are_cut(field: str) -> None:
    """No field may grow without bound."""
    assert 0 < len(getattr(accepted({**PLAIN, field: "x" * 9_000}), field)) < 9_000


def test_derived_ids_tell_posts_apart() -> None:
    """A missing id is the hash of platform and url, else of platform, author, time and text."""
    by_url = {**PLAIN, "id": "", "url": "https://example.com/1"}
    assert accepted(by_url).id == accepted({**by_url, "text": "edited"}).id
    assert accepted(by_url).id == derive_id("weibo", "https://example.com/1", "", 0, "")
    assert accepted(by_url).id != accepted({**by_url, "platform": "zhihu"}).id
    del by_url["url"]
    others = [
        by_url,
        {**by_url, "text": "other"},
        {**by_url, "text": "", "title": "one"},
        {**by_url, "text": "", "title": "two"},
        {**by_url, "author": "other"},
        {**by_url, "platform": "zhihu"},
        {**by_url, "published_at": PUBLISHED_MS + 1},
    ]
    assert len({accepted(entry).id for entry in others}) == len(others)


def test_derived_id_does_not_depend_on_spelling() -> None:
    """The same post written by another crawler with another time format keeps its id."""
    entry = {name: value for name, value in PLAIN.items() if name != "id"}
    assert accepted(entry).id == accepted({**entry, "published_at": PUBLISHED_MS // 1000}).id


def test_personal_data_is_masked_in_what_is_stored() -> None:
    """Text, title, author name and the query of a url leave masked."""
    mention = accepted(
        {
            **PLAIN,
            "text": "电话13812345678",
            "title": "身份证11010519491231002X",
            "author": {"name": "贷款找13812345678"},
            "url": "https://example.com/?tel=13812345678",
        }
    )
    shown = f"{mention.text}{mention.title}{mention.author_name}{mention.url}"
    assert "13812345678" not in shown
    assert "19491231" not in shown
    assert mention.text == "电话138****5678"


@pytest.mark.parametrize("escaped", [b"\\u0000", b"\\ud800", b"\\udfff\\ud83d"])
def test_escapes_that_stand_for_nothing_are_taken_out(escaped: bytes) -> None:
    """NUL goes, lone surrogates become U+FFFD, in every field that is kept."""
    entry = b'{"platform":"weibo","published_at":1795263303,"id":"a%b","text":"x%by"}'
    mention = accepted(entry.replace(b"%b", escaped))
    assert "\0" not in mention.text + mention.id
    assert (mention.text + mention.id).encode()


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b"  \n"])
def test_bytes_before_the_object_do_not_matter(prefix: bytes) -> None:
    """A byte order mark or blanks before the entry are passed over."""
    assert accepted(prefix + json.dumps(PLAIN).encode()).text == PLAIN["text"]


def test_bare_control_characters_are_let_through() -> None:
    """A line end or tab that a producer forgot to escape does not cost the entry."""
    raw = b'{"platform":"weibo","published_at":1795263303,"text":"a\tb\x00\nc"}'
    assert accepted(raw).text == "a\tb\nc"


def test_invalid_utf8_becomes_replacement_characters() -> None:
    """Broken bytes cost the characters they stand in, not the entry."""
    raw = b'{"platform":"weibo","published_at":1795263303,"text":"ab\xff\xfe"}'
    assert accepted(raw).text == "ab\ufffd\ufffd"


def test_decoding_twice_gives_the_same() -> None:
    """Time is read from the entry and its arrival alone, so a replay decides alike."""
    entry = {**PLAIN, "published_at": "2026-11-21T20:15:03.123456+08:00"}
    first, second = accepted(entry), accepted(entry)
    assert first == second
    assert pickle.loads(pickle.dumps(first)) == first


def test_defaults_of_wire_and_mention_agree() -> None:
    """A minimal entry leaves every other field at the default of the mention."""
    minimal = accepted(PLAIN)
    assert minimal == Mention(
        id="42",
        platform="weibo",
        published_ms=PUBLISHED_MS,
        arrived_ms=ARRIVED_MS,
        text=PLAIN["text"],
    )
    assert {"id", "platform", "published_at", "text"} <= set(Wire.__struct_fields__)

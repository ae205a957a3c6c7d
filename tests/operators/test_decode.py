"""Decoding: what well-behaved entries become, what is set right, and what is refused and why."""

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from operators.decode import MAX_RAW, DecodeRules, decode, derive_id, oversized, printable
from operators.model import HOUR, KINDS, MINUTE, Mention, Rejected
from operators.wire import CUT, MAX_BYTES, MAX_TEXT, REASONS, Wire

PUBLISHED_MS = 1_795_263_303_000  # 2026-11-21T20:15:03+08:00
ARRIVED_MS = PUBLISHED_MS + HOUR
RULES = DecodeRules()
PLAIN: dict[str, Any] = {
    "id": "42",
    "platform": "weibo",
    "text": "星河银行又崩了",
    "published_at": "2026-11-21T20:15:03+08:00",
}


def read(entry: dict[str, Any] | bytes, rules: DecodeRules = RULES) -> Mention | Rejected:
    """Decode an entry that arrived an hour after it was published."""
    raw = entry if isinstance(entry, bytes) else json.dumps(entry).encode()
    return decode(raw, ARRIVED_MS, rules)


def accepted(entry: dict[str, Any] | bytes) -> Mention:
    """Decode an entry that must be accepted."""
    result = read(entry)
    assert isinstance(result, Mention), result
    return result


def refused(entry: dict[str, Any] | bytes) -> Rejected:
    """Decode an entry that must be refused."""
    result = read(entry)
    assert isinstance(result, Rejected), result
    return result


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


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (b"", "not_json"),
        (b"hello", "not_json"),
        (b'{"platform": "weibo", ', "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"[1, 2]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"text": "' + b"x" * MAX_BYTES + b'"}', "too_large"),
        ({**PLAIN, "kind": "tweet"}, "bad_type"),
        ({**PLAIN, "text": ["x"]}, "bad_type"),
        ({**PLAIN, "text": True}, "bad_type"),
        ({**PLAIN, "author": []}, "bad_type"),
        ({**PLAIN, "counts": "many"}, "bad_type"),
        ({**PLAIN, "counts": {"likes": "viele"}}, "bad_type"),
        ({**PLAIN, "deleted": "maybe"}, "bad_type"),
        ({**PLAIN, "deleted": [1]}, "bad_type"),
        ({**PLAIN, "platform": "no spaces please"}, "bad_type"),
        ({**PLAIN, "platform": "x" * 33}, "bad_type"),
        ({**PLAIN, "published_at": {}}, "bad_type"),
        ({**PLAIN, "platform": ""}, "missing_platform"),
        ({"text": "x", "published_at": PUBLISHED_MS}, "missing_platform"),
        ({"text": "x", "platform": "weibo"}, "missing_time"),
        ({**PLAIN, "published_at": None}, "missing_time"),
        ({**PLAIN, "published_at": ""}, "missing_time"),
        ({**PLAIN, "published_at": "昨天 20:15"}, "bad_time"),
        ({**PLAIN, "published_at": "1989-12-31T00:00:00Z"}, "bad_time"),
        ({**PLAIN, "published_at": 5}, "bad_time"),
        ({**PLAIN, "published_at": ARRIVED_MS + 5 * MINUTE + 1}, "published_in_future"),
        ({**PLAIN, "text": ""}, "empty"),
        ({**PLAIN, "text": " \n"}, "empty"),
        ({**PLAIN, "text": None}, "empty"),
        ({"platform": "weibo", "published_at": PUBLISHED_MS, "deleted": True}, "empty"),
        ({**PLAIN, "id": True}, "bad_id"),
        ({**PLAIN, "id": 1.5}, "bad_id"),
        ({**PLAIN, "id": "x" * 201}, "bad_id"),
        ({**PLAIN, "root_id": {}}, "bad_id"),
    ],
)
def test_what_cannot_be_used_is_refused(entry: dict[str, Any] | bytes, reason: str) -> None:
    """Each kind of unusable entry has its own stable reason."""
    result = refused(entry)
    assert result.reason == reason
    assert reason in REASONS
    assert result.detail


def test_clock_skew_is_not_the_future() -> None:
    """A post may be ahead of its arrival by the tolerance, against arrival and nothing else."""
    assert accepted({**PLAIN, "published_at": ARRIVED_MS + 5 * MINUTE})


def test_eight_hours_ahead_names_the_likely_cause() -> None:
    """The trap of local time written as UTC is explained, with the setting that helps."""
    late = refused({**PLAIN, "published_at": ARRIVED_MS + 8 * HOUR - 10 * MINUTE})
    assert "7 小时 50 分钟" in late.detail
    assert "shift_hours: -8" in late.detail
    other = refused({**PLAIN, "published_at": ARRIVED_MS + 30 * HOUR})
    assert "shift_hours" not in other.detail


def test_unknown_kind_names_the_kinds() -> None:
    """The message says what would have been right."""
    detail = refused({**PLAIN, "kind": "tweet"}).detail
    assert all(kind in detail for kind in KINDS)


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


@pytest.mark.parametrize(
    "raw",
    [
        b'{"text": "call 13812345678", "kind": "?"}',
        b'{"text": "\\u4e0013812345678", "kind": "?"}',
        b'{"text": "\\uff11\\uff1312345678\\uff19", "kind": "?"}',
        "{全角：１３８１２３４５６７８".encode(),
        b"\xff\xfe 13812345678",
        b'{"published_at": "13812345678x", "platform": "weibo", "text": "x"}',
    ],
)
def test_refused_entries_are_masked_too(raw: bytes) -> None:
    """Neither the raw text nor the detail of a refused entry shows a number, however written."""
    result = refused(raw)
    assert "12345678" not in result.raw.replace("１", "1")
    assert "12345678" not in result.detail
    assert "****" in result.raw


def test_raw_is_bounded_and_valid() -> None:
    """What is kept of a refused entry is short UTF-8, whatever came in."""
    raw = refused(("{" + "好" * 50_000).encode()).raw
    assert MAX_RAW - 3 <= len(raw.encode()) <= MAX_RAW
    assert "\0" not in refused(b"\0\0\xed\xa0\x80").raw


def test_number_across_the_cut_is_masked() -> None:
    """Cutting must not lay open the beginning of a number."""
    raw = printable(b"x" * (MAX_RAW - 8) + b" 13812345678 tail")
    assert "13812" not in raw


def test_oversized_tells_the_real_size() -> None:
    """An entry of which only the beginning was sent is told with its full size."""
    result = oversized(b"{", 10_000_000)
    assert result.reason == "too_large"
    assert "10000000" in result.detail


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


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=5,
)


@given(st.binary(max_size=400))
@example(b'{"platform":"weibo","published_at":1e400,"text":"x"}')
@example(b'{"platform":"weibo","published_at":' + b"9" * 5_000 + b',"text":"x"}')
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_a_result(raw: bytes) -> None:
    """Nothing that arrives raises; refused entries are short valid text with a known reason."""
    check(decode(raw, ARRIVED_MS, RULES))


@given(st.dictionaries(st.sampled_from(Wire.__struct_fields__), _VALUES))
@settings(max_examples=200, deadline=None)
def test_any_values_give_a_result(change: dict[str, Any]) -> None:
    """Nothing raises either when the fields are right and their values are not."""
    check(decode(json.dumps({**PLAIN, **change}).encode(), ARRIVED_MS, RULES))


def check(result: Mention | Rejected) -> None:
    """Hold a result to what is promised of all."""
    if isinstance(result, Rejected):
        assert result.reason in REASONS
        assert len(result.raw.encode()) <= MAX_RAW
        assert result.detail.encode()
        return
    assert result.id
    assert result.platform
    assert result.kind in KINDS
    assert RULES.oldest_ms <= result.published_ms <= ARRIVED_MS + RULES.future_tolerance_ms
    assert min(result.likes, result.followers, result.rank, result.heat) >= 0
    assert (result.text + result.title + result.id + result.root_id).encode()

"""Refusals: what cannot be used, why, and what of it is kept."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from operators.decode import MAX_RAW, decode, oversized, printable
from operators.model import HOUR, KINDS, MINUTE, Mention, Rejected
from operators.wire import MAX_BYTES, REASONS, Wire
from tests.support.decoding import ARRIVED_MS, PLAIN, PUBLISHED_MS, RULES, accepted, read


def refused(entry: dict[str, Any] | bytes) -> Rejected:
    """Decode an entry that must be refused."""
    result = read(entry)
    assert isinstance(result, Rejected), result
    return result


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

"""Adapters: every sample record becomes the mention written beside it."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operators.decode import DecodeRules, decode
from operators.model import Mention, Rejected
from operators.platforms import LABELS, PLATFORMS, label
from operators.platforms.record import built, pick, place, plain

SAMPLES = sorted((Path(__file__).parent.parent / "fixtures" / "platforms").glob("*.json"))
ARRIVED_MS = 1_795_267_000_000

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
_NAMES = (
    "id",
    "mid",
    "note_id",
    "comment_id",
    "aweme_id",
    "text",
    "content",
    "desc",
    "title",
    "user",
    "author",
    "retweeted_status",
    "type",
    "note_card",
    "interact_info",
    "statistics",
    "question",
    "main",
    "url",
    "target",
    "link",
    "guid",
    "source",
    "created_at",
    "biz",
)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_sample_becomes_its_mention(sample: Path) -> None:
    """A crawler's record must come out of adapter and decoder as the sample says."""
    content: dict[str, Any] = json.loads(sample.read_text(encoding="utf-8"))
    wire = PLATFORMS[content["adapter"]].adapt(content["record"])
    mention = decode(json.dumps(wire).encode(), ARRIVED_MS, DecodeRules())
    assert isinstance(mention, Mention), mention
    found = msgspec.structs.asdict(mention)
    expected: dict[str, Any] = content["mention"]
    if expected.get("id") == "h":  # derived
        assert found["id"].startswith("h")
        del expected["id"]
    assert {name: found[name] for name in expected} == expected


def test_every_platform_has_a_sample() -> None:
    """No adapter may go untested."""
    tested = {json.loads(sample.read_text(encoding="utf-8"))["adapter"] for sample in SAMPLES}
    assert tested == PLATFORMS.keys()


@pytest.mark.parametrize("platform", PLATFORMS)
@given(record=st.dictionaries(st.sampled_from(_NAMES), _JSON))
@settings(max_examples=30, deadline=None)
def test_adapters_take_anything(platform: str, record: dict[str, Any]) -> None:
    """Whatever types a record has, an adapter returns something the decoder can judge."""
    wire = PLATFORMS[platform].adapt(record)
    result = decode(json.dumps(wire).encode(), ARRIVED_MS, DecodeRules())
    assert isinstance(result, Mention | Rejected)


def test_labels_are_the_chinese_names() -> None:
    """Reports name platforms in Chinese, unknown ones by their id."""
    assert LABELS["weibo"] == "微博"
    assert LABELS["heimao"] == "投诉平台"
    assert "generic" not in LABELS
    assert label("wechat") == "微信公众号"
    assert label("luntan") == "luntan"


def test_pick_takes_the_first_that_holds_something() -> None:
    """Empty and null fields are passed over, also inside objects that are none."""
    assert pick({"a": "", "b": None, "c": {"d": 0}}, "a", "b", "c.d") == 0
    assert pick({"a": [1]}, "a.b") is None


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a < b & c", "a < b & c"),
        ("<a href='x'>@某人</a> &amp; co", "@某人 & co"),
        ("一<br>二<br/>三</p>四", "一\n二\n三\n四"),
        ('<span class="i"><img alt="[怒]" src="x"></span>', "[怒]"),
        ("<" * 50_000, "<" * 50_000),
        (["list"], ["list"]),
    ],
)
def test_plain_drops_markup_only(html: object, text: object) -> None:
    """Tags go, words and emoji names stay, and no input takes long."""
    assert plain(html) == text


def test_place_drops_the_introduction() -> None:
    """Only the place itself is kept."""
    assert [place("发布于 上海"), place("IP属地：河南"), place("北京"), place(3)] == [
        "上海",
        "河南",
        "北京",
        3,
    ]


def test_built_leaves_out_what_is_not_known() -> None:
    """Unknown fields and empty objects are not written."""
    assert built(id="1", text=None, url="", author={"id": None}, counts={"likes": 0}) == {
        "id": "1",
        "counts": {"likes": 0},
    }

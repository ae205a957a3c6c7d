"""What a post is beside its words: tier, weight, doubt, and what official accounts say."""

from typing import Any

import pytest

from operators.stories_post import CONFIRMS, DENIES, EVERYBODY, PLAIN, Marks, doubting, marks_of
from playbooks.sources import load_tiers
from tests.support.mentions import mention

TIERS = load_tiers().with_accounts(["星河银行"])


def marks(text: str = "星河银行登不上", **fields: Any) -> Marks:
    """Return the marks of one post."""
    [found] = marks_of([mention(text=text, **fields)], [text], TIERS)
    return found


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("真的假的？星河银行要倒闭了", True),
        ("听说星河银行取不出钱，求辟谣", True),
        ("群里在传星河银行被接管，是真的吗？", True),
        ("星河银行的消息是否属实", True),
        ("星河银行是谣言吧？", True),
        ("官方已经辟谣了，大家别传", False),
        ("我是真的生气，星河银行客服太差", False),
        ("该行回应称情况属实", False),
        ("", False),
    ],
)
def test_who_asks_whether_it_is_true(text: str, asks: bool) -> None:
    """Doubt is a question about the truth, not the word true."""
    assert marks(text).questioning is asks
    assert doubting(["登不上", text, "😀"]) == [1] * asks


def test_weight_is_tier_times_engagement() -> None:
    """An ordinary post without engagement weighs 1; the regulator's and the answered weigh more."""
    assert marks().weight == marks(platform="weibo", likes=0).weight == 1000
    assert marks(likes=100, comments=20).weight > 2000
    regulator = marks(author_name="国家金融监督管理总局", verified=True)
    assert (regulator.tier, regulator.weight) == ("regulator", 10_000)
    assert marks(author_name="国家金融监督管理总局").tier == "ordinary"
    assert marks(followers=600_000).tier == "influencer"


def test_official_accounts_deny_or_confirm() -> None:
    """Only what regulators and official accounts say is a denial or a confirmation."""
    own: dict[str, Any] = {"author_name": "星河银行", "verified": True}
    assert marks(**own).tier == "official"
    assert marks("网传星河银行挤兑系谣言", **own).stance == DENIES
    assert marks("经核实该情况不属实", **own).stance == DENIES
    assert marks("情况属实，我行深表歉意", **own).stance == CONFIRMS
    assert marks("网传星河银行挤兑系谣言").stance == 0


def test_authors_are_told_apart_by_platform_and_id() -> None:
    """The same id on another platform is somebody else; nobody is 0."""
    one = marks(author_id="7").author
    assert one == marks(author_id="7", author_name="换了名字").author
    assert one != marks(author_id="7", platform="xueqiu").author
    assert marks(author_id="", author_name="").author == 0


def test_reposts_are_judged_by_their_own_words() -> None:
    """What others said behind // makes nobody's post a copy; without tiers all are ordinary."""
    words = "转一下//@某人:昨晚开始星河银行手机银行一直转圈登不上去，客服电话排队四十分钟也没人接"
    assert marks(words).sketch == b""
    [found] = marks_of([mention(text="星河银行")], ["星河银行"], EVERYBODY)
    assert (found.tier, found.weight) == ("ordinary", PLAIN.weight)
    assert marks_of([], [], TIERS) == []

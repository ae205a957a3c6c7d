"""Whether something is true: a question is no reproach; and what nobody can tell is not forced."""

import numpy as np
import pytest

from operators.sentiment import UNDECIDED, UNSURE, Scores, load

WEIGHTS = ("full", "licensed")


@pytest.mark.parametrize(
    "text",
    [
        "真的假的？",
        "星河银行？真的假的",
        "求证，星河银行这事是真的吗",
        "求证：网传消息是否属实？",
        "星河银行的消息是真是假，有没有官方说法",
        "有没有人知道真假",
        "@星河银行 是真的吗",
        "求辟谣",
        "所以到底是不是真的",
        "海川证券要被合并了？真的假的",
        "听说联讯通信要换董事长，属实吗",
        "网上那个截图是真的还是P的？",
        "速付科技下个月要收提现费，是真的吗？",
        "星河銀行要合併？是真的嗎",
        "这消息靠谱吗，坐等官方通报",
    ],
)
def test_asking_whether_it_is_true_is_neutral(text: str) -> None:
    """Who only asks is not against the company, nor for it."""
    scores = load().score([text])
    assert scores.polarity.tolist() == [0]
    assert scores.p_negative[0] < 0.4


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize(
    "text",
    [
        "星河银行取不出钱了，真的假的？吓死我了",
        "垃圾银行，天天骗人，真的假的谁知道",
        "真的假的？又泄露客户信息，气死了",
        "速付科技跑路了？真的假的，我的钱提不出来",
        "是真的吗？客服一直推诿，投诉无门",
    ],
)
def test_negative_words_beside_the_question_count(text: str, weights: str) -> None:
    """A post that asks and complains is a complaint."""
    assert load("linear", weights).score([text]).polarity.tolist() == [-1]


def test_good_news_in_doubt_stays_good() -> None:
    """Praise beside the question counts, too."""
    assert load().score(["真的吗？星河银行利率这么高太开心了"]).polarity.tolist() == [1]


@pytest.mark.parametrize(
    "text",
    ["买到假的了，垃圾", "都是假的，骗子", "这不是真的，骗子", "真的很差", "辟谣也没人信了，垃圾"],
)
def test_what_is_said_is_no_question(text: str) -> None:
    """假的 and 真的 in a statement keep what they say."""
    assert load().score([text]).polarity.tolist() == [-1]


def test_a_question_changes_only_its_own_text() -> None:
    """Neighbours in the batch, and questions behind the last character read, change nothing."""
    calm = "星河银行今天办业务很快，柜员态度特别好"
    (alone,) = load().score([calm]).p_negative
    assert load().score(["真的假的", calm, "求证"]).p_negative[1] == alone
    long = "网点周末几点开门，请问有人知道吗？" * 16
    cut, longer = load().score([long[:254] + "真的", long[:254] + "真的假的"]).p_neutral
    assert cut == longer


def test_names_that_are_called_carry_no_mood() -> None:
    """An account's name is not what the author feels."""
    calm, angry = load().score(["@张三 下午开会", "@愤怒的垃圾骗子 下午开会"]).p_negative
    assert calm == angry
    assert load().score(["@星河银行，垃圾骗子"]).polarity.tolist() == [-1]


def test_no_side_is_forced_on_what_nobody_can_tell() -> None:
    """Below two fifths no class is given; below a half it is marked; else it is the likeliest."""
    neutral = np.array([0.25, 0.34, 0.30, 0.45, 0.10], np.float32)
    positive = np.array([0.5, 0.45, 0.40, 0.5, 0.3], np.float32)
    scores = Scores.of(positive, neutral, positive)
    assert scores.confidence == pytest.approx([0.375, 0.363, 0.42, 0.45, 0.63], abs=1e-3)
    assert scores.polarity.tolist() == [0, 0, -1, 0, -1]
    assert scores.uncertain.tolist() == [True, True, True, True, False]
    assert UNDECIDED < UNSURE

"""Denials: who says that it is not so accuses nobody; complaints in the same words stay."""

import pytest

from operators.sentiment import load

WEIGHTS = ("full", "licensed")


@pytest.mark.parametrize(
    "text",
    [
        "星河银行没有爆雷，大家别信谣言",
        "星河银行：网传我行资金链断裂系谣言，我行经营一切正常",
        "【辟谣】星河银行挤兑传言不实，银保监局：经营稳健，储户存款安全",
        "星河银行倒闭是假的，我刚去取了钱，一切正常",
        "海川证券并未宕机，是我网络问题",
        "联讯通信没断网啊，我这边好好的",
        "官方回应：星河银行用户数据没有泄露，请放心",
        "星河银行取不出钱？假的，我刚取了两万",
        "速付科技没有跑路，别传谣",
        "不存在泄露用户信息的情况，星河银行发布声明",
        "星河銀行的傳聞是謠言，別信謠",
        "关于网传我行暴雷的声明：该传言严重失实",
        "星河银行被查是子虚乌有",
        "所谓星河银行资金链断裂的说法毫无根据",
    ],
)
def test_a_denial_is_no_reproach(text: str) -> None:
    """What is denied carries no mood, so clarifying posts do not keep an incident burning."""
    scores = load().score([text])
    assert scores.polarity[0] >= 0
    assert scores.p_negative[0] < 0.45


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize(
    "text",
    [
        "速付科技根本没有给我退款，垃圾",
        "乐享消费金融没有暴力催收？骗鬼呢",
        "星河银行怎么还没倒闭，垃圾",
        "说是谣言，结果真的跑路了",
        "不是谣言，真的取不出来钱",
        "没有一天不宕机的，垃圾",
        "客服不是故障就是崩溃",
        "有关部门辟谣了，但我还是取不出钱，急死了",
        "星河银行没有诚信，诈骗",
        "8个月了未兑付本金，骗子",
        "照片与事实不符，房间又小又脏",
        "星河银行未经授权泄露客户信息，垃圾",
        "没有任何解释就冻结账户，垃圾银行",
        "没有阻止诈骗，气死了",
        "这已经不是第一次泄露客户信息了，垃圾",
        "没有提前通知断网，一整天没法上班，垃圾",
        "爆雷真的不是谣言，骗子",
        "诈骗的都是假客服，骗子",
        "号称不会跑路，骗子",
        "没有违规才怪，骗子",
        "该不会跑路了，骗子",
        "不是系统故障，就是网络繁忙，垃圾",
        "说没有违规，那我的钱去哪了，骗子",
        "星河银行没有修复故障，垃圾",
    ],
)
def test_complaints_in_the_same_words_stay(text: str, weights: str) -> None:
    """Curses, conditions, irony and what comes in spite of a denial are still complaints."""
    assert load("linear", weights).score([text]).polarity.tolist() == [-1]


def test_a_denial_changes_only_its_own_text() -> None:
    """Neighbours in the batch, and denials behind the last character read, change nothing."""
    angry = "星河银行又宕机了，什么垃圾系统"
    (alone,) = load().score([angry]).p_negative
    assert load().score(["没有宕机", angry, "传言不实"]).p_negative[1] == alone
    long = "网点周末几点开门，请问有人知道吗？" * 16
    cut, longer = load().score([long[:254] + "没有", long[:254] + "没有爆雷"]).p_neutral
    assert cut == longer

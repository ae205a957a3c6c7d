"""The normal form of a post, and whose words are whose."""

import pytest

from operators.normalise import normal_form, normalise, own_words, quoted_words


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("ＡＰＰ登不上", "app登不上"),
        ("銀行爆雷，錢取不出來", "银行爆雷,钱取不出来"),
        ("银*行", "银行"),
        ("银 行", "银行"),
        ("取\u200b不\ufeff出", "取不出"),
        ("崩了了了了！！！", "崩了!"),
        ("佣金万2.5", "佣金万2.5"),
        ("use the app now", "use the app now"),
        ("好好说话", "好好说话"),
        ("10000元", "10000元"),
        ("气死[怒]", "气死[怒]"),
        ("看这里 https://t.cn/A6x 快", "看这里快"),
    ],
)
def test_normal_form(written: str, normal: str) -> None:
    """Script, width, case, repeats, hidden signs and URLs come into one form."""
    assert normal_form(written) == normal


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("转//@张三:星河银行崩了", "转"),
        ("早说了 //@张三: 别信//@李四:真的", "早说了"),
        ("//@张三:星河银行崩了", ""),
        ("转／／＠张三：崩了", "转"),
        ("没有转发", "没有转发"),
        ("http://t.cn/abc 看", "http://t.cn/abc 看"),
        ("a//b", "a//b"),
    ],
)
def test_own_words(text: str, own: str) -> None:
    """Only what stands before the first //@ is the author's own."""
    assert own_words(text) == own


def test_quoted_words_in_order() -> None:
    """Those further back in a chain come later; who said nothing is left out."""
    assert quoted_words("转//@张三:别信//@李四:真的//@王五:") == ("别信", "真的")
    assert quoted_words("自己说的") == ()


def test_parts_are_told_apart() -> None:
    """Topics, names, emoticons and URLs of the author's own words are found, each once."""
    found = normalise("#取款难# @星河银行 在吗[怒][怒] http://t.cn/a //@甲:[哭]#别的#")
    assert found.topics == ("取款难",)
    assert found.names == ("星河银行",)
    assert found.emoticons == ("怒",)
    assert found.urls == ("http://t.cn/a",)
    assert found.quoted == ("[哭]#别的#",)

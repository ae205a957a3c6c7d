"""Phrases that stand out and posts that stand for many."""

import random

import pytest

from operators.phrases import log_odds, top_phrases
from operators.phrases_cut import phrases_of
from operators.report.data import StoryRow
from operators.report.representative import representative, weight
from tests.fixtures.report_values import post

_HERE = tuple(
    StoryRow(f"星河银行手续费高，{tail}", 2, 2)
    for tail in ("太坑了", "提现也要钱", "受不了", "同事都转走了", "说理没地方", "转账还要收费")
)
_USUAL = tuple(
    StoryRow(f"星河银行{tail}", 1, 0)
    for tail in ("网点服务不错", "积分换电影票", "信用卡额度", "提现很快", "业绩不错", "大堂经理")
)


def test_the_trouble_stands_out_and_the_name_does_not() -> None:
    """What everybody complains of comes first; the subject's own name is no news."""
    found = top_phrases(_HERE, _USUAL, skip=("星河银行", "星河"))
    assert found[0].text == "手续费高"
    assert (found[0].posts, found[0].negative) == (12, 12)
    assert not any("星河" in phrase.text or "银行" in phrase.text for phrase in found)


def test_what_is_usual_does_not_stand_out() -> None:
    """A phrase as frequent in the usual talk is left out."""
    usual = tuple(StoryRow(f"手续费高，{at}", 2, 2) for at in "甲乙丙丁戊己")
    assert "手续费高" not in {phrase.text for phrase in top_phrases(_HERE, usual)}


def test_phrases_stand_out_without_anything_to_compare_with() -> None:
    """Where nobody talks of anything else, what many say stands out all the same."""
    stories = [StoryRow(f"手续费高，{tail}", 1, 1) for tail in ("坑", "差", "贵", "烦", "唉", "呸")]
    assert [phrase.text for phrase in top_phrases(stories, ())] == ["手续费高"]


def test_a_few_posts_show_what_is_usual() -> None:
    """A handful of posts that all say it are enough to know a phrase as usual."""
    stories = [StoryRow(f"手续费高，{tail}", 1, 1) for tail in ("坑", "差", "贵", "烦", "唉", "呸")]
    usual = [StoryRow(f"手续费高，{tail}", 1, 0) for tail in ("早", "晚", "午")]
    assert top_phrases(stories, usual) == ()


def test_emoticons_are_no_phrases() -> None:
    """The name of an emoticon is a face, not a word somebody said."""
    stories = [StoryRow(f"[挖鼻屎]{tail}", 1, 1) for tail in ("坑死了", "差得很", "好贵", "烦透")]
    assert top_phrases(stories, _USUAL) == ()


def test_one_text_copied_a_thousand_times_is_no_common_phrase() -> None:
    """A phrase has to be in two different texts at least."""
    copied = (StoryRow("高管连夜跑路出国", 10**9, 10**9), *_HERE)
    assert not any("跑路" in phrase.text for phrase in top_phrases(copied, _USUAL))


def test_pieces_of_one_story_are_told_once() -> None:
    """Phrases that always come together, or contain each other, fill one place only."""
    stories = tuple(StoryRow(f"{at}半夜转账失败，急诊交不了费，求助", 3, 3) for at in range(6))
    texts = [phrase.text for phrase in top_phrases(stories, _USUAL)]
    assert len(texts) == 1


def test_counts_are_of_all_posts_that_hold_the_phrase() -> None:
    """However a text was cut into words, a post with the phrase in it counts."""
    stories = (*_HERE, StoryRow("这手续费高到离谱", 5, 4))
    found = {phrase.text: phrase for phrase in top_phrases(stories, _USUAL, skip=("星河银行",))}
    assert found["手续费高"].posts == 17
    assert found["手续费高"].negative == 16


def test_phrases_keep_within_a_clause_and_begin_with_a_word_that_tells() -> None:
    """No phrase crosses a comma, a mention or an address, nor begins with 的 or 我."""

    def cut(text: str) -> list[str]:
        return {"我的手续费": ["我", "的", "手续费"], "高得离谱": ["高", "得", "离谱"]}[text]

    found = phrases_of("我的手续费，高得离谱 @小王 https://t.example/手续费", cut)
    assert found == {"手续费", "离谱", "高得离谱"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("套餐 三年", {"套餐", "套餐三年"}),
        ("推诿 一个 月 了", {"推诿", "推诿一个月了"}),
        ("取 两万", {"取两万"}),
        ("排 了 三 小时", {"小时", "排了三", "排了三小时"}),
        ("9 月 起 在 不知情", {"不知情"}),
        ("99 元 套餐", {"套餐"}),
    ],
)
def test_an_amount_tells_only_with_what_it_measures(words: str, found: set[str]) -> None:
    """Alone a time or a sum is no phrase, nor does one begin with what ends an amount."""
    assert phrases_of(words.replace(" ", ""), lambda _clause: words.split()) == found


def test_log_odds_grow_with_evidence_and_vanish_without_contrast() -> None:
    """The same share over more posts is surer, equal shares give nothing, rarer ones less."""
    assert log_odds(50, 100, 5, 100) > log_odds(5, 10, 0.5, 10) > 0
    assert abs(log_odds(10, 100, 10, 100)) < 1e-9
    assert log_odds(5, 100, 50, 100) < 0


def test_no_texts_give_no_phrases() -> None:
    """An empty incident is no error."""
    assert top_phrases((), ()) == ()


def test_the_order_of_the_rows_does_not_matter() -> None:
    """The same values in another order give the same report."""
    mixed = list(_HERE)
    random.Random(1).shuffle(mixed)
    assert top_phrases(tuple(mixed), _USUAL) == top_phrases(_HERE, _USUAL)
    posts = [post(at, f"第{at}条帖子说的是{'天地玄黄宇宙洪荒'[at]}字号的事") for at in range(8)]
    mixed_posts = posts.copy()
    random.Random(2).shuffle(mixed_posts)
    assert representative(mixed_posts) == representative(posts)


def test_representative_posts_do_not_repeat_each_other() -> None:
    """Of near copies only the heaviest is chosen, however heavy the others are."""
    copies = [post(at, f"星河银行手续费太高了大家快跑{at}", likes=9000 + at) for at in range(5)]
    other = post(9, "客服电话打了一下午没人接", likes=1)
    chosen = representative([*copies, other])
    assert [one.id for one in chosen] == ["4", "9"]


def test_a_repost_that_quotes_is_the_same_as_what_it_quotes() -> None:
    """A short text within a longer one adds nothing."""
    root = post(1, "提现要收手续费，还不提前告知", likes=500)
    quote = post(2, "转发：提现要收手续费，还不提前告知。气死我了", likes=400)
    assert representative([quote, root]) in [(root,), (quote,)]


def test_weight_grows_with_resonance_audience_and_copies() -> None:
    """A post that is shared, followed or copied more weighs more; a removed one weighs less."""
    plain = post(1, "甲")
    assert weight(post(1, "甲", reposts=1000)) > weight(plain)
    assert weight(post(1, "甲", followers=1_000_000)) > weight(plain)
    assert weight(post(1, "甲", copies=50)) > weight(plain)
    assert weight(post(1, "甲", deleted=True)) < weight(plain)


def test_posts_without_words_are_never_chosen() -> None:
    """A repost without words stands for nothing by itself."""
    assert representative([post(1, "  \n")]) == ()

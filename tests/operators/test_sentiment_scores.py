"""What the shipped models say, and what every back end must keep to."""

from pathlib import Path

import numpy as np
import pytest
import rjieba
from snownlp import normal, sentiment

from operators.errors import ConfigError
from operators.language import LANGUAGES
from operators.sentiment import UNDECIDED, UNSURE, Backend, Scores, load

_SIGN = {"negative": -1, "neutral": 0, "positive": 1}


def _cases() -> list[tuple[int, str]]:
    lines = (Path(__file__).parent / "sentiment_cases.tsv").read_text("utf-8").splitlines()[1:]
    return [(_SIGN[label], text) for label, _, text in (line.split("\t") for line in lines)]


def _right(backend: Backend) -> float:
    """Count a neutral case as read right when it is not called negative."""
    cases = _cases()
    polarity = backend.score([text for _, text in cases]).polarity
    hits = sum(
        int(said) == true or (true == 0 and int(said) > 0)
        for (true, _), said in zip(cases, polarity, strict=True)
    )
    return hits / len(cases)


def _same(one: Scores, other: Scores, places: slice) -> bool:
    return all(
        np.array_equal(getattr(one, name)[places], getattr(other, name))
        for name in Scores.__dataclass_fields__
    )


def test_full_weights_read_nine_of_ten_sentences_of_the_five_industries() -> None:
    """The default model gets at least 90 % of our own sentences."""
    assert _right(load()) >= 0.9


def test_licensed_weights_read_most_sentences() -> None:
    """The weights from licensed texts alone get at least 85 %."""
    assert _right(load("linear", "licensed")) >= 0.85


@pytest.mark.parametrize("weights", ["full", "licensed"])
def test_plain_news_is_never_strongly_negative(weights: str) -> None:
    """Announcements and questions stay at or below 0.8 negative."""
    neutral = [text for label, text in _cases() if label == 0]
    assert float(load("linear", weights).score(neutral).p_negative.max()) <= 0.8


def test_risk_tells_accusations_from_praise() -> None:
    """Bad news for the company carries more risk than praise of it."""
    bad, good = (
        load()
        .score(["速付科技涉嫌非法集资被立案调查，用户无法提现", "速付科技荣获金融科技创新大奖"])
        .risk
    )
    assert bad > 0.8
    assert good < 0.3


@pytest.mark.parametrize("name", ["linear", "snownlp", "snow-fast"])
def test_scores_of_every_back_end_are_sound(name: str) -> None:
    """Probabilities sum to one, the class is the likeliest one, the types are as promised."""
    texts = [text for _, text in _cases()[:20]]
    scores = load(name).score(texts)
    chances = np.stack([scores.p_negative, scores.p_neutral, scores.p_positive])
    assert np.allclose(chances.sum(0), 1, atol=1e-5)
    assert float(chances.min()) >= 0
    decided = scores.confidence >= UNDECIDED
    assert np.array_equal((chances.argmax(0) - 1) * decided, scores.polarity)
    assert np.array_equal(scores.confidence, chances.max(0))
    assert np.array_equal(scores.uncertain, scores.confidence < UNSURE)
    assert scores.language.tolist() == [LANGUAGES.index("zh")] * 20
    assert scores.polarity.dtype == np.int8
    assert {chances.dtype, scores.risk.dtype, scores.confidence.dtype} == {np.dtype(np.float32)}
    assert ((scores.risk >= 0) & (scores.risk <= 1)).all()


@pytest.mark.parametrize("name", ["linear", "snownlp", "snow-fast"])
def test_empty_texts_are_neutral_and_empty_batches_empty(name: str) -> None:
    """Nothing to read is neutral without risk, wherever it stands in the batch."""
    scores = load(name).score(["", " \n\t", "垃圾银行，骗钱", ""])
    assert scores.polarity.tolist() == [0, 0, -1, 0]
    assert scores.p_neutral[[0, 1, 3]].tolist() == [1, 1, 1]
    assert scores.risk[[0, 1, 3]].tolist() == [0, 0, 0]
    assert len(load(name).score([]).polarity) == 0


def test_a_text_scores_the_same_in_any_batch() -> None:
    """Neighbours, their order and the size of the batch never change a score."""
    backend = load()
    texts = [text for _, text in _cases()]
    whole = backend.score(texts)
    for place in range(0, len(texts), 7):
        assert _same(whole, backend.score([texts[place]]), slice(place, place + 1))
    backward = backend.score(texts[::-1])
    assert np.array_equal(backward.p_negative[::-1], whole.p_negative)


def test_only_the_first_characters_are_read() -> None:
    """What follows the 256th character does not count."""
    start = "网点周末几点开门，请问有人知道吗？" * 16
    plain, longer = load().score([start[:256], start[:256] + "骗子垃圾黑心" * 50]).p_negative
    assert plain == longer


@pytest.mark.parametrize(
    "text",
    ["\x00", "\ud800断网", "😡" * 400, "跌停" * 5000, "a" * 300_000, "\n\n断网\n\n", "𠮷野家"],
)
def test_hostile_text_is_scored_and_leaves_its_neighbours_alone(text: str) -> None:
    """NUL, lone surrogates, emoji, joiners and endless repeats are ordinary input."""
    calm = "星河银行今天办业务很快，柜员态度特别好"
    alone = load().score([calm])
    mixed = load().score([text, calm, text])
    assert _same(mixed, alone, slice(1, 2))
    assert np.isfinite(mixed.p_negative).all()


def test_endless_repeats_keep_their_sign() -> None:
    """The packed sums have room for the strongest text there can be."""
    scores = load().score(["跌停" * 200, "垃圾骗子" * 100, "涨停" * 200])
    assert scores.polarity.tolist() == [-1, -1, 1]


def test_width_case_and_digits_do_not_matter() -> None:
    """Full width and upper case read like half width and lower case, digits like each other."""
    one, other, third = (
        load()
        .score(
            [
                "ABC软件又崩了，等了30分钟！",
                "ａｂｃ软件又崩了,等了12分钟!",
                "abc软件又崩了，等了９９分钟！",
            ]
        )
        .p_negative
    )
    assert one == other == third


@pytest.mark.parametrize("weights", ["full", "licensed"])
def test_a_long_number_says_no_more_than_a_short_one(weights: str) -> None:
    """The numbers of an order and a phone leave a complaint what it is."""
    numbers = ("622", "6222020200112233445")
    texts = [f"提现三天不到账，订单号{number}，气死我了" for number in numbers]
    one, other = load("linear", weights).score(texts).p_negative
    assert one == pytest.approx(other, abs=1e-6)


def test_english_is_scored_and_other_languages_are_left_alone() -> None:
    """VADER reads English with the words of our fields; what nobody can read is never judged."""
    texts = [
        "The app is down again and I was charged twice, terrible service",
        "星河银行的柜员特别有耐心，点赞",
        "El servicio de este banco es una verdadera vergüenza",
        "今日はサービスが本当にひどいです",
        "Great support from the branch today, thank you so much!",
        "12345",
    ]
    scores = load().score(texts)
    languages = [LANGUAGES[code] for code in scores.language]
    assert languages == ["en", "zh", "unknown", "unknown", "en", "unknown"]
    assert scores.polarity.tolist() == [-1, 1, 0, 0, 1, 0]
    unread = [2, 3, 5]
    assert scores.uncertain[unread].all()
    assert scores.p_neutral[unread].tolist() == [1, 1, 1]
    assert scores.confidence[unread].tolist() == scores.risk[unread].tolist() == [0, 0, 0]
    assert scores.risk[0] > 0.5 > scores.risk[4]


def test_snow_fast_keeps_the_arithmetic_of_snownlp() -> None:
    """On the same words its probability is SnowNLP's own."""
    bayes = sentiment.classifier.classifier
    texts = ["服务很好，房间干净", "垃圾东西，再也不买了", "一般吧", "爆雷了"]
    scores = load("snow-fast").score(texts)
    for text, said in zip(texts, scores.p_positive.tolist(), strict=True):
        kind, chance = bayes.classify([w for w in rjieba.cut(text) if w not in normal.stop])
        assert said == pytest.approx(chance if kind == "pos" else 1 - chance, abs=1e-6)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("不是不好", "不好"),
        ("没有想象中那么差", "很差"),
        ("信号以前总断，但是现在非常稳定，很满意", "信号现在非常稳定，但是以前总断，很不满意"),
        ("不卡顿了", "卡顿了"),
    ],
)
def test_negation_and_contrast_turn_a_sentence(better: str, worse: str) -> None:
    """What is denied or taken back weighs less than what is meant."""
    scores = load().score([better, worse])
    assert scores.p_positive[0] > scores.p_positive[1]
    assert scores.p_negative[0] < scores.p_negative[1]


def test_back_ends_are_made_once_and_named_by_their_content() -> None:
    """Loading again gives the same object; the two sets of weights have different versions."""
    assert load() is load("linear", "full")
    assert load().version != load("linear", "licensed").version
    assert load().name == "linear"


def test_unknown_names_are_told_all_at_once() -> None:
    """Both a wrong back end and wrong weights are named, with what would be right."""
    with pytest.raises(ConfigError) as raised:
        load("bert", "huge")
    said = str(raised.value)
    assert "got bert; try linear or snownlp or snow-fast" in said
    assert "got huge; try full or licensed" in said

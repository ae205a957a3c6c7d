"""Hashing, the packed table, the file format and the word list."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operators.errors import ConfigError
from operators.sentiment import hashing, learning, lexicon, metrics
from operators.sentiment.linear import Linear
from operators.sentiment.model import (
    PEAK,
    Parameters,
    compress,
    dump,
    packed,
    parse,
    quantise,
    steps,
)


def _model(terms: dict[str, tuple[float, float, float]]) -> Parameters:
    """Make a model whose heads weigh the given words."""
    table = np.zeros((3, 1 << hashing.TABLE_BITS), np.float32)
    for text, weights in terms.items():
        places = hashing.term_buckets(text, hashing.TABLE_BITS)
        table[:, places] = np.array(weights, np.float32)[:, None]
    index = np.flatnonzero(table.any(0))
    rounded = [quantise(head[index]) for head in table]
    return Parameters(
        index=index.astype(np.uint32),
        levels=np.stack([levels for levels, _ in rounded]),
        unit=np.array([unit for _, unit in rounded], np.float32),
        polarity=np.array([1, 0], np.float32),
        neutral=np.array([1, -1, 0], np.float32),
        risk=np.array([1, 0], np.float32),
    )


def test_grams_of_a_text_do_not_depend_on_its_neighbours() -> None:
    """Each text gives three grams a character, the two joining characters before it included."""
    alone = learning.grams(["断网了"])
    both = learning.grams(["骗子公司", "断网了", ""])
    assert alone.counts.tolist() == [15]
    assert both.counts.tolist() == [18, 15, 6]
    assert np.array_equal(both.flat[18:33], alone.flat)


def test_a_word_is_found_where_its_buckets_are() -> None:
    """The buckets of a word are among the grams of every text that holds it."""
    for word in ("崩", "断网", "爆雷了", "爆通讯录", "😡"):
        assert np.isin(hashing.term_buckets(word), learning.grams([f"昨天{word}！"]).flat).all()
    assert len(hashing.term_buckets("爆通讯录")) == 2


def test_margins_are_the_sums_over_the_root_of_the_length() -> None:
    """The packed integer sums equal a plain sum of the three heads, negative weights included."""
    model = _model({"断网": (-8, 1, 5), "满意": (6, -2, -7), "公告": (-0.5, 9, -1)})
    texts = ["断网断网，很满意", "公告", "满意满意满意", "与此无关的话", ""]
    margins = Linear(model).margins(texts)
    dense = np.zeros((3, 1 << hashing.TABLE_BITS), np.float32)
    dense[:, model.index] = np.stack([steps(row) for row in model.levels]) * model.unit[:, None]
    grams = learning.grams(texts, hashing.TABLE_BITS)
    assert np.allclose(margins, np.stack([grams.margins(head) for head in dense]), atol=1e-4)


def test_the_longest_strongest_text_does_not_overflow_into_other_heads() -> None:
    """Every gram at full weight still leaves the three sums apart."""
    text = "跌" * hashing.LIMIT
    terms = {"跌": (-1.0, 1.0, -1.0), "跌跌": (-1.0, 1.0, -1.0), "跌跌跌": (-1.0, 1.0, -1.0)}
    low, middle, high = Linear(_model(terms)).margins([text])[:, 0]
    assert low == high == -middle
    assert low < -(3 * hashing.LIMIT - 3) / np.sqrt(hashing.LIMIT + 2) * 0.99
    assert 3 * (hashing.LIMIT + 2) * PEAK < 1 << 20


def test_what_is_denied_counts_half_and_what_is_conceded_less() -> None:
    """A word right behind 不 loses half; words before the last 但 lose when the rest says no."""
    linear = Linear(_model({"满意": (6, 0, 0), "断网": (-6, 0, 0)}))
    texts = [
        "很满意",
        "不满意",
        "不是不满意",
        "老断网，但满意",
        "老断网，可是满意",
        "很满意，但满意",
    ]
    margins = linear.margins(texts)[0]
    sums = margins * np.sqrt(np.array([len(text) + 2 for text in texts], np.float32))
    word = sums[0]
    assert sums[1:3] == pytest.approx([word / 2, word / 2], abs=0.01)
    assert sums[3:5] == pytest.approx([0.4 * word, 0.4 * word], abs=0.01)
    assert sums[5] == pytest.approx(2 * word, abs=0.01)


def test_the_finished_table_is_small_and_keeps_the_weightier_of_two() -> None:
    """Four MiB of places; buckets that meet when folding do not add up; tiny weights go."""
    heads = np.zeros((3, 1 << hashing.BITS), np.float32)
    heads[0, [10, 11, 40, 50]] = [1.0, -3.0, 2.0, 0.001]
    model = compress(heads)
    assert model.index.tolist() == [5, 20]
    weights = steps(model.levels[0]) * model.unit[0]
    assert weights == pytest.approx([-3, 2], abs=0.05)
    table, book = packed(model)
    assert table.nbytes <= 4 << 20
    assert (book[table[[5, 20, 7]]] != 0).tolist() == [True, True, False]


@given(st.lists(st.integers(-127, 127), min_size=1, max_size=20))
@settings(max_examples=50)
def test_rounding_keeps_sign_and_order(levels: list[int]) -> None:
    """Levels turn into steps that keep their sign and never exceed the peak."""
    stored = np.array(levels, np.int8)
    weights = steps(stored)
    assert np.array_equal(weights, -steps(-stored))
    assert (np.diff(weights[np.argsort(stored)]) >= 0).all()
    assert int(np.abs(weights).max()) <= PEAK


def test_quantised_weights_are_near_the_real_ones() -> None:
    """The error of a weight is below 2 % of the largest one."""
    weights = np.linspace(-5, 3, 999, dtype=np.float32)
    levels, unit = quantise(weights)
    assert float(np.abs(steps(levels) * unit - weights).max()) < 0.1
    assert quantise(np.zeros(3, np.float32))[0].tolist() == [0, 0, 0]


def test_a_model_survives_its_file() -> None:
    """Writing is deterministic, reading gives the same numbers and the same version."""
    model = _model({"断网": (-8, 1, 5), "满意": (6, -2, -7), "爆通讯录": (-3, 0, 2)})
    again = parse(dump(model))
    assert dump(model) == dump(again)
    assert again.version() == model.version()
    (table, book), (same_table, same_book) = packed(model), packed(again)
    assert np.array_equal(table, same_table)
    assert np.array_equal(book, same_book)
    other = _model({"断网": (-7, 1, 5), "满意": (6, -2, -7), "爆通讯录": (-3, 0, 2)})
    assert other.version() != model.version()


def test_the_shipped_word_list_is_sound() -> None:
    """No word is listed as both good and bad, and every industry has words."""
    terms = lexicon.load()
    signs: dict[str, set[bool]] = {}
    for term in terms:
        if term.head == "polarity":
            signs.setdefault(term.text, set()).add(term.weight > 0)
    assert [word for word, seen in signs.items() if len(seen) > 1] == []
    industries = {"banking", "securities", "fintech", "telecom", "consumer_finance"}
    assert industries <= {term.field for term in terms}
    wanted = "爆雷 踩雷 维权 宕机 断网 卡顿 销户 挤兑 限额 砍单 断供 崩了 登不上 取不出"
    assert set(f"{wanted} 乱扣费 爆通讯录 割韭菜 套路".split()) <= set(signs)


def test_wrong_lines_of_a_word_list_are_told_all_at_once() -> None:
    """Each wrong line is named with its number and what would be right."""
    with pytest.raises(ConfigError) as raised:
        lexicon.parse("polarity\t-2\tbanking\n\nmood\t1\tx\t好\npolarity\t0\tx\t好\n", "words.tsv")
    lines = str(raised.value).splitlines()
    assert lines[0].startswith("words.tsv:1: line: wrong columns (got 3; try head, weight")
    assert lines[1] == "words.tsv:3: head: unknown (got mood; try polarity or neutral)"
    assert lines[2] == "words.tsv:4: weight: wrong (got 0; try -3 to 3, not 0)"


def test_good_words_are_turned_round_behind_a_negation() -> None:
    """不 and 没 turn a good pair of characters; bad words and words of the list itself stay."""
    table = "polarity\t2\tgeneral\t靠谱 满意\npolarity\t-2\tgeneral\t骗子 不满意\n"
    terms = lexicon.parse(f"{table}polarity\t2\tmarket\t上涨\n", "words.tsv")
    turned = {term.text: term.weight for term in lexicon.negated(terms)}
    assert turned == {"不靠谱": -4, "没靠谱": -4, "没满意": -4}
    weights = lexicon.weights(terms, "polarity")
    assert weights[hashing.term_buckets("不靠谱")[0]] == -4
    assert weights[hashing.term_buckets("靠谱")[0]] == 2


def test_figures_are_counted_right() -> None:
    """Accuracy, macro-F1 and calibration error of a small table worked out by hand."""
    said, true = np.array([0, 0, 2, 2], np.int8), np.array([0, 2, 2, 2], np.int8)
    assert metrics.accuracy(said, true) == 0.75
    assert metrics.macro_f1(said, true) == pytest.approx((2 / 3 + 4 / 5) / 2)
    chance = np.array([0.95, 0.95, 0.15, 0.15], np.float32)
    happened = np.array([True, False, False, False])
    assert metrics.calibration_error(chance, happened) == pytest.approx((0.9 + 0.3) / 4, abs=1e-6)

"""The learned second opinion: what it is trained from, how it is stored, what it answers."""

import numpy as np
import pytest

from operators.crisis import learned, learning
from operators.crisis.events import OTHER, load_events, near, triggers, weigh
from operators.crisis.evidence import evidence, kinds, size
from operators.crisis.examples import Example, fold_of, learnable, merged, silent
from operators.crisis.grams import BITS, Features, grams, sums
from operators.crisis.learning import Recipe
from operators.match import Matcher
from operators.model import CrisisType, Subject
from playbooks.loader import load_packs


def test_grams_are_those_of_the_folded_text() -> None:
    """Script, width and case of a text do not change its grams; the name's place does."""
    assert (grams("銀行ＡＰＰ", "").places == grams("银行app", "").places).all()
    text = "甲公司盈利，乙公司破产"
    assert set(grams(text, "甲公司").places) != set(grams(text, "乙公司").places)
    assert (grams(text, "丙公司").places == grams(text, "").places).all()
    assert grams("", "").places.size == 0


@pytest.mark.parametrize("name", ["", "甲公司", "乙公司"])
def test_texts_count_alike_however_long(name: str) -> None:
    """The values of a text's grams have length one."""
    for text in ("甲公司盈利，乙公司破产", "甲公司盈利，乙公司破产" + "其他消息。" * 40):
        assert (grams(text, name).values ** 2).sum() == pytest.approx(1, abs=1e-3)


def test_many_texts_are_weighed_as_one_by_one() -> None:
    """What a text weighs is the sum over its grams, to the last bit whatever it is asked with."""
    table = np.random.default_rng(1).integers(-9, 9, (1 << BITS, 3)).astype(np.int8)
    told = [
        ("甲公司盈利，乙公司破产，甲公司否认", "甲公司"),
        ("", ""),
        ("乙公司😡破产", "乙公司"),
        ("乙公司", "乙公司"),
        ("没有名字" * 200, ""),
        ("A", "甲公司"),
    ]
    together = sums(told, table)
    assert (together == np.concatenate([sums([one], table) for one in told])).all()
    assert np.allclose(together, learning.margins([grams(*one) for one in told], table), atol=1e-4)
    assert not together[1].any()
    assert sums([("", "")], table).tolist() == [[0, 0, 0]]


def test_a_text_may_have_several_labels() -> None:
    """Rows about the same company and text are one example with all labels."""
    rows = [Example("甲", "星河", "x"), Example("乙", "星河", "x"), Example("甲", "海川", "x")]
    assert merged(rows) == {("星河", "x"): {"甲", "乙"}, ("海川", "x"): {"甲"}}


def test_a_company_told_nothing_of_is_an_example_of_nothing() -> None:
    """Listed companies beside the labelled one become examples of no event."""
    text = "星河股份(600001)业绩下滑，云林科技(600002)股东减持"
    rows = [Example("业绩下滑", "星河股份", text), Example(OTHER, "", "无事")]
    assert silent(rows) == [Example(OTHER, "云林科技", text)]


def test_rare_labels_are_not_learned_and_copies_share_a_fold() -> None:
    """A label with a handful of rows is left out; copies with other punctuation stay together."""
    rows = [Example("甲", "", "x")] * 10 + [Example("乙", "", "x")] * 9
    assert learnable(rows) == ("甲",)
    assert fold_of("星河，银行!") == fold_of("星河银行")


def test_fitting_tells_classes_apart_and_is_deterministic() -> None:
    """A few texts are learned, with two labels where there are two; twice the same weights."""
    words = ("破产清算", "盈利大增", "破产清算，盈利大增")
    texts = [grams(f"{word}{n}号公司", "") for n in range(12) for word in words]
    marks = np.array([[True, False], [False, True], [True, True]] * 12)
    recipe = Recipe(1 << BITS, 1.0, 0.5, 8)
    table = learning.fit(texts, marks, recipe)
    assert ((learning.margins(texts, table) > 0) == marks).all()
    assert (learning.fit(texts, marks, recipe) == table).all()


def test_fitting_reaches_the_optimum() -> None:
    """The weights are those of least squared-hinge loss: moving any of them makes it worse."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(60, 4)).astype(np.float32)
    marks = (points[:, :1] + 0.5 * rng.normal(size=(60, 1))) > 0
    rows = [Features(np.arange(4, dtype=np.uint32), point) for point in points]
    table = learning.fit(rows, marks, Recipe(4, 0.3, 0.0, 60))
    sign = np.where(marks, 1, -1)

    def loss(weights: learning.Floats) -> float:
        gap = np.maximum(1 - sign * (points @ weights), 0)
        return float(0.5 * (weights**2).sum() + 0.3 * (gap**2).sum())

    for place in range(4):
        for step in (-0.02, 0.02):
            moved = table.copy()
            moved[place] += step
            assert loss(moved) > loss(table)


def test_rare_labels_get_a_lead_on_margins_held_out() -> None:
    """A label that is found too seldom gets something added; the one kept gets nothing."""
    labels = np.array([0] * 20 + [1] * 5)
    margin = np.zeros((25, 2), np.float32)
    margin[:20, 0], margin[20:, 0] = 0.5, 0.2
    added = learning.tune(margin, labels, keep=0)
    assert ((margin + added).argmax(1) == labels).all()
    assert added[0] == 0
    assert not learning.tune(margin, labels, keep=1)[1]
    often = learning.tune_often(margin, labels, keep=0)
    assert ((margin + often).argmax(1) == labels).all()
    assert (learning.tune_often(margin, labels, keep=0) == often).all()


def test_margins_become_log_odds() -> None:
    """Margins that are right three times of four are stretched until they say so."""
    margin = np.tile(np.array([[0.2, 0.0]], np.float32), (400, 1))
    labels = np.array([0, 0, 0, 1] * 100)
    factor = learning.sharpen(margin, labels)
    assert 1 / (1 + np.exp(-0.2 * factor)) == pytest.approx(0.75, abs=0.02)


def test_evidence_of_rules_comes_from_around_the_name_and_from_the_whole() -> None:
    """Rules near the name and in the whole are features apart; something is always there."""
    text = "远山科技开会。" + "其他消息。" * 20 + "云林股份财务造假"
    by_name, elsewhere = evidence([text, text], ["云林股份", "远山科技"])
    assert set(elsewhere.places) < set(by_name.places)
    assert len(elsewhere.places) > 1
    assert size() - 1 in elsewhere.places
    (nothing,) = evidence(["天气很好"], [""])
    assert nothing.places.tolist() == [size() - 1]


def test_evidence_tells_kinds_of_text_apart() -> None:
    """Headlines with stock codes, long reports and posts read differently; so do forms of names."""
    texts = ("远山科技(600001)董事长失联", "远山平台失联，#维权#", "远山平台失联" + "，其他。" * 30)
    headline, posted, report = (set(kinds(text, text[:4])) for text in texts)
    assert headline == {0, 1}
    assert posted
    assert report - posted
    assert not headline & (posted | report)
    assert set(kinds(texts[0], "")) == {1}
    assert set(kinds("云林股份(600002)停牌", "远山")) == {1}
    assert max(headline | posted | report) < size() - 1


def test_weights_survive_the_file() -> None:
    """A model written and read again answers the same, and the same bytes come out."""
    model = learned.load_model()
    data = learned.dump(model)
    again = learned.parse(data)
    assert learned.dump(again) == data
    texts = [("星河平台无法兑付", "星河平台")]
    assert (again.named.margins(texts) == model.named.margins(texts)).all()
    assert model.named.levels.dtype == np.int8


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("远山科技(600001)净利润同比下降78%云林股份股东减持", "远山科技", "业绩下滑"),
        ("远山科技重大资产重组被否，复牌跌停", "远山科技", "重组失败"),
        ("穆迪下调远山科技评级至负面", "远山科技", "评级调整"),
        ("远山科技因信息披露违规收到警示函", "", "信批违规"),
        ("远山科技(600001)股东拟减持不超2%股份云林股份独立董事辞职", "", OTHER),
    ],
)
def test_plain_cases_are_read_right(text: str, name: str, label: str) -> None:
    """Both ways of reading get clear cases right, with rules and without."""
    said = learned.answer(learned.load_model(), [text], [name])
    assert (said.learned, said.both) == ([label], [label])


def test_rules_weigh_what_is_near_the_name() -> None:
    """The rules of an event are asked of the text around the name."""
    text = "远山科技盈利。" + "其他消息。" * 20 + "云林股份财务造假"
    place = load_events().labels.index("财务造假")
    assert weigh([near(text, "云林股份"), near(text, "远山科技"), text])[:, place].tolist() == [
        pytest.approx(1.4),
        0,
        pytest.approx(1.4),
    ]


def test_events_map_to_types_that_exist() -> None:
    """Every type an event stands for is one of the industry's pack, and triggers are terms."""
    known = {(kind.industry, kind.id) for pack in load_packs() for kind in pack.crisis_types}
    mapped = {
        (industry, kind)
        for types in load_events().types.values()
        for industry, kind in types.items()
    }
    assert mapped <= known
    assert "无法兑付" in triggers()
    assert "公司" not in triggers()


def test_opinion_is_asked_for_finance_only() -> None:
    """Where the rules of a pack are silent the learned type counts, and telecom is never asked."""
    bank = Subject("b", "星河证券", "securities")
    phone = Subject("p", "联讯通信", "telecom")
    kind = CrisisType("compliance", "合规问题", "securities", (("内幕交易", 1.0),))
    matcher = Matcher([bank, phone], [kind], opinion=learned.SecondOpinion())
    found = matcher.match(["星河证券涉嫌信息披露违规被查", "联讯通信涉嫌信息披露违规被查"])
    assert (found[0][0].crisis_type, found[0][0].said_by) == ("compliance", "learned")
    assert found[1][0].said_by == "none"

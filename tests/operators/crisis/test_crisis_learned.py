"""The learned second opinion: what it is trained from, how it is stored, what it answers."""

import numpy as np
import pytest

from operators.crisis import learned, learning
from operators.crisis.events import OTHER, load_events, near, triggers, weigh
from operators.crisis.examples import Example, fold_of, learnable, silent
from operators.crisis.grams import BITS, grams
from operators.match import Matcher
from operators.model import CrisisType, Subject
from playbooks.loader import load_packs


def test_grams_are_those_of_the_folded_text() -> None:
    """Script, width and case of a text do not change its grams; the name's place does."""
    assert (grams("銀行ＡＰＰ", "") == grams("银行app", "")).all()
    text = "甲公司盈利，乙公司破产"
    assert set(grams(text, "甲公司")) != set(grams(text, "乙公司"))
    assert (grams(text, "丙公司") == grams(text, "")).all()
    assert grams("", "").size == 0


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
    """A few texts are learned; twice the same weights."""
    texts = [grams(f"{word}{n}号公司", "") for n in range(12) for word in ("破产清算", "盈利大增")]
    labels = np.array([n % 2 for n in range(24)])
    table = learning.fit(texts, labels, 2)
    assert table.shape == (1 << BITS, 2)
    assert (learning.margins(texts, table).argmax(1) == labels).all()
    assert (learning.fit(texts, labels, 2) == table).all()


def test_offsets_help_where_rules_know_better() -> None:
    """A rule that is always right gets weight; one that never fires gets none."""
    labels = np.array([0] * 20 + [1] * 5)
    margin = np.zeros((25, 2), np.float32)
    margin[:, 0] = 0.2
    fired = np.zeros((25, 2), np.bool_)
    fired[20:, 1] = True
    found = learning.tune(margin, fired, labels, with_rules=True)
    said = (margin + found.classes + found.rules * fired).argmax(1)
    assert (said == labels).all()
    assert found.rules[0] == 0


def test_weights_survive_the_file() -> None:
    """A model written and read again answers the same, and the same bytes come out."""
    model = learned.load_model()
    data = learned.dump(model)
    again = learned.parse(data)
    assert learned.dump(again) == data
    texts = [grams("星河平台无法兑付", "星河平台")]
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

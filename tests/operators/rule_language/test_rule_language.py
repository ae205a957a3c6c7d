"""Rules as analysts write them: what they mean, and what is said of mistakes."""

import pytest

from operators.crisis.rulebook import Rulebook, strongest
from operators.errors import RuleError
from operators.match import Matcher
from operators.model import GENERAL, CrisisType, Subject
from operators.rule_language import anchors, parse, terms

BANK = Subject("bank", "星河银行", "banking")


def holds(rule: str, text: str, unless: tuple[str, ...] = ()) -> bool:
    """Tell whether a type with this one rule is found in a text about the bank."""
    kind = CrisisType("x", "某事", "banking", (), rules=((rule, 1.0),), unless=unless)
    (found,) = Matcher([BANK], [kind]).match([f"星河银行，{text}"])[0]
    return found.crisis_type != GENERAL


@pytest.mark.parametrize(
    ("rule", "yes", "no"),
    [
        ("客服 & (打不通|排队|推诿) & !招聘", "客服电话打不通", "招聘客服，不用排队"),
        ("客服 与 （打不通 或 排队） 且 非 招聘", "客服要排队", "客服招聘排队"),
        ("客服 AND (打不通 OR 排队) AND NOT 招聘", "排队等客服", "排队"),
        ("客服＆打不通", "打不通客服", "打不通"),
        ("a | b & c", "a", "b"),
        ("(a | b) & c", "bc 和 c b", "a"),
        ("!(甲 | 乙) & 丙", "丙", "丙甲"),
        ("取不出 NEAR/4 钱", "取不出我的钱", "取不出，他说了很久才轮到，钱"),
        ("钱 近/4 (取不出|提不了)", "提不了钱", "提不了手续，明天再来，带上钱"),
        ('"非法集资" & "a & b"', "非法集资 a & b", "非法集资 a"),
        ("非法集资", "涉嫌非法集资", "合法集资"),
    ],
)
def test_what_rules_mean(rule: str, yes: str, no: str) -> None:
    """Signs and words, half and full width, brackets, NEAR and quotes mean what they say."""
    assert holds(rule, yes)
    assert not holds(rule, no)


def test_near_needs_two_occurrences() -> None:
    """One and the same occurrence is not near itself."""
    assert not holds("崩 NEAR/5 崩", "崩")
    assert holds("崩 NEAR/5 崩", "崩了又崩")


def test_terms_are_normalised() -> None:
    """A rule covers traditional, full-width and dodged spellings of its terms."""
    assert holds("取不出 & 錢", "取*不 出 钱")
    assert holds("app & 崩", "ＡＰＰ崩了")


def test_unless_takes_the_type_away() -> None:
    """What speaks against a type outweighs what speaks for it."""
    assert holds("排队", "排队三小时", ("请问 & 排队",))
    assert not holds("排队", "请问要排队吗", ("请问 & 排队",))


@pytest.mark.parametrize(
    ("rule", "problem", "place"),
    [
        ("客服 & (打不通|", "missing before the end", 10),
        ("客服 & (打不通", "is not closed", 5),
        ("客服) & 打不通", "without its `(`", 2),
        ("客服 打不通", "without a sign between", 3),
        ("客服 & & 打不通", "missing before `&`", 5),
        ("!招聘", "nothing that must occur", 0),
        ("客服 | !招聘", "nothing that must occur", 0),
        ("客服 NEAR 打不通", "needs a distance", 3),
        ("客服 NEAR/0 打不通", "1 to 100", 3),
        ("(甲 & 乙) NEAR/5 丙", "cannot stand beside NEAR", 0),
        ("甲 NEAR/5 乙 NEAR/5 丙", "two sides only", 11),
        ('客服 & "打不通', "is not closed", 5),
        ("客服 & $没有", "no group", 5),
        ("客服 & $", "without the name", 5),
        ("", "missing before the end", 0),
        ("(" * 60 + "a" + ")" * 60, "too deeply", 40),
    ],
)
def test_mistakes_are_pointed_at(rule: str, problem: str, place: int) -> None:
    """A mistake names what is wrong and where, with a caret below it."""
    with pytest.raises(RuleError) as caught:
        parse(rule)
    assert problem in str(caught.value)
    assert caught.value.place == place
    assert str(caught.value).splitlines()[-1].endswith("^")


def test_caret_stands_below_wide_characters() -> None:
    """The caret counts cells: a Chinese character takes two."""
    with pytest.raises(RuleError) as caught:
        parse("客服 & )")
    line, caret = str(caught.value).splitlines()[-2:]
    assert line == "    客服 & )"
    assert caret == "    " + " " * 7 + "^"


@pytest.mark.parametrize(
    "rule", ["a & (b | c) & !(d & e)", "(a | b) NEAR/7 (c)", "a | b & !c", "!a & b & c | d"]
)
def test_a_rule_can_be_written_out_and_read_again(rule: str) -> None:
    """The written form of a tree is a rule of the same meaning."""
    node = parse(rule)
    assert parse(str(node)) == node


def test_groups_stand_for_their_terms() -> None:
    """A group may use another, stand beside NEAR and be negated."""
    groups = {"联系": parse("打不通|没人接")}
    groups["推脱"] = parse("推诿|$联系", groups)
    assert list(terms(parse("客服 NEAR/3 $推脱 & !$联系", groups))) == [
        "客服",
        "推诿",
        "打不通",
        "没人接",
    ]


def test_weights_of_terms_and_rules_add_up() -> None:
    """A type is reached by terms and rules together, and shows what it was."""
    kind = CrisisType("x", "某事", "f", (("排队", 0.4),), rules=(("客服 & 打不通", 0.6),))
    book = Rulebook([kind])
    numbers = {term: book.terms.index(term) for term in ("排队", "客服", "打不通")}
    part = {numbers[term]: [(0, 2)] for term in ("客服", "打不通")}
    assert strongest(book.findings("f", part)) is None
    found = strongest(book.findings("f", {**part, numbers["排队"]: [(5, 7)]}))
    assert found is not None
    assert found.words == ("客服", "打不通", "排队")
    assert book.findings("other", part) == []


@pytest.mark.parametrize(
    ("rule", "rare"),
    [
        ("客服 & (打不通 | 踢皮球)", {"打不通", "踢皮球"}),
        ("(app | 系统) NEAR/6 (又崩了 | 打不开)", {"又崩了", "打不开"}),
        ("(甲乙 & 客服) | 丙丁", {"甲乙", "丙丁"}),
        ("!招聘 & 排队三小时", {"排队三小时"}),
    ],
)
def test_anchors_are_the_rarest_words_a_rule_needs(rule: str, rare: set[str]) -> None:
    """No text fulfils a rule without one of its anchors."""
    assert set(anchors(parse(rule))) == rare

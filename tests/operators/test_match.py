"""Who is spoken of, and about which trouble."""

import pytest

from operators.automaton import ENGINES, Automaton
from operators.match import Matcher
from operators.model import GENERAL, CrisisType, Subject

BANK = Subject("bank", "星河银行", "banking", ("星河行",), ("星河宝",), ("周启明",))
BROKER = Subject("broker", "星河证券", "securities", ("星河",))
OUTAGE = CrisisType("outage", "系统故障", "banking", (("登不上", 1.0), ("卡", 0.4), ("崩了", 0.7)))
RUN = CrisisType("run", "挤兑", "banking", (("取不出", 1.0), ("崩了", 0.5)), exclude=("演练",))
TRADING = CrisisType("trading", "宕机", "securities", (("登不上", 1.0),))


@pytest.fixture(params=sorted(ENGINES))
def matcher(request: pytest.FixtureRequest) -> Matcher:
    """Match with each engine there is."""
    return Matcher([BANK, BROKER], [OUTAGE, RUN, TRADING], request.param)


def types(matcher: Matcher, text: str) -> dict[str, str]:
    """Return subject to crisis type for one text."""
    found = matcher.match([text]).get(0, ())
    return {one.subject: one.crisis_type for one in found}


def test_every_name_counts(matcher: Matcher) -> None:
    """Name, alias, product and executive all stand for the subject."""
    texts = ["在星河行办卡", "星河宝收益", "行长周启明讲话", "星河银行", "与此无关"]
    assert sorted(matcher.match(texts)) == [0, 1, 2, 3]


def test_longest_name_wins(matcher: Matcher) -> None:
    """The broker's short name inside the bank's full name is not the broker."""
    assert types(matcher, "星河银行不错") == {"bank": GENERAL}
    assert types(matcher, "星河不错") == {"broker": GENERAL}
    assert types(matcher, "星河证券和星河银行") == {"broker": GENERAL, "bank": GENERAL}


def test_type_belongs_to_the_industry(matcher: Matcher) -> None:
    """One text can mean an outage for a bank and a trading outage for a broker."""
    found = types(matcher, "星河证券和星河银行都登不上")
    assert found == {"broker": "trading", "bank": "outage"}


def test_weights_reach_the_threshold(matcher: Matcher) -> None:
    """Weak terms count together, a term that is repeated counts once."""
    assert types(matcher, "星河银行好卡") == {"bank": GENERAL}
    assert types(matcher, "星河银行好卡好卡好卡") == {"bank": GENERAL}
    assert types(matcher, "星河银行好卡，崩了") == {"bank": "outage"}


def test_exclusion_vetoes(matcher: Matcher) -> None:
    """An excluded word takes the type away, whatever else is said."""
    assert types(matcher, "星河银行取不出钱") == {"bank": "run"}
    assert types(matcher, "星河银行取不出钱应急演练") == {"bank": GENERAL}


def test_span_proves_the_attribution(matcher: Matcher) -> None:
    """The name used and the terms found are kept."""
    (found,) = matcher.match(["星河行取不出钱"])[0]
    assert found.span == "星河行: 取不出"


def test_case_does_not_matter(matcher: Matcher) -> None:
    """Latin letters match in either case."""
    app = Matcher([Subject("app", "SuFu", "banking")], [])
    assert types(app, "sufu 提现") == {"app": GENERAL}


def test_texts_of_a_batch_do_not_run_together(matcher: Matcher) -> None:
    """A name cut by the border between two texts is no name."""
    assert matcher.match(["去星河", "银行", ""]) == matcher.match(["去星河"])
    assert sorted(matcher.match(["坏\0字", "星河银行", "星河行"])) == [1, 2]


def test_engines_agree() -> None:
    """Both engines give the same hits, overlapping ones included."""
    patterns = [text.encode() for text in ("ab", "abc", "bc", "银行", "星河银行")]
    block = "xabcab星河银行bc".encode()
    scans = [Automaton(patterns, engine).scan(block) for engine in ENGINES]
    by_engine = [sorted(zip(numbers, ends, strict=True)) for numbers, ends in scans]
    assert by_engine[0] == by_engine[1]
    assert len(by_engine[0]) == 7


def test_nothing_to_look_for() -> None:
    """Without patterns there are no hits."""
    assert Matcher([], []).match(["星河银行"]) == {}

"""Names that mean somebody else, and names that mean nobody unless the context says so."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from operators.match import Matcher
from operators.model import Attribution, CrisisType, Subject

RUN = CrisisType("run", "挤兑", "banking", (("取不出", 1.0), ("排队", 0.6), ("取钱", 0.6)))
BANK = Subject(
    "bank",
    "星河银行",
    "banking",
    ("星河行",),
    competitors=("星河商业银行", "海川银行"),
    not_names=("星河舰队", "星河行宫"),
    ambiguous=("星河",),
    context=("存款", "网点"),
)
OTHERS = tuple(Subject(f"s{n}", f"{sign}林证券", "securities") for n, sign in enumerate("云月青"))
MATCHER = Matcher([BANK, *OTHERS], [RUN])


def seen(text: str) -> tuple[Attribution, ...]:
    """Return what is said of whom in one text."""
    return MATCHER.match(["无关", text, "无关"]).get(1, ())


@pytest.mark.parametrize("text", ["今晚星河真美", "星河舰队出发", "参观星河行宫", "星河商业银行"])
def test_other_meanings_are_no_mention(text: str) -> None:
    """A name without context, inside an exclusion or inside a competitor's name is nobody."""
    assert seen(text) == ()


@pytest.mark.parametrize("text", ["星河的存款", "网点里有人骂星河", "去星河行", "星河银行"])
def test_context_settles_it(text: str) -> None:
    """An ambiguous name counts near a word of its context; the others always do."""
    assert [one.subject for one in seen(text)] == ["bank"]


def test_context_must_be_near() -> None:
    """A word of context far away does not count."""
    assert seen("星河" + "甲乙丙丁戊" * 10 + "存款") == ()


@pytest.mark.parametrize("text", ["星 河*银行崩", "星河銀行崩", "星\u200b河银🈲行崩"])
def test_dodged_spellings_are_found_and_shown(text: str) -> None:
    """A name written to slip past filters is found, and shown as it is written."""
    (found,) = seen(text)
    written = text.removesuffix("崩")
    assert found.span == (written if len(written) > 4 else "星河银行")


def test_two_words_of_one_place_may_belong_to_two() -> None:
    """A name that two subjects share counts for both."""
    twins = Matcher([Subject("a", "速付", "fintech"), Subject("b", "速付", "banking")], [])
    assert {one.subject for one in twins.match(["速付崩了"])[0]} == {"a", "b"}


def test_latin_names_are_whole_words() -> None:
    """A Latin name inside a longer word or number is no mention."""
    app = Matcher([Subject("x", "XHB", "banking", ("12378",))], [])
    assert sorted(app.match(["axhbc", "用XHB转账", "123789", "打12378"])) == [1, 3]


def test_in_a_list_each_answers_for_its_own_sentences() -> None:
    """In a post of four subjects trouble in another's sentence is not one's own."""
    text = "盘点：云林证券稳。月林证券稳。青林证券稳。星河银行取不出！"
    assert {one.subject: one.crisis_type for one in seen(text)}["bank"] == "run"
    calm = "盘点：云林证券取不出。月林证券稳。青林证券稳。星河银行稳！"
    assert {one.subject: one.crisis_type for one in seen(calm)}["bank"] == "general"


def test_where_it_stands_is_known() -> None:
    """The explanation gives the characters a name covers, emoji in front included."""
    ((sighting, findings),) = MATCHER.explain("😡 星*河银行取不出")
    assert sighting.written == "星*河银行"
    assert (sighting.start, sighting.end) == (3, 8)
    assert [one.kind.id for one in findings if one.holds] == ["run"]


class Yes:
    """A learned opinion that always names the same type."""

    triggers = ("停业",)
    industries = ("banking",)

    def ask(self, asked: Sequence[tuple[str, str, str]]) -> list[str]:
        """Name the type where the name is the bank's."""
        return ["run" if name == "星河银行" else "" for _text, name, _industry in asked]


@pytest.mark.parametrize(
    ("text", "kind", "by"),
    [
        ("星河银行停业", "run", "learned"),
        ("星河银行停业取不出", "run", "both"),
        ("星河银行取不出", "run", "rule"),
        ("星河银行开业", "general", "none"),
        ("星河行停业", "general", "none"),
    ],
)
def test_each_attribution_tells_who_said_it(text: str, kind: str, by: str) -> None:
    """The learned opinion counts where no rule holds, and only where a trigger stands."""
    (found,) = Matcher([BANK], [RUN], opinion=Yes()).match([text])[0]
    assert (found.crisis_type, found.said_by) == (kind, by)


def test_the_learned_opinion_names_no_type_that_is_not_configured() -> None:
    """Packs of one's own with other types are never given a type they do not define."""
    other = replace(RUN, id="other")
    (found,) = Matcher([BANK], [other], opinion=Yes()).match(["星河银行停业"])[0]
    assert (found.crisis_type, found.said_by) == ("general", "none")


def test_rules_fired_are_kept() -> None:
    """The terms that fired go along with the attribution."""
    (found,) = seen("星河银行排队取钱")
    assert found.rules_fired == "排队 取钱"

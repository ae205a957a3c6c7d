"""Short cuts of matching: they must say the same as reading everything of every post."""

import random
from functools import cache
from math import inf

import pytest

from operators.crisis.learned import SecondOpinion
from operators.crisis.rulebook import Rulebook, strongest
from operators.match import BOTH, LEARNED, Matcher
from operators.model import GENERAL, Attribution, CrisisType, Subject
from playbooks.loader import load_packs

SUBJECTS = (
    Subject(
        "bank", "星河银行", "banking", ("星河行",), ambiguous=("星河",), context=("存款", "app")
    ),
    Subject("broker", "海川证券", "securities", ("海川",), not_names=("海川路",)),
    Subject("pay", "速付科技", "fintech", ("速付", "SUFU", "sufu")),
    Subject("phone", "联讯通信", "telecom", ("联讯",), competitors=("联讯达",)),
    Subject("loan", "乐享消费金融", "consumer_finance", ("乐享", "速付"), ambiguous=("信用",)),
    Subject("other", "远山公司", "unheard_of"),
)
JOINTS = ("。", "，", "！", "\n", " ", "*", "😡", "啊啊啊啊", "的", "今天", "海川路", "联讯达", "")


@cache
def kinds() -> tuple[CrisisType, ...]:
    """Load the types of all packs."""
    return tuple(kind for pack in load_packs() for kind in pack.crisis_types)


def posts(count: int) -> list[str]:
    """Make up posts of names, terms of every industry and what stands between them."""
    rng = random.Random(1)
    names = [name for one in SUBJECTS for name in (one.name, *one.aliases, *one.ambiguous)]
    terms = [*Rulebook(kinds()).terms, "存款", "app", "爆雷", "处罚"]
    made = []
    for _ in range(count):
        parts = rng.choices(names, k=rng.choice((0, 1, 1, 1, 2, 2, 4, 7)))
        parts += rng.choices(terms, k=rng.randrange(7)) + rng.choices(JOINTS, k=rng.randrange(9))
        rng.shuffle(parts)
        made.append("".join(parts))
    return made


def spelt_out(matcher: Matcher, text: str) -> tuple[Attribution, ...]:
    """Attribute a text by all that speaks for each type, as explanations show it."""
    told = []
    for sighting, findings in matcher.explain(text):
        best = strongest(findings)
        if best is None:
            told.append(Attribution(sighting.subject, GENERAL, sighting.written))
            continue
        words = best.words
        span = f"{sighting.written}: {' '.join(words[:4])}"
        told.append(Attribution(sighting.subject, best.kind.id, span, "rule", " ".join(words)))
    return tuple(told)


def test_short_cuts_change_nothing() -> None:
    """What a batch comes to is what the explanation of each of its posts comes to."""
    matcher = Matcher(SUBJECTS, kinds())
    texts = posts(1500)
    slow = {place: told for place, text in enumerate(texts) if (told := spelt_out(matcher, text))}
    assert matcher.match(texts) == slow
    said = {one.crisis_type for told in slow.values() for one in told}
    assert len(said) > 20
    assert 100 < sum(len(told) > 1 for told in slow.values()) < len(slow) < len(texts)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_it_does_not_matter_what_else_is_in_the_batch(size: int) -> None:
    """A post is attributed alike in batches of any size, the learned opinion included."""
    matcher = Matcher(SUBJECTS, kinds(), opinion=SecondOpinion())
    texts = [*posts(400), "星河银行无法兑付，取不出钱", "今天去海川证券，提现困难，无法兑付"]
    whole = matcher.match(texts)
    parts = {
        at + place: told
        for at in range(0, len(texts), size)
        for place, told in matcher.match(texts[at : at + size]).items()
    }
    assert parts == whole
    assert {LEARNED, BOTH} <= {one.said_by for told in whole.values() for one in told}


def test_the_verdict_is_the_strongest_finding() -> None:
    """The type a post gets is the one that all findings give, and none holds below its share."""
    book = Rulebook(kinds())
    rng = random.Random(2)
    weak = 0
    for industry in sorted({kind.industry for kind in kinds()}):
        shares = book.shares(industry)
        bearing = sorted(book.bearing(industry))
        for _ in range(300):
            chosen = rng.sample(bearing, k=rng.randrange(1, 6))
            found = {number: [(7 * at, 7 * at + 2)] for at, number in enumerate(chosen)}
            best = book.verdict(industry, found)
            assert best == strongest(book.findings(industry, found))
            if sum(shares.get(number, 0.0) for number in chosen) < 1 - 1e-6:
                weak += 1
                assert best is None
    assert weak > 100


def test_types_without_a_threshold_are_not_passed_over() -> None:
    """A type that any of its words is enough for is found by the weakest of them."""
    kind = CrisisType("any", "任何", "banking", (("排队", 0.0), ("取钱", -1.0)), threshold=1e-9)
    assert set(Rulebook([kind]).shares("banking").values()) == {inf}
    matcher = Matcher(SUBJECTS, [kind])
    assert matcher.match(["星河银行排队"])[0] == spelt_out(matcher, "星河银行排队")


def test_two_spellings_of_a_name_are_one_mention() -> None:
    """A subject that lists a name in either case is attributed once."""
    (found,) = Matcher(SUBJECTS[2:3], ()).match(["用Sufu付款"])[0]
    assert (found.subject, found.crisis_type) == ("pay", GENERAL)


@pytest.mark.parametrize(
    ("text", "subject"),
    [("星河银行宝", "a"), ("银河星河宝", "c"), ("海星河", "d"), ("银行宝", "b")],
)
def test_of_two_names_that_overlap_the_longer_counts(text: str, subject: str) -> None:
    """The longer of two names wins on either side, the first of two equally long ones."""
    names = {
        "a": "星河银行",
        "b": "银行宝",
        "c": "河星河宝",
        "d": "海星",
        "e": "银河星",
        "f": "星河",
    }
    matcher = Matcher([Subject(one, name, "banking") for one, name in names.items()], ())
    assert [one.subject for one in matcher.match([text])[0]] == [subject]


def test_terms_of_rules_are_told_in_the_order_they_are_met() -> None:
    """Where several rules fire, the one whose first word comes first is told first."""
    rules = (("甲 & 丙", 1.0), ("乙 & 丁", 1.0))
    kind = CrisisType("kind", "某类", "banking", (), rules=rules)
    (found,) = Matcher(SUBJECTS, [kind]).match(["星河银行丙，乙，丁，甲"])[0]
    assert found.rules_fired == "丙 甲 乙 丁"

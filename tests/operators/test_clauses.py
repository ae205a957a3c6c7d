"""Two companies in one post: each answers for the clauses that are about it."""

from collections.abc import Sequence

import pytest

from operators.match import Matcher
from operators.model import CrisisType, Subject

BANK = Subject("bank", "星河银行", "banking", ("星河行",), competitors=("青林银行",))
BROKER = Subject("broker", "海川证券", "securities")
PHONE = Subject("phone", "联讯通信", "telecom")
DOWN, COSTS, CUT = "宕机", "手续费", "断网"
KINDS = tuple(
    CrisisType(kind, kind, industry, ((term, 1.0),))
    for industry in ("banking", "securities", "telecom")
    for kind, term in (("down", DOWN), ("costs", COSTS), ("cut", CUT))
)
MATCHER = Matcher([BANK, BROKER, PHONE], KINDS)


def told(text: str) -> dict[str, str]:
    """Return subject to crisis type for one text that has neighbours."""
    found = MATCHER.match(["😡无关", text, "无关"]).get(1, ())
    return {one.subject: one.crisis_type for one in found}


@pytest.mark.parametrize(
    ("text", "bank", "broker"),
    [
        # Each clause is about whom it names.
        ("星河银行宕机了，海川证券手续费太高", "down", "costs"),
        ("😡星 河*银行宕机 海川证券没事", "down", "general"),
        # A clause without a name is about whoever was named last.
        ("星河银行真行。宕机半天，没人管。海川证券还好", "down", "general"),
        ("海川证券还好，星河银行呢，又宕机", "down", "general"),
        # Before the first name it is about that one.
        ("又宕机了，说的就是星河银行，海川证券就没这事", "down", "general"),
        # Names side by side are told together.
        ("星河银行和海川证券都宕机了", "down", "down"),
        ("星河银行，海川证券，今天都宕机", "down", "down"),
        ("#星河银行# #海川证券# 宕机", "down", "down"),
        ("星河银行：宕机。海川证券：手续费1,000元", "down", "costs"),
        # 两家 takes in both; 也一样 and 还有 carry over, 也是老牌 does not.
        ("星河银行太慢，海川证券也慢，两家都宕机", "down", "down"),
        ("星河银行宕机，海川证券也一样", "down", "down"),
        ("星河银行宕机，还有海川证券", "down", "down"),
        ("星河银行宕机，连海川证券也是", "down", "down"),
        ("星河银行宕机，取不了钱。海川证券也是老牌，比较稳", "down", "general"),
        ("海川证券服务好。星河银行不行，一直都宕机", "down", "general"),
        ("海川证券好。星河银行宕机，客服都断网了，他们都没人管", "down", "general"),
        ("海川证券好。星河银行宕机，跑了两家网点，手续费高", "down", "general"),
        # Who speaks of another is not the one spoken of.
        ("海川证券：星河银行宕机", "down", "general"),
        ("据海川证券员工说，宕机的是星河银行", "down", "general"),
        # Whom one only compares with is not spoken of.
        ("除了海川证券，别的都宕机，说的就是星河银行", "down", "general"),
        ("宕机的不是海川证券，而是星河银行", "down", "general"),
        ("星河银行宕机，打算换到海川证券，手续费还高", "down", "general"),
        ("星河银行比不上海川证券，宕机", "down", "general"),
        ("星河银行乱来，比海川证券手续费还高", "costs", "general"),
        ("不像海川证券，星河银行手续费贵", "costs", "general"),
    ],
)
def test_each_answers_for_its_own_clauses(text: str, bank: str, broker: str) -> None:
    """Trouble of one company is not put down to another in the same post."""
    assert told(text) == {"bank": bank, "broker": broker}


def test_a_competitor_answers_for_itself() -> None:
    """What is said of a competitor that nobody watches is not said of the subject."""
    assert told("青林银行宕机了，星河银行没事") == {"bank": "general"}
    assert told("青林银行没事，星河银行宕机了") == {"bank": "down"}
    assert told("星河银行还行，青林银行宕机，两家都断网") == {"bank": "cut"}


def test_names_all_beside_the_point_are_spoken_of_after_all() -> None:
    """Where nobody else is named no trouble is lost."""
    assert told("除了星河银行，就数海川证券宕机")["broker"] == "down"
    assert told("不是星河银行，不是海川证券，都宕机") == {"bank": "down", "broker": "down"}


def test_one_company_answers_for_all_of_its_post() -> None:
    """With one name in it the whole post is about that one, far clauses included."""
    assert told("服务器炸了。星河行。真的。宕机") == {"bank": "down"}


def test_in_a_list_sentences_without_a_name_are_about_nobody() -> None:
    """Where many are gone through, what names none is put down to none."""
    four = Matcher([BANK, BROKER, PHONE, Subject("pay", "速付科技", "fintech")], KINDS)
    (found,) = four.match(
        ["星河银行稳。海川证券稳。速付科技稳。联讯通信断网。今天宕机真多"]
    ).values()
    assert {one.subject: one.crisis_type for one in found} == {
        "bank": "general",
        "broker": "general",
        "pay": "general",
        "phone": "cut",
    }


class Echo:
    """A learned opinion that remembers what it was asked."""

    triggers = ("停业",)
    industries = ("banking", "securities")

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    def ask(self, asked: Sequence[tuple[str, str, str]]) -> list[str]:
        """Answer down to everything."""
        self.asked += asked
        return ["down"] * len(asked)


def test_the_learned_opinion_is_asked_of_own_clauses() -> None:
    """The second opinion hears only what is said of the one it is asked about."""
    echo = Echo()
    matcher = Matcher([BANK, BROKER], KINDS, opinion=echo)
    (found,) = matcher.match(["星河银行停业，没人管。海川证券照常"]).values()
    assert echo.asked == [("星河银行停业，没人管", "星河银行", "banking")]
    assert [one.crisis_type for one in found] == ["down", "general"]


def test_a_flood_of_names_and_clauses_stays_cheap() -> None:
    """Hostile text full of names, breaks and terms is read in its own length."""
    text = "比星河银行，海川证券也一样，宕机" * 5_000
    assert told(text).keys() == {"bank", "broker"}
    assert told("星河银行海川证券" * 10_000 + "宕机") == {"bank": "down", "broker": "down"}
    many = Matcher([Subject(f"s{n}", f"第{n}银行", "banking") for n in range(2_000)], KINDS)
    (found,) = many.match(["，".join(f"第{n}银行" for n in range(2_000)) + "宕机"]).values()
    assert len(found) == 2_000

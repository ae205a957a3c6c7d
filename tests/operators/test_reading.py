"""Reading a micro-batch of stream entries."""

from collections.abc import Sequence

import orjson
import pytest

from operators.decode import DecodeRules, decode
from operators.match import Matcher
from operators.model import NEGATIVE, CrisisType, Mention, Rejected, Sentiment, Subject
from operators.reading import Entry, Reader, entry_name, entry_number, story_of

MS = 1_760_000_000_000
BANK = Subject("bank", "星河银行", "banking")
RUN = CrisisType("run", "挤兑", "banking", (("取不出", 1.0),))


class Scorer:
    """Finds everything negative and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> list[Sentiment]:
        """Score a batch."""
        self.asked += texts
        return [Sentiment(NEGATIVE, 0.9, 0.0) for _ in texts]


@pytest.fixture
def scorer() -> Scorer:
    """Score."""
    return Scorer()


@pytest.fixture
def reader(scorer: Scorer) -> Reader:
    """Read with the real decoder and matcher."""
    rules = DecodeRules()

    def decode_entry(raw: bytes, arrived_ms: int) -> Mention | Rejected:
        return decode(raw, arrived_ms, rules)

    return Reader(Matcher([BANK], [RUN]), scorer, decode_entry)


def entry(number: int, *fields: bytes) -> Entry:
    """Return a stream entry."""
    return f"{MS}-{number}".encode(), fields


def post(**fields: object) -> bytes:
    """Return the JSON of a mention."""
    return orjson.dumps({"platform": "weibo", "published_at": MS, "id": "a", **fields})


def test_reads_every_kind_of_entry(reader: Reader) -> None:
    """A batch gives one reading per entry, in order, whatever the entries are."""
    batch = reader.read(
        3,
        [
            entry(0, b"mention", post(text="星河银行取不出钱"), b"seq", b"p:1"),
            entry(1, b"mention", b"{not json"),
            entry(2, b"heartbeat", b""),
            entry(3, b"end", str(MS + 5).encode()),
            entry(4, b"mention", b"{", b"oversize", b"400000", b"seq", b"p:2"),
            entry(5, b"something", b"else"),
            entry(6, b"seq", b"p:3", b"mention", post(text="别的")),
        ],
    )
    kinds = [
        "mention" if one.mention else one.rejected.reason if one.rejected else one.end_ms
        for one in batch.readings
    ]
    assert kinds == ["mention", "not_json", 0, MS + 5, "too_large", "no_mention_field", "mention"]
    assert [one.seq for one in batch.readings if one.seq] == [b"p:1", b"p:2", b"p:3"]
    assert {one.arrived_ms for one in batch.readings} == {MS}
    assert batch.readings[2].heartbeat


def test_scores_only_what_counts(reader: Reader, scorer: Scorer) -> None:
    """Posts about nobody are not scored; a reply may inherit its subject, so its tone is."""
    batch = reader.read(
        0,
        [
            entry(0, b"mention", post(text="天气真好")),
            entry(1, b"mention", post(text="太过分了", root_id="r", id="b")),
            entry(2, b"mention", post(text="", root_id="r", id="c")),
            entry(3, b"mention", post(title="星河银行公告", text="正文", id="d")),
        ],
    )
    assert scorer.asked == ["太过分了", "星河银行公告\n正文"]
    assert [one.sentiment is None for one in batch.readings] == [True, False, True, False]
    assert [len(one.attributions) for one in batch.readings] == [0, 0, 0, 1]


def test_words_of_the_platform_are_no_words(reader: Reader, scorer: Scorer) -> None:
    """「转发微博」 is what Weibo writes for a repost without words, so it is not scored."""
    plain = post(text="转发微博", root_id="r", id="b")
    batch = reader.read(0, [entry(0, b"mention", plain), entry(1, b"mention", post(text="转发"))])
    assert scorer.asked == []
    assert [one.sentiment for one in batch.readings] == [None, None]


def test_entry_numbers_order_as_redis_does() -> None:
    """Ids become integers in the order of Redis, and back."""
    ids = [b"5-0", b"5-1", b"5-1048575", b"6-0", b"1760000000000-3"]
    numbers = [entry_number(one) for one in ids]
    assert numbers == sorted(numbers)
    assert [entry_name(number).encode() for number in numbers] == ids


def test_copies_of_a_story_are_equal() -> None:
    """Blanks, punctuation and emoji do not make another story; other words do."""
    assert story_of("星河银行：系统 维护公告！") == story_of("星河银行系统维护公告")
    assert story_of("星河银行系统维护公告") != story_of("星河银行系统升级公告")

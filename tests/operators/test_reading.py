"""Reading a micro-batch of stream entries."""

from collections.abc import Sequence

import orjson
import pytest

from operators.decode import DecodeRules, decode
from operators.match import Matcher
from operators.model import NEGATIVE, CrisisType, Mention, Rejected, Sentiment, Subject
from operators.reading import Entry, Reader, entry_name, entry_number, story_of
from operators.vectors import entry_numbers, identities

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
    return Reader(Matcher([BANK], [RUN]), scorer, DecodeRules())


def entry(number: int, *fields: bytes) -> Entry:
    """Return a stream entry."""
    return f"{MS}-{number}".encode(), fields


def body(**fields: object) -> dict[str, object]:
    """Return a mention as a producer would write it."""
    return {"platform": "weibo", "published_at": MS, "id": "a", **fields}


def post(**fields: object) -> bytes:
    """Return the JSON of a mention."""
    return orjson.dumps(body(**fields))


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
    others = {
        place: one.reason if isinstance(one, Rejected) else one
        for place, one in batch.others.items()
    }
    assert batch.places.tolist() == [0, 6]
    assert others == {1: "not_json", 2: 0, 3: MS + 5, 4: "too_large", 5: "no_mention_field"}
    assert [seq for seq in batch.seqs if seq] == [b"p:1", b"p:2", b"p:3"]
    assert {entry >> 20 for entry in batch.entries.tolist()} == {MS}
    assert [number for number, post in batch.posts.items() if post.attributions] == [0]


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
    tones = {number: post.sentiment is not None for number, post in batch.posts.items()}
    assert tones == {1: True, 2: False, 3: True}
    assert [len(post.attributions) for post in batch.posts.values()] == [0, 0, 1]
    assert batch.posts[1].root_key == batch.posts[2].root_key != 0


def test_words_of_the_platform_are_no_words(reader: Reader, scorer: Scorer) -> None:
    """「转发微博」 is what Weibo writes for a repost without words, so it is not scored."""
    plain = post(text="转发微博", root_id="r", id="b")
    batch = reader.read(0, [entry(0, b"mention", plain), entry(1, b"mention", post(text="转发"))])
    assert scorer.asked == []
    assert [post.sentiment for post in batch.posts.values()] == [None]


def test_tagging_friends_is_no_tone(reader: Reader, scorer: Scorer) -> None:
    """A repost that only names friends is its root passed on; naming the subject is more."""
    texts = ("@甲 @乙-丙_9 ", "@甲 转发微博", "@甲 太过分了", "@星河银行")
    batch = reader.read(
        0,
        [entry(n, b"mention", post(text=t, root_id="r", id=str(n))) for n, t in enumerate(texts)],
    )
    assert scorer.asked == ["@甲 太过分了", "@星河银行"]
    assert [post.sentiment is not None for post in batch.posts.values()] == [
        False,
        False,
        True,
        True,
    ]
    assert [len(post.attributions) for post in batch.posts.values()] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("text", "scored"),
    [
        ("早就不用了//@甲:星河银行骗子", "早就不用了"),
        ("回复@甲:谢谢提醒//@甲:星河银行骗子//@乙:真的", "谢谢提醒"),
        ("回复 @星河银行 ：到账了", "到账了"),
        ("[怒]／／＠甲：星河银行又宕机", "[怒]"),
        ("😡//@星河银行:公告", "😡"),
        ("转发微博//@甲:星河银行骗子", "转发微博//@甲:星河银行骗子"),
        ("@乙 //@甲:星河银行骗子", "@乙 //@甲:星河银行骗子"),
        ("！！！//@甲:星河银行骗子", "！！！//@甲:星河银行骗子"),
        ("//@甲:星河银行骗子", "//@甲:星河银行骗子"),
        ("扩散！！//@甲:星河银行骗子", "扩散！！//@甲:星河银行骗子"),
        ("Mark //@甲:星河银行骗子", "Mark //@甲:星河银行骗子"),
        ("扩散个鬼//@甲:星河银行骗子", "扩散个鬼"),
        ("星河银行 https://t.cn/a//b 看看", "星河银行 https://t.cn/a//b 看看"),
        ("星河银行不回复//太慢", "星河银行不回复//太慢"),
        ("#星河银行# 已回复@甲", "#星河银行# 已回复@甲"),
    ],
)
@pytest.mark.parametrize("thread", [{}, {"root_id": "r"}])
def test_own_words_settle_the_tone(
    reader: Reader, scorer: Scorer, text: str, scored: str, thread: dict[str, str]
) -> None:
    """The subject may come from quoted words; the tone only where nothing is said beside them."""
    batch = reader.read(0, [entry(0, b"mention", post(text=text, **thread))])
    assert scorer.asked == [scored]
    assert [one.subject for one in batch.posts[0].attributions] == ["bank"] * ("星河" in text)


def test_everything_is_kept_when_everything_is_stored(scorer: Scorer) -> None:
    """Posts about nobody are made into mentions when all mentions are stored, else not."""
    entries = [entry(n, b"mention", post(text="天气真好", id=str(n))) for n in range(3)]
    for keep_all in (True, False):
        reader = Reader(Matcher([BANK], [RUN]), scorer, DecodeRules(), keep_all=keep_all)
        assert len(reader.read(0, entries).posts) == (3 if keep_all else 0)
    assert scorer.asked == []


def test_columns_say_what_decoding_one_by_one_says(reader: Reader) -> None:
    """Well-behaved entries and odd ones in any mix give the same numbers as one alone."""
    stamps: list[object] = [
        "2025-10-09T08:53:20.123Z",
        "2025-10-09T16:53:20.000+08:00",
        "2025-10-09 16:53:19",
        MS // 1000,
        "2024-02-29T00:00:00.500Z",
        "2025-02-29T00:00:00.500Z",
        "2025-10-09T08:53:61.000Z",
        "2009-13-01T00:00:00.000Z",
        "2026-10-09T08:53:20.123Z",
        None,
    ]
    extras: list[dict[str, object]] = [
        {"counts": {"likes": "1.2万", "comments": 3}, "collected_at": MS},
        {"counts": {"likes": 5, "views": 9}, "collected_at": "2025-10-09T08:53:20.100Z"},
        {"id": "编号", "platform": "微博"},
        {"id": "x" * 60},
        {"id": "", "url": "https://example.com/1"},
        {"text": " ", "root_id": "r"},
        {"text": ""},
        {"platform": "No Such!"},
    ]
    bodies = [
        body(text="天气", id=f"{number}", published_at=stamp) | extra_body
        for number, (stamp, extra_body) in enumerate(
            (stamp, extra) for stamp in stamps for extra in [{}, *extras]
        )
    ]
    for some in (bodies, bodies[:1] * 50):
        raws = [orjson.dumps(body) for body in some]
        entries = [entry(number, b"mention", raw) for number, raw in enumerate(raws)]
        batch = Reader(Matcher([BANK], [RUN]), Scorer(), DecodeRules(), keep_all=True).read(
            0, entries
        )
        alone = [decode(raw, MS, DecodeRules()) for raw in raws]
        found: dict[int, object] = {
            place: made.mention
            for place, made in zip(batch.places.tolist(), batch.posts.values(), strict=True)
        }
        assert {**found, **batch.others} == dict(enumerate(alone))
        mentions = [one for one in alone if isinstance(one, Mention)]
        assert batch.published.tolist() == [one.published_ms for one in mentions]
        assert batch.collected.tolist() == [one.collected_ms for one in mentions]
        assert batch.views.tolist() == [one.views for one in mentions]
        grown = [one.likes + one.comments + one.reposts for one in mentions]
        assert batch.engagement.tolist() == grown
        keys = {(one.platform, one.id) for one in mentions}
        assert len(set(batch.keys.tolist())) == len(keys)


def test_identity_does_not_depend_on_its_neighbours() -> None:
    """A key has one hash, whether its column is in ASCII, long, or neither."""
    keys = ["weibo\0" + "1" * size for size in range(1, 60)] + ["weibo\0编号", "a", "b"]
    alone = [int(identities([key])[0]) for key in keys]
    assert identities(keys).tolist() == alone
    assert identities(keys[:30]).tolist() == alone[:30]
    assert len(set(alone)) == len(keys)


def test_personal_data_is_masked_before_it_is_matched(scorer: Scorer) -> None:
    """What is masked cannot be found, neither by the names of subjects nor by the scorer."""
    mail = Subject("mail", "xinghe@example.com", "banking")
    reader = Reader(Matcher([BANK, mail], [RUN]), scorer, DecodeRules())
    text = "写信到xinghe@example.com"
    batch = reader.read(
        0,
        [
            entry(0, b"mention", post(text=text, id="a")),
            entry(1, b"mention", post(text=f"星河银行，{text}", id="b")),
        ],
    )
    found = [one.subject for post in batch.posts.values() for one in post.attributions]
    assert found == ["bank"]
    assert scorer.asked == ["星河银行，写信到x****@example.com"]


def test_entry_numbers_order_as_redis_does() -> None:
    """Ids become integers in the order of Redis, and back."""
    ids = [b"5-0", b"5-1", b"5-1048575", b"6-0", b"1760000000000-3"]
    numbers = [entry_number(one) for one in ids]
    assert entry_numbers(ids).tolist() == numbers
    assert entry_numbers(ids[4:] * 50).tolist() == numbers[4:] * 50
    assert entry_numbers(ids * 50).tolist() == numbers * 50
    assert numbers == sorted(numbers)
    assert [entry_name(number).encode() for number in numbers] == ids


def test_copies_of_a_story_are_equal() -> None:
    """Blanks, punctuation and emoji do not make another story; other words do."""
    assert story_of("星河银行：系统 维护公告！") == story_of("星河银行系统维护公告")
    assert story_of("星河银行系统维护公告") != story_of("星河银行系统升级公告")

"""What people say in an hour: the same few posts are read, and what they say stands out."""

import pickle
from pathlib import Path

from flows.shelf import Shelf
from operators.model import BIN, HOUR, MINUTE
from operators.phrases_focus import focus_of, representatives
from operators.phrases_sample import FOLLOWED, QUIET, Background, Samples, Saying
from operators.stories_post import Marks, Told
from operators.talk import OpenTalk, OpenTalks, Talk, talk_of
from operators.windows import MinuteWindows, Piece
from tests.support.mentions import mention

T0 = 1_760_054_400_000 - 1_760_054_400_000 % HOUR
KEY = (False, "bank", "run")
TROUBLE = (
    "星河银行取不出钱了，支行门口排队",
    "今天去星河银行取不出钱，柜台说没有额度",
    "爸妈在星河银行的定期取不出钱，急死了",
    "又一个取不出钱的，星河银行给个说法",
    "星河银行取不出钱上热搜了",
    "我存的五万块星河银行取不出钱",
)
OTHER = (
    "星河银行客服电话永远打不通，转人工等了半小时",
    "星河银行客服电话打不通，换了三次都没人接听",
)
USUAL = ("网点新装修", "积分换电影票", "理财经理推荐基金", "信用卡额度", "招聘柜员", "大堂很凉快")


def saying(number: int, text: str, story: int = 0) -> Saying:
    """Return a post of the sample; each its own story unless told."""
    told = Told(T0 + number, "weibo", f"p{number}", number, -1, 0, False, 0, Marks())
    return Saying(number, story or number + 1000, text, told)


def test_phrases_stand_out_and_posts_stand_for_many() -> None:
    """The trouble comes first, without the subject's name; each kind of talk has its post."""
    texts = (*TROUBLE, *TROUBLE, *OTHER * 4)
    said = [saying(number, text) for number, text in enumerate(texts)]
    usual = [saying(100 + n, f"星河银行{text}") for n, text in enumerate(USUAL * 5)]
    focus = focus_of(T0 + 55 * 60_000, said, usual, ("星河银行",))
    assert focus is not None
    assert (focus.hour_ms, focus.step, focus.posts) == (T0, 60, 20)
    assert focus.phrases[0].text == "取不出钱"
    assert (focus.phrases[0].posts, focus.phrases[0].negative) == (12, 12)
    words = [said[int(one.id[1:])].text for one in focus.typical]
    assert any("取不出钱" in text for text in words)
    assert any("打不通" in text for text in words)
    assert len(set(words)) == len(words)
    assert sum(one.stands_for for one in focus.typical) <= len(said)


def test_copies_are_told_by_their_first_post() -> None:
    """Thirty copies are one thing people say, and the first of them stands for them."""
    copies = [saying(number, OTHER[0], story=7) for number in range(30)]
    rest = [[saying(100 + n, text)] for n, text in enumerate(TROUBLE)]
    first, *others = representatives([copies, *rest])
    assert (first.id, first.stands_for) == ("p0", 30)
    assert all(one.id not in {copy.told.id for copy in copies} for one in others)


def test_too_little_is_not_read() -> None:
    """Of four posts nothing is said; short ones and those that only tag stand for nobody."""
    assert focus_of(T0, [saying(n, TROUBLE[n]) for n in range(4)], [], ()) is None
    assert representatives([[saying(1, "嗯嗯")], [saying(2, "@甲乙丙 @丁-戊己_9 @庚辛壬癸")]]) == ()


def test_the_same_posts_are_read_however_they_arrived() -> None:
    """The sample of a minute does not depend on the batches its posts came in."""
    posts = [
        (Told(T0 + n, "weibo", f"p{n}", 7919 * n % 101, -1, 0, False, 0, Marks()), mention())
        for n in range(40)
    ]
    where = (*KEY, T0)
    parts = [talk_of(where, posts[start::3]) for start in (2, 0, 1)]

    def heard(*batches: list[Talk]) -> OpenTalk:
        windows = MinuteWindows(1)
        for talk in batches:
            windows.add(Piece(0, T0, T0, [], talk))
        resumed: MinuteWindows = pickle.loads(pickle.dumps(windows))
        [(key, said)] = resumed.talk(T0)
        assert key == KEY
        return said

    whole = heard([talk_of(where, posts)])
    assert heard(*([one] for one in parts)) == whole
    assert whole.posts == sorted(told for told, _mention in posts)
    assert [number for number, _text in whole.quotes] == sorted(one.key for one in whole.posts)[:5]


def test_open_minutes_are_written_once(tmp_path: Path) -> None:
    """A snapshot holds what was said since the one before; the rest is named, and comes back."""
    posts = [
        (Told(T0 + n, "weibo", f"p{n}", 7919 * n, -1, 0, False, 0, Marks()), mention())
        for n in range(400)
    ]
    shelf, open_talks = Shelf(tmp_path), OpenTalks()
    for minute, begin in ((0, 0), (1, 200)):
        where = (*KEY, T0 + minute * MINUTE)
        open_talks.add([talk_of(where, posts[begin : begin + 200])])
        assert len(shelf.dump(open_talks)) < 500
    assert len(list(tmp_path.iterdir())) == 2
    again: OpenTalks = Shelf(tmp_path).load(shelf.dump(open_talks))
    for minute, begin in ((0, 0), (1, 200)):
        [(key, said)] = again.hand_over(T0 + minute * MINUTE)
        assert (key, said) == (KEY, open_talks.hand_over(T0 + minute * MINUTE)[0][1])
        assert said.posts == [told for told, _mention in posts[begin : begin + 200]]
        kept: OpenTalks = pickle.loads(pickle.dumps(again))
        assert kept.hand_over(T0 + minute * MINUTE) == []


def test_an_hour_is_kept_and_a_day_of_the_usual() -> None:
    """Quiet keys keep less; the background is other talk, the subject's own first."""
    samples, background = Samples(), Background()
    other = (False, "other", "run")
    for number in range(25):
        at = T0 + number * BIN
        said = [saying(100 * number + n, "登不上") for n in range(40)]
        samples.hear(KEY, said, many=True)
        samples.hear(other, said, many=False)
        background.hear(at, KEY, said)
        samples.close(at)
    assert len(samples.hour(KEY)) == 12 * FOLLOWED
    assert len(samples.hour(other)) == 12 * QUIET
    assert background.usual(KEY) == []
    usual = background.usual((False, "bank", "outage"))
    assert {one.key // 1200 for one in usual} == {0, 1, 2}
    assert [one.key for one in usual if one.key >= 2400] == [*range(2400, 2432)]
    again: Samples = pickle.loads(pickle.dumps(samples))
    assert again.hour(KEY) == samples.hour(KEY)
    kept: Background = pickle.loads(pickle.dumps(background))
    assert kept.usual(other) == background.usual(other) == usual
    assert background.usual((True, "bank", "outage")) == []

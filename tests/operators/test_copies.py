"""Near-duplicates: what is the same story and what is not, whatever the batch it came in."""

import pickle

from hypothesis import given, settings
from hypothesis import strategies as st

from operators.copies import SHORTEST, sketches
from operators.stories import Stories
from operators.stories_post import Marks, Told

FIRST = "昨晚开始星河银行手机银行一直转圈登不上去，客服电话排队四十分钟也没人接，明天要还房贷怎么办"
TOUCHED = (
    "【求扩散】昨晚开始 星河银行 手机银行一直转圈登不上去！"
    "客服电话排队四十分钟也没人接，明天要还房贷怎么办啊"
)
OTHER = "星河银行这次理财到期说好的收益没有给到，我妈存了二十万进去，经理现在人都找不到了"


def tell(stories: Stories, name: str, text: str, subject: str = "bank") -> str:
    """Tell a post and return the story it tells, its own when it is too short."""
    [sketch] = sketches([text])
    told = Told(1, "weibo", name, hash(name) & 0xFFFF, -1, 100, False, 0, Marks(sketch=sketch))
    story = stories.tell(False, subject, "outage", told)
    return story.id if story else told.name


def test_touched_up_copy_tells_the_same_story() -> None:
    """Blanks, brackets and a word more at the ends do not make a new story."""
    stories = Stories()
    ids = [tell(stories, str(n), one) for n, one in enumerate([FIRST, TOUCHED, OTHER])]
    assert ids == ["weibo/0", "weibo/0", "weibo/2"]


def test_subjects_have_stories_of_their_own() -> None:
    """The same words about another company are another story."""
    stories = Stories()
    assert tell(stories, "1", FIRST) == "weibo/1"
    assert tell(stories, "2", FIRST, "other") == "weibo/2"
    assert tell(stories, "3", TOUCHED, "other") == "weibo/2"


def test_short_texts_are_nobodys_copy() -> None:
    """Three letters are alike by chance."""
    stories = Stories()
    short = "真的假的"
    assert len(short) < SHORTEST
    assert [tell(stories, str(n), short) for n in range(2)] == ["weibo/0", "weibo/1"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=300), max_size=12))
def test_sketch_does_not_depend_on_the_batch(texts: list[str]) -> None:
    """A text has one sketch, whoever its neighbours are: lone surrogates and emoji included."""
    assert sketches(texts) == [sketches([text])[0] for text in texts]


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    """A story that was told long ago starts anew; one told again and again is kept."""
    stories = Stories(room=20)
    many = [
        f"第{n}个故事{chr(0x4E00 + 37 * n) * 9}{chr(0x5E00 + 53 * n) * 9}完全不同"
        for n in range(200)
    ]
    for n, text in enumerate(many):
        tell(stories, f"filler-{n}", text)
    assert tell(stories, "again", many[0]) == "weibo/again"
    assert tell(stories, "late", many[199]) == "weibo/filler-199"


def test_memory_survives_a_snapshot() -> None:
    """The same post tells the same story after a resume, and its figures go on."""
    stories = Stories()
    tell(stories, "first", FIRST)
    again: Stories = pickle.loads(pickle.dumps(stories))
    assert tell(again, "second", TOUCHED) == "weibo/first"
    again = pickle.loads(pickle.dumps(again))
    [story] = again.changed()
    assert (story.posts, story.negative, story.authors, story.reach) == (2, 2, 2, 200)
    assert again.changed() == []

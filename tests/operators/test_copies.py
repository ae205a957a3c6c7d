"""Near-duplicates: what is the same story and what is not, whatever the batch it came in."""

import pickle

from hypothesis import given, settings
from hypothesis import strategies as st

from operators.copies import SHORTEST, Stories, sketches

FIRST = "昨晚开始星河银行手机银行一直转圈登不上去，客服电话排队四十分钟也没人接，明天要还房贷怎么办"
TOUCHED = (
    "【求扩散】昨晚开始 星河银行 手机银行一直转圈登不上去！"
    "客服电话排队四十分钟也没人接，明天要还房贷怎么办啊"
)
OTHER = "星河银行这次理财到期说好的收益没有给到，我妈存了二十万进去，经理现在人都找不到了"


def test_touched_up_copy_tells_the_same_story() -> None:
    """Blanks, brackets and a word more at the ends do not make a new story."""
    stories = Stories()
    ids = [stories.tell(str(n), one) for n, one in enumerate(sketches([FIRST, TOUCHED, OTHER]))]
    assert ids == ["0", "0", "2"]


def test_short_texts_are_nobodys_copy() -> None:
    """Three letters are alike by chance."""
    stories = Stories()
    short = "真的假的"
    assert len(short) < SHORTEST
    assert [stories.tell(str(n), one) for n, one in enumerate(sketches([short, short]))] == [
        "0",
        "1",
    ]


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
    for n, sketch in enumerate(sketches(many)):
        stories.tell(f"filler/{n}", sketch)
    assert stories.tell("again", sketches([many[0]])[0]) == "again"
    assert stories.tell("late", sketches([many[199]])[0]) == "filler/199"


def test_memory_survives_a_snapshot() -> None:
    """The same post tells the same story after a resume."""
    stories = Stories()
    stories.tell("first", sketches([FIRST])[0])
    again: Stories = pickle.loads(pickle.dumps(stories))
    assert again.tell("second", sketches([TOUCHED])[0]) == "first"

"""The stop-list: what is on it is no news about a subject, from the minute it was published."""

import pytest

from operators.model import DAY, HOUR, MINUTE
from operators.rulebook_bundle import no_news
from operators.rulebook_schedule import RulesChange, RulesEntry, change_of
from operators.stories_post import Marks, Told
from operators.talk import Talk
from operators.watch import Watch, WatchRules
from operators.windows import Cell, CellKey, Piece
from tests.support.rule_books import XINGHE, bundle

T0 = 1_760_000_000_000 - 1_760_000_000_000 % DAY
ONSET = T0 + DAY
SUBJECT = XINGHE.id
SAID = (
    "在星河银行排队三小时取不出钱，#吐槽大会#",
    "今天又取不出钱，客服说系统升级，#吐槽大会#",
    "老人家的养老钱取不出钱急死人，#吐槽大会#",
    "柜台让回家等通知，取不出钱，#吐槽大会#",
)


def change(at_ms: int, *stop_words: str) -> RulesChange:
    """Return what shards hear of rules published at an instant."""
    return change_of(RulesEntry(at_ms << 20, "v"), bundle(stop_words=stop_words))


def phrases(*stop_words: str, published: tuple[RulesChange, ...] = ()) -> set[str]:
    """Watch a burst of posts, and list the phrases of its first hour."""
    names = no_news([XINGHE], stop_words)
    watch = Watch(WatchRules(partitions=1, names=names))
    first = CellKey(False, SUBJECT, "general", "weibo", T0, T0)
    watch.feed([Piece(0, T0, T0 + MINUTE, [(first, Cell(mentions=1, neutral=1))])])
    cells, talks = [], []
    for minute in range(60):
        at = ONSET + minute * MINUTE
        numbers = range(minute * 4, minute * 4 + 4)
        posts = [
            Told(at, "weibo", f"p{n}", n, -1, 0, False, n + 1, Marks(author=n + 1)) for n in numbers
        ]
        quotes = [(n, f"{SAID[n % 4]}{chr(0x4E00 + n)}") for n in numbers]
        cells.append((CellKey(False, SUBJECT, "run", "weibo", at, at), Cell(4, negative=4)))
        talks.append(Talk(False, SUBJECT, "run", at, posts, quotes))
    watch.feed([Piece(0, T0, ONSET, cells, talks, published)])
    out = watch.feed([Piece(0, T0, ONSET + HOUR, [])])
    return {one.text for stat in out.bins if stat.focus for one in stat.focus.phrases}


def test_stop_words_stand_in_no_phrase() -> None:
    """A word on the list is not told, the trouble beside it is."""
    assert any("吐槽" in phrase for phrase in phrases())
    told = phrases("吐槽大会")
    assert not any("吐槽" in phrase for phrase in told)
    assert any("取不出" in phrase for phrase in told)


@pytest.mark.parametrize(("published_at", "told"), [(ONSET, False), (ONSET + HOUR, True)])
def test_a_published_list_holds_from_its_minute(published_at: int, *, told: bool) -> None:
    """What was published before the hour ends is heeded, in place of the list at start."""
    found = phrases("取不出钱", published=(change(published_at, "吐槽大会"),))
    assert any("吐槽" in phrase for phrase in found) is told
    assert any("取不出" in phrase for phrase in found) is not told


def test_later_lists_take_over_one_by_one() -> None:
    """The last list of a minute holds, one of a later minute waits; the names go with them."""
    early = tuple(change(ONSET + n, word) for n, word in enumerate(("甲", "吐槽大会")))
    late = change(ONSET + 2 * HOUR, "乙")
    found = phrases(published=(*early, late))
    assert not any("吐槽" in phrase for phrase in found)
    assert early[0].no_news == {SUBJECT: ("星河银行", "星河", "甲")}

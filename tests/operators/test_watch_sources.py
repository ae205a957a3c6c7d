"""What one post can do, where a story goes, and what a key's bin holds beside counts."""

from operators.detectors.influential_source import InfluentialSource
from operators.model import BIN, DAY, GENERAL, HOUR, MINUTE
from operators.season import Season
from operators.voices import Voice, heard, loudest
from operators.watch import Watch, Watched, WatchRules
from operators.windows import Cell, CellKey, Piece
from tests.support.mentions import mention

T0 = 1_760_054_400_000 - 1_760_054_400_000 % DAY


def voice(**fields: int | str) -> Voice:
    """Return a negative post of a nobody, unless the fields say otherwise."""
    usual = Voice(0, T0, "weibo", "v", "", 0, -1)
    return Voice(**{**usual._asdict(), **fields})


def told(source: InfluentialSource, one: Voice, minute: int = T0, *, named: bool = True) -> str:
    """Return why a post counts, or nothing."""
    return ",".join(each.reason for each in source.update([one], minute, 5_000_000, named=named))


def test_top_tiers_need_no_followers() -> None:
    """One negative post of a regulator or central medium is enough, whatever the trouble."""
    source = InfluentialSource({})
    assert told(source, voice(tier="regulator"), named=False) == "regulator"
    assert told(source, voice(tier="central_media")) == "central_media"
    assert told(source, voice(tier="media")) == ""
    assert told(source, voice(tier="regulator", polarity=0)) == ""


def test_large_accounts_count_where_a_crisis_rule_fired() -> None:
    """An account counts when it names trouble in words of its own, a smaller one never."""
    source = InfluentialSource({})
    assert told(source, voice(followers=6_000_000)) == "followers"
    assert told(source, voice(followers=6_000_000), named=False) == ""
    assert told(source, voice(followers=4_999_999)) == ""
    assert told(source, voice(followers=6_000_000, tier="influencer")) == "followers"
    assert told(source, voice(followers=6_000_000, tier="official")) == ""
    assert told(source, voice(followers=6_000_000, own=False)) == ""


def test_hot_lists_are_told_of_on_entry_and_on_climbing() -> None:
    """Entry fires; a place or two up does not; a third up does; after a day it is an entry."""
    source = InfluentialSource({})
    places = [told(source, voice(rank=rank, polarity=0), T0) for rank in (30, 28, 20, 19, 5)]
    assert places == ["hotlist", "", "hotlist", "", "hotlist"]
    assert told(source, voice(rank=40, polarity=0), T0 + 2 * DAY) == "hotlist"
    assert told(InfluentialSource({}), voice(rank=3, polarity=0), named=False) == ""


def test_the_crowd_is_not_kept() -> None:
    """Posts of small accounts are no voices; of many, ranked ones and lists are kept first."""
    assert heard(mention(followers=500), -1) == []
    assert len(heard(mention(followers=200_000), -1)) == 1
    assert heard(mention(kind="hotlist", rank=7), 0)[0].rank == 7
    many = [voice(id=str(n), followers=n + 1_000_000) for n in range(80)]
    kept = loudest([*many, voice(id="r", tier="regulator"), voice(id="h", rank=2)])
    assert len(kept) == 50
    assert [one.id for one in kept[:2]] == ["h", "r"]
    assert loudest(list(reversed(many))) == loudest(many)


def cell(negative: int) -> Cell:
    """Return so many negative posts."""
    return Cell(mentions=negative, negative=negative)


def feed(watch: Watch, at: int, platforms: dict[str, int], kind: str = "run") -> Watched:
    """Let a bin hold negative posts by platform."""
    cells = [
        (CellKey(False, "bank", kind, name, at, at), cell(count))
        for name, count in platforms.items()
    ]
    return watch.feed([Piece(0, T0, at + BIN, cells)])


def test_a_bin_names_its_top_platform() -> None:
    """The platform with the most negative posts in the hour stands in the bin and the signal."""
    watch = Watch(WatchRules(1))
    feed(watch, T0, {"weibo": 1})
    out = feed(watch, T0 + DAY, {"weibo": 30, "zhihu": 10})
    assert (out.bins[-1].top_platform, out.bins[-1].top_platform_1h) == ("weibo", 30)
    surge = next(one for one in out.signals if one.detector == "volume_surge")
    assert (surge.top_platform, surge.top_share) == ("weibo", 0.75)
    assert surge.explanation == (
        "最近1小时负面提及 40 条，平时不足 1 条（近1日平均），"
        "高于该主体近期 99.5% 的时段；其中微博 75%"
    )


def test_a_story_that_travels_is_told_of_once_a_platform() -> None:
    """Platforms of the outbreak are no news; one reached later is, and only once."""
    watch = Watch(WatchRules(1))
    feed(watch, T0, {"weibo": 1}, GENERAL)
    reached = []
    for number in range(12):
        late = {"douyin": 8} if number >= 6 else {}
        out = feed(watch, T0 + DAY + number * BIN, {"weibo": 30, "zhihu": 10, **late})
        reached += [(one.rule, number) for one in out.signals if one.detector == "cross_platform"]
    assert reached == [("douyin", 6)]


def test_season_follows_the_hours_all_keys_share() -> None:
    """After two days the busy hours have a larger factor than the quiet ones; before, none."""
    season = Season("day")
    for at in range(T0, T0 + 3 * DAY, BIN):
        busy = 8 * HOUR <= at % DAY < 16 * HOUR
        if at < T0 + 2 * DAY:
            assert season.factor(at) == 1
        season.update(at, 30.0 if busy else 3.0)
    assert season.factor(T0 + 3 * DAY + 9 * HOUR) > 1.5
    assert season.factor(T0 + 3 * DAY + 2 * HOUR) < 0.6
    assert Season("none").factor(T0 + MINUTE) == 1

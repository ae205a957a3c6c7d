"""Feeds: a platform or stream that stopped raises a data alarm; a slow one is left alone."""

import pickle

from operators.feeds import Arrivals, Feeds, FeedState
from operators.model import DAY, MINUTE

T0 = 1_780_243_200_000


def batch(minute: int, counts: dict[str, int], partition: int = 0) -> Arrivals:
    """Return what one stream brought in a minute; a heartbeat when it is nothing."""
    at = T0 + minute * MINUTE
    return Arrivals(partition, at + 1, {(at, platform): n for platform, n in counts.items()})


def run(feeds: Feeds, begin: int, end: int, every: dict[str, int]) -> list[FeedState]:
    """Let each platform speak once every so many minutes; return what was told."""
    told = []
    for minute in range(begin, end):
        spoke = {name: 3 for name, gap in every.items() if minute % gap == 0}
        told += feeds.feed([batch(minute, spoke)])
    return told


def states(told: list[FeedState], platform: str) -> list[str]:
    """Return the states of a platform in order, repetitions left out."""
    found: list[str] = []
    for one in told:
        if one.platform == platform and one.state not in found[-1:]:
            found.append(one.state)
    return found


def test_a_platform_that_stops_is_told_of() -> None:
    """A busy feed that stops is silent after minutes and dead after a quarter of an hour."""
    feeds = Feeds(1)
    assert states(run(feeds, 0, 300, {"weibo": 1, "news": 1}), "weibo") == ["live"]
    told = run(feeds, 300, 360, {"news": 1})
    assert states(told, "weibo") == ["live", "silent", "dead"]
    dead = next(one for one in told if one.state == "dead")
    assert 15 * MINUTE <= dead.silent_ms <= 16 * MINUTE
    assert states(told, "news") == ["live"]
    assert states(run(feeds, 360, 370, {"weibo": 1}), "weibo") == ["dead", "live"]


def test_a_slow_platform_is_judged_by_its_own_gaps() -> None:
    """Ninety minutes of silence are nothing for a feed that speaks every hour."""
    feeds = Feeds(1)
    run(feeds, 0, 48 * 60, {"zhihu": 60, "weibo": 1})
    assert states(run(feeds, 2880, 2970, {"weibo": 1}), "zhihu") == ["live"]


def test_nobody_is_judged_before_they_are_known() -> None:
    """A feed of few posts has no usual gap yet, so its silence is no alarm."""
    feeds = Feeds(1)
    told = run(feeds, 0, 10, {"weibo": 1, "douyin": 5}) + run(feeds, 10, 200, {"weibo": 1})
    assert states(told, "douyin") == ["live"]
    assert next(one for one in told if one.platform == "douyin").usual_gap_ms == 0


def test_time_is_that_of_the_slowest_stream() -> None:
    """Nothing is judged past what every stream has told, heartbeats included."""
    feeds = Feeds(2)
    assert feeds.feed([batch(30, {"weibo": 1}, partition=0)]) == []
    told = feeds.feed([batch(10, {}, partition=1)])
    assert max((one.minute for one in told), default=T0) <= T0 + 10 * MINUTE


def test_a_long_pause_is_passed_over() -> None:
    """After a month without an entry only its last day is gone through, and it is dead then."""
    feeds = Feeds(1)
    run(feeds, 0, 300, {"weibo": 1})
    told = feeds.feed([Arrivals(0, T0 + 30 * DAY, {})])
    assert len(told) <= 2 * DAY // (5 * MINUTE) + 20
    assert told[-1].state == "dead"
    assert told[-1].mentions_1h == 0


def test_pauses_are_passed_over_with_posts_behind_them() -> None:
    """Posts years apart, read in one go, are judged a day before each, not minute by minute."""
    feeds = Feeds(1)
    far = {(T0 + month * 30 * DAY, "weibo"): 1 for month in range(40)}
    told = feeds.feed([Arrivals(0, T0 + 1200 * DAY, far)])
    assert len(told) <= 41 * (DAY // (5 * MINUTE) + 2)
    assert told[-1].usual_gap_ms == 30 * DAY
    assert states(told, "weibo") == ["live"]


def test_the_usual_gap_is_that_of_the_last_gaps() -> None:
    """A feed that became busy two thousand gaps ago is judged as a busy one."""
    feeds = Feeds(1)
    run(feeds, 0, 2400, {"weibo": 60, "news": 1})
    told = run(feeds, 2400, 2400 + 2010, {"weibo": 1, "news": 1})
    assert [one for one in told if one.platform == "weibo"][-1].usual_gap_ms == MINUTE


def test_resumed_feeds_judge_alike() -> None:
    """A snapshot in the middle changes nothing of what is told."""
    straight = Feeds(1)
    whole = run(straight, 0, 400, {"weibo": 2, "news": 7})
    resumed = Feeds(1)
    told = run(resumed, 0, 150, {"weibo": 2, "news": 7})
    resumed = pickle.loads(pickle.dumps(resumed))
    assert told + run(resumed, 150, 400, {"weibo": 2, "news": 7}) == whole

"""Threshold rules: platforms, source tiers, hot lists, hold and clear values, other rules live."""

from dataclasses import replace
from typing import Any

from operators.model import BIN, DAY, HOUR, MINUTE, Signal
from operators.rules import ThresholdRule
from operators.voices import Voice
from operators.watch import Watch, WatchRules
from operators.windows import Cell, CellKey, Piece

T0 = 1_760_054_400_000 - 1_760_054_400_000 % DAY


class Desk:
    """A watch with some threshold rules, told of one key minute by minute."""

    def __init__(self, *rules: ThresholdRule) -> None:
        self.watch = Watch(WatchRules(1, thresholds=rules, refractory_ms=0))
        self.at = T0
        self.signals: list[Signal] = []

    def minute(self, cell: Cell | None = None, platform: str = "weibo", times: int = 1) -> None:
        """Let the next minutes hold a cell."""
        for _ in range(times):
            key = CellKey(False, "bank", "run", platform, self.at, self.at)
            cells = [(key, cell.copy())] if cell else []
            self.at += MINUTE
            self.signals += self.watch.feed([Piece(0, T0, self.at, cells)]).signals

    @property
    def fired(self) -> list[Signal]:
        """Return the signals of threshold rules."""
        return [one for one in self.signals if one.detector == "threshold"]


def rule(**parts: Any) -> ThresholdRule:
    """Return a rule: five negative posts in an hour, unless the parts say otherwise."""
    usual = ThresholdRule("r", "negative", HOUR, 5.0, file="tingfeng.yaml", line=7)
    return replace(usual, **parts)


BAD = Cell(mentions=2, negative=2)
GOOD = Cell(mentions=2, neutral=2)


def test_fires_at_its_minute_and_is_named_with_its_file() -> None:
    """The rule fires with the minute that reaches it; signal and sentence name rule and file."""
    desk = Desk(rule())
    desk.minute(BAD, times=4)
    assert [one.decided_ms for one in desk.fired] == [T0 + 3 * MINUTE]
    assert desk.fired[0].rule == "r (tingfeng.yaml:7)"
    assert "规则 r (tingfeng.yaml:7) 的阈值 5" in desk.fired[0].explanation


def test_share_needs_its_least_number_of_posts() -> None:
    """A share is not tested below ``min_mentions``."""
    desk = Desk(rule(measure="negative_share", at_least=0.5, min_mentions=10))
    desk.minute(BAD, times=4)
    assert desk.fired == []
    desk.minute(BAD)
    assert len(desk.fired) == 1


def test_platform_is_looked_at_alone() -> None:
    """What is said elsewhere does not count for a rule of one platform."""
    desk = Desk(rule(platform="zhihu"))
    desk.minute(BAD, times=10)
    assert desk.fired == []
    desk.minute(BAD, "zhihu", times=3)
    assert len(desk.fired) == 1


def test_tier_counts_its_own_posts() -> None:
    """A rule for media counts posts of media, not those of the crowd."""
    desk = Desk(rule(tier="media", at_least=2.0))
    desk.minute(BAD, times=5)
    assert desk.fired == []
    for number in range(2):
        voice = Voice(5000, desk.at, "weibo", f"m{number}", "media", 0, -1)
        desk.minute(Cell(mentions=1, negative=1, voices=[voice]))
    assert [one.observed for one in desk.fired] == [2.0]
    assert "媒体负面提及 2" in desk.fired[0].explanation


def test_rank_fires_when_it_is_high_enough() -> None:
    """The best place on a hot list fires at ``at_most``, and anew only after it was well off."""
    desk = Desk(rule(measure="rank", at_least=0.0, at_most=10, window_ms=BIN))

    def listed(rank: int) -> Cell:
        voice = Voice(0, desk.at, "weibo", "topic", "", rank, 0)
        return Cell(mentions=1, neutral=1, voices=[voice])

    for rank in (30, 12, 9, 3):
        desk.minute(listed(rank))
        desk.minute(times=5)
    assert [one.observed for one in desk.fired] == [9.0]
    assert "热榜最高第 9 位" in desk.fired[0].explanation
    desk.minute(listed(25))
    desk.minute(times=5)
    desk.minute(listed(8))
    assert [one.observed for one in desk.fired] == [9.0, 8.0]


def test_holds_before_it_fires() -> None:
    """A rule that asks for ten minutes fires when they are over, also without further posts."""
    desk = Desk(rule(hold_ms=10 * MINUTE))
    desk.minute(BAD, times=3)
    desk.minute(times=5)
    assert desk.fired == []
    desk.minute(times=10)
    assert len(desk.fired) == 1
    assert 10 * MINUTE <= desk.fired[0].decided_ms - (T0 + 3 * MINUTE) <= 15 * MINUTE


def test_what_did_not_hold_does_not_fire() -> None:
    """A measure that fell below the limit in between starts holding from the beginning."""
    desk = Desk(rule(window_ms=BIN, hold_ms=10 * MINUTE))
    desk.minute(BAD, times=3)
    desk.minute(times=30)
    assert desk.fired == []


def test_clears_at_its_own_value() -> None:
    """It fires again only once the measure was below ``clear_below``."""
    desk = Desk(rule(window_ms=BIN, clear_below=3.0))
    desk.minute(BAD, times=4)
    desk.minute(GOOD, times=3)
    desk.minute(BAD, times=3)
    assert len(desk.fired) == 1
    desk.minute(GOOD, times=6)
    desk.minute(BAD, times=3)
    assert len(desk.fired) == 2


def test_other_rules_from_a_minute_on() -> None:
    """A rule set put in at a watermark minute decides from that minute on, not before."""
    desk = Desk()
    desk.watch.replace_thresholds((rule(),), T0 + 10 * MINUTE)
    desk.minute(BAD, times=10)
    assert desk.fired == []
    desk.minute(BAD)
    assert [one.decided_ms for one in desk.fired] == [T0 + 11 * MINUTE]


def test_resumed_with_other_settings() -> None:
    """After a stop the rules of the settings as they are now hold."""
    desk = Desk(rule())
    desk.watch.resume(WatchRules(1, thresholds=(rule(id="new"),)))
    desk.minute(BAD, times=4)
    assert [one.rule for one in desk.fired] == ["new (tingfeng.yaml:7)"]

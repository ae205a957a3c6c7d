"""The contract of every detector: quiet when nothing happens, fires on its scene, resumes alike.

A new module in `operators/detectors/` needs a line in ``SCENES``.
"""

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from operators.model import BIN, DAY, HOUR, MINUTE, Signal
from operators.report.names import DETECTORS
from operators.rules import ThresholdRule
from operators.voices import Voice
from operators.watch import BinStat, Watch, WatchRules
from operators.windows import Cell, CellKey, Piece

ROOT: Final = Path(__file__).parents[2]
START: Final = 1_760_000_100_000 - 1_760_000_100_000 % HOUR
ONSET: Final = START + 3 * DAY
END: Final = ONSET + 3 * HOUR
RULE: Final = ThresholdRule("many", "negative", HOUR, 40, file="tingfeng.yaml", line=7)

Scene: TypeAlias = Callable[[int], dict[str, Cell]]
"""What is said about one key in the bin that starts at a time, by platform."""


def posts(mentions: int, negative: int) -> Cell:
    """Return a bin with so many posts, of which so many are negative."""
    return Cell(mentions=mentions, negative=negative, neutral=mentions - negative)


def silence(_at: int) -> dict[str, Cell]:
    """Return nothing: nobody says anything."""
    return {}


def chatter(_at: int) -> dict[str, Cell]:
    """Return a steady 120 posts an hour, one in five negative."""
    return {"weibo": posts(10, 2)}


def outburst(at: int) -> dict[str, Cell]:
    """Return silence, then sixty negative posts every five minutes."""
    return {"weibo": posts(60, 60)} if at >= ONSET else {}


def souring(at: int) -> dict[str, Cell]:
    """Return as many posts as ever, eight in ten of them negative from the onset on."""
    return {"weibo": posts(10, 8 if at >= ONSET else 2)}


def ramp(at: int) -> dict[str, Cell]:
    """Return two, then three, then eight negative posts every five minutes, two hours each."""
    negative = 2 + (at >= ONSET - 3 * HOUR) + 5 * (at >= ONSET - HOUR)
    return {"weibo": posts(10 + negative, negative)}


def regulator(at: int) -> dict[str, Cell]:
    """Return chatter and, at the onset, one negative post of an account millions follow."""
    if at != ONSET:
        return {"weibo": posts(10, 2)}
    voice = Voice(8_000_000, at, "weibo", "8", "", 0, -1)
    return {"weibo": Cell(mentions=1, negative=1, reach=voice.followers, voices=[voice])}


def travelling(at: int) -> dict[str, Cell]:
    """Return an outburst on one platform that reaches another after twenty minutes."""
    found = outburst(at)
    return found | {"zhihu": posts(6, 6)} if at >= ONSET + 4 * BIN else found


SCENES: Final[dict[str, Scene]] = {
    "volume_surge": outburst,
    "negative_share": souring,
    "threshold": outburst,
    "acceleration": ramp,
    "influential_source": regulator,
    "cross_platform": travelling,
}
"""Detector to a scene on which it must fire."""


def pieces(scene: Scene) -> Iterator[Piece]:
    """Yield the scene as one partition sends it, bin by bin, with the watermark behind it."""
    for at in range(START, END, BIN):
        cells = [
            (CellKey(False, "xinghe_bank", "system_outage", platform, at, at), cell)
            for platform, cell in scene(at).items()
        ]
        yield Piece(0, START, at + BIN, cells)


def played(
    scene: Scene, *, resumed_at: int = 0, refractory_ms: int = 6 * HOUR
) -> tuple[list[Signal], list[BinStat]]:
    """Play a scene; with ``resumed_at``, through a snapshot taken at that time."""
    watch = Watch(WatchRules(1, refractory_ms=refractory_ms, thresholds=(RULE,)))
    signals: list[Signal] = []
    bins: list[BinStat] = []
    for piece in pieces(scene):
        if resumed_at and piece.watermark_ms == resumed_at:
            watch = pickle.loads(pickle.dumps(watch))
        closed = watch.feed([piece])
        signals += closed.signals
        bins += closed.bins
    return signals, bins


def fired(detector: str) -> list[Signal]:
    """Return the signals of a detector on its own scene."""
    signals, _ = played(SCENES[detector])
    return [signal for signal in signals if signal.detector == detector]


def test_every_detector_has_a_scene_and_a_name() -> None:
    """No detector is left out, and each has the Chinese name the report shows."""
    modules = {path.stem for path in (ROOT / "operators/detectors").glob("[a-z]*.py")}
    assert set(SCENES) == modules
    assert set(DETECTORS) == modules


@pytest.mark.parametrize("scene", [silence, chatter])
def test_nothing_fires_when_nothing_happens(scene: Scene) -> None:
    """Three days of silence, and of steady chatter, raise no signal at all."""
    signals, _ = played(scene)
    assert signals == []


@pytest.mark.parametrize("detector", SCENES)
def test_it_fires_on_its_scene_and_not_before(detector: str) -> None:
    """It fires within an hour of the onset, never earlier, and says so in a sentence."""
    first = fired(detector)[0]
    assert ONSET < first.decided_ms <= ONSET + HOUR
    assert first.decided_ms % MINUTE == 0
    assert first.score >= first.threshold
    assert any(sign.isdigit() for sign in first.explanation)
    assert first.subject == "xinghe_bank"


@pytest.mark.parametrize("detector", SCENES)
@pytest.mark.parametrize("resumed_at", [ONSET - DAY, ONSET + BIN, ONSET + HOUR])
def test_a_resumed_detector_decides_alike(detector: str, resumed_at: int) -> None:
    """Before, at and after the onset a snapshot changes no signal, id or score.

    Without a refractory time, so that it cannot hide what a detector forgot.
    """
    scene = SCENES[detector]
    straight = played(scene, refractory_ms=0)
    assert played(scene, resumed_at=resumed_at, refractory_ms=0) == straight


@pytest.mark.parametrize("detector", SCENES)
def test_it_keeps_still_after_it_fired(detector: str) -> None:
    """Three hours of the same trouble are one signal, within the refractory time of six hours."""
    assert len(fired(detector)) == 1

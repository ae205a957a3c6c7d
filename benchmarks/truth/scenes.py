"""The truth: who is spoken of how much, when trouble really starts, and what only looks like it.

Every key has a base rate that follows the hours of the day in Shanghai and the days of the week,
with a gamma-distributed factor an hour on top, so that it is rougher than Poisson. Incidents add
negative posts from an exact minute on; decoys add what is no trouble.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from operators.model import MINUTE

START_MS: Final = 1_780_243_200_000
"""Monday 2026-06-01 00:00 in Shanghai, before which nothing is known."""
DAYS: Final = 10
MINUTES: Final = DAYS * 1440
RATES: Final = (1, 3, 30, 300, 3_000, 30_000, 144_000, 1_440_000)
"""Mentions a day a key usually has: one a day to a thousand a minute."""
SHAPES: Final = ("step", "ramp", "growing", "fading", "slow")
DECOYS: Final = ("attention", "wire copies", "praise", "few", "night to noon")
PLATFORMS: Final = ("weibo", "douyin", "heimao")
_HOURS: Final = np.array(
    [4, 3, 2, 2, 2, 3, 5, 8, 10, 12, 12, 12, 13, 11, 11, 11, 11, 12, 13, 14, 15, 14, 10, 6], float
)
_WEEK: Final = np.array([1.0, 1.05, 1.05, 1.05, 1.1, 0.75, 0.7])

Counts = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A real incident of a key; times in minutes from the start."""

    onset: int
    length: int
    shape: str
    timing: str
    peak: float
    """Negative posts a minute at its height."""


@dataclass(frozen=True, slots=True)
class KeyScene:
    """One key: its rate, and what happens to it."""

    subject: str
    crisis_type: str
    per_day: float
    share: float
    troubles: tuple[Trouble, ...] = ()
    decoy: str = ""
    decoy_at: int = 0
    new: bool = False
    """Never heard of before its incident."""


@dataclass(frozen=True, slots=True)
class Played:
    """Counts of one key by minute: negative posts, others, and copies of one article."""

    scene: KeyScene
    negative: Counts
    others: Counts
    copies: Counts
    usual: NDArray[np.float64]
    """Negative posts a minute that are usual then."""


def shape_of(trouble: Trouble) -> NDArray[np.float64]:
    """Return negative posts a minute from the onset on."""
    at = np.arange(trouble.length) / trouble.length
    if trouble.shape == "step":
        form = np.where(at < 0.7, 1.0, (1 - at) / 0.3)
    elif trouble.shape == "ramp":
        form = np.minimum(1, np.arange(1, trouble.length + 1) / 20) * (1 - at) ** 0.5
    elif trouble.shape == "growing":
        form = np.minimum(1, 0.2 * 2 ** (np.arange(trouble.length) / 15)) * (1 - at) ** 0.5
    elif trouble.shape == "fading":
        form = 2.0 ** (-np.arange(trouble.length) / 45)
    else:
        form = np.minimum(1, (np.arange(trouble.length) / (0.8 * trouble.length)) ** 2)
    return trouble.peak * form


def rhythm() -> NDArray[np.float64]:
    """Return how many times its mean rate a key has, minute by minute; 1 on average."""
    minutes = np.arange(MINUTES)
    factor = _HOURS[minutes // 60 % 24] / _HOURS.mean() * _WEEK[minutes // 1440 % 7]
    factors: NDArray[np.float64] = factor / factor.mean()
    return factors


def scenes(seed: int) -> list[KeyScene]:
    """Return all keys of the truth set."""
    rng = np.random.default_rng(seed)
    found: list[KeyScene] = []
    for rate in RATES:
        for shape in SHAPES:
            for timing in ("day", "night", "weekend"):
                found.append(_troubled(rng, f"s{len(found)}", rate, shape, timing))
    found += [
        _troubled(rng, f"new{n}", 0, SHAPES[n % 5], timing)
        for n, timing in enumerate(("day", "night", "weekend", "day", "night", "weekend"))
    ]
    for number in range(6):
        # Two kinds of trouble of one subject, the second an hour into the first.
        one = _troubled(rng, f"both{number}", 300, SHAPES[number % 4], "day")
        first = one.troubles[0]
        later = Trouble(first.onset + 60, 180, "step", "day", 2 * first.peak)
        other = KeyScene(one.subject, "privacy", 300, one.share, (later,))
        found += [one, other]
    for rate in (30, 3_000, 144_000):
        for decoy in DECOYS:
            at = int(rng.integers(4, DAYS - 1)) * 1440 + int(rng.integers(540, 1200))
            share = float(rng.uniform(0.1, 0.3))
            found.append(
                KeyScene(f"d{len(found)}", "outage", rate, share, decoy=decoy, decoy_at=at)
            )
    found += [
        KeyScene(f"q{number}", "outage", rate, float(rng.uniform(0.1, 0.3)))
        for number, rate in enumerate(RATES * 4)
    ]
    return found


def _troubled(
    rng: np.random.Generator, subject: str, rate: float, shape: str, timing: str
) -> KeyScene:
    share = float(rng.uniform(0.1, 0.3))
    hour = {"day": 9, "night": 1, "weekend": 12}[timing]
    day = int(rng.choice([5, 6] if timing == "weekend" else [3, 4, 7, 8]))
    onset = day * 1440 + hour * 60
    onset += int(rng.integers(0, 240))
    base = rate * share / 1440
    times = float(rng.choice([6, 10, 30]))
    peak = max(times * 2.0 * base, float(rng.choice([4, 8, 20])))
    length = 480 if shape == "slow" else int(rng.integers(120, 360))
    trouble = Trouble(onset, length, shape, timing, peak)
    return KeyScene(subject, "outage", rate, share, (trouble,), new=rate == 0)


def play(all_scenes: list[KeyScene], seed: int) -> Iterator[Played]:
    """Draw the counts of every key."""
    factor = rhythm()
    for number, scene in enumerate(all_scenes):
        rng = np.random.default_rng((seed, number))
        rough = np.repeat(rng.gamma(10, 0.1, MINUTES // 60), 60)
        usual = scene.per_day / 1440 * factor
        negative = rng.poisson(usual * rough * scene.share)
        others = rng.poisson(usual * rough * (1 - scene.share))
        copies = np.zeros(MINUTES, np.int64)
        for trouble in scene.troubles:
            added = shape_of(trouble)
            span = slice(trouble.onset, trouble.onset + trouble.length)
            negative[span] += rng.poisson(added)
            others[span] += rng.poisson(0.4 * added)
        if scene.decoy:
            _deceive(rng, scene, negative, others, copies)
        yield Played(scene, negative, others, copies, usual * scene.share)


def _deceive(
    rng: np.random.Generator, scene: KeyScene, negative: Counts, others: Counts, copies: Counts
) -> None:
    span = slice(scene.decoy_at, scene.decoy_at + 120)
    base = max(scene.per_day / 1440, 0.5)
    if scene.decoy == "attention":
        # Ten times the posts, in the usual mixture.
        negative[span] += rng.poisson(10 * base * scene.share * 0.9, 120)
        others[span] += rng.poisson(10 * base * (1 - scene.share * 0.9), 120)
    elif scene.decoy == "wire copies":
        copies[span] += rng.poisson(3.0, 120)
    elif scene.decoy == "praise":
        others[span] += rng.poisson(20 * base, 120)
    elif scene.decoy == "few":
        negative[scene.decoy_at : scene.decoy_at + 6] += 1
    else:
        for day in range(MINUTES // 1440):
            noon = slice(day * 1440 + 660, day * 1440 + 780)
            negative[noon] += rng.poisson(base * scene.share, 120)
            others[noon] += rng.poisson(base * (1 - scene.share), 120)


def is_fast(played: Played, trouble: Trouble) -> bool:
    """Tell whether the first ten minutes hold 20 negative posts and five times the usual."""
    span = slice(trouble.onset, trouble.onset + 10)
    count = int(played.negative[span].sum())
    return count >= 20 and count >= 5 * float(played.usual[span].sum())


def at_ms(minute: int) -> int:
    """Return the instant of a minute of the set."""
    return START_MS + minute * MINUTE

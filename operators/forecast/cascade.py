"""One original post and what was posted under it: what its first minutes say about its growth.

Features are of shares, of times and of the shape of the tree, so that they mean the same for small
and for large cascades. Nothing later than the moment of the forecast is read, and none of the
counts a platform shows on the original: a crawler took those at the end.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from operators.forecast.regress import Array
from operators.model import DAY, HOUR

SHANGHAI_MS: Final = 8 * HOUR
_LONG_TEXT: Final = 140
_HOURS: Final = 24


class Reply(NamedTuple):
    """A repost or comment: ``age_ms`` after the original, under ``parent`` (a post's id)."""

    age_ms: int
    id: str
    parent: str
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Cascade:
    """An original and its replies in order of time."""

    id: str
    published_ms: int
    followers: int
    verified: bool
    replies: tuple[Reply, ...]

    def count(self, age_ms: int) -> int:
        """Count the replies up to an age."""
        return sum(reply.age_ms <= age_ms for reply in self.replies)


@dataclass(frozen=True, slots=True)
class Clock:
    """How busy each hour of the day is (Asia/Shanghai); the mean is 1."""

    busy: tuple[float, ...] = (1.0,) * _HOURS

    @classmethod
    def of(cls, instants: Iterable[int]) -> "Clock":
        """Learn it from posts; a thousand posts of an even day are mixed in."""
        counts = Counter((at + SHANGHAI_MS) // HOUR % _HOURS for at in instants)
        total = sum(counts.values()) + 1000
        return cls(tuple((counts[h] + 1000 / _HOURS) * _HOURS / total for h in range(_HOURS)))

    def between(self, start_ms: int, end_ms: int) -> float:
        """Return the time between two instants in hours of average activity."""
        return self._since_start(end_ms) - self._since_start(start_ms)

    def _since_start(self, at: int) -> float:
        days, rest = divmod(at + SHANGHAI_MS, DAY)
        hour, part = divmod(rest, HOUR)
        return days * sum(self.busy) + sum(self.busy[:hour]) + self.busy[hour] * part / HOUR


def features(cascade: Cascade, clock: Clock, age_ms: int) -> dict[str, float]:
    """Describe a cascade by what is there at ``age_ms``; needs three replies by then."""
    seen = [reply for reply in cascade.replies if reply.age_ms <= age_ms]
    ages = np.array([reply.age_ms for reply in seen], dtype=np.float64) / age_ms
    return {
        **_pace(ages),
        **_tree(cascade.id, seen),
        **_voices(seen, age_ms),
        **_day(cascade.published_ms, age_ms, clock, ages),
        "followers": math.log(cascade.followers + 1),
        "per_follower": math.log(len(seen)) - math.log(cascade.followers + 100),
        "verified": float(cascade.verified),
    }


def matrix(cascades: Sequence[Cascade], clock: Clock, age_ms: int) -> Array:
    """Return one row of features a cascade."""
    return np.array([list(features(one, clock, age_ms).values()) for one in cascades])


def _pace(ages: Array) -> dict[str, float]:
    """Tell when replies came; ``ages`` are fractions of the time observed, ascending."""
    count = len(ages)
    twelfths = np.histogram(ages, bins=12, range=(0.0, 1.0))[0]
    quarters = twelfths.reshape(4, 3).sum(axis=1) + 1
    steps = (1 / 12, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 5 / 6)
    pace = {
        f"by_{step:.2f}": math.log((ages <= step).sum() + 1) - math.log(count) for step in steps
    }
    for step in steps[:3] + steps[4:5]:
        last = (ages > 1 - step).sum()
        pace[f"last_{step:.2f}"] = math.log(last + 0.5) - math.log(count + 0.5)
    for half_life in (1 / 6, 1 / 2, 3 / 2):
        pace[f"recent_{half_life:.2f}"] = math.log(np.mean(0.5 ** ((1 - ages) / half_life)))
    gap = math.log(np.median(np.diff(ages[count // 2 - 1 :])) * 3600 + 1)
    return pace | {
        "size": math.log(count),
        "mean": float(ages.mean()),
        "deviation": float(ages.std()),
        **{f"quantile_{q}": float(np.quantile(ages, q)) for q in (0.25, 0.5, 0.75, 0.9)},
        "since_last": math.log(1 - ages[-1] + 0.01),
        "first": math.log(ages[0] + 0.003),
        "early": math.log(quarters[1] / quarters[0]),
        "middle": math.log(quarters[2] / quarters[1]),
        "late": math.log(quarters[3] / quarters[2]),
        "busy_twelfths": float((twelfths > 0).mean()),
        "peak_twelfth": int(twelfths.argmax()) / 12,
        "peak_share": float(twelfths.max() / count),
        "gap": gap,
        "gap_by_size": gap + math.log(count),
    }


def _tree(root: str, seen: list[Reply]) -> dict[str, float]:
    """Tell how deep and how wide the tree of replies is."""
    depth: dict[str, int] = {}
    children: Counter[str] = Counter()
    for reply in seen:
        depth[reply.id] = depth.get(reply.parent, 0) + 1
        children[reply.parent] += 1
    direct = children.pop(root, 0) + children.pop("", 0)
    widest = max(children.values(), default=0)
    return {
        "direct": direct / len(seen),
        "depth": sum(depth.values()) / len(depth),
        "deepest": math.log(max(depth.values())),
        "widest": math.log(1 + widest),
        "widest_share": widest / len(seen),
    }


def _voices(seen: list[Reply], age_ms: int) -> dict[str, float]:
    """Tell who speaks, and with how many words; over all and over the later half of the time."""
    lately = [reply for reply in seen if reply.age_ms > age_ms // 2] or seen

    def length(some: list[Reply]) -> float:
        return sum(min(len(one.text), _LONG_TEXT) for one in some) / len(some) / 50

    def wordless(some: list[Reply]) -> float:
        return sum(not one.text for one in some) / len(some)

    return {
        "authors": len({reply.author for reply in seen}) / len(seen),
        "wordless": wordless(seen),
        "wordless_lately": wordless(lately),
        "length": length(seen),
        "length_lately": length(lately),
        "asking": sum("?" in one.text or "？" in one.text for one in seen) / len(seen),
        "chained": sum("//@" in one.text for one in seen) / len(seen),
    }


def _day(published_ms: int, age_ms: int, clock: Clock, ages: Array) -> dict[str, float]:
    """Tell what the hour of the day means for the hours to come."""
    now = published_ms + age_ms
    angle = 2 * math.pi * ((now + SHANGHAI_MS) % DAY) / DAY
    coming = [clock.between(now + h * HOUR, now + (h + 1) * HOUR) for h in range(_HOURS - 1)]
    day = {
        "sin": math.sin(angle),
        "cos": math.cos(angle),
        "sin_half": math.sin(2 * angle),
        "cos_half": math.cos(2 * angle),
        "busy_before": clock.between(published_ms, now),
        "busy_3h": sum(coming[:3]),
        "busy_6h": sum(coming[:6]),
        "busy_12h": sum(coming[:12]),
    }
    # Attention that decays by a power of its age and follows the hours of the day.
    for power in (0.5, 1.0, 1.5):
        weight = sum(busy * (h + 1.5) ** -power for h, busy in enumerate(coming))
        day[f"decayed_{power}"] = weight
        for part in (1 / 4, 1 / 2):
            lately = max(clock.between(now - int(part * age_ms), now), 1e-3)
            rate = ((ages > 1 - part).sum() + 0.5) / lately
            day[f"expected_{power}_{part}"] = math.log(1 + rate * weight / len(ages))
    return day

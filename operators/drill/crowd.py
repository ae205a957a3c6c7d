"""Who writes, and what their posts earn: authors with few or many followers, engagement counts."""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any, Final

from operators.drill.scenario import Manners, Platform
from operators.drill.templates import Slots

Payload = dict[str, Any]
"""A mention in wire format, as JSON would carry it."""

_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_PAIRS: Final = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_PRIME: Final = 1_000_003
_TABLE: Final = 4096
_WAN: Final = 10_000
_LOUD: Final = 1.5
"""Authors are drawn with this exponent, so that a few of them write most."""

SHORTENED: Final = frozenset({"weibo", "douyin", "xiaohongshu", "wechat"})
"""Platforms that show counts above ten thousand as "1.2万"."""


def wheel(weights: Mapping[str, float], size: int = 400) -> tuple[str, ...]:
    """Lay weights out as a tuple from which a uniform draw has those weights."""
    total = sum(weights.values())
    laid: list[str] = []
    for value, weight in weights.items():
        if weight > 0:
            laid += [value] * max(1, round(size * weight / total))
    return tuple(laid)


class Crowd:
    """Authors of every platform; who they are depends on the random source alone."""

    def __init__(
        self, platforms: Iterable[Platform], manners: Manners, slots: Slots, rng: Random
    ) -> None:
        self._authors: dict[str, list[Payload]] = {}
        self._official: dict[tuple[str, str], Payload] = {}
        for platform in platforms:
            names = manners.names.get(platform.id) or manners.names["common"]
            lines = [slots.line(name) for name in names]
            self._authors[platform.id] = [
                self._author(platform, number, lines[int(rng.random() * len(lines))].say(rng), rng)
                for number in range(platform.authors)
            ]

    @staticmethod
    def _author(platform: Platform, number: int, name: str, rng: Random) -> Payload:
        followers = int(35 * rng.paretovariate(0.62))
        verified = platform.formal or (followers > 20_000 and rng.random() < 0.5)
        return {
            "id": f"{platform.id[0]}{number * 7919 % 9_999_991 + 1_000_000}",
            "name": name,
            "followers": min(followers, 9_000_000),
            "verified": verified,
        }

    def someone(self, platform: str, rng: Random) -> Payload:
        """Choose an author of the platform, busy ones more often."""
        authors = self._authors[platform]
        return authors[int(len(authors) * rng.random() ** _LOUD)]

    def known(self, platform: str, name: str, followers: int, verified: bool) -> Payload:
        """Return an author whom the scenario names."""
        key = (platform, name)
        if key not in self._official:
            self._official[key] = {
                "id": f"{platform[0]}9{len(self._official):06d}",
                "name": name,
                "followers": followers,
                "verified": verified,
            }
        return self._official[key]


class Counts:
    """Engagement with a heavy tail, written as the platform writes it."""

    def __init__(self, rng: Random) -> None:
        self._table = [int(rng.paretovariate(0.95)) - 1 for _ in range(_TABLE)]

    def first(self, platform: str, followers: int, viewed: bool, rng: Random) -> dict[str, int]:
        """Count what a post has earned when it is first collected."""
        table = self._table
        likes = table[int(rng.random() * _TABLE)] + int(followers * rng.random() * 0.0004)
        counts = {
            "likes": likes,
            "comments": likes * int(rng.random() * 40) // 100,
            "reposts": likes * int(rng.random() * 30) // 100,
        }
        if viewed:
            counts["views"] = 20 + likes * 60 + int(rng.random() * 300)
        return counts

    def grown(self, counts: Mapping[str, int], rng: Random) -> dict[str, int]:
        """Count what it has earned some time later: never less, mostly more."""
        factor = 1.2 + 6 * rng.random() ** 3
        return {name: int(value * factor) + int(rng.random() * 9) for name, value in counts.items()}


def shown(counts: Mapping[str, int], platform: str) -> dict[str, int | str]:
    """Write counts as the platform shows them."""
    if platform not in SHORTENED:
        return dict(counts)
    return {name: _short(value) if value >= _WAN else value for name, value in counts.items()}


def _short(value: int) -> str:
    if value >= 10 * _WAN:
        return f"{value // _WAN}万+"
    return f"{value / _WAN:.1f}万"


def mention_id(platform: str, number: int) -> str:
    """Return an id of the platform, different for every number below 55 ** 6."""
    size = len(_PAIRS)
    rest, low = divmod((number + 1) * _PRIME % size**3, size)
    high, middle = divmod(rest, size)
    return f"{platform[0].upper()}{_PAIRS[high]}{_PAIRS[middle]}{_PAIRS[low]}"

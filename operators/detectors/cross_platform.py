"""Cross-platform spread: trouble that is known on one platform reaches another.

Fires on a key that is being followed, when a platform that did not carry the story yet holds at
least five negative posts in an hour, and three times what is usual for it.
"""

from typing import Final, NamedTuple

import msgspec

THRESHOLD: Final = 1.0
_LEAST: Final = 5
_OVER_USUAL: Final = 3.0
_HALF_LIFE_BINS: Final = 2016


class Reach(NamedTuple):
    """A platform the story has come to, its negative posts in an hour, and what is usual."""

    platform: str
    negative: int
    usual: float
    score: float


class CrossPlatform(msgspec.Struct, array_like=True):
    """One key: who carries the story now, and negative posts an hour that are usual by platform."""

    carried: set[str] = set()
    usual: dict[str, tuple[float, int]] = {}

    def update(self, platforms: dict[str, int], t: int, *, followed: bool) -> list[Reach]:
        """Take in negative posts by platform of the hour that ends with bin ``t``."""
        if not followed:
            self.carried.clear()
            for platform in {*self.usual, *platforms}:
                level, last = self.usual.get(platform, (0.0, t - _HALF_LIFE_BINS))
                level *= 2.0 ** (-(t - last) / _HALF_LIFE_BINS)
                share = 1 - 2 ** (-1 / _HALF_LIFE_BINS)
                self.usual[platform] = (level + share * platforms.get(platform, 0), t)
            return []
        reached = []
        for platform in sorted(set(platforms) - self.carried):
            usual = self.usual.get(platform, (0.0, 0))[0]
            negative = platforms[platform]
            least = max(_LEAST, _OVER_USUAL * usual)
            if negative >= least:
                reached.append(Reach(platform, negative, usual, negative / least))
        first = not self.carried
        self.carried.update(one.platform for one in reached)
        return [] if first else reached

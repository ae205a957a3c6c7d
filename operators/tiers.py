"""What a post weighs: who says it, where, and how much it is taken up (信源等级与帖文权重).

weight = tier x platform x index / index of a post nobody answered, so an ordinary post without any
engagement weighs 1. The index is the simplified BCI, a published index of accounts, applied to
a single post. Reach is followers added up: potential, never actual.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

ORDINARY: Final = "ordinary"
OFFICIAL: Final = "official"
REGULATOR: Final = "regulator"
TOP_TIERS: Final = ("regulator", "central_media")
"""Tiers of which a single post can change the level of an incident at once."""
RANKS: Final = (
    "regulator", "central_media", "media", "official", "influencer", "verified", "ordinary",
)  # fmt: skip
"""Ids of the tiers that are judged by, the highest first."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A class of sources; an account is in it by name, by the end of its name, or by followers."""

    id: str
    name: str
    weight: float
    names: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    min_followers: int = 0
    needs_verified: bool = False

    def holds(self, author: str, followers: int, *, verified: bool, open_platform: bool) -> bool:
        """Tell whether an account is in this tier."""
        if self.min_followers:
            return followers >= self.min_followers
        if self.needs_verified and not verified:
            return False
        if not self.names and not self.endings:
            return True
        named = author in self.names or (bool(self.endings) and author.endswith(self.endings))
        return named and (verified or not open_platform)


@dataclass(frozen=True, slots=True)
class SourceTiers:
    """Tiers from the highest down, the weight of platforms, and where names can be taken."""

    tiers: tuple[Tier, ...]
    platforms: Mapping[str, float] = field(default_factory=dict)
    open_platforms: frozenset[str] = frozenset()
    version: str = ""
    _plain: tuple[tuple[Tier, int, bool], ...] = field(init=False, repr=False, compare=False)
    _names: frozenset[str] = field(init=False, repr=False, compare=False)
    _endings: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put aside what tells at a glance that an account has no name anybody knows."""
        plain = tuple(
            (tier, tier.min_followers, tier.needs_verified)
            for tier in self.tiers
            if not (tier.names or tier.endings)
        )
        names = frozenset(name for tier in self.tiers for name in tier.names)
        endings = tuple(dict.fromkeys(end for tier in self.tiers for end in tier.endings))
        object.__setattr__(self, "_plain", plain)
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "_endings", endings)

    def tier_of(self, platform: str, author: str, followers: int, *, verified: bool) -> Tier:
        """Return the first tier an account is in."""
        if author not in self._names and not author.endswith(self._endings):
            for tier, least, needs_verified in self._plain:
                if followers >= least if least else verified or not needs_verified:
                    return tier
        open_platform = platform in self.open_platforms
        return next(
            tier
            for tier in self.tiers
            if tier.holds(author, followers, verified=verified, open_platform=open_platform)
        )

    def with_accounts(self, names: Iterable[str]) -> "SourceTiers":
        """Return the tiers with the subjects' own accounts among the official ones."""
        return replace(
            self,
            tiers=tuple(
                replace(tier, names=tier.names.union(names)) if tier.id == OFFICIAL else tier
                for tier in self.tiers
            ),
        )

    def rank(self, tier_id: str) -> int:
        """Return the place of a tier, 0 the highest; unknown ones come last."""
        return next((n for n, tier in enumerate(self.tiers) if tier.id == tier_id), len(self.tiers))


def bci(reposts: int, comments: int, likes: int) -> float:
    """Return the engagement index of one post, 22.2 without any engagement.

    (0.2 ln(posts+1) + 0.8 (0.4 ln(reposts+1) + 0.4 ln(comments+1) + 0.2 ln(likes+1))) x 160 with
    posts = 1: the simplified BCI (微博传播力指数), as selectdataset.com quotes it from the data
    registry of Zhejiang.

    >>> round(bci(0, 0, 0), 1), round(bci(1000, 500, 3000), 1)
    (22.2, 899.2)
    """
    spread = 0.4 * math.log1p(reposts) + 0.4 * math.log1p(comments) + 0.2 * math.log1p(likes)
    return (_ALONE + 0.8 * spread) * 160


@lru_cache(maxsize=1 << 14)
def bci_of(reposts: int, comments: int, likes: int) -> float:
    """Return `bci`; most posts have the counts of another."""
    return bci(reposts, comments, likes)


_ALONE: Final = 0.2 * math.log(2)


def weight(tier: Tier, platform_weight: float, index: float) -> float:
    """Return what a post weighs beside an ordinary one without engagement."""
    return tier.weight * platform_weight * index / (_ALONE * 160)

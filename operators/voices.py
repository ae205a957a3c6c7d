"""Posts that weigh by who says them: large accounts, ranked sources, hot-search lists."""

from typing import Final, NamedTuple

from operators.model import Mention

LEAST_FOLLOWERS: Final = 100_000
"""Accounts below this are never told apart from the crowd; rules ask for more."""
ORDINARY_TIERS: Final = ("", "ordinary", "verified")
PASSED_ON: Final = ("repost", "comment")
_KEPT: Final = 50


class Voice(NamedTuple):
    """One post worth a look by itself; ``rank`` is its place on a hot list, 0 on none."""

    followers: int
    published_ms: int
    platform: str
    id: str
    tier: str
    rank: int
    polarity: int
    own: bool = True
    """It speaks for itself, and does not pass on or answer what another said."""

    @property
    def name(self) -> str:
        """Return ``platform/id``, as rows name a mention."""
        return f"{self.platform}/{self.id}"


def heard(mention: Mention, polarity: int, tier: str = "") -> list[Voice]:
    """Return the post as a voice, or nothing when it is one of the crowd."""
    rank = mention.rank if mention.kind == "hotlist" else 0
    if not rank and tier in ORDINARY_TIERS and mention.followers < LEAST_FOLLOWERS:
        return []
    return [
        Voice(
            mention.followers,
            mention.published_ms,
            mention.platform,
            mention.id,
            tier,
            rank,
            polarity,
            mention.kind not in PASSED_ON,
        )
    ]


def loudest(voices: list[Voice]) -> list[Voice]:
    """Keep at most fifty, hot lists and ranked sources first, whatever the order of arrival."""
    return sorted(
        set(voices),
        key=lambda one: (not one.rank, one.tier in ORDINARY_TIERS, -one.followers, one[1:]),
    )[:_KEPT]

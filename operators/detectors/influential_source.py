"""Influential source: one post can be enough, by who says it or by where it is listed.

Fires at the next watermark minute on a negative post of a ranked source (regulator, central media),
on one that media or a large account above a follower threshold wrote itself where a crisis rule
fired (passing on what others say is no news), and when the trouble enters a hot-search list or
climbs a third of the way up it.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from operators.model import DAY, NEGATIVE
from operators.voices import Voice

THRESHOLD: Final = 1.0
TOP_TIERS: Final = ("regulator", "central_media")
LISTED: Final = "hotlist"
FOLLOWERS: Final = "followers"
_CROWD: Final = ("official", "verified", "ordinary")
"""Tiers whose followers are no audience of news."""
_CLIMB: Final = 2 / 3
_FORGOTTEN_MS: Final = DAY


class Heard(NamedTuple):
    """Why a post counts: a tier, ``followers`` or ``hotlist``; and its place before, 0 for none."""

    reason: str
    voice: Voice
    score: float
    rank_before: int = 0


class InfluentialSource(msgspec.Struct, array_like=True):
    """Places of one key on hot lists: platform to the best place told and when (ms)."""

    places: dict[str, tuple[int, int]] = {}

    def update(
        self, voices: Iterable[Voice], minute: int, least_followers: int, *, named: bool
    ) -> list[Heard]:
        """Take a minute in; return at most one post per reason, the loudest.

        ``named`` tells whether a crisis rule fired for the key: a large account that is merely
        cross is none of our concern, nor is a listing without trouble.
        """
        found: dict[str, Heard] = {}
        for voice in voices:
            heard = self._judge(voice, minute, least_followers, named=named)
            if heard is not None and heard.reason not in found:
                found[heard.reason] = heard
        return [found[reason] for reason in sorted(found)]

    def _judge(
        self, voice: Voice, minute: int, least_followers: int, *, named: bool
    ) -> Heard | None:
        if voice.rank:
            return self._listed(voice, minute) if named or voice.polarity == NEGATIVE else None
        if voice.polarity != NEGATIVE:
            return None
        if voice.tier in TOP_TIERS:
            return Heard(voice.tier, voice, 1.0)
        if not named or voice.tier in _CROWD or not voice.own:
            return None
        if voice.followers >= least_followers:
            return Heard(FOLLOWERS, voice, voice.followers / least_followers)
        return None

    def _listed(self, voice: Voice, minute: int) -> Heard | None:
        told, at = self.places.get(voice.platform, (0, 0))
        if told and minute - at > _FORGOTTEN_MS:
            told = 0
        if told and voice.rank > told * _CLIMB:
            self.places[voice.platform] = (told, minute)
            return None
        self.places[voice.platform] = (voice.rank, minute)
        return Heard(LISTED, voice, told / voice.rank if told else 1.0, told)

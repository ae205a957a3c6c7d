"""What the detectors found in a minute or bin, put into the words and numbers of a signal."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from operators.baseline import Hour, Totals
from operators.detectors import (
    acceleration,
    cross_platform,
    influential_source,
    negative_share,
    volume_surge,
)
from operators.detectors.cross_platform import Reach
from operators.detectors.influential_source import Heard
from operators.detectors.negative_share import wilson_lower
from operators.detectors.threshold import Reached
from operators.explain import (
    ramp_sentence,
    share_sentence,
    spread_sentence,
    surge_sentence,
    threshold_sentence,
    voice_sentence,
)
from operators.model import BIN, GENERAL, HOUR, MINUTE, Evidence
from operators.talk import Key
from operators.watch_key import Finding, KeyState

_Z_NAMED: Final = 1.64
_SHARE_ENOUGH: Final = 0.4
"""Negative share of an hour, at its lower bound, that counts as trouble whatever is usual."""
_BINS_AN_HOUR: Final = HOUR // BIN


@dataclass(frozen=True, slots=True)
class Closing:
    """One key in the bin that closes, with what the banks knew of it before."""

    key: Key
    state: KeyState
    totals: Totals
    hour: Hour
    expected: float
    days: int
    usual_share: float
    unusual: bool


class Run(NamedTuple):
    """Where the sequential test of the negative share is."""

    score: float
    negative: int
    mentions: int
    bins: int


def surge(one: Closing, bin_ms: int, score: float, least: int) -> Finding | None:
    """Return a volume surge that means trouble, with at least ``least`` negative posts an hour."""
    hour = one.hour.totals
    if score < volume_surge.THRESHOLD or hour.negative < least or not _more_negative(one):
        return None
    usual = one.expected * _BINS_AN_HOUR
    percentile = 1 - volume_surge.SHIPPED.quantile
    platform, most = one.hour.top
    share = most / hour.negative if hour.negative else 0.0
    return Finding(
        "volume_surge",
        bin_ms + BIN - HOUR,
        bin_ms + BIN,
        score,
        float(hour.negative),
        usual,
        volume_surge.THRESHOLD,
        surge_sentence(hour.negative, usual, one.days, percentile, platform, share),
        percentile=percentile,
        baseline_days=one.days,
    )


def share(one: Closing, bin_ms: int, run: Run) -> Finding | None:
    """Return a negative-share surge over the run it was found in."""
    if run.score < negative_share.THRESHOLD:
        return None
    minutes = run.bins * (BIN // MINUTE)
    return Finding(
        "negative_share",
        bin_ms + BIN - run.bins * BIN,
        bin_ms + BIN,
        run.score,
        run.negative / run.mentions,
        one.usual_share,
        negative_share.THRESHOLD,
        share_sentence(run.negative, run.mentions, one.usual_share, minutes),
        baseline_days=one.days,
    )


def ramp(one: Closing, bin_ms: int, score: float, steps: list[int]) -> Finding | None:
    """Return an acceleration over the three steps of two hours."""
    if score < acceleration.THRESHOLD or not _more_negative(one):
        return None
    end = bin_ms + BIN
    usual = 2 * one.expected * _BINS_AN_HOUR
    return Finding(
        "acceleration",
        end - acceleration.HOURS * HOUR,
        end,
        score,
        float(steps[2]),
        usual,
        acceleration.THRESHOLD,
        ramp_sentence(steps[0], steps[1], steps[2], usual),
        baseline_days=one.days,
    )


def threshold(reached: Reached, end: int) -> Finding:
    """Return a threshold rule that was reached, named with its file."""
    rule, totals, value = reached
    return Finding(
        "threshold",
        end - rule.window_ms,
        end,
        value,
        value,
        0.0,
        rule.limit,
        threshold_sentence(rule, totals, value),
        rule=rule.where,
    )


def voice(heard: Heard, minute: int) -> Finding:
    """Return a post that is enough by itself; it is the first of the evidence."""
    said = heard.voice
    post = Evidence(said.followers // 100, said.published_ms, said.platform, said.id)
    return Finding(
        "influential_source",
        minute,
        minute + MINUTE,
        heard.score,
        float(said.rank or said.followers),
        float(heard.rank_before),
        influential_source.THRESHOLD,
        voice_sentence(heard),
        rule=heard.reason,
        tier=said.tier,
        evidence=(post,),
    )


def spread(one: Closing, reach: Reach, end: int) -> Finding:
    """Return a further platform the story has come to."""
    others = one.hour.totals.negative - reach.negative
    return Finding(
        "cross_platform",
        end - HOUR,
        end,
        reach.score,
        float(reach.negative),
        reach.usual,
        cross_platform.THRESHOLD,
        spread_sentence(reach.platform, reach.negative, reach.usual, others),
        rule=reach.platform,
    )


def _more_negative(one: Closing) -> bool:
    """Tell trouble from attention: more of everything, no more negative than usual, is none.

    Where a crisis rule fired the words tell of trouble already, so less proof is asked.
    """
    hour = one.hour.totals
    if one.key[2] == GENERAL:
        return wilson_lower(hour.negative, hour.mentions) >= _SHARE_ENOUGH
    least = min(_SHARE_ENOUGH, one.usual_share)
    return wilson_lower(hour.negative, hour.mentions, _Z_NAMED) >= least

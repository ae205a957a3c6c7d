"""When a scenario's bursts start and how they rise and fall: its truth.

Instants are ms since epoch UTC, clocks are China time (UTC+8, no summer time).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from operators.drill.scenario import Burst, BurstKind, Scenario, Shape
from operators.model import DAY, HOUR, MINUTE

CHINA: Final = 8 * HOUR
LEAD: Final = 10 * MINUTE
"""No burst starts within this span after the last day has begun."""

DAY_MINUTES: Final = DAY // MINUTE


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happens: ``kind`` tells a crisis from a decoy or a scare.

    ``onset_ms`` is when it starts; at ``end_ms`` 97 % of it is over, or the stream ends.
    ``mentions`` is how many of its mentions are published before the stream ends.
    """

    id: str
    kind: BurstKind
    subject: str
    crisis_type: str
    shape: Shape
    title: str
    onset_ms: int
    end_ms: int
    mentions: int


def clock_minutes(clock: str) -> int:
    """Return the minutes since midnight of "HH:MM"."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def place(clocks: Sequence[str], tail: int, end_ms: int) -> int:
    """Find the onset: the first clock that lies in the last day and leaves ``tail`` minutes.

    When none does, the border of the permitted span that is nearest to the first clock is taken.
    """
    earliest = -(-(end_ms - DAY + LEAD) // MINUTE) * MINUTE
    latest = (end_ms - tail * MINUTE) // MINUTE * MINUTE
    found = [_last_at(clock_minutes(clock), latest) for clock in clocks]
    for onset in found:
        if onset >= earliest:
            return onset
    back, ahead = earliest - found[0], found[0] + DAY - latest
    return earliest if back <= ahead else latest


def _last_at(minutes: int, latest: int) -> int:
    """Find the last instant not after ``latest`` whose local clock shows ``minutes``."""
    return latest - (latest + CHINA - minutes * MINUTE) % DAY


def intensity(shape: Shape, minute: int) -> float:
    """Relative number of mentions in a minute after onset; about 1 at the peak.

    sudden: at once, then decay. ramp: grows for five hours. influencer: one post, its reposts and
    a second wave when the media take it up. rumour: a cascade of copies. night: a hump in the
    small hours. campaign: two hours of plateau. wire: a story sent out and copied. scare: a puff.
    """
    m = float(minute)
    match shape:
        case "sudden":
            return min(1.0, (m + 1) / 3) * (0.95 * math.exp(-m / 80) + 0.05 * math.exp(-m / 400))
        case "ramp":
            return 0.03 + 0.97 * (m / 300) ** 1.5 if m < 300 else math.exp(-(m - 300) / 150)
        case "influencer":
            hump = ((m + 1) / 20) * math.exp(1 - (m + 1) / 20)
            second = 0.3 * math.exp(-(((m - 150) / 35) ** 2))
            return hump + 0.3 * (1 - math.exp(-m / 20)) * math.exp(-m / 200) + second
        case "rumour":
            return math.exp(-max(0.0, m - 85) / 110) / (1 + math.exp(-(m - 55) / 11))
        case "night":
            return ((m + 1) / 45) * math.exp(1 - (m + 1) / 45) + 0.12 * math.exp(-m / 240)
        case "campaign":
            return min(1.0, (m + 1) / 12, max(0.0, (132 - m) / 24))
        case "wire":
            return math.exp(-m / 40)
        case "scare":
            return ((m + 1) / 8) * math.exp(1 - (m + 1) / 8)


def curve(burst: Burst, onset_ms: int, end_ms: int) -> tuple[list[float], int]:
    """Weights of the minutes from onset to the end of the stream, and the mentions in them."""
    whole = _whole(burst.shape)
    seen = list(whole[: max(0, (end_ms - onset_ms) // MINUTE)])
    return seen, round(burst.size * sum(seen) / sum(whole))


def truth(scenario: Scenario, end_ms: int) -> tuple[Truth, ...]:
    """Say what happens in the scenario when its last day ends at ``end_ms``, in order of onset."""
    told = []
    for burst in scenario.script.bursts:
        onset = place(burst.clocks, burst.tail, end_ms)
        _, mentions = curve(burst, onset, end_ms)
        told.append(
            Truth(
                id=burst.id,
                kind=burst.kind,
                subject=burst.subject,
                crisis_type=burst.crisis_type,
                shape=burst.shape,
                title=burst.title,
                onset_ms=onset,
                end_ms=min(end_ms, onset + _mostly_over(burst.shape) * MINUTE),
                mentions=mentions + len(burst.leads),
            )
        )
    return tuple(sorted(told, key=lambda item: (item.onset_ms, item.id)))


@cache
def _whole(shape: Shape) -> tuple[float, ...]:
    """Return the intensities of all minutes of the day after onset."""
    return tuple(intensity(shape, minute) for minute in range(DAY_MINUTES))


def _mostly_over(shape: Shape) -> int:
    """Count the minutes from onset until 97 % of the mentions have been published."""
    whole = _whole(shape)
    goal, so_far = 0.97 * sum(whole), 0.0
    for minute, weight in enumerate(whole):
        so_far += weight
        if so_far >= goal:
            return minute + 1
    return DAY_MINUTES


def rhythm_weights(rhythm: Sequence[float], start_ms: int) -> list[float]:
    """Weights of the 1,440 minutes after ``start_ms`` by a daily rhythm of 24 hourly weights.

    An hour's weight holds at its middle and is interpolated linearly between.
    """
    first = (start_ms + CHINA) // MINUTE % DAY_MINUTES
    weights = []
    for minute in range(first, first + DAY_MINUTES):
        hour, past = divmod((minute - 30) % DAY_MINUTES, 60)
        share = past / 60
        weights.append(rhythm[hour] * (1 - share) + rhythm[(hour + 1) % 24] * share)
    return weights

"""What an incident is made of besides its counts: states, rules, changes."""

import hashlib
from dataclasses import dataclass
from typing import Final

from operators.model import DAY, HOUR, MINUTE
from operators.schemes import DEFAULT

OPEN: Final = "open"
RESOLVED: Final = "resolved"
CLOSED: Final = "closed"
MERGED: Final = "merged"
FALSE_ALARM: Final = "false_alarm"


def incident_name(key: tuple[bool, str, str], decided_ms: int) -> str:
    """Return the id of the incident that a key opens at a watermark minute."""
    natural = "/".join(map(str, (*key, decided_ms)))
    return hashlib.sha256(natural.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class IncidentRules:
    """How long things hold, times in ms; ``scheme`` names the scale of levels."""

    min_negative_1h: int = 10
    close_after_ms: int = 6 * HOUR
    reopen_within_ms: int = 24 * HOUR
    level_hold_ms: int = 10 * MINUTE
    false_alarm_ms: int = 7 * DAY
    """How long a key stays quiet at the level a person called a false alarm."""
    relate_within_ms: int = 6 * HOUR
    """How far apart incidents of one industry may start to be one story."""
    scheme: str = DEFAULT


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed, with its cause as a Chinese sentence."""

    kind: str
    before: str
    after: str
    cause: str
    actor: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(slots=True)
class Between:
    """What was said after an incident had ended; it belongs to it if it comes back."""

    mentions: int = 0
    negative: int = 0
    reach: int = 0

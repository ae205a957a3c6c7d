"""What the library is asked with: an incident as it stands when a playbook is sought."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from operators.model import GENERAL, Subject

UNVERIFIED: Final = "未核实"
TRUE: Final = "属实"
PARTLY_TRUE: Final = "部分属实"
UNTRUE: Final = "不实"


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of an incident when a playbook is sought; instants in ms, shares 0 to 1.

    ``tiers`` are the source tiers that have spoken, ``override`` the playbook a person chose.
    """

    incident_id: str
    exercise: bool
    subject: Subject
    crisis_type: str
    level: str
    stage: str
    severity: float
    negative_share: float
    platforms: tuple[str, ...]
    keywords: tuple[str, ...]
    verification: str
    onset_ms: int
    detected_ms: int
    decided_ms: int
    mentions: int
    negative: int
    evidence: tuple[str, ...] = ()
    past_incidents: int = 0
    crisis_name: str = ""
    tiers: tuple[str, ...] = ()
    override: str = ""

    @property
    def type_name(self) -> str:
        """The crisis type as people call it, or its id where the name is not given."""
        usual = "日常提及" if self.crisis_type == GENERAL else self.crisis_type
        return self.crisis_name or usual


def hits(wanted: Iterable[str], seen: Sequence[str]) -> tuple[str, ...]:
    """Return the words of ``wanted`` that occur in, or contain, a phrase of ``seen``."""
    return tuple(
        word
        for word in wanted
        if any(word in phrase or (len(phrase) > 1 and phrase in word) for phrase in seen)
    )

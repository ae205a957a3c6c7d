"""The incidents of one shard by their keys, and which of them belong together (案卷)."""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from operators.incident import Incident
from operators.incident_parts import FALSE_ALARM, MERGED, OPEN
from operators.links import same_story
from operators.model import DAY, GENERAL, HOUR, Action
from operators.watched import BinStat

DeskKey: TypeAlias = tuple[bool, str, str]
"""exercise, subject, crisis type"""

_RECENT_BINS_MS: Final = 6 * HOUR
_ECHO: Final = 0.2
_PAST_MS: Final = 30 * DAY
_KEPT_MS: Final = 90 * DAY
FALSE_ALARM_MARGIN: Final = 1.5
"""A key called a false alarm stays quiet up to so many times the hour it peaked with."""


@dataclass(slots=True)
class Docket:
    """Incidents in the order they opened, and the bins of the last hours."""

    incidents: dict[DeskKey, list[Incident]] = field(default_factory=dict)
    recent: dict[DeskKey, list[BinStat]] = field(default_factory=dict)

    def latest(self, key: DeskKey) -> Incident | None:
        """Return the last incident of a key."""
        incidents = self.incidents.get(key)
        return incidents[-1] if incidents else None

    def by_id(self, incident_id: str) -> Incident | None:
        """Find an incident by its id."""
        every = (one for incidents in self.incidents.values() for one in incidents)
        return next((one for one in every if one.incident_id == incident_id), None)

    def meant(self, action: Action) -> Incident | None:
        """Return the incident an action names, by id or as the last of its key."""
        if action.incident:
            return self.by_id(action.incident)
        return self.latest((action.exercise, action.subject, action.crisis_type))

    def add(self, incident: Incident) -> None:
        """File a new incident; those that ended long ago are let go."""
        key = key_of(incident)
        oldest = incident.detected_ms - _KEPT_MS
        kept = [one for one in self.incidents.get(key, ()) if one.updated_ms > oldest]
        self.incidents[key] = [*kept, incident]

    def note_bin(self, key: DeskKey, stat: BinStat) -> None:
        """Keep a bin for the hours to come: an incident may begin before its detection."""
        recent = self.recent.setdefault(key, [])
        recent.append(stat)
        while recent[0].bin_ms < stat.bin_ms - _RECENT_BINS_MS:
            recent.pop(0)

    def past(self, incident: Incident) -> int:
        """Count the incidents of the same key in the 30 days before."""
        return sum(
            one is not incident
            and one.state not in (FALSE_ALARM, MERGED)
            and incident.detected_ms - one.detected_ms <= _PAST_MS
            for one in self.incidents.get(key_of(incident), ())
        )

    def others(self, key: DeskKey) -> list[Incident]:
        """List the open incidents of the same subject under other, named types."""
        exercise, subject, crisis_type = key
        return [
            incidents[-1]
            for (other, who, kind), incidents in sorted(self.incidents.items())
            if (other, who) == (exercise, subject)
            and kind not in (GENERAL, crisis_type)
            and incidents[-1].state == OPEN
        ]

    def main_story(self, key: DeskKey, negative_1h: int) -> Incident | None:
        """Return the open incident of the subject that this trouble is but an echo of.

        A key that was merged speaks of the incident it was merged into while that is open. Unnamed
        trouble beside a named one is the same story in other words, and so is a type that has less
        than a fifth of the negative posts of another: posts of one crisis also use words of the
        next.
        """
        latest = self.latest(key)
        if latest is not None and latest.state == MERGED and latest.merged_into:
            target = self.by_id(latest.merged_into)
            if target is not None and target.state == OPEN:
                return target
        main = max(self.others(key), key=lambda one: one.negative_1h, default=None)
        if main is None:
            return None
        echo = negative_1h < _ECHO * main.negative_1h
        return main if key[2] == GENERAL or echo else None

    def one_story(self, incident: Incident) -> tuple[Incident, tuple[str, ...]] | None:
        """Find an open incident under another type with the same dominant posts, and the posts."""
        posts = [one.name for one in incident.evidence]
        for other in self.others(key_of(incident)):
            shared = same_story(posts, (one.name for one in other.evidence))
            if shared:
                return other, shared
        return None

    def called_false(self, key: DeskKey, now: int, within_ms: int) -> Incident | None:
        """Return the incident of the key that people last called a false alarm."""
        called = (
            one
            for one in reversed(self.incidents.get(key, ()))
            if one.state == FALSE_ALARM and now - one.closed_ms <= within_ms
        )
        return next(called, None)


def key_of(incident: Incident) -> DeskKey:
    """Return the key an incident belongs to."""
    return incident.exercise, incident.subject, incident.crisis_type

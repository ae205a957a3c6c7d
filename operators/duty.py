"""Who of a role is on duty at an instant (值班): people, hours, deputies, subjects.

Hours are wall time in Asia/Shanghai, which has had no daylight saving since 1992.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from operators.model import DAY, HOUR, MINUTE

_SHANGHAI_MS: Final = 8 * HOUR
_EPOCH_WEEKDAY: Final = 3
"""1970-01-01 was a Thursday; Monday is 0."""

WEEK: Final = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Shift:
    """Weekdays (Monday 0) and minutes of the day.

    A shift that ends before it starts runs on past midnight and belongs to the day it started.
    """

    days: frozenset[int] = WEEK
    start: int = 0
    end: int = 24 * 60

    def covers(self, weekday: int, minute: int) -> bool:
        """Tell whether a minute of a weekday lies in the shift."""
        if self.start <= self.end:
            return weekday in self.days and self.start <= minute < self.end
        evening = weekday in self.days and minute >= self.start
        return evening or ((weekday - 1) % 7 in self.days and minute < self.end)


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a role; no shift means always, no subject means all of them."""

    person: str
    department: str = ""
    deputy: str = ""
    shifts: tuple[Shift, ...] = ()
    subjects: tuple[str, ...] = ()

    def on_duty(self, at_ms: int) -> bool:
        """Tell whether the person is on duty at an instant."""
        local = at_ms + _SHANGHAI_MS
        weekday = (local // DAY + _EPOCH_WEEKDAY) % 7
        minute = local % DAY // MINUTE
        return not self.shifts or any(shift.covers(weekday, minute) for shift in self.shifts)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who has to do it; all empty when nobody is named for the role."""

    person: str = ""
    department: str = ""
    deputy: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """Roles, by the names the playbooks use, to the people who hold them."""

    roles: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)

    def assign(self, role: str, subject: str, at_ms: int) -> Assignment:
        """Name who of ``role`` is responsible for ``subject`` at an instant.

        The first member on duty; with none on duty, the deputy of the first member; people named
        for the subject come before those named for all.
        """
        members = [
            member
            for member in self.roles.get(role, ())
            if not member.subjects or subject in member.subjects
        ]
        members.sort(key=lambda member: not member.subjects)
        if not members:
            return Assignment()
        for member in members:
            if member.on_duty(at_ms):
                return Assignment(member.person, member.department, member.deputy)
        first = members[0]
        return Assignment(first.deputy or first.person, first.department, first.person)

"""Tasks and reporting clocks as they stand on the board (任务与报告时限); instants in ms.

Frozen: every change is a new value with the next version.
"""

from dataclasses import dataclass
from typing import Final

OPEN: Final = "open"
DONE: Final = "done"
WAIVED: Final = "waived"
CANCELLED: Final = "cancelled"


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """A task as a playbook writes it; ``minutes`` count from detection."""

    id: str
    role: str
    task: str
    minutes: int
    done_when: str = ""
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A duty to report within a time, as a dated row of data; legal staff have to review it."""

    id: str
    title: str
    minutes: int
    whom: str
    rule: str
    certain: bool
    note: str = ""
    industries: tuple[str, ...] = ()
    crisis_types: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()

    def applies(self, industry: str, crisis_type: str, level: str) -> bool:
        """Tell whether the duty holds for an incident; an empty list does not restrict."""
        return (
            (not self.industries or industry in self.industries)
            and (not self.crisis_types or crisis_type in self.crisis_types)
            and (not self.levels or level in self.levels)
        )


@dataclass(frozen=True, slots=True)
class Brief:
    """What the board needs of a recommendation."""

    exercise: bool
    subject: str
    industry: str
    crisis_type: str
    incident_id: str
    level: str
    detected_ms: int
    decided_ms: int
    playbook_id: str
    playbook_version: str
    tasks: tuple[TaskPlan, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """What tasks and clocks have in common: whose it is, its deadline, how it stands."""

    exercise: bool
    subject: str
    crisis_type: str
    incident_id: str
    id: str
    opened_ms: int
    due_ms: int
    status: str = OPEN
    overdue: bool = False
    ended_ms: int = 0
    ended_by: str = ""
    reason: str = ""
    version: int = 1

    @property
    def open(self) -> bool:
        """Whether somebody still has to do it."""
        return self.status == OPEN


@dataclass(frozen=True, slots=True)
class BoardTask:
    """A task on the board, with who has to do it."""

    item: Item
    plan: TaskPlan
    seq: int
    playbook_id: str
    playbook_version: str
    person: str
    department: str
    deputy: str


@dataclass(frozen=True, slots=True)
class BoardClock:
    """A reporting clock that runs."""

    item: Item
    rule: ClockRule

"""Who is monitored and which crisis types there are: configuration of a run, never state."""

from collections.abc import Mapping
from dataclasses import dataclass

from operators.model import CrisisType, Subject


@dataclass(frozen=True, slots=True)
class Register:
    """Subjects by id, crisis types by (industry, id)."""

    subjects: Mapping[str, Subject]
    types: Mapping[tuple[str, str], CrisisType]

    def type_of(self, subject: str, crisis_type: str) -> CrisisType | None:
        """Return the crisis type of the subject's industry, None for the general one."""
        known = self.subjects.get(subject)
        return self.types.get((known.industry, crisis_type)) if known else None

    def industry_of(self, subject: str) -> str:
        """Return the subject's industry, empty when the subject is not known."""
        known = self.subjects.get(subject)
        return known.industry if known else ""

"""The playbook table as it stood at any minute, joined with the incidents that ask for a page.

Each entry takes effect at its own stream time. A case decided at minute m sees the entries before
m, and waits until the table has been read that far, so a replay joins the same versions.
"""

import pickle
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Final

from operators.errors import TingfengError
from operators.fit import Case, Effects
from operators.frozen import Frozen
from operators.library_gaps import Gap, gaps_of
from operators.model import MINUTE
from operators.recommend import Recommendation, recommend
from playbooks.schema import Playbook

FOUNDING: Final = MINUTE
"""How long after its first entry a library is still being founded, in ms."""


class EmptyLibraryError(TingfengError):
    """The stream of playbooks has been read to its end and holds none."""


@dataclass(frozen=True, slots=True)
class PlaybookEntry:
    """An entry of the stream ``playbooks``: a playbook put in, or one withdrawn."""

    at_ms: int
    playbook_id: str
    version_hash: str
    playbook: Playbook | None


@dataclass(frozen=True, slots=True)
class Recommended:
    """A recommendation for an incident, with the key of its row."""

    case: Case
    recommendation: Recommendation


@dataclass(slots=True)
class Library:
    """State of the join: versions of each playbook in time order, and cases that wait."""

    versions: dict[str, list[PlaybookEntry]] = field(default_factory=dict)
    waiting: list[Case] = field(default_factory=list)
    given: dict[str, Recommendation] = field(default_factory=dict)
    read_until_ms: int = 0
    effects: dict[str, tuple[int, float]] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    known_gaps: dict[str, set[tuple[str, str, str]]] = field(default_factory=dict)
    written: Frozen | None = None
    """The versions as a snapshot writes them, until there are others."""

    def __getstate__(self) -> tuple[Frozen, dict[str, Any]]:
        if self.written is None:
            self.written = Frozen(pickle.dumps(self.versions, pickle.HIGHEST_PROTOCOL))
        rest = {one.name: getattr(self, one.name) for one in fields(self)}
        del rest["versions"], rest["written"]
        return self.written, rest

    def __setstate__(self, state: tuple[Frozen, dict[str, Any]]) -> None:
        self.written, rest = state
        self.versions = pickle.loads(self.written.data)
        for name, value in rest.items():
            setattr(self, name, value)

    def learn(self, effects: Effects) -> None:
        """Take in what came of each version so far; it replaces what was known."""
        self.effects = dict(effects)

    def take_gaps(self) -> list[Gap]:
        """Return the gaps that answers have shown since the last call."""
        found, self.gaps = self.gaps, []
        return found

    def take(self, entries: Iterable[PlaybookEntry], read_until_ms: int) -> None:
        """Take in entries of the stream, and how far it has been read."""
        for entry in entries:
            self.written = None
            self.versions.setdefault(entry.playbook_id, []).append(entry)
        self.read_until_ms = max(self.read_until_ms, read_until_ms)

    def resume(self) -> None:
        """Answer nothing until the stream has been read anew: it may have grown meanwhile."""
        self.read_until_ms = 0

    @property
    def founded_ms(self) -> int:
        """Return until when entries belong to the stock the library began with.

        Nothing is answered before there is a stock, so it may answer for the time before it too:
        posts that are older than the installation, and replays.
        """
        first = min(versions[0].at_ms for versions in self.versions.values())
        return first + FOUNDING

    def at(self, now_ms: int) -> list[Playbook]:
        """List the playbooks in force at an instant."""
        founded_ms = self.founded_ms
        found = []
        for versions in self.versions.values():
            latest = [
                entry for entry in versions if entry.at_ms < now_ms or entry.at_ms <= founded_ms
            ]
            if latest and latest[-1].playbook is not None:
                found.append(latest[-1].playbook)
        return found

    def ask(self, cases: Iterable[Case]) -> list[Recommended]:
        """Answer the cases whose minute the table has been read to; keep the others."""
        self.waiting += cases
        due = [case for case in self.waiting if case.decided_ms <= self.read_until_ms]
        if not due:
            return []
        self.waiting = [case for case in self.waiting if case.decided_ms > self.read_until_ms]
        if not self.versions:
            msg = (
                "the playbook library is empty, so no incident can be answered; "
                "try: tingfeng playbooks publish"
            )
            raise EmptyLibraryError(msg)
        answers = []
        for case in sorted(due, key=lambda case: (case.decided_ms, case.incident_id)):
            previous = self.given.get(case.incident_id)
            in_force = self.at(case.decided_ms)
            answer = recommend(case, in_force, previous, self.effects)
            self._note_gaps(case, answer, in_force)
            if previous is None or _differs(previous, answer):
                self.given[case.incident_id] = answer
                answers.append(Recommended(case, answer))
        return answers

    def _note_gaps(self, case: Case, answer: Recommendation, in_force: list[Playbook]) -> None:
        """Keep each gap once per incident, however often it is asked about."""
        known = self.known_gaps.setdefault(case.incident_id, set())
        for gap in gaps_of(case, answer.playbook_id, in_force):
            which = (gap.kind, case.crisis_type, f"{gap.playbook_id}/{case.level}/{case.override}")
            if which not in known:
                known.add(which)
                self.gaps.append(gap)


def _differs(before: Recommendation, after: Recommendation) -> bool:
    """Tell whether people have to be told again."""
    return _told(before) != _told(after)


def _told(one: Recommendation) -> tuple[str, ...]:
    # A statement that depends on a verification becomes another one with it; its figures alone,
    # which change all the time, are no news: gaps and approver tell the two apart.
    return (
        one.playbook_id,
        one.playbook_version,
        one.crisis_type,
        one.level,
        one.stage,
        str(one.holding),
        one.approver,
        *one.statement_gaps,
    )

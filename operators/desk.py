"""The incident desk of one shard: signals, bins and human actions in the order of their minutes.

Everything that has a time takes effect at a watermark minute and is worked through in that order,
so it does not matter when it reached the process: an action counts from the first watermark minute
after its own stream time, and nothing is decided before the actions have been read that far.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from operators.fit import Case
from operators.incident import (
    FALSE_ALARM,
    MERGED,
    OPEN,
    Change,
    Incident,
    IncidentRules,
    is_unusual,
)
from operators.model import GENERAL, HOUR, MINUTE, Action, CrisisType, Signal, Subject
from operators.watch import BinStat, Watched

_RECENT_BINS_MS: Final = 6 * HOUR
_ECHO: Final = 0.2

DeskKey: TypeAlias = tuple[bool, str, str]


@dataclass(frozen=True, slots=True)
class IncidentEvent:
    """A change of an incident, numbered within it."""

    exercise: bool
    subject: str
    crisis_type: str
    incident_id: str
    severity: float
    seq: int
    at_ms: int
    change: Change


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """What became of a human action."""

    action: Action
    incident_id: str
    effective_ms: int
    outcome: str


@dataclass(slots=True)
class DeskOutput:
    """What working through the minutes brought about."""

    incidents: list[Incident] = field(default_factory=list)
    events: list[IncidentEvent] = field(default_factory=list)
    outcomes: list[ActionOutcome] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Register:
    """Who is monitored and which types there are; configuration, not state."""

    subjects: Mapping[str, Subject]
    types: Mapping[tuple[str, str], CrisisType]

    def type_of(self, subject: str, crisis_type: str) -> CrisisType | None:
        """Return the crisis type of the subject's industry, None for the general one."""
        known = self.subjects.get(subject)
        return self.types.get((known.industry, crisis_type)) if known else None


class Desk:
    """State of one shard's incidents."""

    def __init__(self, shard: int, rules: IncidentRules) -> None:
        self.shard = shard
        self.rules = rules
        self._watermark = 0
        self._actions_read = 0
        self._waiting: list[tuple[int, int, Signal | BinStat | Action]] = []
        self._incidents: dict[DeskKey, list[Incident]] = {}
        self._recent: dict[DeskKey, list[BinStat]] = {}
        self._spilled: dict[DeskKey, Signal] = {}

    def watched(self, ticks: Iterable[Watched]) -> None:
        """Take in what closed minutes brought."""
        for tick in ticks:
            self._waiting += [(each.decided_ms, 1, each) for each in tick.signals]
            self._waiting += [(each.decided_ms, 2, each) for each in tick.bins]
            self._watermark = max(self._watermark, tick.watermark_ms)

    def told(self, actions: Iterable[Action], read_until_ms: int) -> None:
        """Take in human actions, and how far their stream has been read."""
        for action in actions:
            effective = action.at_ms - action.at_ms % MINUTE + MINUTE
            self._waiting.append((effective, 0, action))
        self._actions_read = max(self._actions_read, read_until_ms)

    def resume(self) -> None:
        """Decide nothing until the actions have been read anew: there may be more meanwhile."""
        self._actions_read = 0

    def work(self, register: Register) -> DeskOutput:
        """Work through every minute that both the watermark and the actions have passed."""
        out = DeskOutput()
        until = min(self._watermark, self._actions_read)
        due = [one for one in self._waiting if one[0] <= until]
        if not due:
            return out
        self._waiting = [one for one in self._waiting if one[0] > until]
        for at, _order, what in sorted(due, key=_order_of):
            if isinstance(what, Action):
                self._act(what, at, register, out)
            elif isinstance(what, Signal):
                self._signal(what, register, out)
            else:
                self._bin(what, register, out)
        return out

    def _latest(self, key: DeskKey) -> Incident | None:
        incidents = self._incidents.get(key)
        return incidents[-1] if incidents else None

    def _signal(self, signal: Signal, register: Register, out: DeskOutput) -> None:
        key = (signal.exercise, signal.subject, signal.crisis_type)
        incident = self._latest(key)
        if incident is not None and incident.state == OPEN:
            self._note(incident, signal.decided_ms, incident.add_signal(signal), out)
            return
        main = self._main_story(key, signal.negative_1h)
        if main is not None:
            self._spilled[key] = signal
            self._note(main, signal.decided_ms, main.add_signal(signal), out)
            out.incidents.append(main.snapshot())
            return
        self._raise(key, signal, register, out)

    def _raise(self, key: DeskKey, signal: Signal, register: Register, out: DeskOutput) -> None:
        """Open an incident, or open the last one again; after a false alarm, neither."""
        incident = self._latest(key)
        self._spilled.pop(key, None)
        if incident is not None and self._comes_back(incident, signal):
            incident.signals.append(signal.signal_id)
            self._note(incident, signal.decided_ms, incident.reopen(signal), out)
            out.cases.append(self._case(incident, signal.decided_ms, register))
            return
        if incident is not None and incident.state == FALSE_ALARM:
            within = signal.decided_ms - incident.closed_ms <= self.rules.reopen_within_ms
            if within and signal.negative_1h <= 2 * incident.peak_1h:
                return
        self._open(key, signal, register, out)

    def _comes_back(self, incident: Incident, signal: Signal) -> bool:
        within = signal.decided_ms - incident.closed_ms <= self.rules.reopen_within_ms
        return within and incident.state not in (FALSE_ALARM, MERGED)

    def _main_story(self, key: DeskKey, negative_1h: int) -> Incident | None:
        """Return the open incident of the subject that this trouble is but an echo of.

        Unnamed trouble beside a named one is the same story in other words, and so is a type that
        has less than a fifth of the negative posts of another: posts of one crisis also use words
        of the next.
        """
        exercise, subject, crisis_type = key
        others = [
            incidents[-1]
            for (other, who, kind), incidents in sorted(self._incidents.items())
            if (other, who) == (exercise, subject)
            and kind not in (GENERAL, crisis_type)
            and incidents[-1].state == OPEN
        ]
        main = max(others, key=lambda one: one.negative_1h, default=None)
        if main is None:
            return None
        echo = negative_1h < _ECHO * main.negative_1h
        return main if crisis_type == GENERAL or echo else None

    def _open(self, key: DeskKey, signal: Signal, register: Register, out: DeskOutput) -> None:
        kind = register.type_of(signal.subject, signal.crisis_type)
        incident = Incident.opened(signal, kind.gravity if kind else 0.3)
        incident.signals.append(signal.signal_id)
        incident.add_evidence(signal.evidence)
        # Posts between onset and detection belong to it; the bin of the signal itself follows.
        for stat in self._recent.get(key, ()):
            if incident.onset_ms <= stat.bin_ms and stat.decided_ms < signal.decided_ms:
                incident.count(stat)
        self._incidents.setdefault(key, []).append(incident)
        self._note(
            incident,
            signal.decided_ms,
            Change("opened", "", OPEN, signal.explanation, "", (signal.signal_id,)),
            out,
        )
        out.incidents.append(incident.snapshot())
        if signal.crisis_type != GENERAL:
            general = self._latest((signal.exercise, signal.subject, GENERAL))
            if general is not None and general.state == OPEN:
                cause = f"并入同一主体的事件 {incident.incident_id}"
                ended = general.end(MERGED, signal.decided_ms, cause)
                self._note(general, signal.decided_ms, ended, out)
                out.incidents.append(general.snapshot())

    def _bin(self, stat: BinStat, register: Register, out: DeskOutput) -> None:
        key = (stat.exercise, stat.subject, stat.crisis_type)
        recent = self._recent.setdefault(key, [])
        recent.append(stat)
        while recent[0].bin_ms < stat.bin_ms - _RECENT_BINS_MS:
            recent.pop(0)
        incident = self._latest(key)
        spilled = self._spilled.get(key)
        if spilled is not None:
            self._look_again(key, spilled, stat, register, out)
            incident = self._latest(key)
        if incident is None or incident.state != OPEN:
            return
        first = not incident.factors
        incident.count(stat)
        changes = incident.observe(stat, self.rules, first=first)
        for change in changes:
            if not (first and change.kind == "level"):
                self._note(incident, stat.decided_ms, change, out)
        if first or any(change.kind in ("level", "stage") for change in changes):
            out.cases.append(self._case(incident, stat.decided_ms, register))
        out.incidents.append(incident.snapshot())

    def _look_again(
        self, key: DeskKey, signal: Signal, stat: BinStat, register: Register, out: DeskOutput
    ) -> None:
        """Open what was an echo once it is a story of its own."""
        if not stat.followed:
            del self._spilled[key]
        elif is_unusual(stat, self.rules) and self._main_story(key, stat.negative_1h) is None:
            now = stat.decided_ms
            again = replace(signal, decided_ms=now, negative_1h=stat.negative_1h)
            self._raise(key, again, register, out)

    def _act(self, action: Action, at: int, register: Register, out: DeskOutput) -> None:
        incident = self._find(action)
        if incident is None:
            # Another shard may know it; its row has the higher version.
            if self.shard == 0:
                out.outcomes.append(ActionOutcome(action, action.incident, at, "unknown_incident"))
            return
        if incident.state != OPEN and action.kind != "note":
            out.outcomes.append(ActionOutcome(action, incident.incident_id, at, "closed_incident"))
            return
        change = incident.act(action, at)
        if change is None:
            out.outcomes.append(ActionOutcome(action, incident.incident_id, at, "invalid"))
            return
        self._note(incident, at, change, out)
        out.incidents.append(incident.snapshot())
        out.outcomes.append(ActionOutcome(action, incident.incident_id, at, "applied"))
        if action.kind in ("verify", "override") and incident.state == OPEN:
            out.cases.append(self._case(incident, at, register))

    def _find(self, action: Action) -> Incident | None:
        if action.incident:
            return next(
                (
                    incident
                    for incidents in self._incidents.values()
                    for incident in incidents
                    if incident.incident_id == action.incident
                ),
                None,
            )
        return self._latest((action.exercise, action.subject, action.crisis_type))

    def _note(self, incident: Incident, at: int, change: Change, out: DeskOutput) -> None:
        incident.events += 1
        out.events.append(
            IncidentEvent(
                incident.exercise,
                incident.subject,
                incident.crisis_type,
                incident.incident_id,
                incident.severity,
                incident.events,
                at,
                change,
            )
        )

    def _case(self, incident: Incident, now: int, register: Register) -> Case:
        key = (incident.exercise, incident.subject, incident.crisis_type)
        kind = register.type_of(incident.subject, incident.crisis_type)
        words = (word for one in incident.evidence for word in one.words.partition(": ")[2].split())
        return Case(
            incident_id=incident.incident_id,
            exercise=incident.exercise,
            subject=register.subjects[incident.subject],
            crisis_type=incident.crisis_type,
            crisis_name=kind.name if kind else "综合",
            level=incident.level.level,
            stage=incident.stage,
            severity=incident.severity,
            negative_share=incident.negative / incident.mentions if incident.mentions else 0.0,
            platforms=tuple(incident.platforms),
            keywords=tuple(dict.fromkeys(words)),
            verification=incident.verification,
            onset_ms=incident.onset_ms,
            detected_ms=incident.detected_ms,
            decided_ms=now,
            mentions=incident.mentions,
            negative=incident.negative,
            evidence=tuple(one.name for one in incident.evidence),
            past_incidents=len(self._incidents[key]) - 1,
        )


def _order_of(one: tuple[int, int, Signal | BinStat | Action]) -> tuple[int, int, str]:
    at, order, what = one
    if isinstance(what, Action):
        return at, order, what.action_id
    # Named trouble first: what is only general joins it.
    named = f"{what.exercise}/{what.subject}/{what.crisis_type == GENERAL}/{what.crisis_type}"
    return at, order, f"{named}/{what.signal_id}" if isinstance(what, Signal) else named

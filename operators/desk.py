"""The incident desk of one shard: signals, bins and human actions in the order of their minutes.

Everything that has a time takes effect at a watermark minute and is worked through in that order,
so it does not matter when it reached the process: an action counts from the first watermark minute
after its own stream time, and nothing is decided before the actions have been read that far.
"""

from collections.abc import Iterable
from dataclasses import replace

from operators import acts
from operators.case import Case
from operators.desk_queue import Queue
from operators.docket import FALSE_ALARM_MARGIN, DeskKey, Docket, key_of
from operators.filing import brief_of, case_of
from operators.foresight import Foresight
from operators.incident import Incident, is_unusual
from operators.incident_parts import FALSE_ALARM, MERGED, OPEN, Change, IncidentRules
from operators.model import DAY, GENERAL, Action, Signal
from operators.register import Register
from operators.rulebook_schedule import Registers
from operators.rulings import ActionOutcome, DeskOutput, FocusFound, IncidentEvent
from operators.tiers import TOP_TIERS
from operators.watched import BinStat, Watched


class Desk:
    """State of one shard's incidents."""

    def __init__(self, shard: int, rules: IncidentRules) -> None:
        self.shard = shard
        self.rules = rules
        self.decided_ms = 0
        """Every minute up to here has been worked through."""
        self._queue = Queue()
        self._docket = Docket()
        self._held: dict[DeskKey, Signal] = {}
        self._foresight = Foresight()
        self._registers = Registers()

    def watched(self, ticks: Iterable[Watched]) -> None:
        """Take in what closed minutes brought."""
        for tick in ticks:
            for change in tick.rules:
                self._registers.add(change)
            self._queue.watched(tick)

    def told(self, actions: Iterable[Action], read_until_ms: int) -> None:
        """Take in human actions, and how far their stream has been read."""
        self._queue.told(actions, read_until_ms)

    def resume(self) -> None:
        """Decide nothing until the actions have been read anew: there may be more meanwhile."""
        self._queue.resume()

    def work(self, register: Register) -> DeskOutput:
        """Work through every minute that both the watermark and the actions have passed.

        ``register``: who and what is known where no rules have been published.
        """
        out = DeskOutput()
        until = self._queue.until_ms
        self.decided_ms = max(self.decided_ms, until)
        due = self._queue.due()
        for at, some in due:
            followed: list[Incident] = []
            known = self._registers.at(register, at)
            for what in some:
                if isinstance(what, Action):
                    self._act(what, at, known, out)
                elif isinstance(what, Signal):
                    self._signal(what, known, out)
                else:
                    followed += self._bin(what, known, out)
            for incident in followed:
                self._join(incident, at, out)
        if due:
            self._registers.forget(until)
        return out

    def register(self, base: Register, at_ms: int) -> Register:
        """Return who and what is known at a minute."""
        return self._registers.at(base, at_ms)

    def _signal(self, signal: Signal, register: Register, out: DeskOutput) -> None:
        key = (signal.exercise, signal.subject, signal.crisis_type)
        incident = self._docket.latest(key)
        if incident is not None and incident.state == OPEN:
            self._note(incident, signal.decided_ms, incident.add_signal(signal), out)
            return
        main = self._docket.main_story(key, signal.negative_1h)
        if main is not None:
            self._held[key] = signal
            self._note(main, signal.decided_ms, main.add_signal(signal), out)
            out.incidents.append(main.snapshot())
            return
        self._raise(key, signal, register, out)

    def _raise(self, key: DeskKey, signal: Signal, register: Register, out: DeskOutput) -> None:
        """Open an incident, or open the last one again; not up to the level of a false alarm."""
        called = self._docket.called_false(key, signal.decided_ms, self.rules.false_alarm_ms)
        small = called is not None and signal.negative_1h <= FALSE_ALARM_MARGIN * called.peak_1h
        if called is not None and small and signal.tier not in TOP_TIERS:
            if key not in self._held:
                self._hold(key, signal, called, out)
            return
        self._held.pop(key, None)
        incident = self._docket.latest(key)
        if incident is not None and self._comes_back(incident, signal):
            self._note(incident, signal.decided_ms, incident.reopen(signal), out)
            out.cases.append(self._case(incident, signal.decided_ms, register))
            return
        self._open(key, signal, register, out)

    def _hold(self, key: DeskKey, signal: Signal, called: Incident, out: DeskOutput) -> None:
        """Keep a signal back: people called as much as this a false alarm."""
        self._held[key] = signal
        days = self.rules.false_alarm_ms // DAY
        cause = (
            f"{signal.explanation}；{days} 日内被判为误报（当时每小时 {called.peak_1h} 条），"
            f"未超过其 {FALSE_ALARM_MARGIN:g} 倍，不另立事件"
        )
        held = Change("held", "", signal.detector, cause, "", (signal.signal_id,))
        self._note(called, signal.decided_ms, held, out)

    def _comes_back(self, incident: Incident, signal: Signal) -> bool:
        within = signal.decided_ms - incident.closed_ms <= self.rules.reopen_within_ms
        return within and incident.state not in (FALSE_ALARM, MERGED)

    def _open(self, key: DeskKey, signal: Signal, register: Register, out: DeskOutput) -> None:
        kind = register.type_of(signal.subject, signal.crisis_type)
        incident = Incident.opened(signal, kind.gravity if kind else 0.3)
        incident.signals.append(signal.signal_id)
        incident.add_evidence(signal.evidence)
        # Posts between onset and detection belong to it; the bin of the signal itself follows.
        for stat in self._docket.recent.get(key, ()):
            if incident.onset_ms <= stat.bin_ms and stat.decided_ms < signal.decided_ms:
                incident.count(stat)
        self._docket.add(incident)
        cause = (signal.signal_id,)
        opened = Change("opened", "", OPEN, signal.explanation, "", cause)
        self._note(incident, signal.decided_ms, opened, out)
        out.incidents.append(incident.snapshot())
        if signal.crisis_type != GENERAL:
            general = self._docket.latest((signal.exercise, signal.subject, GENERAL))
            if general is not None and general.state == OPEN:
                cause_text = f"并入同一主体的事件 {incident.incident_id}"
                self._merge(general, incident, signal.decided_ms, cause_text, out)

    def _merge(
        self,
        incident: Incident,
        into: Incident,
        at: int,
        cause: str,
        out: DeskOutput,
        actor: str = "",
        posts: tuple[str, ...] = (),
    ) -> None:
        """End ``incident`` as part of ``into``; both tell of it. Their posts are not added up."""
        incident.merged_into = into.incident_id
        ended = incident.end(MERGED, at, cause, actor)
        self._note(incident, at, replace(ended, evidence=posts), out)
        out.incidents.append(incident.snapshot())
        into.signals += [one for one in incident.signals if one not in into.signals]
        into.add_evidence(tuple(incident.evidence))
        into.add_platforms(incident.platforms)
        into.onset_ms = min(into.onset_ms, incident.onset_ms)
        told = f"事件 {incident.incident_id} 并入：{cause}"
        taken = Change("merged", "", incident.incident_id, told, actor, posts)
        self._note(into, at, taken, out)
        out.incidents.append(into.snapshot())

    def _bin(self, stat: BinStat, register: Register, out: DeskOutput) -> list[Incident]:
        """Follow a key through a bin; return its incident if it is open."""
        key = (stat.exercise, stat.subject, stat.crisis_type)
        self._docket.note_bin(key, stat)
        held = self._held.get(key)
        if held is not None:
            self._look_again(key, held, stat, register, out)
        incident = self._docket.latest(key)
        if incident is None:
            return []
        if incident.state != OPEN:
            if stat.decided_ms - incident.closed_ms <= self.rules.reopen_within_ms:
                incident.count_between(stat)
            return []
        first = not incident.factors
        incident.count(stat)
        past = self._docket.past(incident)
        changes = incident.observe(stat, self.rules, past, first=first)
        for change in changes:
            if not (first and change.kind == "level"):
                self._note(incident, stat.decided_ms, change, out)
        out.forecasts += self._foresight.look_ahead(incident, stat)
        if first or any(change.kind in ("level", "stage") for change in changes):
            out.cases.append(self._case(incident, stat.decided_ms, register))
        out.incidents.append(incident.snapshot())
        if incident.state != OPEN:
            return []
        out.briefs.append(brief_of(incident, stat, register))
        if stat.focus is not None:
            out.focuses.append(FocusFound(*key, incident.incident_id, stat.focus))
        return [incident]

    def _join(self, incident: Incident, at: int, out: DeskOutput) -> None:
        """Make one of two incidents that are told by the same posts."""
        if incident.state != OPEN or incident.crisis_type == GENERAL:
            return
        found = self._docket.one_story(incident)
        if found is None:
            return
        other, posts = found
        into, gone = sorted(
            (incident, other),
            key=lambda one: (-one.negative, one.detected_ms, one.incident_id),
        )
        cause = f"与事件 {into.incident_id} 有 {len(posts)} 条相同的主要帖文，是同一事情"
        self._merge(gone, into, at, cause, out, posts=posts)

    def _look_again(
        self, key: DeskKey, signal: Signal, stat: BinStat, register: Register, out: DeskOutput
    ) -> None:
        """Open what was held back once it is a story of its own."""
        if not stat.followed:
            del self._held[key]
        elif (
            is_unusual(stat, self.rules) and self._docket.main_story(key, stat.negative_1h) is None
        ):
            again = replace(signal, decided_ms=stat.decided_ms, negative_1h=stat.negative_1h)
            self._raise(key, again, register, out)

    def _act(self, action: Action, at: int, register: Register, out: DeskOutput) -> None:
        incident = self._docket.meant(action)
        if incident is None:
            # Another shard may know it; its row has the higher version.
            if self.shard == 0:
                unknown = ActionOutcome(action, action.incident, at, acts.UNKNOWN_INCIDENT)
                out.outcomes.append(unknown)
            return
        if incident.state != OPEN and action.kind not in acts.WHEN_CLOSED:
            outcome = acts.CLOSED_INCIDENT
        elif action.kind == acts.MERGE:
            outcome = self._merge_by_hand(incident, action, at, out)
        else:
            outcome = self._apply(incident, action, at, register, out)
        out.outcomes.append(ActionOutcome(action, incident.incident_id, at, outcome))

    def _apply(
        self, incident: Incident, action: Action, at: int, register: Register, out: DeskOutput
    ) -> str:
        result = acts.act(incident, action, at)
        if isinstance(result, str):
            return result
        self._note(incident, at, result, out)
        out.incidents.append(incident.snapshot())
        if action.kind in ("verify", "override") and incident.state == OPEN:
            out.cases.append(self._case(incident, at, register))
        return acts.APPLIED

    def _merge_by_hand(self, incident: Incident, action: Action, at: int, out: DeskOutput) -> str:
        into = self._docket.by_id(action.detail.get("into", ""))
        if (
            into is None
            or into is incident
            or into.state != OPEN
            or key_of(into)[:2] != key_of(incident)[:2]
        ):
            return acts.UNKNOWN_TARGET
        cause = action.detail.get("note", "") or f"人工并入事件 {into.incident_id}"
        self._merge(incident, into, at, cause, out, action.actor)
        return acts.APPLIED

    def _note(self, incident: Incident, at: int, change: Change, out: DeskOutput) -> None:
        incident.events += 1
        name, severity = incident.incident_id, incident.severity
        out.events.append(
            IncidentEvent(*key_of(incident), name, severity, incident.events, at, change)
        )

    def _case(self, incident: Incident, now: int, register: Register) -> Case:
        return case_of(incident, now, register, self._docket.past(incident))

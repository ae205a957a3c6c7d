"""What became of incidents after a response (处置效果): observed, never proven.

For each incident: the playbook in force, whether people chose another, the time to the statement
and the half-life of the negative share after it (without a statement: after the busiest hour).
Incidents with a statement are compared with those of the same type without one. That is
observation, not experiment: people issue statements in the worse cases.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from operators.model import MINUTE

FEWEST: Final = 5
"""Mentions in the hour below which nobody talks about it any more, so a share means nothing."""

LEAST_N: Final = 5
"""Incidents on either side below which nothing is said about effect."""

_NEVER: Final = 48 * 60 * MINUTE
"""Where a half-life that was never reached stands when incidents are compared."""


class Course(NamedTuple):
    """How an incident stands at a watermark minute; times in ms, zero when not there."""

    exercise: bool
    subject: str
    industry: str
    crisis_type: str
    incident_id: str
    level: str
    state: str
    at_ms: int
    detected_ms: int
    statement_ms: int
    override: str
    mentions_1h: int
    negative_1h: int
    ended_ms: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """One incident and the playbook used on it; a row of ``outcomes``."""

    exercise: bool
    subject: str
    industry: str
    crisis_type: str
    incident_id: str
    playbook_id: str = ""
    playbook_version: str = ""
    level: str = ""
    state: str = "open"
    chosen: str = ""
    detected_ms: int = 0
    statement_ms: int = 0
    from_ms: int = 0
    peak: int = 0
    share_at: float = 0.0
    half_life_ms: int = -1
    ended_ms: int = 0
    version: int = 0

    @property
    def time_to_statement_ms(self) -> int:
        """From detection to the statement, -1 without one."""
        return self.statement_ms - self.detected_ms if self.statement_ms else -1


class Effect(NamedTuple):
    """How incidents with the statement fared beside similar ones without it."""

    n: int
    n_without: int
    better: float
    """Probability that one with the statement halved sooner than one without (0.5: no sign)."""


@dataclass(slots=True)
class OutcomeBook:
    """State: the outcome of every incident so far."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def used(self, course: Course, playbook_id: str, playbook_version: str) -> None:
        """Note which playbook an incident was given."""
        known = self._known(course)
        self.outcomes[course.incident_id] = replace(
            known, playbook_id=playbook_id, playbook_version=playbook_version
        )

    def follow(self, course: Course) -> Outcome | None:
        """Follow an incident; returns its outcome when something worth a row has changed."""
        before = self._known(course)
        after = _followed(before, course)
        told = (
            before.statement_ms != after.statement_ms
            or before.half_life_ms != after.half_life_ms
            or before.ended_ms != after.ended_ms
            or before.chosen != after.chosen
        )
        if told:
            after = replace(after, version=before.version + 1)
        self.outcomes[course.incident_id] = after
        return after if told else None

    def _known(self, course: Course) -> Outcome:
        known = self.outcomes.get(course.incident_id)
        return known or Outcome(
            course.exercise,
            course.subject,
            course.industry,
            course.crisis_type,
            course.incident_id,
            detected_ms=course.detected_ms,
        )

    def effects(self) -> dict[str, Effect]:
        """Compare, by version of the playbook, ended incidents with and without a statement."""
        ended = [one for one in self.outcomes.values() if one.ended_ms and not one.exercise]
        real = [one for one in ended if one.state not in ("false_alarm", "merged") and one.from_ms]
        by_version: dict[str, list[Outcome]] = {}
        without: dict[tuple[str, str], list[int]] = {}
        for one in real:
            if one.statement_ms:
                by_version.setdefault(one.playbook_version, []).append(one)
            else:
                kind = (one.industry, one.crisis_type)
                without.setdefault(kind, []).append(_half_life(one))
        return {
            version: _effect(found, without)
            for version, found in sorted(by_version.items())
            if version
        }


def known_effects(effects: Mapping[str, Effect]) -> dict[str, Effect]:
    """Return those with enough incidents on either side to say anything."""
    return {
        version: effect
        for version, effect in effects.items()
        if effect.n >= LEAST_N and effect.n_without >= LEAST_N
    }


def _followed(before: Outcome, course: Course) -> Outcome:
    after = replace(
        before,
        level=course.level,
        state=course.state,
        chosen=course.override,
        ended_ms=course.ended_ms,
    )
    counted = course.mentions_1h >= FEWEST
    share = course.negative_1h / course.mentions_1h if counted else 0.0
    if course.statement_ms and not before.statement_ms:
        return replace(
            after,
            statement_ms=course.statement_ms,
            from_ms=course.statement_ms,
            share_at=share,
            half_life_ms=-1,
        )
    if not before.statement_ms and course.negative_1h > before.peak and counted:
        return replace(
            after, peak=course.negative_1h, from_ms=course.at_ms, share_at=share, half_life_ms=-1
        )
    halved = before.from_ms and before.half_life_ms < 0 and course.at_ms > before.from_ms
    if halved and share <= before.share_at / 2:
        return replace(after, half_life_ms=course.at_ms - before.from_ms)
    return after


def _half_life(one: Outcome) -> int:
    return one.half_life_ms if one.half_life_ms >= 0 else _NEVER


def _effect(found: list[Outcome], without: Mapping[tuple[str, str], list[int]]) -> Effect:
    """Count pairs of one with and one without: the Mann-Whitney statistic as a probability."""
    wins = 0.0
    pairs = 0
    others: set[tuple[str, str]] = set()
    for one in found:
        kind = (one.industry, one.crisis_type)
        others.add(kind)
        mine = _half_life(one)
        for other in without.get(kind, ()):
            pairs += 1
            wins += 1.0 if mine < other else 0.5 if mine == other else 0.0
    n_without = sum(len(without.get(kind, ())) for kind in others)
    return Effect(len(found), n_without, wins / pairs if pairs else 0.5)

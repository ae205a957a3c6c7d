"""One incident: how it follows its key from bin to bin, and how it ends and comes back (事件)."""

from dataclasses import dataclass, field, replace
from typing import Final

from operators.case import UNVERIFIED
from operators.explain import usually
from operators.forecast.course import Course
from operators.forecast.outlook import Outlook
from operators.hints import Voices, hints
from operators.incident_parts import (
    CLOSED,
    OPEN,
    Between,
    Change,
    IncidentRules,
    incident_name,
)
from operators.model import HOUR, LEVELS, STAGE_NAMES, Evidence, Signal
from operators.schemes import DEFAULT, Edition, Level, scheme
from operators.severity import Facts, LevelHold, factors, strongest
from operators.stage import stage_of
from operators.tiers import TOP_TIERS
from operators.watched import BinStat
from operators.windows import heaviest

_EVIDENCE: Final = 10


@dataclass(slots=True)
class Incident:
    """State of one incident; times in ms, 0 when it has not happened."""

    exercise: bool
    subject: str
    crisis_type: str
    incident_id: str
    onset_ms: int
    detected_ms: int
    gravity: float
    state: str = OPEN
    level: LevelHold = field(default_factory=LevelHold)
    scheme: str = DEFAULT
    level_id: str = LEVELS[0]
    """One of `operators.model.LEVELS`, whatever the scheme."""
    level_name: str = ""
    level_peak: str = LEVELS[0]
    stage: str = "emerging"
    severity: float = 0.0
    factors: dict[str, float] = field(default_factory=dict)
    updated_ms: int = 0
    closed_ms: int = 0
    mentions: int = 0
    negative: int = 0
    reach: int = 0
    peak_1h: int = 0
    peak_mentions_1h: int = 0
    peak_ms: int = 0
    negative_1h: int = 0
    mentions_1h: int = 0
    expected_1h: float = 0.0
    platforms: list[str] = field(default_factory=list)
    outlook: Outlook = field(default_factory=Outlook)
    voices: Voices = field(default_factory=Voices)
    verification: str = UNVERIFIED
    verification_evidence: str = ""
    verified_by: str = ""
    acknowledged_ms: int = 0
    acknowledged_by: str = ""
    owner: str = ""
    statement_ms: int = 0
    override: str = ""
    evidence: list[Evidence] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    unusual_ms: int = 0
    bins: dict[int, tuple[int, int]] = field(default_factory=dict)
    """All and negative posts by end of bin, of the last two hours."""
    at_once: bool = False
    """A source of a top tier has spoken since the last bin."""
    between: Between = field(default_factory=Between)
    merged_into: str = ""
    reopened: int = 0
    closed_by: str = ""
    awaited: list[tuple[int, int, int, float, float]] = field(default_factory=list)
    """Forecasts whose time has not come: due, horizon in h, negative then, expected, scale."""
    version: int = 0
    events: int = 0

    @classmethod
    def opened(cls, signal: Signal, gravity: float) -> "Incident":
        """Return the incident a signal opens."""
        key = (signal.exercise, signal.subject, signal.crisis_type)
        name = incident_name(key, signal.decided_ms)
        incident = cls(*key, name, signal.onset_ms, signal.decided_ms, gravity)
        incident.unusual_ms = signal.decided_ms
        incident.hear(signal)
        return incident

    @property
    def hints(self) -> tuple[str, ...]:
        """Hints in Chinese, never a verdict."""
        return hints(self.voices, self.mentions, self.mentions_1h, self.verification)

    @property
    def explanation(self) -> str:
        """Say in one Chinese sentence why it has this level."""
        return (
            f"最近 1 小时负面提及 {self.negative_1h} 条，{usually(self.expected_1h)}，"
            f"峰值 {self.peak_1h} 条；"
            f"起点以来共 {self.mentions} 条提及，其中负面 {self.negative} 条，"
            f"涉及 {len(self.platforms)} 个平台；"
            f"严重度 {self.severity:.0f}（{self.level_name}），主要来自{strongest(self.factors)}；"
            f"真实性{self.verification}"
        )

    def add_signal(self, signal: Signal) -> Change:
        """Take a further signal in."""
        if signal.signal_id not in self.signals:
            self.signals.append(signal.signal_id)
        self.hear(signal)
        self.add_evidence(signal.evidence)
        return Change("signal", "", signal.detector, signal.explanation, "", (signal.signal_id,))

    def hear(self, signal: Signal) -> None:
        """Note the tier of the source that fired it; a top one lifts the level at once."""
        self.voices.hear_tier(signal.tier)
        self.at_once = self.at_once or signal.tier in TOP_TIERS

    def add_evidence(self, evidence: tuple[Evidence, ...]) -> None:
        """Keep the heaviest posts."""
        self.evidence = heaviest(list(dict.fromkeys([*self.evidence, *evidence])), _EVIDENCE)

    def add_platforms(self, platforms: list[str]) -> None:
        """Keep the platforms in the order they were seen."""
        self.platforms += [each for each in platforms if each not in self.platforms]

    def count(self, stat: BinStat) -> None:
        """Add the posts of a bin."""
        self.mentions += stat.totals.mentions
        self.negative += stat.totals.negative
        self.reach += stat.totals.reach
        self.add_platforms([platform for platform, count in stat.platforms if count])
        self.add_evidence(stat.evidence)
        self.voices.hear(stat)
        now = stat.decided_ms
        self.bins[now] = (stat.totals.mentions, stat.totals.negative)
        self.bins = {at: counts for at, counts in self.bins.items() if at > now - 2 * HOUR}

    def count_between(self, stat: BinStat) -> None:
        """Keep the posts of a bin after the end aside."""
        self.between.mentions += stat.totals.mentions
        self.between.negative += stat.totals.negative
        self.between.reach += stat.totals.reach

    def _posts(self, after: int, until: int) -> tuple[int, int]:
        counts = [each for at, each in self.bins.items() if after < at <= until]
        return sum(all_ for all_, _bad in counts), sum(bad for _all, bad in counts)

    def courses(self, stat: BinStat) -> tuple[Course, Course]:
        """Return the course of all posts and that of the negative ones."""
        now = stat.decided_ms
        half = now - HOUR // 2
        (before, bad_before), (after, bad_after) = (
            self._posts(now - HOUR, half),
            self._posts(half, now),
        )
        usual = stat.expected_1h
        share = min(1.0, max(stat.baseline_share, 0.05))
        return (
            Course(now, self.onset_ms, before, after, self.peak_mentions_1h, self.mentions,
                   usual / share),
            Course(now, self.onset_ms, bad_before, bad_after, self.peak_1h, self.negative, usual),
        )  # fmt: skip

    def observe(
        self, stat: BinStat, rules: IncidentRules, past: int, *, first: bool = False
    ) -> list[Change]:
        """Follow the key through a bin; ``first`` sets the level without waiting."""
        now = stat.decided_ms
        _all, previous = self._posts(now - 2 * HOUR, now - HOUR)
        self.negative_1h = stat.negative_1h
        self.mentions_1h = stat.mentions_1h
        self.expected_1h = stat.expected_1h
        self.peak_mentions_1h = max(self.peak_mentions_1h, stat.mentions_1h)
        if stat.negative_1h > self.peak_1h:
            self.peak_1h, self.peak_ms = stat.negative_1h, now
        if is_unusual(stat, rules):
            self.unusual_ms = now
        hours = (now - self.onset_ms) / HOUR
        facts = Facts(
            stat.negative_1h, previous, stat.expected_1h, self.negative, self.mentions, self.reach,
            len(self.platforms), self.gravity, hours, self.voices.top_tier, past,
        )  # fmt: skip
        self.factors = factors(facts)
        self.severity = round(sum(self.factors.values()), 1)
        self.updated_ms = now
        changes = self._grade(stat, rules, first=first)
        age = now - self.detected_ms
        stage = stage_of(self.stage, stat.negative_1h, previous, self.peak_1h, age)
        if stage != self.stage:
            cause = (
                f"{STAGE_NAMES[self.stage]}转为{STAGE_NAMES[stage]}：最近 1 小时负面"
                f" {stat.negative_1h} 条，前 1 小时 {previous} 条，峰值 {self.peak_1h} 条"
            )
            changes.append(Change("stage", self.stage, stage, cause))
            self.stage = stage
        if now - self.unusual_ms >= rules.close_after_ms:
            quiet = rules.close_after_ms // HOUR
            changes.append(self.end(CLOSED, now, f"连续 {quiet} 小时回到平时水平"))
        return changes

    def _grade(self, stat: BinStat, rules: IncidentRules, *, first: bool) -> list[Change]:
        """Set the level that follows from the severity."""
        edition = scheme(rules.scheme).at(self.detected_ms)
        before = self._level(edition)
        at_once = self.at_once or stat.top_tier in TOP_TIERS
        self.at_once = False
        if first or self.scheme != rules.scheme:
            self.level.start(self.severity, edition)
        else:
            hold = 0 if at_once else rules.level_hold_ms
            self.level.update(self.severity, stat.decided_ms, hold, edition)
        self.scheme = rules.scheme
        level = self._level(edition)
        self.level_id, self.level_name = level.playbooks, level.name
        self.level_peak = max(self.level_peak, self.level_id, key=LEVELS.index)
        if level == before:
            return []
        cause = self.explanation
        if at_once and level.least > before.least:
            cause = f"高级别信源发声，级别立即调整；{cause}"
        return [Change("level", _shown(before), _shown(level), cause)]

    def _level(self, edition: Edition) -> Level:
        return edition.levels[min(self.level.rank, len(edition.levels) - 1)]

    def end(self, state: str, now: int, cause: str, actor: str = "") -> Change:
        """End the incident in ``state``."""
        before, self.state, self.stage = self.state, state, "closed"
        self.closed_ms = self.updated_ms = now
        self.closed_by = actor
        self.outlook = Outlook(now)
        self.between = Between()
        return Change("closed", before, state, cause, actor)

    def reopen(self, signal: Signal) -> Change:
        """Open it again: the trouble came back within the set time."""
        before, self.state, self.stage, self.closed_ms = self.state, OPEN, "spreading", 0
        self.closed_by = ""
        self.reopened += 1
        self.unusual_ms = signal.decided_ms
        kept = self.between
        self.mentions += kept.mentions
        self.negative += kept.negative
        self.reach += kept.reach
        self.between = Between()
        self.add_signal(signal)
        counted = f"结束后的 {kept.mentions} 条提及（负面 {kept.negative} 条）一并计入"
        cause = f"{signal.explanation}；{counted}"
        return Change("reopened", before, OPEN, cause, "", (signal.signal_id,))

    def snapshot(self) -> "Incident":
        """Return a copy for the store, one version on."""
        self.version += 1
        return replace(
            self,
            level=LevelHold(self.level.rank),
            factors=dict(self.factors),
            platforms=list(self.platforms),
            evidence=list(self.evidence),
            signals=list(self.signals),
            voices=self.voices.copy(),
            bins={},
            awaited=[],
            between=Between(),
        )


def _shown(level: Level) -> str:
    """Name a level in an event: its id where that is common to all, else its name."""
    return level.id if level.id in LEVELS else level.name


def is_unusual(stat: BinStat, rules: IncidentRules) -> bool:
    """Tell whether the hour up to this bin is still more than usual."""
    return stat.negative_1h > max(rules.min_negative_1h, 3 * stat.expected_1h)

"""One incident: how it follows its key from bin to bin, and what people do to it (事件)."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Final

from operators.explain import usually
from operators.forecast import Forecast, forecast
from operators.model import HOUR, LEVEL_NAMES, MINUTE, STAGE_NAMES, Action, Evidence, Signal
from operators.severity import FACTOR_NAMES, Facts, LevelHold, factors, level_of
from operators.stage import stage_of
from operators.watch import BinStat
from operators.windows import heaviest

OPEN: Final = "open"
RESOLVED: Final = "resolved"
CLOSED: Final = "closed"
MERGED: Final = "merged"
FALSE_ALARM: Final = "false_alarm"
UNVERIFIED: Final = "未核实"
VERIFICATIONS: Final = (UNVERIFIED, "属实", "部分属实", "不实")
_EVIDENCE: Final = 10
_NO_FORECAST: Final = Forecast(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class IncidentRules:
    """How long things hold; times in ms."""

    min_negative_1h: int = 10
    close_after_ms: int = 6 * HOUR
    reopen_within_ms: int = 24 * HOUR
    level_hold_ms: int = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed, with its cause as a Chinese sentence."""

    kind: str
    before: str
    after: str
    cause: str
    actor: str = ""
    evidence: tuple[str, ...] = ()


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
    level: LevelHold = field(default_factory=lambda: LevelHold("minor"))
    stage: str = "emerging"
    severity: float = 0.0
    factors: dict[str, float] = field(default_factory=dict)
    updated_ms: int = 0
    closed_ms: int = 0
    mentions: int = 0
    negative: int = 0
    reach: int = 0
    peak_1h: int = 0
    negative_1h: int = 0
    mentions_1h: int = 0
    expected_1h: float = 0.0
    platforms: list[str] = field(default_factory=list)
    forecast: Forecast = _NO_FORECAST
    verification: str = UNVERIFIED
    acknowledged_ms: int = 0
    owner: str = ""
    statement_ms: int = 0
    override: str = ""
    evidence: list[Evidence] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    unusual_ms: int = 0
    bins: dict[int, int] = field(default_factory=dict)
    """Negative posts by end of bin, of the last two hours."""
    version: int = 0
    events: int = 0

    @classmethod
    def opened(cls, signal: Signal, gravity: float) -> "Incident":
        """Return the incident a signal opens."""
        natural = "/".join(
            map(
                str,
                (signal.exercise, signal.subject, signal.crisis_type, signal.decided_ms),
            )
        )
        return cls(
            signal.exercise,
            signal.subject,
            signal.crisis_type,
            hashlib.sha256(natural.encode()).hexdigest()[:12],
            signal.onset_ms,
            signal.decided_ms,
            gravity,
            unusual_ms=signal.decided_ms,
        )

    @property
    def explanation(self) -> str:
        """Say in one Chinese sentence why it has this level."""
        strongest = sorted(self.factors.items(), key=lambda one: (-one[1], one[0]))[:3]
        why = "、".join(f"{FACTOR_NAMES[name]} {points:g} 分" for name, points in strongest)
        return (
            f"最近 1 小时负面提及 {self.negative_1h} 条，{usually(self.expected_1h)}；"
            f"起点以来共 {self.mentions} 条提及，其中负面 {self.negative} 条，"
            f"涉及 {len(self.platforms)} 个平台；"
            f"严重度 {self.severity:.0f}（{LEVEL_NAMES[self.level.level]}），主要来自{why}"
        )

    def add_signal(self, signal: Signal) -> Change:
        """Take a further signal in."""
        if signal.signal_id not in self.signals:
            self.signals.append(signal.signal_id)
        self.add_evidence(signal.evidence)
        return Change("signal", "", signal.detector, signal.explanation, "", (signal.signal_id,))

    def add_evidence(self, evidence: tuple[Evidence, ...]) -> None:
        """Keep the heaviest posts."""
        self.evidence = heaviest(list(dict.fromkeys([*self.evidence, *evidence])), _EVIDENCE)

    def count(self, stat: BinStat) -> None:
        """Add the posts of a bin."""
        self.mentions += stat.totals.mentions
        self.negative += stat.totals.negative
        self.reach += stat.totals.reach
        for platform, _count in stat.platforms:
            if platform not in self.platforms:
                self.platforms.append(platform)
        self.add_evidence(stat.evidence)
        now = stat.decided_ms
        self.bins[now] = stat.totals.negative
        self.bins = {at: count for at, count in self.bins.items() if at > now - 2 * HOUR}

    def _negative(self, after: int, until: int) -> int:
        return sum(count for at, count in self.bins.items() if after < at <= until)

    def observe(self, stat: BinStat, rules: IncidentRules, *, first: bool = False) -> list[Change]:
        """Follow the key through a bin; ``first`` sets the level without waiting."""
        now = stat.decided_ms
        previous = self._negative(now - 2 * HOUR, now - HOUR)
        self.negative_1h = stat.negative_1h
        self.mentions_1h = stat.mentions_1h
        self.expected_1h = stat.expected_1h
        self.peak_1h = max(self.peak_1h, stat.negative_1h)
        if is_unusual(stat, rules):
            self.unusual_ms = now
        self.factors = factors(
            Facts(
                stat.negative_1h,
                previous,
                stat.expected_1h,
                self.negative,
                self.mentions,
                self.reach,
                len(self.platforms),
                self.gravity,
                (now - self.onset_ms) / HOUR,
            )
        )
        self.severity = round(sum(self.factors.values()), 1)
        half = now - HOUR // 2
        self.forecast = forecast(
            self._negative(now - HOUR, half), self._negative(half, now), stat.expected_1h
        )
        self.updated_ms = now
        changes = []
        level = self.level.level
        if first:
            self.level.level = level_of(self.severity)
        else:
            self.level.update(self.severity, now, rules.level_hold_ms)
        if self.level.level != level:
            changes.append(Change("level", level, self.level.level, self.explanation))
        stage = stage_of(
            self.stage, stat.negative_1h, previous, self.peak_1h, now - self.detected_ms
        )
        if stage != self.stage:
            cause = (
                f"{STAGE_NAMES[self.stage]}转为{STAGE_NAMES[stage]}：最近 1 小时负面"
                f" {stat.negative_1h} 条，前 1 小时 {previous} 条，峰值 {self.peak_1h} 条"
            )
            changes.append(Change("stage", self.stage, stage, cause))
            self.stage = stage
        if now - self.unusual_ms >= rules.close_after_ms:
            hours = rules.close_after_ms // HOUR
            changes.append(self.end(CLOSED, now, f"连续 {hours} 小时回到平时水平"))
        return changes

    def end(self, state: str, now: int, cause: str, actor: str = "") -> Change:
        """End the incident in ``state``."""
        before, self.state, self.stage = self.state, state, "closed"
        self.closed_ms = self.updated_ms = now
        return Change("closed", before, state, cause, actor)

    def reopen(self, signal: Signal) -> Change:
        """Open it again: the trouble came back within the set time."""
        before, self.state, self.stage, self.closed_ms = self.state, OPEN, "spreading", 0
        self.unusual_ms = signal.decided_ms
        return Change("reopened", before, OPEN, signal.explanation, "", (signal.signal_id,))

    def act(self, action: Action, now: int) -> Change | None:
        """Apply a human action; None when the action is not one we know."""
        detail = action.detail
        note = detail.get("note", "")
        change: Change | None = None
        if action.kind == "acknowledge":
            self.acknowledged_ms = self.acknowledged_ms or now
            change = Change("action", "", "acknowledge", note or "已确认", action.actor)
        elif action.kind == "assign":
            before, self.owner = self.owner, detail.get("owner", action.actor)
            change = Change(
                "action", before, f"assign {self.owner}", note or "已指派", action.actor
            )
        elif action.kind == "statement":
            self.statement_ms = self.statement_ms or now
            shown = note or detail.get("channel", "") or "已发布声明"
            change = Change("action", "", "statement", shown, action.actor)
        elif action.kind == "override":
            before, self.override = self.override, detail.get("playbook", "")
            change = Change("action", before, f"override {self.override}", note, action.actor)
        elif action.kind == "verify" and detail.get("state") in VERIFICATIONS:
            before, self.verification = self.verification, detail["state"]
            change = Change("action", before, self.verification, note, action.actor)
        elif action.kind == "note":
            change = Change("action", "", "note", note, action.actor)
        elif action.kind == "resolve":
            change = self.end(RESOLVED, now, note or "已处置完毕", action.actor)
        elif action.kind == FALSE_ALARM:
            change = self.end(FALSE_ALARM, now, note or "误报", action.actor)
        self.updated_ms = now
        return change

    def snapshot(self) -> "Incident":
        """Return a copy for the store, one version on."""
        self.version += 1
        return replace(
            self,
            level=replace(self.level),
            factors=dict(self.factors),
            platforms=list(self.platforms),
            evidence=list(self.evidence),
            signals=list(self.signals),
            bins={},
        )


def is_unusual(stat: BinStat, rules: IncidentRules) -> bool:
    """Tell whether the hour up to this bin is still more than usual."""
    return stat.negative_1h > max(rules.min_negative_1h, 3 * stat.expected_1h)

"""What a report is made of: rows of the ``v_*`` views as frozen values.

Every instant is ms since epoch UTC, 0 when not known; a share is 0 to 1. The order of the fields
of a ``…Row`` is the order in which its query selects them.
"""

from dataclasses import dataclass

from operators.model import LEVELS


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """The present state of an incident, from ``v_incidents``."""

    incident_id: str
    subject: str
    crisis_type: str
    state: str
    level: str
    stage: str
    severity: float
    factors: tuple[tuple[str, float], ...]
    onset_ms: int
    detected_ms: int
    updated_ms: int
    closed_ms: int
    mentions: int
    negative: int
    peak_negative: float
    negative_1h: float
    expected_1h: float
    platforms: tuple[str, ...]
    reach: int
    forecast_1h: float
    forecast_6h: float
    forecast_24h: float
    verification: str
    acknowledged_ms: int
    owner: str
    statement_ms: int
    override: str
    explanation: str
    evidence: tuple[str, ...]
    signals: tuple[str, ...]

    @property
    def delay_ms(self) -> int:
        """Detection after onset, in ms."""
        return self.detected_ms - self.onset_ms

    @property
    def negative_share(self) -> float | None:
        """Negative posts over all posts since onset; ``None`` without posts."""
        return self.negative / self.mentions if self.mentions else None

    @property
    def urgency(self) -> tuple[bool, int, float, int, str]:
        """Sort key: open before ended, the gravest level first, then severity, onset and id."""
        rank = LEVELS.index(self.level) if self.level in LEVELS else -1
        return self.state != "open", -rank, -self.severity, self.onset_ms, self.incident_id


@dataclass(frozen=True, slots=True)
class EventRow:
    """One change of an incident, from ``v_incident_events``."""

    seq: int
    at_ms: int
    kind: str
    before: str
    after: str
    severity: float
    cause: str
    actor: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecommendationRow:
    """A recommendation, from ``v_recommendations``; ``actions`` is the JSON as stored."""

    recommendation_id: str
    decided_ms: int
    playbook_id: str
    playbook_version: str
    title: str
    score: float
    parts: tuple[tuple[str, float], ...]
    matched: tuple[str, ...]
    unmatched: tuple[str, ...]
    reason: str
    runner_up: str
    runner_up_reason: str
    change: str
    statement: str
    statement_gaps: tuple[str, ...]
    actions: str
    legal_notes: tuple[str, ...]
    donts: tuple[str, ...]
    approver: str


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A signal of an incident, from ``v_signals``."""

    signal_id: str
    detector: str
    decided_ms: int
    score: float
    observed: float
    expected: float
    threshold: float
    rule: str
    explanation: str


@dataclass(frozen=True, slots=True)
class MinuteRow:
    """Posts of one minute over all platforms, from ``v_metrics``."""

    minute_ms: int
    mentions: int
    negative: int


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """Usual negative posts of a 5-minute bin, from ``v_baselines``."""

    bin_ms: int
    expected: float


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """Posts of an incident on one platform since onset, from ``v_metrics``."""

    platform: str
    mentions: int
    negative: int


@dataclass(frozen=True, slots=True)
class StoryRow:
    """Posts with the same words, from ``v_mentions``: the text once, and how many said it."""

    text: str
    posts: int
    negative: int


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post that may be shown, from ``v_mentions``; ``copies`` counts posts of the same words."""

    platform: str
    id: str
    kind: str
    published_ms: int
    author_name: str
    verified: bool
    followers: int
    title: str
    text: str
    url: str
    likes: int
    comments: int
    reposts: int
    views: int
    polarity: int
    p_negative: float
    deleted: bool
    copies: int

    @property
    def key(self) -> str:
        """``platform/id``, as in the evidence columns."""
        return f"{self.platform}/{self.id}"


@dataclass(frozen=True, slots=True)
class ActionRow:
    """What a person did, from ``v_actions``; ``detail`` is the JSON object as stored."""

    at_ms: int
    kind: str
    actor: str
    detail: str
    outcome: str


@dataclass(frozen=True, slots=True)
class PlaybookRow:
    """A version of a playbook, from ``v_playbook_versions``."""

    playbook_id: str
    version_hash: str
    published_ms: int
    title: str


@dataclass(frozen=True, slots=True)
class IncidentFile:
    """An incident with everything the report tells of it."""

    row: IncidentRow
    events: tuple[EventRow, ...] = ()
    recommendations: tuple[RecommendationRow, ...] = ()
    signals: tuple[SignalRow, ...] = ()
    minutes: tuple[MinuteRow, ...] = ()
    baselines: tuple[BaselineRow, ...] = ()
    platforms: tuple[PlatformRow, ...] = ()
    stories: tuple[StoryRow, ...] = ()
    background: tuple[StoryRow, ...] = ()
    posts: tuple[PostRow, ...] = ()
    actions: tuple[ActionRow, ...] = ()
    model_versions: tuple[str, ...] = ()
    rules_versions: tuple[str, ...] = ()

    @property
    def recommendation(self) -> RecommendationRow | None:
        """The recommendation in force: the last one decided."""
        return self.recommendations[-1] if self.recommendations else None


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """What went through the pipeline, added up over ``v_pipeline_health``."""

    read: int
    accepted: int
    matched: int
    unmatched: int
    updates: int
    duplicates: int
    rejected: int
    late: int
    history: int
    orphans: int
    forgotten: int
    missing: int
    imbalance: int
    collect_delay_ms: int
    collect_known: int
    arrive_delay_ms: int
    watermark_ms: int


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """Refused entries of one reason, from ``v_rejected``."""

    reason: str
    entries: int
    example: str


@dataclass(frozen=True, slots=True)
class FeedRow:
    """What a platform sent, from ``v_metrics``: first and last minute with a mention."""

    platform: str
    first_ms: int
    last_ms: int
    mentions: int


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything one report shows; ``start_ms`` and ``end_ms`` are data time, 0 when empty."""

    exercise: bool
    start_ms: int
    end_ms: int
    incidents: tuple[IncidentFile, ...] = ()
    playbooks: tuple[PlaybookRow, ...] = ()
    balance: BalanceRow | None = None
    rejected: tuple[RejectedRow, ...] = ()
    feeds: tuple[FeedRow, ...] = ()

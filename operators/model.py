"""The values that travel between the stages, named in the field's own words.

All instants are integers: milliseconds since 1970-01-01T00:00:00Z (UTC). A ``minute`` or ``bin``
is the instant at which it starts. Zero means "not known" where a field is optional.
Recovery pickles these by module path, so they stay in this module.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
BIN: Final = 5 * MINUTE
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

NEGATIVE: Final = -1
NEUTRAL: Final = 0
POSITIVE: Final = 1

GENERAL: Final = "general"
"""Crisis type of a mention of a subject in which no crisis rule fired (日常提及)."""

KINDS: Final = ("post", "repost", "comment", "article", "video", "hotlist")
LEVELS: Final = ("minor", "moderate", "severe")
LEVEL_NAMES: Final = {"minor": "轻微", "moderate": "中等", "severe": "严重"}
STAGES: Final = ("emerging", "spreading", "peak", "fading", "closed")
STAGE_NAMES: Final = {
    "emerging": "萌芽",
    "spreading": "扩散",
    "peak": "高潮",
    "fading": "消退",
    "closed": "已结束",
}


class Mention(msgspec.Struct, frozen=True, gc=False):
    """One post, repost, comment, article, video or hot-list entry, normalised."""

    id: str
    platform: str
    published_ms: int
    arrived_ms: int
    kind: str = "post"
    author_id: str = ""
    author_name: str = ""
    followers: int = 0
    verified: bool = False
    title: str = ""
    text: str = ""
    url: str = ""
    collected_ms: int = 0
    likes: int = 0
    comments: int = 0
    reposts: int = 0
    views: int = 0
    location: str = ""
    lang: str = ""
    root_id: str = ""
    parent_id: str = ""
    deleted: bool = False
    rank: int = 0
    heat: int = 0
    exercise: bool = False


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """An entry that could not be used: why, and what it was (masked, at most 2 KiB)."""

    reason: str
    detail: str
    raw: str


class Attribution(NamedTuple):
    """A mention says something about ``subject`` of kind ``crisis_type``; ``span`` is the proof.

    ``said_by`` tells who named the crisis type: rule, learned, both or none; ``rules_fired`` holds
    the terms of the rules that fired, joined by blanks.
    """

    subject: str
    crisis_type: str
    span: str
    said_by: str = "none"
    rules_fired: str = ""


class Sentiment(NamedTuple):
    """How a text is meant: class probabilities that sum to one, and the class (-1, 0, 1)."""

    polarity: int
    p_negative: float
    p_positive: float
    risk: float = 0.0
    """Probability that it is negative about its subject."""
    confidence: float = 0.0
    """Probability of the class."""
    uncertain: bool = False
    language: str = ""
    """zh, en or unknown; empty when nobody looked."""


class Evidence(NamedTuple):
    """A mention that stands for many: ordered by weight, then time, then id."""

    weight: int
    published_ms: int
    platform: str
    id: str
    words: str = ""
    """The name and the crisis terms found in it."""

    @property
    def name(self) -> str:
        """Return ``platform/id``, as rows name a mention."""
        return f"{self.platform}/{self.id}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A monitored company: the names people call it by (监测主体).

    ``ambiguous`` names are ordinary words too and count only near a word of ``context``; inside
    the longer ``not_names`` and the names of ``competitors`` no name of it counts.
    """

    id: str
    name: str
    industry: str
    aliases: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    executives: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    hotline: str = ""
    competitors: tuple[str, ...] = ()
    not_names: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CrisisType:
    """A kind of trouble in an industry, told by weighted terms and rules (危机类型).

    A text is of this type when the weights of the distinct terms found in it and of the ``rules``
    that hold (see `operators.rule_language`) reach ``threshold``, no word of ``exclude`` occurs and
    no rule of ``unless`` holds. ``gravity`` (0 to 1) is how serious the kind is in itself.
    """

    id: str
    name: str
    industry: str
    terms: tuple[tuple[str, float], ...]
    threshold: float = 1.0
    exclude: tuple[str, ...] = ()
    gravity: float = 0.5
    rules: tuple[tuple[str, float], ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """A detector fired on a key at a watermark minute (信号)."""

    signal_id: str
    exercise: bool
    subject: str
    crisis_type: str
    detector: str
    window_start_ms: int
    window_end_ms: int
    decided_ms: int
    score: float
    observed: float
    expected: float
    threshold: float
    explanation: str
    rule: str = ""
    evidence: tuple[Evidence, ...] = ()
    onset_ms: int = 0
    """First bin of the run above the usual level that led up to the signal."""
    negative_1h: int = 0
    percentile: float = 0.0
    """Share of the key's recent bins below this one, 0 to 1; 0 when not known."""
    top_platform: str = ""
    top_share: float = 0.0
    baseline_days: int = 0
    tier: str = ""
    """Source tier whose post fired it, where it was one post."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a person did about an incident (处置动作), from the stream ``actions``.

    ``kind`` is one of acknowledge, assign, statement, resolve, false_alarm, override, verify, note.
    """

    action_id: str
    at_ms: int
    incident: str
    kind: str
    actor: str = ""
    subject: str = ""
    crisis_type: str = ""
    exercise: bool = False
    detail: dict[str, str] = field(default_factory=dict)

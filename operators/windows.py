"""Event-time minutes of one shard: what they add up to, and when they close.

A minute closes when every partition's watermark has passed it; a partition whose watermark is not
known yet holds all minutes open. Nothing here reads a clock, so a replay closes the same minutes
over the same contents. Long silences cost nothing: only minutes that hold something are visited.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import msgspec

from operators.model import MINUTE, NEGATIVE, POSITIVE, Evidence, Mention
from operators.stories_post import PLAIN, Marks
from operators.talk import Key, OpenTalk, OpenTalks, Talk
from operators.voices import Voice, heard, loudest

if TYPE_CHECKING:
    from operators.rulebook_schedule import RulesChange

_EVIDENCE_KEPT: Final = 3
SUMS: Final = ("mentions", "negative", "neutral", "positive", "reach", "engagement", "late")
"""Sums that a person's label may make smaller; the store has columns of these names."""


class CellKey(NamedTuple):
    """Where a mention counts: its own ``minute`` for metrics, ``bin_minute`` for the detectors.

    The two differ for a post that came after its minute had closed in its partition.
    """

    exercise: bool
    subject: str
    crisis_type: str
    platform: str
    minute: int
    bin_minute: int


class Cell(msgspec.Struct, gc=False, array_like=True):
    """Sums over mentions; adding is commutative, so the order of arrival does not matter."""

    mentions: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    reach: int = 0
    engagement: int = 0
    late: int = 0
    updates: int = 0
    evidence: list[Evidence] = []
    voices: list[Voice] = []
    """Posts that weigh by who says them; shared between copies and never changed."""
    weight: int = 0
    """Weights of the posts, in thousandths."""
    relabels: int = 0
    """Grows with each post that a person's label took away."""

    @classmethod
    def of(
        cls,
        mention: Mention,
        polarity: int,
        engagement: int,
        late: bool,
        words: str,
        marks: Marks = PLAIN,
    ) -> "Cell":
        """Return the sums over a single mention, attributed by ``words``."""
        # Numbers, not truth values: a snapshot is read back by their types.
        lately = 1 if late else 0
        if polarity != NEGATIVE:
            positive = 1 if polarity == POSITIVE else 0
            return cls(
                1,
                0,
                1 - positive,
                positive,
                mention.followers,
                engagement,
                lately,
                voices=heard(mention, polarity, marks.tier),
                weight=marks.weight,
            )
        weight = engagement + mention.followers // 100
        return cls(
            1,
            1,
            0,
            0,
            mention.followers,
            engagement,
            lately,
            0,
            [Evidence(weight, mention.published_ms, mention.platform, mention.id, words)],
            heard(mention, polarity, marks.tier),
            marks.weight,
        )

    def copy(self) -> "Cell":
        """Return sums that can be added to without changing these."""
        return Cell(
            self.mentions,
            self.negative,
            self.neutral,
            self.positive,
            self.reach,
            self.engagement,
            self.late,
            self.updates,
            self.evidence,
            self.voices,
            self.weight,
            self.relabels,
        )

    def add(self, other: "Cell") -> None:
        """Add other mentions: their sums, and of their posts those that weigh most."""
        self.add_sums(other)
        if other.evidence:
            self.evidence = heaviest([*self.evidence, *other.evidence])
        if other.voices:
            self.voices = loudest([*self.voices, *other.voices])

    def add_sums(self, other: "Cell") -> None:
        """Add the sums of other mentions, none of their posts."""
        self.mentions += other.mentions
        self.negative += other.negative
        self.neutral += other.neutral
        self.positive += other.positive
        self.reach += other.reach
        self.engagement += other.engagement
        self.late += other.late
        self.updates += other.updates
        self.weight += other.weight
        self.relabels += other.relabels

    def sound(self) -> "Cell":
        """Return sums none of which is below zero, whatever people took away twice."""
        copy = self.copy()
        for name in (*SUMS, "weight"):
            setattr(copy, name, max(0, getattr(self, name)))
        return copy

    @property
    def contributions(self) -> int:
        """How many things were added up; grows with every change."""
        return self.mentions + self.updates + self.relabels


def heaviest(evidence: list[Evidence], keep: int = _EVIDENCE_KEPT) -> list[Evidence]:
    """Keep the heaviest, the order of arrival playing no part."""
    return sorted(evidence, key=lambda one: (-one.weight, one.published_ms, one.platform, one.id))[
        :keep
    ]


@dataclass(frozen=True, slots=True)
class Piece:
    """What one batch of one partition sends to one shard."""

    partition: int
    start_ms: int
    """First minute the partition ever counted in; 0 while it has counted nothing."""
    watermark_ms: int
    cells: list[tuple[CellKey, Cell]]
    talk: list[Talk] = field(default_factory=list)
    rules: "tuple[RulesChange, ...]" = ()
    """Rules that are new to the partition."""


DetectionKey: TypeAlias = tuple[bool, str, str, str]
"""exercise, subject, crisis type, platform"""

_encode = msgspec.msgpack.Encoder().encode
_open_minutes = msgspec.msgpack.Decoder(list[tuple[int, list[tuple[DetectionKey, Cell]]]]).decode

_State: TypeAlias = tuple[int, dict[int, int], dict[int, int], int, bytes, OpenTalks]


class MinuteWindows:
    """The open minutes of a shard."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._watermarks: dict[int, int] = {}
        self._starts: dict[int, int] = {}
        self._open: dict[int, dict[DetectionKey, Cell]] = {}
        self._talk = OpenTalks()
        self.watermark_ms = 0

    def add(self, piece: Piece) -> None:
        """Count a piece; call ``close`` afterwards."""
        for key, cell in piece.cells:
            minute = self._open.setdefault(key.bin_minute, {})
            where = (key.exercise, key.subject, key.crisis_type, key.platform)
            known = minute.get(where)
            if known is None:
                minute[where] = cell.copy()
            else:
                known.add(cell)
        self._talk.add(piece.talk)
        if piece.watermark_ms > self._watermarks.get(piece.partition, -1):
            self._watermarks[piece.partition] = piece.watermark_ms
        if piece.start_ms:
            first = self._starts.get(piece.partition, piece.start_ms)
            self._starts[piece.partition] = min(first, piece.start_ms)

    @property
    def start_ms(self) -> int:
        """First minute of the stream; right as soon as one minute with content has closed."""
        return min(self._starts.values(), default=0)

    def close(self, known_ms: int | None = None) -> list[tuple[int, dict[DetectionKey, Cell]]]:
        """Advance to the least watermark; return the minutes that close with it, in order.

        ``known_ms``: until when it is known what people did; no minute beyond it closes.
        """
        if len(self._watermarks) < self._partitions:
            return []
        least = min(self._watermarks.values())
        if known_ms is not None and known_ms < least:
            least = known_ms - known_ms % MINUTE
        self.watermark_ms = max(self.watermark_ms, least)
        due = sorted(minute for minute in self._open if minute < self.watermark_ms)
        return [(minute, self._open.pop(minute)) for minute in due]

    def __getstate__(self) -> _State:
        # Many small values: msgpack writes them in a fraction of pickle's time.
        written = _encode([(minute, list(cells.items())) for minute, cells in self._open.items()])
        times = (self._partitions, self._watermarks, self._starts, self.watermark_ms)
        return (*times, written, self._talk)

    def __setstate__(self, state: _State) -> None:
        self._partitions, self._watermarks, self._starts, self.watermark_ms = state[:4]
        self._open = {minute: dict(cells) for minute, cells in _open_minutes(state[4])}
        self._talk = state[5]

    def talk(self, minute: int) -> list[tuple[Key, OpenTalk]]:
        """Hand over what was said in a minute that closes, by key, in the order of publication."""
        return self._talk.hand_over(minute)

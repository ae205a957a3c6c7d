"""What following a partition takes from the settings, and what a batch of it adds up to."""

from dataclasses import dataclass, field
from typing import NamedTuple

from operators.health import Deletion, Health, RejectedEntry
from operators.model import HOUR, MINUTE, Attribution, Mention, Sentiment
from operators.rulebook_bundle import Bundle
from operators.rulebook_schedule import RulesEntry
from operators.stories_post import PLAIN, Marks
from operators.windows import Piece


@dataclass(frozen=True, slots=True)
class TrackRules:
    """How a partition is followed; times in ms."""

    lateness_ms: int = MINUTE
    history_after_ms: int = 6 * HOUR
    shards: int = 4
    ids: int = 200_000
    roots: int = 50_000
    store: str = "matched"


class Stored(NamedTuple):
    """A mention with all that was found out about it, on its way to the store."""

    mention: Mention
    attributions: tuple[Attribution, ...]
    sentiment: Sentiment
    inherited: bool
    late: bool
    history: bool
    story: int
    partition: int
    times: int
    entry: int
    marks: Marks = PLAIN


@dataclass(slots=True)
class Tracked:
    """What a batch adds up to."""

    pieces: dict[int, Piece] = field(default_factory=dict)
    stored: list[Stored] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    rejected: list[RejectedEntry] = field(default_factory=list)
    health: list[Health] = field(default_factory=list)
    rules: list[tuple[RulesEntry, Bundle]] = field(default_factory=list)
    """Rules that were taken in."""

"""What travels between the steps of the flow, each with the key it goes to."""

from typing import Final, NamedTuple, TypeAlias

from operators.control import ControlBatch
from operators.links import Brief
from operators.metrics import MetricPiece
from operators.model import Action
from operators.outcomes import Course
from operators.relabel import Relabel
from operators.watch import Watched
from operators.windows import Piece

LIBRARY: Final = "library"
LINKS: Final = "links"


class PieceFor(NamedTuple):
    """A piece on its way to a shard."""

    shard: int
    piece: Piece


class MetricFor(NamedTuple):
    """Sums on their way to a generation of a shard."""

    shard: int
    generation: int
    piece: MetricPiece


class WatchedFor(NamedTuple):
    """What closed in a shard, on its way to its incident desk."""

    shard: int
    watched: Watched


class ControlFor(NamedTuple):
    """Actions on their way to a shard's incident desk."""

    shard: int
    batch: ControlBatch


class RelabelsFor(NamedTuple):
    """What people said of posts and incidents, and until when it is known, for a shard."""

    shard: int
    relabels: tuple[Relabel, ...]
    read_until_ms: int
    false_alarms: tuple[Action, ...] = ()


ForShard: TypeAlias = PieceFor | RelabelsFor
"""What a shard takes in."""


class BriefsFor(NamedTuple):
    """What a desk tells of its open incidents, and how far it has decided."""

    shard: int
    until_ms: int
    briefs: list[Brief]


class CoursesFor(NamedTuple):
    """How a desk's incidents stand, and how far it has decided, on their way to the response."""

    shard: int
    until_ms: int
    courses: list[Course]

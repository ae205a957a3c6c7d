"""What a person says a post really is: read from an action, and what it changes in the metrics.

The action carries all that has to be known of the post, so nothing has to be looked up. Metrics
are corrected by differences: what the post counted for is taken away, what it counts for now is
added, once the watermark has passed the action's minute. Detectors and incidents stay as decided.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import msgspec

from operators.model import MINUTE, NEGATIVE, NEUTRAL, POSITIVE, Action
from operators.shard import shard_of
from operators.windows import Cell, CellKey

RELABEL: Final = "relabel"
TOO_OLD: Final = "too_old_for_metrics"
POLARITIES: Final = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}
_TAKEN: Final = 2
"""What taking a post away adds to a row's version besides the post itself."""

Spoken: TypeAlias = tuple[tuple[str, str], ...]
"""Subject and crisis type of each attribution."""


class Counted(msgspec.Struct, frozen=True):
    """What a post counts for: its attributions, its polarity."""

    spoken: Spoken
    polarity: int


class Post(msgspec.Struct, frozen=True):
    """What the metrics hold of a post."""

    platform: str
    id: str
    published_ms: int
    followers: int = 0
    engagement: int = 0
    weight: int = 0
    """In thousandths."""
    late: bool = False
    history: bool = False
    """It came too late to be counted at all."""


class Label(msgspec.Struct, frozen=True):
    """What a person says of it; what is not said stays as it was."""

    polarity: int | None = None
    crisis_type: str = ""
    subject: str = ""
    noise: bool = False


class _Detail(msgspec.Struct):
    post: Post
    label: Label
    before: Counted
    after: Counted


@dataclass(frozen=True, slots=True)
class Relabel:
    """An action of the kind ``relabel``."""

    action: Action
    post: Post
    label: Label
    before: Counted
    after: Counted

    @property
    def effective_ms(self) -> int:
        """Watermark minute at which it takes effect."""
        return self.action.at_ms - self.action.at_ms % MINUTE + MINUTE

    @property
    def minute(self) -> int:
        """Minute in which the post counts."""
        return self.post.published_ms - self.post.published_ms % MINUTE


_decoder = msgspec.json.Decoder(_Detail)
_encode = msgspec.json.encode


def detail_of(post: Post, label: Label, before: Counted, after: Counted) -> dict[str, str]:
    """Return the ``detail`` of an action."""
    return {"relabel": _encode(_Detail(post, label, before, after)).decode()}


def read_relabel(action: Action) -> Relabel | None:
    """Return what an action says, None when it cannot be read."""
    try:
        detail = _decoder.decode(action.detail.get("relabel", ""))
    except msgspec.DecodeError:
        return None
    known = POLARITIES.values()
    said = (detail.before.polarity, detail.after.polarity, detail.label.polarity)
    if any(one is not None and one not in known for one in said):
        return None
    if not detail.post.platform or not detail.post.id or detail.post.published_ms <= 0:
        return None
    return Relabel(action, detail.post, detail.label, detail.before, detail.after)


def labelled(before: Counted, label: Label) -> Counted:
    """Return what a post counts for by a label; the same as the view of mentions shows."""
    polarity = before.polarity if label.polarity is None else label.polarity
    if label.noise:
        return Counted((), polarity)
    spoken = before.spoken
    if label.subject:
        kinds = dict(reversed(spoken))
        spoken = ((label.subject, kinds.get(label.subject, "general")),)
    if label.crisis_type:
        spoken = tuple((subject, label.crisis_type) for subject, _kind in spoken)
    return Counted(spoken, polarity)


def too_old(relabel: Relabel, generation_ms: int, keep_ms: int) -> bool:
    """Tell whether the minute of the post can no longer be corrected, by times alone."""
    if relabel.post.history:
        return True
    generation = relabel.minute - relabel.minute % generation_ms
    return generation + generation_ms + keep_ms <= relabel.effective_ms


_PostName: TypeAlias = tuple[bool, str, str]


@dataclass(slots=True)
class Relabels:
    """State of a shard: what waits for its minute, and what labelled posts count for now."""

    generation_ms: int
    keep_ms: int
    read_ms: int = 0
    """Until when all actions are known."""
    _waiting: list[Relabel] = field(default_factory=list)
    _counted: dict[_PostName, tuple[int, Counted]] = field(default_factory=dict)

    def resume(self) -> None:
        """Let no minute go before the actions have been read anew: there may be more of them."""
        self.read_ms = 0

    def told(self, relabels: Iterable[Relabel], read_until_ms: int) -> None:
        """Take in actions in the order of their stream."""
        self._waiting += [
            one for one in relabels if not too_old(one, self.generation_ms, self.keep_ms)
        ]
        self.read_ms = max(self.read_ms, read_until_ms)

    def due(
        self, shard: int, shards: int, watermark_ms: int, gone_ms: int
    ) -> list[tuple[CellKey, Cell]]:
        """Return what changes in the shard's metrics; generations up to ``gone_ms`` are gone."""
        if not self._waiting:
            return []
        cells: list[tuple[CellKey, Cell]] = []
        due = [one for one in self._waiting if one.effective_ms <= watermark_ms]
        self._waiting = [one for one in self._waiting if one.effective_ms > watermark_ms]
        for relabel in due:
            if self._end_of(relabel.minute) <= gone_ms:
                continue
            name = (relabel.action.exercise, relabel.post.platform, relabel.post.id)
            _minute, before = self._counted.get(name, (0, relabel.before))
            self._counted[name] = (relabel.minute, relabel.after)
            for counted, sign in ((before, -1), (relabel.after, 1)):
                cells += [
                    cell
                    for subject, kind in counted.spoken
                    if shard_of(subject, shards) == shard
                    for cell in (_cell(relabel, subject, kind, counted.polarity, sign),)
                ]
        if due:
            self._counted = {
                name: one for name, one in self._counted.items() if self._end_of(one[0]) > gone_ms
            }
        return cells

    def _end_of(self, minute: int) -> int:
        return minute - minute % self.generation_ms + self.generation_ms + self.keep_ms


def _cell(
    relabel: Relabel, subject: str, kind: str, polarity: int, sign: int
) -> tuple[CellKey, Cell]:
    post, minute = relabel.post, relabel.minute
    key = CellKey(relabel.action.exercise, subject, kind, post.platform, minute, minute)
    return key, Cell(
        sign,
        sign * (polarity == NEGATIVE),
        sign * (polarity == NEUTRAL),
        sign * (polarity == POSITIVE),
        sign * post.followers,
        sign * post.engagement,
        sign * post.late,
        weight=sign * post.weight,
        relabels=_TAKEN if sign < 0 else 0,
    )

"""Stored posts under later rules: what moves in the metrics, by differences.

The store keeps a post as it was seen last, the metrics what each sight added in its minute, so
sums cannot be made anew from posts. What a post counted for is taken out of its minute and what it
counts for now is put in:

* posts, moods, reach and weight move with what is stored of the post; exactly when it was seen once
* engagement and lateness of a post seen once move exactly; those of a post seen again stay where
  they are, for nobody knows how they are spread over the minutes
* what a person said of a post in time for the metrics goes on top of both readings
* nothing falls below zero, and a minute without posts has neither reach nor weight

The minutes must be beyond all corrections of the flow, so that nobody else writes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from operators.metrics import MetricKey
from operators.model import DAY, HOUR, MINUTE, NEGATIVE, NEUTRAL, POSITIVE
from operators.reading import Entry
from operators.relabel import Counted, Label, Spoken, labelled
from operators.windows import Cell

VERSION_STEP: Final = 1 << 16
"""What a new reading adds to a post's version: within the millisecond of the entry it came by, so
that the post wins over it when it is seen again."""
METRICS_STEP: Final = 2
"""What it adds to that of a minute; the lowest bit tells whether the minute is final."""

_POSTS_AT_ONCE: Final = 20_000
_LONGEST_MS: Final = 30 * DAY
"""A block of rows of more than a hundred days is refused by the store, which has a part a day."""


class Standing(msgspec.Struct, frozen=True):
    """What a post counts for; ``weight`` in thousandths."""

    spoken: Spoken = ()
    polarity: int = 0
    weight: int = 0

    def labelled(self, label: Label | None) -> "Standing":
        """Return what it counts for once a person has spoken."""
        if label is None:
            return self
        found = labelled(Counted(self.spoken, self.polarity), label)
        return Standing(found.spoken, found.polarity, self.weight)


class Facts(NamedTuple):
    """What the metrics hold of a post, whatever it speaks of."""

    exercise: bool
    platform: str
    published_ms: int
    followers: int = 0
    engagement: int = 0
    late: bool = False

    @property
    def minute(self) -> int:
        """Minute in which it counts."""
        return self.published_ms - self.published_ms % MINUTE


class Moves:
    """What changes in the metrics."""

    def __init__(self) -> None:
        self.deltas: dict[MetricKey, Cell] = {}

    def move(self, facts: Facts, before: Standing, after: Standing) -> bool:
        """Take a post out where it counted, put it in where it counts; tell whether it moved."""
        if (before.spoken or after.spoken) and before != after:
            self._add(facts, before, -1)
            self._add(facts, after, 1)
            return True
        return False

    def _add(self, facts: Facts, standing: Standing, sign: int) -> None:
        for subject, kind in standing.spoken:
            key = MetricKey(facts.exercise, subject, kind, facts.platform, facts.minute)
            cell = Cell(
                sign,
                sign * (standing.polarity == NEGATIVE),
                sign * (standing.polarity == NEUTRAL),
                sign * (standing.polarity == POSITIVE),
                sign * facts.followers,
                sign * facts.engagement,
                sign * facts.late,
                weight=sign * standing.weight,
            )
            known = self.deltas.get(key)
            if known is None:
                self.deltas[key] = cell
            else:
                known.add_sums(cell)


def moved(stored: Cell | None, delta: Cell) -> Cell | None:
    """Return what a minute holds after a change; None when it is as before."""
    cell = stored.copy() if stored else Cell()
    cell.add_sums(delta)
    cell = cell.sound()
    if not cell.mentions:
        cell = Cell(engagement=cell.engagement, updates=cell.updates)
    cell.late = min(cell.late, cell.mentions)
    return None if cell == (stored or Cell()) else cell


class Unit(NamedTuple):
    """A time of publication whose posts are read at once."""

    start_ms: int
    end_ms: int
    posts: int


def units(
    hours: Mapping[int, int], since_ms: int, until_ms: int, most: int = _POSTS_AT_ONCE
) -> list[Unit]:
    """Cut a time into whole hours together, at most a month that holds at most so many posts.

    ``hours``: start of an hour -> its posts; hours without posts are left out.
    """
    found: list[Unit] = []
    for hour in sorted(hours):
        start, end = max(hour, since_ms), min(hour + HOUR, until_ms)
        last = found[-1] if found else None
        posts = hours[hour]
        if last and last.posts + posts <= most and end <= last.start_ms + _LONGEST_MS:
            found[-1] = Unit(last.start_ms, end, last.posts + posts)
        else:
            found.append(Unit(start, end, posts))
    return found


def entry_of(row: Mapping[str, Any], number: int) -> Entry:
    """Return a stored post as an entry of a stream; instants in the row are ms.

    ``number`` tells entries of one millisecond apart. Counts and words are those stored, so it is
    read as the flow would read it, but for what was masked.
    """
    body = {
        "id": row["id"],
        "platform": row["platform"],
        "kind": row["kind"],
        "author": {
            "id": row["author_id"],
            "name": row["author_name"],
            "followers": row["followers"],
            "verified": bool(row["verified"]),
        },
        "title": row["title"],
        "text": row["text"],
        "published_at": row["published_at"],
        "counts": {name: row[name] for name in ("likes", "comments", "reposts", "views")},
        "root_id": row["root_id"],
        "parent_id": row["parent_id"],
        "deleted": bool(row["deleted"]),
        "exercise": bool(row["exercise"]),
    }
    # Nothing is refused for having come before its time: it was taken then.
    at_ms = max(row["arrived_at"], row["published_at"])
    return b"%d-%d" % (at_ms, number), [b"mention", orjson.dumps(body)]


@dataclass(slots=True)
class Tally:
    """What a backfill came to; counts of posts but for ``metric_rows`` and ``minutes``."""

    read: int = 0
    changed: int = 0
    gained: int = 0
    """Of those changed, posts that spoke of nobody."""
    lost: int = 0
    """Posts that speak of nobody now."""
    kinds: int = 0
    """Posts that speak of others, or of another trouble."""
    tones: int = 0
    labelled: int = 0
    """Posts of which a person has spoken: that stays as it is."""
    metric_rows: int = 0
    minutes: int = 0
    engagement_kept: int = 0
    """Posts that moved without their engagement."""
    rootless: int = 0
    """Reposts without words whose root is not stored: left as they were."""
    refused: int = 0
    """Stored posts that are no mentions any more: left as they were."""
    found: int = 0
    """Of those gained, posts that only the streams held."""

    def add(self, other: "Tally") -> None:
        """Add what another part came to."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def compare(self, before: Standing, after: Standing) -> None:
        """Count a post that was read."""
        self.read += 1
        if before == after:
            return
        self.changed += 1
        if not before.spoken:
            self.gained += bool(after.spoken)
        elif not after.spoken:
            self.lost += 1
        else:
            self.kinds += before.spoken != after.spoken
            self.tones += before.polarity != after.polarity

"""Stored posts read anew: by the same reader as the flow, with what their roots say now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, Final, NamedTuple

from flows.backfill_store import PostName, Row
from flows.plan import make_reader, make_versions
from flows.rows import mention_row
from flows.settings_schema import Settings
from flows.tables import TABLES
from operators.backfill import VERSION_STEP, Facts, Moves, Standing, Tally, entry_of
from operators.model import Sentiment
from operators.reading import Post
from operators.relabel import Label
from operators.rulebook_bundle import Bundle
from operators.stories_post import WEIGHT_UNIT
from operators.threads import Root, Threads
from operators.tracked import Stored

_COLUMNS: Final = TABLES["mentions"].columns
_FOUND: Final = (
    "subjects", "crisis_types", "spans", "said_by", "rules_fired", "polarity", "p_negative",
    "p_positive", "risk", "confidence", "uncertain", "language", "tier", "weight", "bci",
    "questioning", "inherited", "story", "rules_version", "model_version", "version",
)  # fmt: skip
"""Columns that a reading finds; all others tell what was collected."""
_OF_AUTHOR: Final = ("tier", "weight", "bci")
_NOTHING: Final = Sentiment(0, 0.0, 0.0)
_AT_ONCE: Final = 2_000
_GENERATIONS: Final = 16


class Reread(NamedTuple):
    """Posts as they are read now."""

    moved: list[Sequence[Any]]
    """Rows of ``mentions`` of those that count otherwise in the metrics."""
    others: list[Sequence[Any]]
    """Rows of all others that have to be written."""
    moves: Moves
    tally: Tally


class Rereader:
    """Reads stored posts by a version of the rules; compiles it when made, which takes seconds."""

    def __init__(self, settings: Settings, bundle: Bundle) -> None:
        # Of every post given something has to be said, and of those that match nothing, that.
        every = replace(settings, store=replace(settings.store, mentions="all"))
        self.reader = make_reader(every, bundle)
        self.versions = make_versions(settings, bundle)

    def read(
        self,
        rows: Sequence[Row],
        roots: Sequence[Row],
        labels: Mapping[PostName, Label],
        labelled: set[PostName],
    ) -> Reread:
        """Read posts, and before them the roots that some of them hang on."""
        threads, known = self._threads(roots)
        found = Reread([], [], Moves(), Tally())
        for row, _key, post in self._posts(rows):
            if post is None:
                found.tally.refused += 1
                continue
            rootless = post.root_key and post.root_key not in known
            if rootless and row["inherited"] and not post.attributions:
                found.tally.rootless += 1
                continue
            self._take(row, self._row(row, post, threads), labels, labelled, found)
        return found

    def _take(
        self,
        before: Row,
        after: Row,
        labels: Mapping[PostName, Label],
        labelled: set[PostName],
        found: Reread,
    ) -> None:
        """Compare two readings of a post and take in what is different."""
        name: PostName = (bool(before["exercise"]), before["platform"], before["id"])
        was, now, label = standing_of(before), standing_of(after), labels.get(name)
        tally = found.tally
        tally.compare(was, now)
        tally.labelled += name in labelled
        if was == now and before["rules_version"] == after["rules_version"]:
            return
        again = before["seen"] > 1
        counted = not before["history"] and found.moves.move(
            facts_of(before, with_counts=not again), was.labelled(label), now.labelled(label)
        )
        tally.engagement_kept += counted and again
        (found.moved if counted else found.others).append([after[name] for name in _COLUMNS])

    def _threads(self, roots: Sequence[Row]) -> tuple[Threads, set[int]]:
        """Return what replies inherit, and the roots there are, by identity."""
        threads, known = Threads(_GENERATIONS * max(1, len(roots))), set()
        for _row, key, post in self._posts(roots):
            known.add(key)
            if post is not None and post.attributions:
                threads.put(key, Root(post.attributions, post.sentiment or _NOTHING))
        return threads, known

    def _posts(self, rows: Sequence[Row]) -> Iterator[tuple[Row, int, Post | None]]:
        """Yield each row, its identity, and how it is read; None when it is no mention."""
        for begin in range(0, len(rows), _AT_ONCE):
            part = rows[begin : begin + _AT_ONCE]
            batch = self.reader.read(0, [entry_of(row, n) for n, row in zip(count(), part)])
            numbers = {place: number for number, place in enumerate(batch.places.tolist())}
            keys = batch.keys.tolist()
            for place, row in enumerate(part):
                number = numbers.get(place)
                if number is None:
                    yield row, 0, None
                else:
                    yield row, keys[number], batch.posts[number]

    def _row(self, row: Row, post: Post, threads: Threads) -> Row:
        """Return the row of a post as it is read now."""
        attributions, sentiment, inherited = threads.read(post)
        stored = Stored(
            post.mention,
            attributions,
            sentiment,
            inherited,
            bool(row["late"]),
            bool(row["history"]),
            post.story,
            row["partition"],
            row["seen"],
            row["version"] + VERSION_STEP,
            post.marks,
        )
        fresh = dict(zip(_COLUMNS, mention_row(stored, self.versions), strict=True))
        # Under a pseudonym nobody can tell what kind of account it is.
        hidden = self.versions.author_key and not row["author_name"]
        return row | {name: fresh[name] for name in _FOUND if not (hidden and name in _OF_AUTHOR)}


def standing_of(row: Row) -> Standing:
    """Return what the post of a row counts for."""
    spoken = tuple(zip(row["subjects"], row["crisis_types"], strict=True))
    return Standing(spoken, int(row["polarity"]), round(row["weight"] * WEIGHT_UNIT))


def facts_of(row: Row, *, with_counts: bool) -> Facts:
    """Return what the metrics hold of the post of a row, without counts that are spread."""
    engagement = row["likes"] + row["comments"] + row["reposts"]
    return Facts(
        bool(row["exercise"]),
        row["platform"],
        row["published_at"],
        row["followers"],
        engagement if with_counts else 0,
        bool(row["late"]) and with_counts,
    )

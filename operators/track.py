"""Follow one stream partition: who was seen before, what is late, and the sums that travel on.

The state is a function of the partition's entries alone, so a replay decides the same way however
the entries were cut into batches.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from operators.health import Deletion, Health, Minutes, RejectedEntry, SequenceGaps
from operators.memory import Seen, Taken
from operators.model import MINUTE, Attribution, Mention
from operators.reading import Post, ReadBatch
from operators.shard import shard_of
from operators.stories_post import Told, told_of
from operators.talk import Where, talk_of
from operators.threads import Root, Threads
from operators.timing import Clock, Times
from operators.tracked import Stored, Tracked, TrackRules
from operators.windows import Cell, CellKey, Piece

_COUNTED: Final = (
    "read",
    "accepted",
    "late",
    "history",
    "collect_known",
    "collect_delay_ms",
    "arrive_delay_ms",
)
"""Counts of health that are sums over columns."""


class Tracker:
    """State of one partition; ``feed`` takes its batches in stream order."""

    def __init__(self, partition: int, rules: TrackRules) -> None:
        self.partition = partition
        self.rules = rules
        self._clock = Clock(rules.lateness_ms, rules.history_after_ms)
        self._told_minute = 0
        self._seen = Seen(rules.ids)
        self._threads = Threads(rules.roots)
        self._gaps = SequenceGaps()
        self._health = Health(partition)
        self._rules_told = 0

    @property
    def watermark_ms(self) -> int:
        """Return until when everything is taken to be here."""
        return self._clock.watermark_ms

    def feed(self, batch: ReadBatch) -> Tracked:
        """Take the next batch; the pieces go to the shards, the rest to the store."""
        out = Tracked()
        if not len(batch.entries):
            return out
        taken = self._seen.take(
            batch.keys,
            batch.engagement,
            batch.views,
            batch.collected,
            {number for number, post in batch.posts.items() if post.mention.deleted},
        )
        times = self._clock.pass_through(batch, taken.new)
        minutes = self._count(batch, taken, times, out)
        cells: dict[CellKey, Cell] = {}
        talk: dict[Where, list[tuple[Told, Mention]]] = {}
        self._posts(batch, taken, times, minutes, cells, talk, out)
        self._health = minutes.finish(out.health)
        self._cut(cells, talk, out)
        self._tell_rules(batch, out)
        return out

    def _count(self, batch: ReadBatch, taken: Taken, times: Times, out: Tracked) -> Minutes:
        """Account for all entries but what the posts have to say."""
        minutes = Minutes(self._health, times.arrived, times.watermarks)
        new = taken.new
        here = times.arrived[batch.places]
        known = new & (batch.collected > 0)
        columns = np.zeros((7, len(times.arrived)), np.int64)
        columns[:, batch.places] = (
            np.ones(len(new), np.int64),
            new,
            new & times.late,
            new & times.history,
            known,
            np.where(known, np.maximum(batch.collected - batch.published, 0), 0),
            np.where(new, np.maximum(here - batch.published, 0), 0),
        )
        minutes.add(_COUNTED, columns)
        for number in taken.again:
            minutes.at(batch.places[number]).updates += 1
        for number in taken.duplicates:
            minutes.at(batch.places[number]).duplicates += 1
        for number, forgotten in taken.forgotten:
            minutes.at(batch.places[number]).forgotten += forgotten
        for place, what in batch.others.items():
            health = minutes.at(place)
            if isinstance(what, int):
                health.marks += 1
                continue
            health.read += 1
            health.rejected += 1
            out.rejected.append(RejectedEntry(self.partition, int(batch.entries[place]), what))
        if not self._gaps.unbroken([seq for seq in batch.seqs if seq]):
            for place, seq in enumerate(batch.seqs):
                missing = self._gaps.missing(seq) if seq else 0
                if missing:
                    minutes.at(place).missing += missing
        return minutes

    def _posts(
        self,
        batch: ReadBatch,
        taken: Taken,
        times: Times,
        minutes: Minutes,
        cells: dict[CellKey, Cell],
        talk: dict[Where, list[tuple[Told, Mention]]],
        out: Tracked,
    ) -> None:
        """Look at each mention that is more than a number, in order."""
        store = self.rules.store
        duplicates, grown = taken.duplicates, taken.again
        for (
            number,
            post,
            place,
            entry,
            minute,
            still_open,
            late,
            history,
            engagement,
            key,
        ) in _columns(batch, times):
            mention = post.mention
            if mention.deleted:
                out.deletions.append(_deletion(mention, entry))
            again = grown.get(number)
            if number in duplicates or (again is not None and mention.deleted):
                continue  # a deletion notice may lack the words; the row we have keeps them
            attributions, sentiment, inherited = self._threads.read(post)
            if not (attributions or post.sentiment) and mention.root_id:
                minutes.at(place).orphans += 1
            times_seen = 1
            if again is not None:
                times_seen, late = again.after[3], False
                more = again.after[0] - again.before[0]
                now = still_open or minute
                for one in attributions if more else ():
                    _add(cells, mention, one, now, now, Cell(engagement=more, updates=1))
            elif attributions:
                minutes.at(place).match()
                if not mention.root_id:
                    self._threads.put(key, Root(attributions, sentiment))
                if not history:
                    bin_minute = still_open if late else minute
                    polarity, marks = sentiment.polarity, post.marks
                    told = (told_of(mention, key, polarity, post.story, marks), mention)
                    for one in attributions:
                        cell = Cell.of(mention, polarity, engagement, late, one.span, marks)
                        _add(cells, mention, one, minute, bin_minute, cell)
                        where = (mention.exercise, one.subject, one.crisis_type, bin_minute)
                        talk.setdefault(where, []).append(told)
            if (attributions and store != "none") or store == "all":
                out.stored.append(
                    Stored(
                        mention,
                        attributions,
                        sentiment,
                        inherited,
                        late,
                        history,
                        post.story,
                        self.partition,
                        times_seen,
                        entry,
                        post.marks,
                    )
                )

    def _cut(
        self,
        cells: dict[CellKey, Cell],
        talk: dict[Where, list[tuple[Told, Mention]]],
        out: Tracked,
    ) -> None:
        """Cut the sums by shard; every shard hears of the watermark when its minute changes."""
        shards = self.rules.shards
        for key, cell in cells.items():
            shard = shard_of(key.subject, shards)
            piece = out.pieces.get(shard)
            if piece is None:
                piece = out.pieces[shard] = self._piece()
            piece.cells.append((key, cell))
        for where, said in talk.items():
            out.pieces[shard_of(where[1], shards)].talk.append(talk_of(where, said))
        minute = self.watermark_ms // MINUTE
        if minute > self._told_minute:
            self._told_minute = minute
            for shard in range(shards):
                if shard not in out.pieces:
                    out.pieces[shard] = self._piece()

    def _tell_rules(self, batch: ReadBatch, out: Tracked) -> None:
        """Tell every shard of rules that this partition has not told of yet."""
        if not batch.told:
            return
        changes = tuple(one for one in batch.told.changes if one.entry > self._rules_told)
        fresh = {one.entry for one in changes}
        out.rules = [one for one in batch.told.bundles if one[0].entry in fresh]
        if self.partition == 0:
            out.rejected += batch.told.refused
        if not changes:
            return
        self._rules_told = changes[-1].entry
        for shard in range(self.rules.shards):
            piece = out.pieces.get(shard) or self._piece()
            out.pieces[shard] = replace(piece, rules=changes)

    def _piece(self) -> Piece:
        minute = self.watermark_ms - self.watermark_ms % MINUTE
        return Piece(self.partition, self._clock.start_ms, minute, [])


def _columns(
    batch: ReadBatch, times: Times
) -> "zip[tuple[int, Post, int, int, int, int, bool, bool, int, int]]":
    """Give of each post its number, itself, and what the columns say of it, in order."""
    numbers = list(batch.posts)
    where = batch.places[numbers]
    return zip(
        numbers,
        batch.posts.values(),
        where.tolist(),
        batch.entries[where].tolist(),
        times.minute[numbers].tolist(),
        times.still_open[numbers].tolist(),
        times.late[numbers].tolist(),
        times.history[numbers].tolist(),
        batch.engagement[numbers].tolist(),
        batch.keys[numbers].tolist(),
        strict=True,
    )


def _deletion(mention: Mention, entry: int) -> Deletion:
    return Deletion(
        mention.exercise,
        mention.platform,
        mention.id,
        mention.collected_ms or mention.arrived_ms,
        mention.arrived_ms,
        entry,
    )


def _add(
    cells: dict[CellKey, Cell],
    mention: Mention,
    one: Attribution,
    minute: int,
    bin_minute: int,
    cell: Cell,
) -> None:
    key = CellKey(
        mention.exercise, one.subject, one.crisis_type, mention.platform, minute, bin_minute
    )
    known = cells.get(key)
    if known is None:
        cells[key] = cell
    else:
        known.add(cell)

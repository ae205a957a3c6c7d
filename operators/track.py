"""Follow one stream partition: who was seen before, what is late, and the sums that travel on.

The state is a function of the partition's entries alone, so a replay decides the same way however
the entries were cut into batches.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from operators.health import Deletion, Health, RejectedEntry, SequenceGaps
from operators.memory import Generations
from operators.model import GENERAL, HOUR, MINUTE, Attribution, Mention, Sentiment
from operators.reading import ReadBatch, Reading
from operators.shard import shard_of
from operators.windows import Cell, CellKey, Piece

_NEVER: Final = 0


@dataclass(frozen=True, slots=True)
class TrackRules:
    """How a partition is followed; times in ms."""

    lateness_ms: int = MINUTE
    history_after_ms: int = 6 * HOUR
    shards: int = 4
    ids: int = 200_000
    roots: int = 50_000
    store: str = "matched"


Seen: TypeAlias = tuple[int, int, int, int]
"""What is remembered of a mention: engagement, views, when collected (ms), times seen.

A plain tuple, for there are many and every snapshot pickles the newest.
"""


class Root(NamedTuple):
    """What replies inherit from the post they hang on."""

    attributions: tuple[Attribution, ...]
    sentiment: Sentiment


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


@dataclass(slots=True)
class Tracked:
    """What a batch adds up to."""

    pieces: dict[int, Piece] = field(default_factory=dict)
    stored: list[Stored] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    rejected: list[RejectedEntry] = field(default_factory=list)
    health: list[Health] = field(default_factory=list)


_NOTHING: Final = Sentiment(0, 0.0, 0.0)


class Tracker:
    """State of one partition; ``feed`` takes its batches in stream order."""

    def __init__(self, partition: int, rules: TrackRules) -> None:
        self.partition = partition
        self.rules = rules
        self.watermark_ms = _NEVER
        self.start_ms = _NEVER
        self._told_minute = 0
        self._seen: Generations[Seen] = Generations(rules.ids)
        self._roots: Generations[Root] = Generations(rules.roots)
        self._gaps = SequenceGaps()
        self._health = Health(partition)

    def feed(self, batch: ReadBatch) -> Tracked:
        """Take the next batch; the pieces go to the shards, the rest to the store."""
        out = Tracked()
        cells: dict[CellKey, Cell] = {}
        numbered = [reading.seq for reading in batch.readings if reading.seq]
        gaps = None if self._gaps.unbroken(numbered) else self._gaps
        health = self._health
        for reading in batch.readings:
            if reading.arrived_ms - health.minute_ms >= MINUTE:
                health = self._next_minute(reading.arrived_ms, out)
            if gaps is not None:
                health.missing += gaps.missing(reading.seq)
            mention = reading.mention
            if mention is not None:
                health.read += 1
                self._mention(reading, mention, health, cells, out)
            elif reading.rejected is not None:
                health.read += 1
                health.rejected += 1
                out.rejected.append(RejectedEntry(self.partition, reading.entry, reading.rejected))
            else:
                health.marks += 1
                # Everything published up to an end mark is here: its minute may close.
                self._advance(
                    reading.end_ms + MINUTE
                    if reading.end_ms
                    else reading.arrived_ms - self.rules.lateness_ms
                )
        if batch.readings:
            health.watermark_ms = self.watermark_ms
            out.health.append(health.copy())
        self._cut(cells, out)
        return out

    def _advance(self, watermark_ms: int) -> None:
        if watermark_ms > self.watermark_ms:
            self.watermark_ms = watermark_ms

    def _next_minute(self, arrived_ms: int, out: Tracked) -> Health:
        if self._health.minute_ms:
            self._health.watermark_ms = self.watermark_ms
            out.health.append(self._health)
        self._health = Health(self.partition, arrived_ms - arrived_ms % MINUTE)
        return self._health

    def _mention(
        self,
        reading: Reading,
        mention: Mention,
        health: Health,
        cells: dict[CellKey, Cell],
        out: Tracked,
    ) -> None:
        key = f"{mention.platform}\0{mention.id}"
        before = self._seen.get(key)
        if mention.deleted:
            out.deletions.append(
                Deletion(
                    mention.exercise,
                    mention.platform,
                    mention.id,
                    mention.collected_ms or reading.arrived_ms,
                    reading.arrived_ms,
                    reading.entry,
                )
            )
        if before is not None:
            self._seen_again(reading, mention, key, before, health, cells, out)
            return
        published = mention.published_ms
        watermark = self.watermark_ms
        health.accept(mention)
        engagement = mention.likes + mention.comments + mention.reposts
        seen = (engagement, mention.views, mention.collected_ms, 1)
        health.forgotten += self._seen.put(key, seen)
        history = reading.arrived_ms - published > self.rules.history_after_ms
        minute = published - published % MINUTE
        open_minute = watermark - watermark % MINUTE
        late = minute < open_minute and not history
        if not self.start_ms and not history:
            self.start_ms = max(minute, open_minute)
        health.late += late
        health.history += history

        attributions, sentiment, inherited = self._read(reading, mention, health)
        if attributions:
            health.matched += 1
            if not mention.root_id:
                self._roots.put(key, Root(attributions, sentiment))
            if not history:
                bin_minute = open_minute if late else minute
                polarity = sentiment.polarity
                for subject, crisis_type, span in attributions:
                    cell = Cell.of(mention, polarity, engagement, reading.story, late, span)
                    where = CellKey(
                        mention.exercise,
                        subject,
                        crisis_type,
                        mention.platform,
                        minute,
                        bin_minute,
                    )
                    _add(cells, where, cell)
        else:
            health.unmatched += 1
        if attributions or self.rules.store == "all":
            self._store(out, reading, mention, attributions, sentiment, inherited, late, history, 1)
        # A stamp may lie a little ahead of its arrival; the watermark may not.
        self._advance(min(published, reading.arrived_ms) - self.rules.lateness_ms)

    def _read(
        self, reading: Reading, mention: Mention, health: Health
    ) -> tuple[tuple[Attribution, ...], Sentiment, bool]:
        """Attributions and tone: its own where it has any, else those of its root."""
        own = reading.sentiment or _NOTHING
        found = reading.attributions
        if not mention.root_id:
            return found, own, False
        root = self._roots.get(f"{mention.platform}\0{mention.root_id}")
        if found:
            return _named_by(root, found) if root else found, own, False
        if root is None:
            health.orphans += reading.sentiment is None
            return (), own, False
        return root.attributions, reading.sentiment or root.sentiment, True

    def _seen_again(
        self,
        reading: Reading,
        mention: Mention,
        key: str,
        before: Seen,
        health: Health,
        cells: dict[CellKey, Cell],
        out: Tracked,
    ) -> None:
        engagement = mention.likes + mention.comments + mention.reposts
        most, views, collected_ms, times = before
        newer = mention.collected_ms > collected_ms or engagement > most or mention.views > views
        if not newer and not mention.deleted:
            health.duplicates += 1
            return
        health.updates += 1
        after = (
            max(engagement, most),
            max(mention.views, views),
            max(mention.collected_ms, collected_ms),
            times + 1,
        )
        health.forgotten += self._seen.put(key, after)
        if mention.deleted:
            return  # the notice may lack the words; the row we have keeps them
        attributions, sentiment, inherited = self._read(reading, mention, health)
        grown = after[0] - most
        watermark = self.watermark_ms
        minute = watermark - watermark % MINUTE
        if not minute:
            minute = mention.published_ms - mention.published_ms % MINUTE
        if grown:
            for attribution in attributions:
                cell_key = CellKey(
                    mention.exercise,
                    attribution.subject,
                    attribution.crisis_type,
                    mention.platform,
                    minute,
                    minute,
                )
                _add(cells, cell_key, Cell(engagement=grown, updates=1))
        if attributions or self.rules.store == "all":
            self._store(
                out,
                reading,
                mention,
                attributions,
                sentiment,
                inherited,
                late=False,
                history=reading.arrived_ms - mention.published_ms > self.rules.history_after_ms,
                times=times + 1,
            )

    def _store(
        self,
        out: Tracked,
        reading: Reading,
        mention: Mention,
        attributions: tuple[Attribution, ...],
        sentiment: Sentiment,
        inherited: bool,
        late: bool,
        history: bool,
        times: int,
    ) -> None:
        if self.rules.store == "none":
            return
        out.stored.append(
            Stored(
                mention,
                attributions,
                sentiment,
                inherited,
                late,
                history,
                reading.story,
                self.partition,
                times,
                reading.entry,
            )
        )

    def _cut(self, cells: dict[CellKey, Cell], out: Tracked) -> None:
        """Cut the sums by shard; every shard hears of the watermark when its minute changes."""
        shards = self.rules.shards
        for key, cell in cells.items():
            shard = shard_of(key.subject, shards)
            piece = out.pieces.get(shard)
            if piece is None:
                piece = out.pieces[shard] = self._piece()
            piece.cells.append((key, cell))
        minute = self.watermark_ms // MINUTE
        if minute > self._told_minute:
            self._told_minute = minute
            for shard in range(shards):
                if shard not in out.pieces:
                    out.pieces[shard] = self._piece()

    def _piece(self) -> Piece:
        minute = self.watermark_ms - self.watermark_ms % MINUTE
        return Piece(self.partition, self.start_ms, minute, [])


def _named_by(root: Root, found: tuple[Attribution, ...]) -> tuple[Attribution, ...]:
    """Return what a reply speaks of: where it names a subject but no trouble, the root's."""
    troubles = {one.subject: one for one in root.attributions if one.crisis_type != GENERAL}
    return tuple(
        troubles.get(one.subject, one) if one.crisis_type == GENERAL else one for one in found
    )


def _add(cells: dict[CellKey, Cell], key: CellKey, cell: Cell) -> None:
    known = cells.get(key)
    if known is None:
        cells[key] = cell
    else:
        known.add(cell)

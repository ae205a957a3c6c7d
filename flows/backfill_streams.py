"""Posts of long ago that only the streams still hold: what nobody was watching for then."""

from typing import TYPE_CHECKING, NamedTuple

from flows.backfill_read import Rereader
from flows.backfill_store import PostName
from flows.raw_stream import RawStreams
from flows.redis_source import TRIMMED
from flows.rows import mention_row
from flows.settings_schema import Settings
from flows.stream_writer import parse_entry_id
from flows.streams import mention_stream, read_meta
from operators.backfill import Facts, Moves, Standing, Tally, Unit
from operators.model import HOUR, SECOND
from operators.reading import entry_number
from operators.track import Tracker
from operators.tracked import Stored, TrackRules
from operators.vectors import SEQUENCE_BITS

if TYPE_CHECKING:
    from redis import Redis


class Held(NamedTuple):
    """A post of a stream, as it was seen first and last."""

    first: Stored
    last: Stored


def retained(client: "Redis", settings: Settings, since_ms: int, until_ms: int) -> int | None:
    """Return from when on the streams hold all that arrived; None when they hold nothing of use."""
    meta = read_meta(client)
    if meta is None:
        return None
    end_ms = until_ms + settings.windows.history_after_h * HOUR
    streams = [mention_stream(partition) for partition in range(meta.partitions)]
    if not any(client.xrange(stream, since_ms, end_ms, count=1) for stream in streams):
        return None
    trimmed = client.hgetall(TRIMMED).values()
    return max((parse_entry_id(one).ms for one in trimmed), default=0)


def held_posts(
    client: "Redis",
    settings: Settings,
    rereader: Rereader,
    since_ms: int,
    until_ms: int,
    stored: set[PostName],
) -> list[Held]:
    """Read the retained entries that may hold posts of a time; return those that match.

    Posts that came so late that they count nowhere are not looked for, nor are those in the store.
    """
    meta = read_meta(client)
    if meta is None or settings.store.mentions == "none":
        return []
    windows = settings.windows
    rules = TrackRules(
        lateness_ms=windows.lateness_s * SECOND,
        history_after_ms=windows.history_after_h * HOUR,
        ids=settings.memory.ids,
        roots=settings.memory.roots,
    )
    end_ms = until_ms + rules.history_after_ms
    held: dict[PostName, Held] = {}
    for partition in range(meta.partitions):
        tracker, streams = Tracker(partition, rules), RawStreams(client)
        last = b"%d-0" % max(0, since_ms - 1)
        while entries := streams.read(mention_stream(partition), last, settings.redis.read_count):
            last = entries[-1][0]
            for one in tracker.feed(rereader.reader.read(partition, entries)).stored:
                mention = one.mention
                name: PostName = (mention.exercise, mention.platform, mention.id)
                if since_ms <= mention.published_ms < until_ms and name not in stored:
                    held[name] = Held(held[name].first if name in held else one, one)
            if entry_number(last) >> SEQUENCE_BITS >= end_ms:
                break
        streams.release()
    counted = (one for one in held.values() if not one.first.history and one.first.times == 1)
    return sorted(counted, key=lambda one: one.first.mention.published_ms)


def take_held(
    held: list[Held], unit: Unit, rereader: Rereader, moves: Moves, tally: Tally
) -> list[tuple[object, ...]]:
    """Count the posts published in a time; return their rows.

    What they grew by later stays uncounted: nobody followed them.
    """
    rows = []
    for first, last in held:
        if not unit.start_ms <= first.mention.published_ms < unit.end_ms:
            continue
        now = Standing(
            tuple((one.subject, one.crisis_type) for one in first.attributions),
            first.sentiment.polarity,
            first.marks.weight,
        )
        mention = first.mention
        engagement = mention.likes + mention.comments + mention.reposts
        facts = Facts(
            mention.exercise,
            mention.platform,
            mention.published_ms,
            mention.followers,
            engagement,
            first.late,
        )
        moves.move(facts, Standing(), now)
        tally.compare(Standing(), now)
        tally.found += 1
        row = last._replace(late=first.late, history=False)
        rows.append(mention_row(row, rereader.versions))
    return rows

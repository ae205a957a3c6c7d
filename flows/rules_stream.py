"""Rules bundles to and from the stream ``rules``, which is never trimmed."""

from dataclasses import dataclass
from typing import cast

from redis import Redis

from flows.publish import read_stream
from flows.stream_writer import READ, EntryId, last_entry_id
from flows.streams import mention_stream, read_meta
from operators.reading import entry_number
from operators.rulebook import RULES, decode_rules, encode_rules
from operators.rulebook_bundle import Bundle, BundleError
from operators.rulebook_schedule import RulesEntry


@dataclass(frozen=True, slots=True)
class PublishedRules:
    """A version in the stream; not ``new`` when it was the newest one already."""

    entry: RulesEntry
    new: bool


def published_rules(client: "Redis") -> list[tuple[RulesEntry, Bundle]]:
    """Return all versions in the order of the stream; what is no bundle is passed over."""
    found = []
    for entry_id, fields in read_stream(client, RULES):
        try:
            bundle = decode_rules(fields)
        except BundleError:
            # The flow has told of it in the table of rejected entries.
            continue
        if bundle is not None:
            found.append((RulesEntry(entry_number(entry_id), bundle.version), bundle))
    return found


def publish_rules(client: "Redis", bundle: Bundle) -> PublishedRules:
    """Publish the rules, unless they are those published last."""
    known = published_rules(client)
    if known and known[-1][0].version == bundle.version:
        return PublishedRules(known[-1][0], new=False)
    entry_id = cast(
        "bytes", client.xadd(RULES, {"rules": encode_rules(bundle)}, id=_next_id(client))
    )
    number = entry_number(entry_id)
    return PublishedRules(RulesEntry(number, bundle.version), new=True)


def _next_id(client: "Redis") -> str:
    """Return the id of an entry that counts from now on, as the streams count time.

    With a stream clock that is behind all posts that are there, since a flow may have read them;
    and before all of a replay of which nothing has been read yet.
    """
    meta = read_meta(client)
    if meta is None or meta.clock == "live":
        return "*"
    at_ms = 0
    if client.hlen(READ):
        streams = [mention_stream(partition) for partition in range(meta.partitions)]
        at_ms = max(last_entry_id(client, stream).ms for stream in streams)
    last = last_entry_id(client, RULES)
    return str(last.next(at_ms) if at_ms or last.number else EntryId(0, 1))

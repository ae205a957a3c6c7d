"""Playbooks to the stream ``playbooks``: what changed is put in, what is gone is withdrawn."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, repeat
from typing import Final

import orjson
from redis import Redis

from flows.raw_stream import RawStreams
from flows.stream_writer import READ, parse_entry_id
from flows.streams import read_meta
from operators.control import PLAYBOOKS, read_playbooks
from operators.reading import Entry
from playbooks.schema import Pack, Playbook, content_hash, playbook_to_dict

_COUNT: Final = 500


@dataclass(frozen=True, slots=True)
class Published:
    """Ids put in anew or changed, withdrawn, and left as they were."""

    put: tuple[str, ...]
    retired: tuple[str, ...]
    same: int


def current_versions(entries: list[Entry]) -> dict[str, str]:
    """Return the version in force of each playbook, as the entries of the stream tell it."""
    versions: dict[str, str] = {}
    found, _refused = read_playbooks(entries)
    for entry in found:
        if entry.playbook is None:
            versions.pop(entry.playbook_id, None)
        else:
            versions[entry.playbook_id] = entry.version_hash
    return versions


def read_stream(client: "Redis", stream: str = PLAYBOOKS) -> list[Entry]:
    """Read the whole stream of playbooks, or another one that is never trimmed."""
    streams = RawStreams(client)
    entries: list[Entry] = []
    while more := streams.read(stream, entries[-1][0] if entries else b"0-0", _COUNT):
        entries += more
    streams.release()
    return entries


def publish(
    client: "Redis", packs: Iterable[Pack], at_ms: int | None = None, *, retire: bool = True
) -> Published:
    """Publish the packs; ``at_ms`` gives stream time (a stream clock), else Redis' own is used."""
    known = read_stream(client)
    before = current_versions(known)
    playbooks = [playbook for pack in packs for playbook in pack.playbooks]
    changed = [one for one in playbooks if before.get(one.id) != content_hash(one)]
    gone = sorted(before.keys() - {one.id for one in playbooks}) if retire else []
    messages = [_put(one) for one in changed]
    messages += [orjson.dumps({"op": "retire", "playbook": {"id": one}}) for one in gone]
    _append(client, messages, None if at_ms is None else _ids_from(known, at_ms))
    return Published(tuple(one.id for one in changed), tuple(gone), len(playbooks) - len(changed))


def publish_now(client: "Redis", packs: Iterable[Pack]) -> Published:
    """Publish from now on, as the streams count time.

    With a stream clock that is from where the flow has read to, and for all of a replay of which
    it has read nothing yet.
    """
    meta = read_meta(client)
    if meta is None or meta.clock == "live":
        return publish(client, packs)
    read = client.hgetall(READ)
    at_ms = max((parse_entry_id(last).ms for last in read.values()), default=0)
    done = publish(client, packs, at_ms)
    if not read:
        count_from_start(client)
    return done


def count_from_start(client: "Redis") -> None:
    """Let all playbooks hold from the beginning of time: the posts of a replay are of any age."""
    known = read_stream(client)
    pipe = client.pipeline(transaction=True)
    pipe.delete(PLAYBOOKS)
    number = count(1)
    for entry_id, fields in sorted(known, key=lambda entry: entry[1][0] != b"playbook"):
        new_id = f"0-{next(number)}" if fields[0] == b"playbook" else entry_id
        pipe.xadd(PLAYBOOKS, dict(zip(fields[::2], fields[1::2], strict=True)), id=new_id)
    pipe.execute()


def _put(playbook: Playbook) -> bytes:
    version = content_hash(playbook)
    return orjson.dumps({"op": "put", "playbook": playbook_to_dict(playbook), "version": version})


def _append(client: "Redis", messages: Sequence[bytes], ids: Iterator[str] | None) -> None:
    pipe = client.pipeline(transaction=True)
    for message, entry_id in zip(messages, ids or repeat("*"), strict=False):
        pipe.xadd(PLAYBOOKS, {"playbook": message}, id=entry_id)
    pipe.execute()


def _ids_from(known: list[Entry], at_ms: int) -> Iterator[str]:
    """Yield ids at a stream time, behind what the stream already holds."""
    ms, _, number = (known[-1][0] if known else b"0-0").partition(b"-")
    if int(ms) < at_ms:
        return (f"{at_ms}-{n}" for n in count(1))
    return (f"{int(ms)}-{n}" for n in count(int(number) + 1))

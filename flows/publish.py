"""Playbooks to the stream ``playbooks``: what changed is put in, what is gone is withdrawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson
from redis import Redis

from operators.control import PLAYBOOKS, read_playbooks
from playbooks.schema import Pack, Playbook, content_hash, playbook_to_dict


@dataclass(frozen=True, slots=True)
class Published:
    """Ids put in anew or changed, withdrawn, and left as they were."""

    put: tuple[str, ...]
    retired: tuple[str, ...]
    same: int


def current_versions(client: "Redis") -> dict[str, str]:
    """Return the version in force of each playbook, as the stream tells it."""
    versions: dict[str, str] = {}
    reply = client.xrange(PLAYBOOKS)
    entries = [(key, [part for pair in fields.items() for part in pair]) for key, fields in reply]
    found, _refused = read_playbooks(entries)
    for entry in found:
        if entry.playbook is None:
            versions.pop(entry.playbook_id, None)
        else:
            versions[entry.playbook_id] = entry.version_hash
    return versions


def publish(
    client: "Redis", packs: Iterable[Pack], at_ms: int | None = None, *, retire: bool = True
) -> Published:
    """Publish the packs; ``at_ms`` gives stream time (a stream clock), else Redis' own is used."""
    before = current_versions(client)
    playbooks = [playbook for pack in packs for playbook in pack.playbooks]
    changed = [one for one in playbooks if before.get(one.id) != content_hash(one)]
    gone = sorted(before.keys() - {one.id for one in playbooks}) if retire else []
    messages = [_put(one) for one in changed]
    messages += [orjson.dumps({"op": "retire", "playbook": {"id": one}}) for one in gone]
    _append(client, messages, at_ms)
    return Published(tuple(one.id for one in changed), tuple(gone), len(playbooks) - len(changed))


def _put(playbook: Playbook) -> bytes:
    version = content_hash(playbook)
    return orjson.dumps({"op": "put", "playbook": playbook_to_dict(playbook), "version": version})


def _append(client: "Redis", messages: Sequence[bytes], at_ms: int | None) -> None:
    pipe = client.pipeline(transaction=True)
    for message in messages:
        pipe.xadd(PLAYBOOKS, {"playbook": message}, id=f"{at_ms}-*" if at_ms else "*")
    pipe.execute()

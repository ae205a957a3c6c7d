"""Entries of the control streams: playbooks put in or withdrawn, and what people did."""

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec

from operators.errors import TingfengError
from operators.health import RejectedEntry
from operators.library import PlaybookEntry
from operators.model import Action, Rejected
from operators.personal import mask
from operators.reading import Entry, entry_name, entry_number
from playbooks.schema import content_hash, playbook_from_dict

ACTIONS = "actions"
PLAYBOOKS = "playbooks"
STREAMS = (ACTIONS, PLAYBOOKS)
FAR = 1 << 60
"""Read to the end of a stream that nobody writes to in wall-clock time."""

CONTROL_PARTITIONS = {ACTIONS: 65_534, PLAYBOOKS: 65_535}
"""Stand in ``rejected.partition`` for the control streams, whose entries may have equal ids."""

_RAW = 2048


class _WireAction(msgspec.Struct):
    kind: str
    incident: str = ""
    actor: str = ""
    subject: str = ""
    crisis_type: str = ""
    exercise: bool = False
    detail: dict[str, str | int | float | bool | None] = {}


class _WirePlaybook(msgspec.Struct):
    op: Literal["put", "retire"]
    playbook: dict[str, object]


class _Named(msgspec.Struct):
    id: Annotated[str, msgspec.Meta(min_length=1)]


_action_decoder = msgspec.json.Decoder(_WireAction)
_playbook_decoder = msgspec.json.Decoder(_WirePlaybook)


class ControlBatch(NamedTuple):
    """What one read of the control streams brought, and how far each has been read."""

    actions: tuple[Action, ...] = ()
    playbooks: tuple[PlaybookEntry, ...] = ()
    rejected: tuple[RejectedEntry, ...] = ()
    actions_until_ms: int = 0
    playbooks_until_ms: int = 0


def read_actions(entries: list[Entry]) -> tuple[tuple[Action, ...], tuple[RejectedEntry, ...]]:
    """Decode entries of ``actions``; heartbeats and end marks are passed over."""
    actions: list[Action] = []
    rejected: list[RejectedEntry] = []
    for entry_id, fields in entries:
        entry = entry_number(entry_id)
        if fields[0] != b"action":
            rejected += _unless_mark(ACTIONS, entry, "bad_action", fields)
            continue
        try:
            wire = _action_decoder.decode(fields[1])
        except msgspec.DecodeError as error:
            rejected.append(_refused(ACTIONS, entry, "bad_action", str(error), fields[1]))
            continue
        detail = {
            name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
            for name, value in wire.detail.items()
        }
        actions.append(
            Action(
                entry_name(entry),
                entry >> 20,
                wire.incident,
                wire.kind,
                wire.actor,
                wire.subject,
                wire.crisis_type,
                wire.exercise,
                detail,
            )
        )
    return tuple(actions), tuple(rejected)


def read_playbooks(
    entries: list[Entry],
) -> tuple[tuple[PlaybookEntry, ...], tuple[RejectedEntry, ...]]:
    """Decode entries of ``playbooks``; an entry that is not a playbook changes nothing."""
    found: list[PlaybookEntry] = []
    rejected: list[RejectedEntry] = []
    for entry_id, fields in entries:
        entry = entry_number(entry_id)
        if fields[0] != b"playbook":
            rejected += _unless_mark(PLAYBOOKS, entry, "bad_playbook", fields)
            continue
        try:
            wire = _playbook_decoder.decode(fields[1])
            playbook_id = msgspec.convert(wire.playbook, _Named).id
            playbook = playbook_from_dict(wire.playbook) if wire.op == "put" else None
        except (msgspec.DecodeError, TingfengError) as error:
            rejected.append(_refused(PLAYBOOKS, entry, "bad_playbook", str(error), fields[1]))
            continue
        # Recommendations name the version they were made with by the same hash.
        version = content_hash(playbook) if playbook else ""
        found.append(PlaybookEntry(entry >> 20, playbook_id, version, playbook))
    return tuple(found), tuple(rejected)


def _unless_mark(
    stream: str, entry: int, reason: str, fields: Sequence[bytes]
) -> list[RejectedEntry]:
    """Refuse an entry that is neither what the stream is for nor a heartbeat or end mark."""
    if fields[0] in (b"heartbeat", b"end"):
        return []
    detail = f"条目的第一个字段应为 {stream.rstrip('s')}、heartbeat 或 end"
    return [_refused(stream, entry, reason, detail, b" ".join(fields))]


def _refused(stream: str, entry: int, reason: str, detail: str, raw: bytes) -> RejectedEntry:
    shown = mask(raw[:_RAW].decode(errors="replace"))
    return RejectedEntry(CONTROL_PARTITIONS[stream], entry, Rejected(reason, detail, shown))

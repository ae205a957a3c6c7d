"""All rules a process knows by version: those at start, and what the stream ``rules`` told.

Documents are kept packed; readers are compiled when the first post asks for a version, and of
these only the last few are kept.
"""

import threading
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Literal, NamedTuple

import msgspec
import orjson

from operators.health import RejectedEntry
from operators.model import Rejected
from operators.personal import mask
from operators.reading import Entry, ReadBatch, Reader, entry_number
from operators.rulebook_bundle import Bundle, BundleError, bundle_from_dict, bundle_to_dict
from operators.rulebook_schedule import RulesChange, RulesEntry, Schedule, change_of, cut

RULES: Final = "rules"
"""The stream, its partition number in ``rejected``, and the reason there."""
RULES_PARTITION: Final = 65_533
BAD_RULES: Final = "bad_rules"

_KEPT: Final = 3
_RAW: Final = 2048


class _Wire(msgspec.Struct):
    op: Literal["put"]
    bundle: dict[str, object]


_decoder = msgspec.json.Decoder(_Wire)


class RulesTold(NamedTuple):
    """What is new to a partition, in the order of the stream: changes, documents, refusals."""

    changes: tuple[RulesChange, ...] = ()
    bundles: tuple[tuple[RulesEntry, Bundle], ...] = ()
    refused: tuple[RejectedEntry, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is anything."""
        return bool(self.changes or self.refused)


def encode_rules(bundle: Bundle) -> bytes:
    """Return the value of the field ``rules`` that puts a bundle in force."""
    body = {"op": "put", "version": bundle.version, "bundle": bundle_to_dict(bundle)}
    return orjson.dumps(body)


def decode_rules(fields: Sequence[bytes]) -> Bundle | None:
    """Return the bundle of an entry, None for a heartbeat or end mark; raises `BundleError`."""
    if fields[0] in (b"heartbeat", b"end"):
        return None
    if fields[0] != b"rules":
        msg = "条目的第一个字段应为 rules、heartbeat 或 end"
        raise BundleError(msg)
    try:
        wire = _decoder.decode(fields[1])
    except msgspec.DecodeError as error:
        raise BundleError(str(error)) from error
    return bundle_from_dict(wire.bundle)


class RuleBook:
    """What a process knows of rules; shared by its threads.

    ``compile_reader`` makes the reader of a bundle, which takes seconds for large ones.
    """

    def __init__(self, base: Bundle, compile_reader: Callable[[Bundle], Reader]) -> None:
        self.base = base
        self._base_version = base.version
        self._compile = compile_reader
        self._packed: dict[str, bytes] = {}
        self._known: dict[int, RulesEntry | RejectedEntry | None] = {}
        self._readers: dict[str, Reader] = {}
        self._lock = threading.Lock()

    def __reduce__(self) -> str | tuple[object, ...]:
        """Refuse to travel: every process has its own."""
        msg = "a RuleBook belongs to one process"
        raise TypeError(msg)

    def learn(self, entries: Sequence[Entry]) -> list[RulesEntry | RejectedEntry]:
        """Take in entries of the stream; return the versions they put in force, and refusals."""
        found = []
        for entry_id, fields in entries:
            number = entry_number(entry_id)
            with self._lock:
                if number not in self._known:
                    self._known[number] = self._learn(number, fields)
                known = self._known[number]
            if known is not None:
                found.append(known)
        return found

    def _learn(self, number: int, fields: Sequence[bytes]) -> RulesEntry | RejectedEntry | None:
        try:
            bundle = decode_rules(fields)
        except BundleError as error:
            shown = mask(b" ".join(fields)[:_RAW].decode(errors="replace"))
            rejected = Rejected(BAD_RULES, str(error)[:_RAW], shown)
            return RejectedEntry(RULES_PARTITION, number, rejected)
        if bundle is None:
            return None
        version = bundle.version
        self._packed[version] = zlib.compress(orjson.dumps(bundle_to_dict(bundle)))
        return RulesEntry(number, version)

    def bundle(self, version: str) -> Bundle:
        """Return the rules of a version; an empty one stands for those at start."""
        packed = self._packed.get(version)
        if packed is None:
            return self.base
        return bundle_from_dict(orjson.loads(zlib.decompress(packed)))

    def reader(self, version: str = "") -> Reader:
        """Return the reader of a version, compiled when it is not at hand."""
        version = version or self._base_version
        with self._lock:
            known = self._readers.pop(version, None) or self._compile(self.bundle(version))
            self._readers[version] = known
            while len(self._readers) > _KEPT:
                del self._readers[next(iter(self._readers))]
        return known

    def told(self, found: Sequence[RulesEntry | RejectedEntry]) -> RulesTold:
        """Return what other stages are told of entries."""
        put = [(one, self.bundle(one.version)) for one in found if isinstance(one, RulesEntry)]
        return RulesTold(
            tuple(change_of(entry, bundle) for entry, bundle in put),
            tuple(put),
            tuple(one for one in found if isinstance(one, RejectedEntry)),
        )

    def read(
        self,
        partition: int,
        entries: Sequence[Entry],
        schedule: Schedule = (),
        new: Sequence[RulesEntry | RejectedEntry] = (),
    ) -> list[ReadBatch]:
        """Read a batch, each part of it by the version in force when it arrived."""
        told = self.told(new) if new else RulesTold()
        found = []
        for version, part in cut(entries, schedule):
            batch = self.reader(version).read(partition, part)
            named = version or self._base_version
            found.append(replace(batch, rules_version=named, told=told))
            told = RulesTold()
        return found

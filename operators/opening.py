"""Open the mention entries of a batch by column: what `operators.decode.decode` does one by one.

Most entries are well-behaved and most of them are about nobody, so only the columns that every
entry needs are made here; a `Mention` is made of what is looked at more closely.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from operators.decode import (
    ESCAPED_NUL,
    KNOWN_PLATFORMS,
    UNREADABLE,
    DecodeRules,
    Settled,
    mention_of,
    parse,
    refused,
    settle,
    strictly,
)
from operators.model import Mention, Rejected
from operators.vectors import Integers, instants
from operators.wire import MAX_BYTES, RefusalError, Wire

_BACKSLASH: Final = 0x5C


class Opened(NamedTuple):
    """The mentions of a batch; ``places`` says which of the given entries each of them was."""

    places: Sequence[int]
    wires: list[Wire]
    ids: list[str]
    platforms: list[str]
    arrived: Integers
    published: Integers
    collected: Integers
    rejected: dict[int, Rejected]

    def mentions(self, numbers: Iterable[int]) -> dict[int, Mention]:
        """Make the mentions of some numbers, with personal data masked."""
        arrived, wires = self.arrived.tolist(), self.wires
        settled = list(
            zip(
                self.ids,
                self.platforms,
                self.published.tolist(),
                self.collected.tolist(),
                strict=True,
            )
        )
        return {n: mention_of(wires[n], Settled(*settled[n]), arrived[n]) for n in numbers}


def open_entries(raws: Sequence[bytes], arrived: Integers, rules: DecodeRules) -> Opened:
    """Parse and check the entries of a batch; ``arrived``: int64, ms, one an entry."""
    rejected: dict[int, Rejected] = {}
    places: Sequence[int] = range(len(raws))
    wires = _all_parsed(raws)
    if wires is None:
        wires, places = _each_parsed(raws, rejected)
        arrived = arrived[places]
    known = KNOWN_PLATFORMS.get
    ids = [wire.id for wire in wires]
    platforms = [known(wire.platform, "") for wire in wires]
    published = instants([wire.published_at for wire in wires], rules.zone)
    latest = arrived + rules.future_tolerance_ms
    collected = _collected(wires, latest, rules)
    texts = [wire.text for wire in wires]
    odd = (published < rules.oldest_ms) | (published > latest)
    if not (all(ids) and all(platforms) and all(texts)) or any(map(str.isspace, texts)):
        odd |= np.fromiter(
            (
                not (name and platform and text) or text.isspace()
                for name, platform, text in zip(ids, platforms, texts, strict=True)
            ),
            np.bool_,
            len(wires),
        )
    gone: set[int] = set()
    for number in np.flatnonzero(odd).tolist():
        try:
            settled = settle(wires[number], int(arrived[number]), rules)
        except RefusalError as refusal:
            rejected[places[number]] = refused(refusal, raws[places[number]])
            gone.add(number)
            continue
        ids[number], platforms[number] = settled.id, settled.platform
        published[number], collected[number] = settled.published_ms, settled.collected_ms
    if gone:
        kept = [number for number in range(len(wires)) if number not in gone]
        places, wires = [places[n] for n in kept], [wires[n] for n in kept]
        ids, platforms = [ids[n] for n in kept], [platforms[n] for n in kept]
        arrived, published, collected = arrived[kept], published[kept], collected[kept]
    return Opened(places, wires, ids, platforms, arrived, published, collected, rejected)


def _all_parsed(raws: Sequence[bytes]) -> list[Wire] | None:
    """Parse well-behaved entries at once; None when one of them is not."""
    if raws and max(map(len, raws)) > MAX_BYTES:
        return None
    try:
        wires = list(map(strictly, raws))
    except UNREADABLE:
        return None
    escaped = [raw for raw in raws if _BACKSLASH in raw]
    return None if any(ESCAPED_NUL in raw for raw in escaped) else wires


def _each_parsed(
    raws: Sequence[bytes], rejected: dict[int, Rejected]
) -> tuple[list[Wire], list[int]]:
    """Parse one by one; gives what could be read and where it was, the rest to ``rejected``."""
    wires: list[Wire] = []
    places: list[int] = []
    for place, raw in enumerate(raws):
        try:
            wires.append(parse(raw))
            places.append(place)
        except RefusalError as refusal:
            rejected[place] = refused(refusal, raw)
    return wires, places


def _collected(wires: Sequence[Wire], latest: Integers, rules: DecodeRules) -> Integers:
    """Read when each was collected, 0 where that is not known or not believed."""
    collected = np.zeros(len(wires), np.int64)
    said = [(number, at) for number, wire in enumerate(wires) if (at := wire.collected_at)]
    if said:
        numbers = [number for number, _at in said]
        found = instants([at for _number, at in said], rules.zone)
        believed = (found >= rules.oldest_ms) & (found <= latest[numbers])
        collected[numbers] = np.where(believed, found, 0)
    return collected

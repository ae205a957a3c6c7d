"""Drives the shipped watch of a shard with the truth's streams, minute by minute.

Posts come without words and evidence: neither plays a part in when a signal fires.
"""

import zlib
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.truth.scenes import MINUTES, PLATFORMS, Counts, Played, at_ms
from operators.model import MINUTE, NEGATIVE, Signal
from operators.stories_post import PLAIN, Told
from operators.talk import Talk
from operators.watch import Watch, Watched, WatchRules
from operators.windows import Cell, CellKey, Piece

_SHARES = (0.7, 0.2, 0.1)

Listener = Callable[[Watched], None]


def watch(played: Sequence[Played], seed: int, listeners: Sequence[Listener] = ()) -> list[Signal]:
    """Return all signals; ``listeners`` hear of every closed minute, as an incident desk would."""
    shard = Watch(WatchRules(partitions=1))
    counts = _counts(played, seed)
    ends = np.searchsorted(counts[:, 0], np.arange(1, MINUTES + 1))
    signals: list[Signal] = []
    begin = 0
    for minute, end in enumerate(ends.tolist()):
        rows = counts[begin:end].tolist()
        begin = end
        cells = [_cell(played, *row) for row in rows]
        talk = [_wire(played, minute, key, wire) for _minute, key, *_counts, wire in rows if wire]
        out = shard.feed([Piece(0, at_ms(0), at_ms(minute) + MINUTE, cells, talk)])
        signals += out.signals
        for listener in listeners:
            listener(out)
    return signals


def _counts(played: Sequence[Played], seed: int) -> Counts:
    """Spread the posts over platforms; rows of minute, key, platform, negative, others, copies."""
    rows = []
    for number, one in enumerate(played):
        name = zlib.crc32(f"{one.scene.subject}/{one.scene.crisis_type}".encode())
        rng = np.random.default_rng((seed, name))
        negative = rng.multinomial(one.negative, _SHARES)
        others = rng.multinomial(one.others, _SHARES)
        for place in range(len(PLATFORMS)):
            bad, rest = negative[:, place], others[:, place]
            wire = one.copies if not place else np.zeros_like(one.copies)
            minutes = np.flatnonzero(bad + rest + wire)
            same = np.ones_like(minutes)
            columns = (minutes, number * same, place * same, bad[minutes], rest[minutes])
            rows.append(np.stack([*columns, wire[minutes]], axis=1).astype(np.int32))
    found = np.concatenate(rows)
    return found[np.argsort(found[:, 0], kind="stable")]


def _cell(
    played: Sequence[Played], minute: int, key: int, place: int, bad: int, rest: int, wire: int
) -> tuple[CellKey, Cell]:
    scene, platform, at = played[key].scene, PLATFORMS[place], at_ms(minute)
    cell = Cell(
        mentions=bad + rest + wire,
        negative=bad + wire,
        neutral=rest,
        reach=1000 * (bad + rest + wire),
    )
    return CellKey(False, scene.subject, scene.crisis_type, platform, at, at), cell


def _wire(played: Sequence[Played], minute: int, key: int, copies: int) -> Talk:
    """Return the copies of the key's one article."""
    scene, at, platform = played[key].scene, at_ms(minute), PLATFORMS[0]
    names = (key * MINUTES * 100 + minute * 100 + number for number in range(copies))
    told = [
        Told(at, platform, f"w{name}", name, NEGATIVE, 1000, True, key + 1, PLAIN) for name in names
    ]
    return Talk(False, scene.subject, scene.crisis_type, at, told, [])

"""One shard of the truth: its keys watched from beginning to end, with a desk that forecasts."""

import zlib
from collections.abc import Sequence
from typing import Final

from benchmarks.incident_forecast import Told
from benchmarks.truth.foretold import Foretold
from benchmarks.truth.play import watch
from benchmarks.truth.scenes import Played, play, scenes
from operators.forecast.course import HORIZONS_H
from operators.model import Signal

SHARDS: Final = 6
"""Shards of the truth's keys, each with a watch and a desk of its own, as in the flow."""


def shards(played: Sequence[Played]) -> list[list[Played]]:
    """Part the keys by subject."""
    found: list[list[Played]] = [[] for _ in range(SHARDS)]
    for one in played:
        found[zlib.crc32(one.scene.subject.encode()) % SHARDS].append(one)
    return found


def run(seed: int, number: int) -> tuple[list[Signal], dict[int, list[Told]]]:
    """Return the signals of a shard and what its desk forecast."""
    played = shards(list(play(scenes(seed), seed)))[number]
    foretold = Foretold(played)
    signals = watch(played, seed, [foretold])
    return signals, {hours: foretold.told(hours) for hours in HORIZONS_H}

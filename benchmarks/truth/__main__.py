"""How soon and how surely the shipped detectors find trouble whose onset is known to the minute.

`python -m benchmarks.truth [--json] [--seed N]` draws streams over sizes, shapes, base rates (one
post a day to a thousand a minute), nights and weekends, overlapping incidents, keys never heard of
before and decoys, drives the shipped watch with them and prints the table: how soon and how surely
they are found, and how far off the incident desk's forecasts of the next 1, 6 and 24 hours are.
Keys are parted into shards as in the flow, which run in as many processes as there are cores. With
--json, one JSON value is printed and nothing else.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import orjson

from benchmarks.truth.foretold import scores
from benchmarks.truth.judge import Case, Judged, judge
from benchmarks.truth.scenes import RATES, SHAPES, START_MS, play, scenes
from benchmarks.truth.shard import SHARDS, run
from operators.model import MINUTE


def groups(judged: Judged) -> dict[str, list[Case]]:
    """Return the incidents by what tells them apart."""
    ways: dict[str, Callable[[Case], bool]] = {
        **{f"base {rate}/day": _rate(rate) for rate in RATES},
        "never heard of": lambda case: case.played.scene.new,
        **{f"shape {shape}": _shape(shape) for shape in SHAPES},
        "night": lambda case: case.trouble.timing == "night",
        "weekend": lambda case: case.trouble.timing == "weekend",
    }
    return {name: [case for case in judged.cases if holds(case)] for name, holds in ways.items()}


def _rate(rate: float) -> Callable[[Case], bool]:
    return lambda case: case.played.scene.per_day == rate


def _shape(shape: str) -> Callable[[Case], bool]:
    return lambda case: case.trouble.shape == shape


def _line(name: str, cases: Iterable[Case]) -> str:
    some = list(cases)
    delays = [case.delay_min for case in some if case.delay_min is not None]
    middle = f"{np.median(delays):6.0f}  {np.percentile(delays, 90):6.0f}" if delays else " " * 14
    return f"  {name:20s} {len(some):5d}  {len(delays):5d}  {middle}"


def _clock(ms: int) -> str:
    day, minute = divmod((ms - START_MS) // MINUTE, 1440)
    return f"day {day} {minute // 60:02d}:{minute % 60:02d}"


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON value only")
    parser.add_argument("--seed", type=int, default=1, help="another set of the same kind")
    options = parser.parse_args(arguments)
    played = list(play(scenes(options.seed), options.seed))
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        found = list(pool.map(partial(run, options.seed), range(SHARDS)))
    judged = judge(played, [signal for signals, _told in found for signal in signals])
    figures = {name: round(value, 3) for name, value in judged.figures().items()}
    forecasts = scores(told for _signals, told in found)
    if options.json:
        told = {f"{hours}h": one for hours, one in forecasts.items()}
        print(orjson.dumps({**figures, "forecasts": told}).decode())
        return 0
    print("surges of 5 x the usual with 20 negative posts in the first ten minutes:")
    for name, value in figures.items():
        print(f"  {name:20s} {value:g}")
    print("\nof those:              number  found  median     p90 (minutes after onset)")
    for name, cases in groups(judged).items():
        print(_line(name, [case for case in cases if case.fast]))
    print("\nslower or smaller ones:")
    for name, cases in groups(judged).items():
        print(_line(name, [case for case in cases if not case.fast]))
    print("\nfound first by:", dict(Counter(case.detector for case in judged.cases)))
    print("\nnegative posts of open incidents, forecast every half hour:")
    for hours, one in forecasts.items():
        print(
            f"  next {hours:2d} h: median error {one.mdape:.1%}, 80 % interval held in "
            f"{one.coverage80:.1%} of {one.n} forecasts"
        )
    print("\nfalse alerts:", dict(Counter(one.detector for one in judged.false_alerts)))
    for signal in judged.false_alerts:
        print(f"  {signal.subject} {_clock(signal.decided_ms)} {signal.explanation}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

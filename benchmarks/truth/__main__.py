"""How soon and how surely the shipped detectors find trouble whose onset is known to the minute.

`python -m benchmarks.truth [--json] [--seed N]` draws streams over sizes, shapes, base rates (one
post a day to a thousand a minute), nights and weekends, overlapping incidents, keys never heard of
before and decoys, drives the shipped watch with them and prints the table. With --json, one JSON
value is printed and nothing else.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
import orjson

from benchmarks.incident_courses import simulated
from benchmarks.incident_forecast import measure
from benchmarks.truth.foretold import Foretold
from benchmarks.truth.judge import Case, Judged, judge
from benchmarks.truth.play import watch
from benchmarks.truth.scenes import RATES, SHAPES, START_MS, play, scenes
from operators.model import MINUTE

_INCIDENTS: Final = 400


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
    foretold = Foretold(played)
    judged = judge(played, watch(played, options.seed, [foretold]))
    figures = {name: round(value, 3) for name, value in judged.figures().items()}
    forecasts = measure(simulated(options.seed + 1, _INCIDENTS))
    if options.json:
        told = {f"{hours}h": one for hours, one in forecasts.by_horizon.items()}
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
    print("\nforecasts of negative posts of open incidents:")
    for line in foretold.lines():
        print(line)
    print("\nfound first by:", dict(Counter(case.detector for case in judged.cases)))
    print("\nforecasts of open incidents, made every half hour:")
    for hours, one in forecasts.by_horizon.items():
        print(
            f"  next {hours:2d} h: error {one.mdape:.1%}, 80 % interval held {one.coverage80:.1%}"
        )
    print("\nfalse alerts:", dict(Counter(one.detector for one in judged.false_alerts)))
    for signal in judged.false_alerts:
        print(f"  {signal.subject} {_clock(signal.decided_ms)} {signal.explanation}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

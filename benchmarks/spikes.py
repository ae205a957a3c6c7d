"""How well the shipped surge detector finds the labelled spikes of NAB-format series.

`python -m benchmarks.spikes DIR [--json]` runs it with its shipped parameters, causally, bin by bin
over all series of DIR, and prints NAB's three scores, what being on call for it is like, and what a
tick of 100,000 keys costs. `--sensitivity` prints the scores again with each parameter halved and
doubled. With --json, one JSON value is printed and nothing else.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from benchmarks.machine import machine
from benchmarks.nab.pager import OnCall, on_call, page
from benchmarks.nab.scoring import PROFILES, Scored, normalised
from benchmarks.nab.series import Series, read_series
from operators.detectors.volume_surge import SHIPPED, SurgeParameters, VolumeSurgeBank

KEYS: Final = 100_000
_TICKS: Final = 30


def scores(scored: Sequence[Scored]) -> dict[str, float]:
    """Return the three NAB scores, rounded as they are published."""
    return {name: round(normalised(scored, one), 2) for name, one in PROFILES.items()}


def report(series: Sequence[Series], scored: Sequence[Scored]) -> dict[str, object]:
    """Return everything the JSON names."""
    staff = {name: round(value, 3) for name, value in asdict(on_call(series, scored)).items()}
    pages = [
        (one.file, one.stamps[row])
        for one, result in zip(series, scored, strict=True)
        for row in result.pages
    ]
    return {**scores(scored), **staff, "pages": pages}


def tick_ms(keys: int = KEYS) -> tuple[float, float]:
    """Return the median and worst CPU time of a tick of many keys, in ms."""
    bank = VolumeSurgeBank()
    bank.start(keys, 0)
    rng = np.random.default_rng(1)
    counts = rng.poisson(3.0, (_TICKS, keys)).astype(np.float64)
    spent = []
    for t, row in enumerate(counts):
        begin = time.process_time()
        bank.update(t, row)
        spent.append((time.process_time() - begin) * 1000)
    return float(np.median(spent)), max(spent)


def variants() -> list[tuple[str, SurgeParameters]]:
    """Return each parameter halved and doubled, one at a time."""
    return [
        (f"{field.name} x {factor:g}", replace(SHIPPED, **{field.name: value}))
        for field in fields(SHIPPED)
        for factor in (0.5, 2.0)
        for value in [getattr(SHIPPED, field.name) * factor]
    ]


def _line(name: str, found: dict[str, float], staff: OnCall) -> str:
    marks = "  ".join(f"{found[one]:6.1f}" for one in PROFILES)
    false = staff.false_pages_per_key_month
    return f"{name:22s}  {marks}  {staff.recall:7.0%}  {staff.median_delay_min:6.1f}  {false:6.2f}"


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="folder with CSVs and labels.json")
    parser.add_argument("--json", action="store_true", help="print one JSON value only")
    parser.add_argument(
        "--sensitivity", action="store_true", help="halve and double each parameter"
    )
    options = parser.parse_args(arguments)
    series = read_series(options.folder)
    scored = page(series)
    found = report(series, scored)
    if options.json:
        print(orjson.dumps(found).decode())
        return 0
    print("; ".join(f"{name} {value}" for name, value in machine().items()))
    print(f"{len(series)} series, {sum(len(one.windows) for one in series)} windows")
    print(f"{'':22s}  standard  low_fp  low_fn   recall   delay   false")
    print(_line("shipped", scores(scored), on_call(series, scored)))
    if options.sensitivity:
        for name, parameters in variants():
            other = page(series, parameters)
            print(_line(name, scores(other), on_call(series, other)), flush=True)
    print(f"p90 delay {found['p90_delay_min']} min; delay in minutes, false pages per key-month")
    usual, worst = tick_ms()
    size = VolumeSurgeBank.bytes_per_key()
    print(f"{KEYS:,} keys per tick: {usual:.1f} ms (worst {worst:.1f}), {size} bytes a key")
    return 0


if __name__ == "__main__":
    sys.exit(main())

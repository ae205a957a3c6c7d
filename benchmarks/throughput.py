"""CPU time per event of the detect flow, by stage: ``python -m benchmarks.throughput [--json]``.

200,000 generated events (seed 1) and the demo's stream, each measured in one process: the ceiling
(read and decode), a plain Python loop over the same operators, the flow without and with its store.
Runs are repeated in turn and the median is given, since the machine's speed drifts. The CPU time is
that of this process, all threads; Redis' own is not in it.
"""

import argparse
import dataclasses
import gc
import json
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from bytewax import recovery
from bytewax import run as engine
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from typing_extensions import override

from benchmarks.filled import Bench, demo_stream, generated
from benchmarks.machine import machine
from flows.clickhouse_sink import StoreSink
from flows.control_source import ControlSource
from flows.detect import build
from flows.embedded_redis import connect, serving
from flows.plan import source_options
from flows.process import settle
from flows.redis_source import MentionSource
from flows.rows import mention_row, metric_row
from flows.store import open_store
from operators.decode import DecodeRules
from operators.metrics import MetricGeneration, Retention
from operators.opening import open_entries
from operators.track import Tracker
from operators.vectors import SEQUENCE_BITS, entry_numbers
from operators.watch import Watch
from sql.migrate import migrate

EVENTS: Final = 200_000
_ROUNDS: Final = 3
KEYS: Final = ("cpu_us_per_event", "stages", "events_per_s", "peak_mb", "settings")
"""What ``--json`` prints, of the generated events alone; the rest is for people."""


class _Nowhere(StatelessSinkPartition[Any]):
    @override
    def write_batch(self, items: list[Any]) -> None:
        """Drop what the flow found."""


class NoSink(DynamicSink[Any]):
    """Where a flow ends whose store is not measured."""

    @override
    def build(self, step_id: str, worker_index: int, worker_count: int) -> _Nowhere:
        return _Nowhere()


def read_decode(bench: Bench) -> None:
    """Read and decode, nothing else: what no design can go below."""
    rules = DecodeRules()
    for batch in bench.batches():
        raws = [fields[1] for _id, fields in batch.entries if fields[0] == b"mention"]
        arrived = entry_numbers([name for name, f in batch.entries if f[0] == b"mention"])
        open_entries(raws, arrived >> SEQUENCE_BITS, rules)


def plain_loop(bench: Bench, spent: dict[str, float] | None = None) -> None:
    """Call the same operators on the same bytes in a plain loop, rows made and dropped."""
    plan = bench.plan
    reader = plan.reader()
    trackers = [Tracker(n, plan.track) for n in range(bench.settings.redis.partitions)]
    watches = [Watch(plan.watch) for _ in range(plan.track.shards)]
    retentions = [Retention(plan.generation_ms, plan.keep_ms) for _ in range(plan.track.shards)]
    generations: dict[tuple[int, int], MetricGeneration] = {}
    clock = time.process_time
    at = clock()

    def lap(stage: str) -> None:
        nonlocal at
        if spent is None:
            return  # asking the time costs time, too
        now = clock()
        spent[stage] = spent.get(stage, 0.0) + now - at
        at = now

    for batch in bench.batches():
        lap("read")
        read = reader.read(batch.partition, batch.entries)
        lap("decode_match_score")
        tracked = trackers[batch.partition].feed(read)
        lap("track")
        for stored in tracked.stored:
            mention_row(stored, plan.versions)
        lap("rows")
        for shard, piece in tracked.pieces.items():
            watch = watches[shard]
            before = watch.windows.watermark_ms
            watched = watch.feed([piece])
            lap("detect")
            routed = retentions[shard].route(
                piece.cells, watched.watermark_ms, advanced=watched.watermark_ms != before
            )
            for generation, part in routed.items():
                known = generations.setdefault((shard, generation), MetricGeneration())
                for row in known.feed([part]):
                    metric_row(row)
            lap("count")


def no_sink(bench: Bench) -> None:
    """Run the flow with recovery, its rows dropped at the end."""
    _run(bench, NoSink())


def chdb(bench: Bench, dsn: str) -> None:
    """Run the flow with recovery and the embedded store."""
    _run(bench, StoreSink(lambda: open_store(dsn), bench.settings.store.flush_ms))


@contextmanager
def empty_store() -> Iterator[str]:
    """Start the embedded engine on a new store; that is not part of an event's cost."""
    with tempfile.TemporaryDirectory() as folder:
        dsn = f"chdb://{folder}/chdb"
        client = open_store(dsn, create=True)
        migrate(client, {})
        try:
            yield dsn
        finally:
            client.close()


def _run(bench: Bench, sink: Any) -> None:
    options = source_options(bench.settings, live=False, until_end=True)
    options = dataclasses.replace(options, trim=False)
    start: Any = engine.cli_main
    make: Any = recovery.init_db_dir
    config: Any = recovery.RecoveryConfig
    with tempfile.TemporaryDirectory() as folder:
        flow = build(
            dataclasses.replace(bench.plan, frozen=Path(folder) / "frozen"),
            MentionSource(lambda: connect(bench.url), options, bench.plan.rules),
            ControlSource(lambda: connect(bench.url), live=False, until_end=True),
            sink,
        )
        make(Path(folder), bench.settings.recovery.partitions)
        start(
            flow,
            epoch_interval=timedelta(seconds=bench.settings.recovery.snapshot_s),
            recovery_config=config(folder, timedelta(0)),
        )


def cpu_of(work: Callable[[], None]) -> tuple[float, float]:
    """Return CPU and wall seconds of a call."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def measure(bench: Bench, rounds: int) -> dict[str, Any]:
    """Measure all four in turn, ``rounds`` times, and give medians in µs per event."""
    works: dict[str, Callable[[Bench], None]] = {
        "read_decode": read_decode,
        "plain_loop": plain_loop,
        "no_sink": no_sink,
    }
    bench.plan.reader()
    settle()
    no_sink(bench)
    found: dict[str, list[float]] = {name: [] for name in (*works, "chdb")}
    walls: list[float] = []
    for _ in range(rounds):
        for name, work in works.items():
            cpu, _wall = cpu_of(partial(work, bench))
            found[name].append(cpu / bench.count * 1e6)
        with empty_store() as dsn:
            cpu, wall = cpu_of(partial(chdb, bench, dsn))
        found["chdb"].append(cpu / bench.count * 1e6)
        walls.append(wall)
    spent: dict[str, float] = {}
    plain_loop(bench, spent)
    ratios = [a / b for a, b in zip(found["no_sink"], found["plain_loop"], strict=True)]
    return {
        "events": bench.count,
        "cpu_us_per_event": {name: round(statistics.median(us), 2) for name, us in found.items()},
        "no_sink_over_plain_loop": round(statistics.median(ratios), 3),
        "stages": {name: round(s / bench.count * 1e6, 2) for name, s in spent.items()},
        "events_per_s": round(bench.count / statistics.median(walls)),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main(argv: list[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    options = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp())
    results: dict[str, Any] = {}
    try:
        for name in ("generated",) if options.json else ("generated", "demo"):
            home = folder / name
            home.mkdir()
            with serving("embedded", home, durable=False) as url:
                client = connect(url)
                if name == "generated":
                    bench = generated(client, url, home, options.events)
                else:
                    bench = demo_stream(client, url, home)
                results[name] = measure(bench, options.rounds)
                defaults = bench.settings
                client.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    settings = {
        "partitions": defaults.redis.partitions,
        "read_count": defaults.redis.read_count,
        "shards": defaults.windows.shards,
        "flush_ms": defaults.store.flush_ms,
        "snapshot_s": defaults.recovery.snapshot_s,
        "store_mentions": defaults.store.mentions,
        "backend": defaults.sentiment.backend,
    }
    body = {**results["generated"], "settings": settings}
    if options.json:
        print(json.dumps({key: body[key] for key in KEYS}, ensure_ascii=False))
    else:
        body |= {"demo": results["demo"], "machine": machine()}
        print(json.dumps(body, ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())

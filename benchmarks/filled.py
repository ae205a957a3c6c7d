"""Streams filled for `benchmarks.throughput`: generated events, or the demo's scenario."""

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from redis import Redis

from benchmarks.events import events, subjects
from flows.demo_feed import Feeder
from flows.detect import Plan
from flows.embedded_redis import connect
from flows.packs import crisis_types, read_packs
from flows.plan import make_plan
from flows.publish import publish
from flows.raw_stream import RawStreams
from flows.redis_source import RawBatch
from flows.settings import load_settings
from flows.settings_schema import Settings
from flows.streams import mention_stream, write_meta
from operators.drill import Entry, generate
from operators.model import DAY, Subject
from playbooks.drills.loader import load_scenario

START_MS: Final = 1_780_000_000_000 // 3_600_000 * 3_600_000


@dataclass(frozen=True, slots=True)
class Bench:
    """A filled set of streams, and all that reads it."""

    url: str
    settings: Settings
    plan: Plan
    count: int

    def batches(self) -> Iterable[RawBatch]:
        """Read all streams once, partition by partition in turn, as the source does."""
        client = connect(self.url)
        streams = RawStreams(client)
        last = [b"0-0"] * self.settings.redis.partitions
        live = set(range(len(last)))
        while live:
            for partition in sorted(live):
                entries = streams.read(
                    mention_stream(partition), last[partition], self.settings.redis.read_count
                )
                if not entries:
                    live.discard(partition)
                    continue
                last[partition] = entries[-1][0]
                yield RawBatch(partition, entries)
        streams.close()


def _settings(folder: Path, monitored: tuple[Subject, ...]) -> Settings:
    return dataclasses.replace(load_settings(None), var=folder, subjects=monitored)


def generated(client: "Redis", url: str, folder: Path, count: int) -> Bench:
    """Fill the streams with generated events."""
    monitored = subjects()
    settings = _settings(folder, monitored)
    packs = read_packs(settings)
    write_meta(client, settings.redis.partitions, "stream")
    publish(client, packs, START_MS - DAY)
    feeder = Feeder(client)
    made = events(count, monitored, crisis_types(packs, monitored), START_MS)
    last = START_MS
    raw = []
    for event in made:
        raw.append(Entry(event.at_ms + 500, "mentions", json.loads(event.body)))
        last = event.at_ms + 500
    feeder.feed(raw)
    feeder.end(last)
    return Bench(url, settings, make_plan(settings, packs), count)


def demo_stream(client: "Redis", url: str, folder: Path) -> Bench:
    """Fill the streams with the demo's scenario."""
    scenario = load_scenario("demo")
    settings = _settings(folder, tuple(scenario.script.subjects))
    packs = read_packs(settings)
    write_meta(client, settings.redis.partitions, "stream")
    publish(client, packs, START_MS - 10 * DAY)
    feeder = Feeder(client)
    feeder.feed(generate(scenario, 1, START_MS))
    feeder.end(START_MS)
    return Bench(url, settings, make_plan(settings, packs), len(feeder.arrivals))

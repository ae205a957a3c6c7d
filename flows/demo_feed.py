"""A drill's entries into streams with a stream clock, each at the time it would have arrived."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import orjson
from redis import Redis

from flows.embedded_redis import connect, serving
from flows.progress import Progress, progress_on
from flows.publish import publish
from flows.settings_schema import Settings
from flows.stream_writer import StreamWriter, last_entry_id
from flows.streams import read_meta, require_meta, write_meta
from operators.control import ACTIONS
from operators.drill import Entry, Scenario, generate
from operators.errors import ConfigError, Problem, StoreError
from operators.model import DAY, MINUTE
from operators.partition import partition_of
from playbooks.schema import Pack

QUIET_DAYS: Final = 7


class Feeder:
    """Writes mentions and actions; remembers when mentions arrived."""

    def __init__(self, client: "Redis") -> None:
        self._client = client
        meta = require_meta(client)
        self._partitions = meta.partitions
        self._writer = StreamWriter(client, meta)
        self._last_action = last_entry_id(client, ACTIONS)
        self.arrivals: list[int] = []
        """Arrival of each mention, in order: tells how far a reader has come."""

    def feed(self, entries: Iterable[Entry]) -> None:
        """Send all entries, which are in order of arrival."""
        for entry in entries:
            body = orjson.dumps(entry.payload)
            if entry.stream == "actions":
                self._last_action = self._last_action.next(entry.at_ms)
                self._client.xadd(ACTIONS, {"action": body}, id=str(self._last_action))
                continue
            mention = entry.payload
            partition = partition_of(
                str(mention["platform"]),
                str(mention["id"]),
                str(mention.get("root_id") or ""),
                self._partitions,
            )
            self._writer.add(partition, entry.at_ms, body)
            self.arrivals.append(entry.at_ms)
        self._writer.flush()

    def end(self, end_ms: int) -> None:
        """Mark the end of the input in every stream."""
        self._writer.end(end_ms)


def tell(
    client: "Redis",
    settings: Settings,
    packs: Sequence[Pack],
    scenario: Scenario,
    seed: int,
    end_ms: int,
) -> Feeder:
    """Set streams up with a clock of their own and put playbooks and the scenario into them."""
    write_meta(client, settings.redis.partitions, "stream")
    publish(client, packs, end_ms - (QUIET_DAYS + 2) * DAY)
    print(
        f"场景：{QUIET_DAYS} 天平静期（每日提及量较少，仅用于学习平时水平）"
        f"＋ 1 天事件日，五家虚构公司，种子 {seed}"
    )
    feeder = Feeder(client)
    progress = progress_on(sys.stderr)
    feeder.feed(_shown(generate(scenario, seed, end_ms), progress))
    feeder.end(end_ms)
    progress.close()
    return feeder


def feed_demo(settings: Settings, *, seed: int, now: str | None) -> int:
    """Feed the demo into the Redis of the settings, for a flow that runs on its own."""
    from flows.packs import read_packs
    from playbooks.drills.loader import load_scenario

    scenario = load_scenario("demo")
    missing = {one.id for one in scenario.script.subjects} - {one.id for one in settings.subjects}
    if missing:
        problem = "the companies of the demo are not in the settings"
        hint = "a settings file with them, such as deploy/demo.yaml"
        where = settings.source_file or "(command line)"
        shown = ", ".join(sorted(missing))
        raise ConfigError([Problem(where, 1, "subjects", problem, shown, hint)])
    with serving(settings.redis.url, settings.var) as url:
        client = connect(url)
        if read_meta(client) is not None:
            msg = "the mention streams of this Redis are in use; the demo needs an empty one"
            raise StoreError(msg)
        packs = read_packs(settings)
        total = len(tell(client, settings, packs, scenario, seed, end_of_day(now)).arrivals)
        client.close()
    print(f"已送入 {total:,} 条；接下来：tingfeng run")
    return 0


def end_of_day(now: str | None) -> int:
    """Return the end of the demo's day: the given time, else this minute."""
    if now is None:
        moment = datetime.now(UTC)
    else:
        try:
            moment = datetime.fromisoformat(now).astimezone(UTC)
        except ValueError as error:
            problem = Problem(
                "(command line)", 1, "--now", "not a time", now, "2026-11-21T18:00:00+08:00"
            )
            raise ConfigError([problem]) from error
    ms = int(moment.timestamp() * 1000)
    return ms - ms % MINUTE


def _shown(entries: Iterable[Entry], progress: Progress) -> Iterator[Entry]:
    for number, entry in enumerate(entries):
        if number % 1000 == 0:
            progress.update(number, None, f"生成：{number:,} 条")
        yield entry

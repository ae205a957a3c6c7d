"""A drill in a flow of its own, with streams, watermark and recovery store that end with it."""

import dataclasses
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from flows.demo_feed import Feeder
from flows.embedded_redis import connect, serving
from flows.packs import read_packs
from flows.publish import publish
from flows.run_command import run
from flows.settings import load_settings
from flows.settings_schema import Settings
from flows.store_reader import is_held
from flows.streams import write_meta
from operators.drill import Entry, Scenario, generate
from operators.drill.onsets import truth
from operators.errors import StoreError, TingfengError
from operators.model import DAY, MINUTE, SECOND
from playbooks.drills.library import example_team

_QUIET_DAYS: Final = 9
_BEFORE_MS: Final = 10 * MINUTE


def run_own_flow(
    settings: Settings, scenario: Scenario, seed: int, speed: float, end_ms: int
) -> None:
    """Run a flow of the drill's own; its streams and snapshots are gone afterwards.

    ``speed`` is a multiple of true time, 0 without pauses. Raises StoreError when another process
    has the chDB folder, TingfengError when the flow fails or ends before the drill.
    """
    _refuse_held(settings)
    packs = read_packs(settings)
    with tempfile.TemporaryDirectory(prefix="tingfeng-drill-") as folder:
        home = Path(folder)
        config = home / "tingfeng.yaml"
        team = settings.team.read_text(encoding="utf-8") if settings.team else example_team()
        (home / "team.yaml").write_text(team, encoding="utf-8")
        config.write_text(_config(settings, scenario), encoding="utf-8")
        own = load_settings(config)
        with serving(own.redis.url, own.var, durable=False) as url:
            client = connect(url)
            write_meta(client, own.redis.partitions, "stream")
            publish(client, packs, end_ms - _QUIET_DAYS * DAY)
            feeder = Feeder(client)
            entries = list(generate(scenario, seed, end_ms))
            first = min(one.onset_ms for one in truth(scenario, end_ms)) - _BEFORE_MS
            at_once = entries if not speed else [one for one in entries if one.at_ms < first]
            feeder.feed(at_once)
            later = _Paced(feeder, entries[len(at_once) :], first, speed, end_ms)
            if not speed:
                feeder.end(end_ms)
            code = run(own, config, until_end=True, tick=lambda _url: later.tick(), exercise=True)
            later.close()
            client.close()
    if code:
        msg = f"the flow of the drill ended with {code}; its messages are above"
        raise TingfengError(msg)


def _refuse_held(settings: Settings) -> None:
    """Say at once when another process has the chDB folder."""
    if not is_held(settings.store.dsn, settings.var):
        return
    msg = (
        f"{settings.store.dsn} belongs to the running flow, and a chDB folder has one owner; stop "
        "the flow for the drill, run the drill with --speed 1, or use a ClickHouse server"
    )
    raise StoreError(msg)


def _config(settings: Settings, scenario: Scenario) -> str:
    """Return settings of the drill's own flow: our store and packs, its subject, nothing else."""
    subjects = [
        {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in dataclasses.asdict(one).items()
            if value
        }
        for one in scenario.script.subjects
    ]
    body: dict[str, Any] = {
        "var": ".",
        "store": {
            "dsn": settings.store.dsn,
            "mentions": settings.store.mentions,
            "retention_days": dict(settings.store.retention_days),
        },
        "subjects": subjects,
        "team": "team.yaml",
    }
    if settings.packs:
        body["packs"] = [str(pack) for pack in settings.packs]
    text: str = yaml.safe_dump(body, allow_unicode=True, sort_keys=False)
    return text


@dataclasses.dataclass(slots=True)
class _Paced:
    """Feeds the rest of a drill at a multiple of true time."""

    feeder: Feeder
    entries: Sequence[Entry]
    start_ms: int
    speed: float
    end_ms: int
    began: float = dataclasses.field(default_factory=time.monotonic)
    done: int = 0
    ended: bool = False

    def tick(self) -> None:
        """Feed what is due by now."""
        if not self.speed or self.ended:
            return
        reached = self.start_ms + (time.monotonic() - self.began) * SECOND * self.speed
        until = self.done
        while until < len(self.entries) and self.entries[until].at_ms <= reached:
            until += 1
        self.feeder.feed(self.entries[self.done : until])
        self.done = until
        if until == len(self.entries):
            self.feeder.end(self.end_ms)
            self.ended = True

    def close(self) -> None:
        """Say so when the flow ended before the drill did."""
        if self.speed and not self.ended:
            msg = f"the drill was cut short: {self.done} of {len(self.entries)} entries were fed"
            raise TingfengError(msg)

"""``tingfeng drill``: a scenario through the real flow, marked as an exercise end to end.

At speed 1 it goes into the live streams in true time and the running flow takes it. At any other
speed it runs a flow of its own, with streams, watermark and recovery store of its own, that writes
the same tables with ``exercise = 1``; live rows are not touched.
"""

import dataclasses
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import yaml

from flows.demo_feed import Feeder, end_of_day
from flows.embedded_redis import connect, serving
from flows.packs import read_packs
from flows.progress import progress_on
from flows.publish import publish
from flows.run_command import run
from flows.settings import load_settings
from flows.settings_schema import Settings
from flows.store import connect_reading, is_held, open_store
from flows.streams import require_meta, write_meta
from flows.tables import TABLES
from operators.drill import Entry, Scenario, generate
from operators.drill.onsets import CHINA, truth
from operators.drill.scorecard import Found, Score, lines, scorecard
from operators.errors import ConfigError, Problem, StoreError, TingfengError
from operators.model import DAY, HOUR, LEVEL_NAMES, MINUTE, SECOND, Subject
from playbooks.drills.library import about, drill_names, example_team, load_drill

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

LIVE: Final = 1.0
_QUIET_DAYS: Final = 9
_TAIL_MS: Final = 6 * HOUR
_BEFORE_MS: Final = 10 * MINUTE
_FOUND: Final = """
SELECT i.incident_id, i.subject, i.crisis_type, i.state,
       if(i.level_peak = '', i.level, i.level_peak) AS level_peak,
       toUnixTimestamp(i.detected_at) * 1000 AS detected_ms, i.playbook_id, i.playbook_title,
       countIf(t.task_id != '') AS tasks,
       countIf(t.task_id != '' AND t.status = 'done' AND NOT t.overdue) AS in_time
FROM v_incidents AS i
LEFT JOIN v_tasks AS t
    ON t.exercise = i.exercise AND t.incident_id = i.incident_id
WHERE i.exercise = 1 AND i.subject = {subject:String} AND i.state != 'merged'
      AND i.detected_at >= toDateTime({start:Int64}, 'UTC')
      AND i.detected_at <= toDateTime({end:Int64}, 'UTC')
GROUP BY i.incident_id, i.subject, i.crisis_type, i.state, level_peak, detected_ms,
         i.playbook_id, i.playbook_title
"""


def list_drills() -> str:
    """Return the drills there are, one a line."""
    out = []
    for name in drill_names():
        script = load_drill(name).script
        out.append(f"{name}\n    {script.title}：{script.note}")
    return "\n".join(out)


def drill(
    config: Path | None, name: str, *, speed: float, seed: int, subject: str | None, now: str | None
) -> int:
    """Run a drill and print its scorecard; returns 0 when it passed."""
    settings = load_settings(config)
    scenario = load_drill(name)
    if subject is not None:
        scenario = about(scenario, _subject_of(settings, subject))
    end_ms = end_of_day(now)
    if speed == LIVE:
        end_ms = _live(settings, scenario, seed)
    else:
        _own_flow(settings, scenario, seed, speed, end_ms)
    return _tell(settings, scenario, name, seed, speed, end_ms)


def _subject_of(settings: Settings, subject: str) -> Subject:
    for one in settings.subjects:
        if one.id == subject:
            return one
    known = ", ".join(one.id for one in settings.subjects) or "none is configured"
    raise ConfigError([Problem("(command line)", 1, "--subject", "unknown", subject, known)])


def _own_flow(settings: Settings, scenario: Scenario, seed: int, speed: float, end_ms: int) -> None:
    """Run a flow of the drill's own; its streams and snapshots are gone afterwards."""
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


def _live(settings: Settings, scenario: Scenario, seed: int) -> int:
    """Send the bursts into the live streams in true time; returns when it ended (ms)."""
    subject = scenario.script.subjects[0]
    if subject.id not in {one.id for one in settings.subjects}:
        known = ", ".join(one.id for one in settings.subjects) or "none is configured"
        problem = "is not monitored, so the running flow would not see the drill"
        raise ConfigError([Problem("(command line)", 1, "--subject", problem, subject.id, known)])
    with serving(settings.redis.url, settings.var) as url:
        client = connect(url)
        if require_meta(client).clock != "live":
            msg = "the streams of this Redis replay the past (stream clock); try another --speed"
            raise StoreError(msg)
        start_ms = int(time.time() * 1000) // MINUTE * MINUTE + MINUTE
        told = _from_now(scenario, start_ms)
        end_ms = start_ms + _TAIL_MS
        feeder = Feeder(client)
        progress = progress_on(sys.stderr)
        for sent, entry in enumerate(_in_time(generate(told, seed, end_ms)), 1):
            feeder.feed([entry])
            progress.update(sent, None, f"演练进行中：已送入 {sent:,} 条（Ctrl-C 结束）")
        progress.close()
        client.close()
    return int(time.time() * 1000)


def _from_now(scenario: Scenario, start_ms: int) -> Scenario:
    """Return the bursts alone, all of them beginning at an instant."""
    local = (start_ms + CHINA) % DAY // MINUTE
    clock = f"{local // 60:02d}:{local % 60:02d}"
    bursts = tuple(
        msgspec.structs.replace(burst, clocks=(clock,), tail=_TAIL_MS // MINUTE)
        for burst in scenario.script.bursts
    )
    script = msgspec.structs.replace(scenario.script, quiet_days=0, talk=(), bursts=bursts)
    return msgspec.structs.replace(scenario, script=script)


def _in_time(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Yield each entry when its time has come; Ctrl-C ends the drill."""
    try:
        for entry in entries:
            wait = entry.at_ms / 1000 - time.time()
            if wait > 0:
                time.sleep(wait)
            yield entry
    except KeyboardInterrupt:
        return


def _tell(
    settings: Settings, scenario: Scenario, name: str, seed: int, speed: float, end_ms: int
) -> int:
    subject = scenario.script.subjects[0]
    first = min(one.onset_ms for one in truth(scenario, end_ms))
    with connect_reading(settings.store.dsn, settings.var) as reader:
        rows = reader.client.query(
            _FOUND,
            parameters={
                "subject": subject.id,
                "start": (first - HOUR) // 1000,
                "end": (end_ms + HOUR) // 1000,
            },
        ).result_rows
    scores, others = scorecard(
        scenario, subject.industry, seed, speed, end_ms, [Found(*row) for row in rows]
    )
    print(f"演练 {name}（种子 {seed}，速度 {'不限' if not speed else f'{speed:g} 倍'}）")
    print(lines(scores, others, LEVEL_NAMES))
    if is_held(settings.store.dsn, settings.var):
        print("提示：库由运行中的流程占用，本次成绩未写入 drills 表。")
    else:
        _keep(settings, scores)
    return 0 if scores and all(score.passed for score in scores) else 1


def _keep(settings: Settings, scores: Sequence[Score]) -> None:
    """Write the scorecard into ``drills``."""
    client: Client = open_store(settings.store.dsn)
    try:
        client.insert(
            "drills", [_row(score) for score in scores], column_names=TABLES["drills"].columns
        )
    finally:
        client.close()


def _row(score: Score) -> list[Any]:
    found = score.found
    return [
        score.drill_id,
        score.scenario,
        score.industry,
        score.seed,
        score.speed,
        score.subject,
        score.crisis_type,
        score.onset_ms // 1000,
        found.detected_ms // 1000 if found else 0,
        found.level_peak if found else "",
        score.level_wanted,
        found.playbook_id if found else "",
        score.playbook_wanted,
        found.tasks if found else 0,
        found.in_time if found else 0,
        int(score.passed),
        1,
    ]

"""Send the corpus through ``collect`` and ``run``, as the commands do, in a folder of its own."""

import bisect
import resource
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from flows.collect import collect
from flows.embedded_redis import connect, serving
from flows.mapping import load_mapping
from flows.packs import read_packs
from flows.progress import progress_on
from flows.publish import publish
from flows.run_command import run
from flows.settings_schema import Settings
from flows.stream_writer import READ, parse_entry_id
from flows.streams import write_meta
from operators.errors import ConfigError, Problem, TingfengError
from operators.model import DAY

HOME: Final = Path(__file__).parent
CONFIG: Final = HOME / "tingfeng.yaml"
MAPPING: Final = HOME / "mapping.yaml"
_FIRST_LINE: Final = "# Made from tingfeng.yaml of benchmarks/weibo."


@dataclass(frozen=True, slots=True)
class Replay:
    """What it took: seconds by the clock and of CPU, Redis' own CPU not included."""

    records: int
    collect_wall_s: float
    collect_cpu_s: float
    run_wall_s: float
    run_cpu_s: float
    peak_mb: float


def prepare(var: Path) -> Path:
    """Empty the folder and write the settings into it, all paths its own."""
    made = var / CONFIG.name
    ours = made.exists() and made.read_text(encoding="utf-8").startswith(_FIRST_LINE)
    if var.exists() and any(var.iterdir()) and not ours:
        problem = Problem(str(var), 1, "--var", "folder is not of a replay", hint="an empty folder")
        raise ConfigError([problem])
    shutil.rmtree(var, ignore_errors=True)
    var.mkdir(parents=True)
    body = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    body["packs"] = [str((HOME / each).resolve()) for each in body["packs"]]
    config = var / CONFIG.name
    text = yaml.safe_dump({"var": ".", **body}, allow_unicode=True, sort_keys=False)
    config.write_text(f"{_FIRST_LINE}\n{text}", encoding="utf-8")
    return config


def replay(path: Path, config: Path, settings: Settings, published_ms: Sequence[int]) -> Replay:
    """Collect the file in one go, then run to its end; progress on standard error."""
    with serving(settings.redis.url, settings.var, durable=False) as url:
        client = connect(url)
        write_meta(client, settings.redis.partitions, "stream")
        publish(client, read_packs(settings), published_ms[0] - DAY)
        cpu = _cpu_s(resource.RUSAGE_SELF)
        report = collect(
            path,
            client,
            load_mapping(MAPPING),
            stream_time=True,
            end=True,
            progress=progress_on(sys.stderr),
        )
        collect_cpu_s = _cpu_s(resource.RUSAGE_SELF) - cpu
        progress = progress_on(sys.stderr)

        def tick(_url: str) -> None:
            read = map(parse_entry_id, client.hgetall(READ).values())
            slowest = min((last.ms for last in read), default=0)
            done = bisect.bisect_right(published_ms, slowest)
            progress.update(done, len(published_ms), f"{done:,} of {len(published_ms):,} read")

        # The flow is the only child waited for in between: Redis ends later.
        cpu, started = _cpu_s(resource.RUSAGE_CHILDREN), time.monotonic()
        code = run(settings, config, until_end=True, tick=tick)
        progress.close()
        run_wall_s = time.monotonic() - started
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        client.close()
    if code:
        msg = f"the flow ended with {code}; its messages are above"
        raise TingfengError(msg)
    return Replay(
        records=report.records,
        collect_wall_s=round(report.seconds, 1),
        collect_cpu_s=round(collect_cpu_s, 1),
        run_wall_s=round(run_wall_s, 1),
        run_cpu_s=round(usage.ru_utime + usage.ru_stime - cpu, 1),
        peak_mb=round(usage.ru_maxrss / 1024),
    )


def _cpu_s(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime

"""``tingfeng demo``: one day of five crises, from the streams to a report, on embedded parts."""

import bisect
import dataclasses
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from flows.demo_feed import end_of_day, tell
from flows.drill_command import drill
from flows.embedded_redis import connect, serving
from flows.packs import read_packs
from flows.progress import progress_on
from flows.report import load, write
from flows.report_command import names_of
from flows.run_command import run
from flows.settings import load_settings
from flows.settings_schema import Settings
from flows.store_reader import connect_reading
from flows.stream_writer import READ
from operators.drill import Scenario, truth
from operators.errors import ConfigError, Problem, TingfengError
from operators.model import Subject
from operators.report.data import ReportData
from operators.report.names import Names
from operators.report.table import incident_table, table_rows, verdict_lines
from operators.report.truth import TruthRow, judge
from playbooks.drills.library import example_team
from playbooks.drills.loader import load_scenario

DRILL: Final = "telecom_network_outage"
"""Practised after the day: a crisis that the day itself does not have."""

_FIRST_LINE: Final = "# Settings of the demo; made anew by each demo."


def demo(var: Path, *, seed: int, now: str | None) -> int:
    """Generate, feed, detect, tell, report, practise; all lies under ``var`` and is made anew."""
    started = time.monotonic()
    end_ms = end_of_day(now)
    scenario = load_scenario("demo")
    config = prepare(var, scenario.script.subjects)
    settings = load_settings(config)
    packs = read_packs(settings)
    with serving(settings.redis.url, settings.var, durable=False) as url:
        client = connect(url)
        feeder = tell(client, settings, packs, scenario, seed, end_ms)
        total = len(feeder.arrivals)
        progress = progress_on(sys.stderr)

        def tick(_url: str) -> None:
            done = _read_so_far(client.hgetall(READ), feeder.arrivals)
            progress.update(done, total, f"检测：已读 {done:,} / {total:,} 条")

        code = run(settings, config, until_end=True, tick=tick)
        progress.close()
        client.close()
    if code:
        msg = f"the flow ended with {code}; its messages are above"
        raise TingfengError(msg)
    report = var / "report.html"
    data = _tell(settings, scenario, end_ms, report, names_of(settings, packs))
    print("\n另有演练一场，单独统计，不计入以上结果：")
    day_end = datetime.fromtimestamp(end_ms / 1000, UTC).isoformat()
    drill(config, DRILL, speed=0.0, seed=seed, subject=None, now=day_end)
    _next_steps(total, report, data, time.monotonic() - started)
    return 0


def prepare(var: Path, subjects: Sequence[Subject]) -> Path:
    """Empty the folder and write the demo's settings into it."""
    if var.exists() and any(var.iterdir()) and not _is_demo(var):
        problem = Problem(str(var), 1, "--var", "folder is not of a demo", hint="an empty folder")
        raise ConfigError([problem])
    shutil.rmtree(var, ignore_errors=True)
    var.mkdir(parents=True)
    config = var / "tingfeng.yaml"
    body = {
        "var": ".",
        "store": {"dsn": "chdb://chdb"},
        "recovery": {"dir": "recovery"},
        "subjects": [_plain(subject) for subject in subjects],
        "team": "team.yaml",
    }
    (var / "team.yaml").write_text(example_team(), encoding="utf-8")
    text = yaml.safe_dump(body, allow_unicode=True, sort_keys=False)
    config.write_text(f"{_FIRST_LINE}\n{text}", encoding="utf-8")
    return config


def _is_demo(var: Path) -> bool:
    """Tell whether a demo made the folder: what people keep there must not be emptied."""
    config = var / "tingfeng.yaml"
    return config.exists() and config.read_text(encoding="utf-8").startswith(_FIRST_LINE)


def _plain(subject: Subject) -> dict[str, Any]:
    fields = dataclasses.asdict(subject).items()
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields}


def _read_so_far(read: Mapping[Any, Any], arrivals: Sequence[int]) -> int:
    """Return how many mentions lie before the slowest partition's last entry."""
    if not read:
        return 0
    slowest = min(int(bytes(last).partition(b"-")[0]) for last in read.values())
    return bisect.bisect_right(arrivals, slowest)


def _tell(
    settings: Settings, scenario: Scenario, end_ms: int, report: Path, names: Names
) -> ReportData:
    facts = [
        TruthRow(one.subject, one.crisis_type, one.title, one.onset_ms, one.kind)
        for one in truth(scenario, end_ms)
    ]
    with connect_reading(settings.store.dsn, settings.var) as reader:
        data = load(reader.client)
    width = shutil.get_terminal_size((140, 24)).columns
    print(incident_table(table_rows(data.incidents, names), width))
    print(verdict_lines(judge(facts, [file.row for file in data.incidents]), names))
    write(data, report, facts, names=names)
    return data


def _next_steps(total: int, report: Path, data: ReportData, seconds: float) -> None:
    print(f"\n{total:,} 条记录，{len(data.incidents)} 起事件，用时 {seconds:.0f} 秒")
    print(f"报告：{report}")
    command = sys.argv[0] if sys.argv and sys.argv[0] else "tingfeng"
    print("接下来：")
    print(
        f'  {command} sql "SELECT subject, crisis_type, level, stage, delay_s, playbook_title'
        ' FROM v_incidents WHERE exercise = 0 ORDER BY detected_at"'
    )
    print(f"  {command} init    # 用自己的数据")

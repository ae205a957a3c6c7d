"""``tingfeng drill``: a scenario through the real flow, marked as an exercise end to end.

At speed 1 it goes into the live streams in true time and the running flow takes it. At any other
speed it runs a flow of its own, with streams, watermark and recovery store of its own, that writes
the same tables with ``exercise = 1``; live rows are not touched.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flows.demo_feed import end_of_day
from flows.drill_flow import run_own_flow
from flows.drill_live import run_live
from flows.settings import load_settings
from flows.settings_schema import Settings
from flows.store import open_store
from flows.store_reader import connect_reading, is_held
from flows.tables import TABLES
from operators.drill import Scenario
from operators.drill.onsets import truth
from operators.drill.scorecard import Found, Score, lines, scorecard
from operators.errors import ConfigError, Problem
from operators.model import HOUR, LEVEL_NAMES, Subject
from playbooks.drills.library import about, drill_names, load_drill

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

LIVE: Final = 1.0
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
        end_ms = run_live(settings, scenario, seed)
    else:
        run_own_flow(settings, scenario, seed, speed, end_ms)
    return _tell(settings, scenario, name, seed, speed, end_ms)


def _subject_of(settings: Settings, subject: str) -> Subject:
    for one in settings.subjects:
        if one.id == subject:
            return one
    known = ", ".join(one.id for one in settings.subjects) or "none is configured"
    raise ConfigError([Problem("(command line)", 1, "--subject", "unknown", subject, known)])


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

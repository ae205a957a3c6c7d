"""An incident's alerts through its life: one instance from open to end, and drills never."""

from pathlib import Path
from typing import Any, Final

from dashboards.alerting.rules import RULES
from dashboards.macros import Scope, expand_alert
from flows.store import open_store
from flows.store_reader import Reader, connect_reading
from sql.migrate import migrate

INCIDENTS: Final = (
    "tingfeng-incident-open",
    "tingfeng-incident-moderate",
    "tingfeng-incident-severe",
)
BY_UID: Final = {rule.uid: rule for rule in RULES}
START: Final = 1_795_200_000


def ask(reader: Reader, uid: str, end_ms: int) -> list[dict[str, Any]]:
    """Return what a rule sees when it is evaluated at an instant."""
    rule = BY_UID[uid]
    found = reader.query(expand_alert(rule.sql, Scope(end_ms - rule.span_s * 1000, end_ms)))
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


class Life:
    """Writes the rows of an incident as the flow would, step by step, into a store of its own."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        client = open_store(dsn, create=True)
        migrate(client, {})
        client.close()
        self.version = 0

    def _insert(self, table: str, **values: Any) -> None:
        client = open_store(self.dsn)
        names = list(values)
        client.insert(table, [[values[name] for name in names]], column_names=names)
        client.close()

    def event(self, seq: int, kind: str, after: str, cause: str, exercise: int = 0) -> None:
        """Write an event."""
        self._insert(
            "incident_events",
            exercise=exercise,
            subject="xinghe_bank",
            crisis_type="fees",
            incident_id=f"inc{exercise}",
            seq=seq,
            at=START + 60 * seq,
            kind=kind,
            after=after,
            cause=cause,
            version=1,
        )

    def state(self, state: str, level: str, peak: str, severity: float, exercise: int = 0) -> None:
        """Write how the incident stands, with an explanation and a playbook that keep changing."""
        self.version += 1
        about = {
            "exercise": exercise,
            "subject": "xinghe_bank",
            "crisis_type": "fees",
            "incident_id": f"inc{exercise}",
        }
        self._insert(
            "incidents",
            **about,
            state=state,
            level=level,
            level_peak=peak,
            severity=severity,
            detected_at=START,
            explanation=f"说明 {self.version}",
            version=self.version,
        )
        self._insert(
            "recommendations",
            **about,
            decided_at=START + 60 * self.version,
            title=f"预案 {self.version}",
            level=level,
            version=1,
        )

    def labels(self) -> dict[str, list[dict[str, Any]]]:
        """Return the labels of every instance of the incident rules."""
        end = (START + 86_000) * 1000
        with connect_reading(self.dsn, Path()) as reader:
            return {
                uid: [
                    {name: value for name, value in row.items() if name != "value"}
                    for row in ask(reader, uid, end)
                ]
                for uid in INCIDENTS
            }


def test_one_incident_is_one_instance_from_open_to_end(tmp_path: Path) -> None:
    """Up, down, and up again: no instance changes its labels or comes twice."""
    life = Life(f"chdb://{tmp_path / 'chdb'}")
    life.event(1, "opened", "open", "最近1小时负面提及 40 条")
    life.state("open", "minor", "minor", 30.0)
    seen = [life.labels()]
    life.event(2, "level", "moderate", "严重度 50（中等）")
    life.state("open", "moderate", "moderate", 50.0)
    seen.append(life.labels())
    life.event(3, "level", "minor", "严重度 38（轻微）")
    life.state("open", "minor", "moderate", 38.0)
    seen.append(life.labels())
    life.event(4, "level", "moderate", "严重度 55（中等）")
    life.event(5, "level", "severe", "严重度 75（严重）")
    life.state("open", "severe", "severe", 75.0)
    seen.append(life.labels())
    life.state("closed", "minor", "severe", 10.0)
    seen.append(life.labels())
    for uid, present in zip(
        INCIDENTS, ([1, 1, 1, 1, 0], [0, 1, 1, 1, 0], [0, 0, 0, 1, 0]), strict=True
    ):
        assert [len(one[uid]) for one in seen] == present
        assert len({str(one[uid]) for one in seen if one[uid]}) == 1
    severe = seen[3]["tingfeng-incident-severe"][0]
    assert severe["cause"] == "严重度 75（严重）"


def test_drills_never_page(tmp_path: Path) -> None:
    """The same rows marked as an exercise fire nothing."""
    life = Life(f"chdb://{tmp_path / 'chdb'}")
    life.event(1, "opened", "open", "演练", exercise=1)
    life.state("open", "severe", "severe", 90.0, exercise=1)
    assert not any(life.labels().values())

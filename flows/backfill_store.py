"""What a backfill asks of the store and writes into it.

Metrics and posts cannot be written in one go, so a plan that holds the rows is written before
them: whatever happens in between, the plan is carried out in the end, and its rows are the same
however often they are written.
"""

import base64
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from flows.rows import metric_row
from flows.tables import TABLES, Rows
from operators.acts import APPLIED
from operators.backfill import METRICS_STEP, Moves, Tally, Unit, moved
from operators.errors import StoreError
from operators.metrics import MetricKey, MetricRow
from operators.model import MINUTE, SECOND, Action
from operators.reading import entry_number
from operators.relabel import Label, read_relabel
from operators.stories_post import WEIGHT_UNIT
from operators.windows import SUMS, Cell

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

Row = dict[str, Any]
PostName = tuple[bool, str, str]
"""exercise, platform, id"""

PLANNED: Final = "planned"
DONE: Final = "done"
_COLUMNS: Final = ", ".join(
    f"toUnixTimestamp64Milli(m.{name})" if name.endswith("_at") else f"m.{name}"
    for name in TABLES["mentions"].columns
)
_BETWEEN: Final = (
    "m.published_at >= fromUnixTimestamp64Milli({since:Int64})"
    " AND m.published_at < fromUnixTimestamp64Milli({until:Int64})"
)
_POSTS: Final = f"""
SELECT {_COLUMNS} FROM mentions AS m FINAL
WHERE {_BETWEEN} AND (m.rules_version != {{rules:String}} OR m.root_id != '')
ORDER BY m.published_at, m.platform, m.id
"""
_ROOTS: Final = f"""
SELECT {_COLUMNS} FROM mentions AS m FINAL
WHERE m.root_id = '' AND (m.exercise, m.platform, m.id) IN
    (SELECT m.exercise, m.platform, m.root_id FROM mentions AS m
     WHERE {_BETWEEN} AND m.root_id != '')
"""
_HOURS: Final = f"""
SELECT toUnixTimestamp(toStartOfHour(m.published_at)) AS hour, count(),
       countIf(m.rules_version != {{rules:String}})
FROM mentions AS m FINAL WHERE {_BETWEEN} GROUP BY hour
"""
_NAMES: Final = f"SELECT m.exercise, m.platform, m.id FROM mentions AS m WHERE {_BETWEEN}"
_WATERMARK: Final = """
SELECT toUnixTimestamp64Milli(min(latest))
FROM (SELECT partition, max(watermark) AS latest FROM pipeline_health GROUP BY partition)
HAVING count() > 0
"""
_UNMATCHED: Final = """
SELECT sum(unmatched) FROM pipeline_health FINAL
WHERE minute >= toDateTime(intDiv({since:Int64}, 1000))
  AND minute < toDateTime(intDiv({until:Int64}, 1000))
"""
_SUMS: Final = (*SUMS, "updates")
_METRICS: Final = f"""
SELECT exercise, subject, crisis_type, platform, toUnixTimestamp(window_start),
       {", ".join(_SUMS)}, weight, version
FROM metrics_minute FINAL
WHERE window_start >= toDateTime(intDiv({{since:Int64}}, 1000))
  AND window_start < toDateTime(intDiv({{until:Int64}}, 1000))
"""
_LABELS: Final = "SELECT exercise, platform, id FROM labels FINAL"
_RELABELS: Final = """
SELECT exercise, action_id, toUnixTimestamp64Milli(at), kind, actor, detail FROM actions FINAL
WHERE kind = 'relabel' AND outcome = {outcome:String}
"""
_PLANS: Final = """
SELECT rules_version, toUnixTimestamp(window_start), toUnixTimestamp(window_end), read, changed,
       gained, lost, metric_rows, plan
FROM backfills FINAL WHERE state = 'planned'
"""


class Plan(NamedTuple):
    """Rows to write, and the row of ``backfills`` (without state, plan and version) about them."""

    about: tuple[Any, ...]
    metrics: list[Sequence[Any]]
    mentions: list[Sequence[Any]]


class Hours(NamedTuple):
    """Stored posts by the hour of publication, and how many were read by other rules."""

    posts: dict[int, int]
    others: int


class BackfillStore:
    """The store of an installation; see `BackfillStore.write` for how it is written."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._version = 0

    def watermark_ms(self) -> int:
        """Return until when all partitions have been read; 0 when nothing has been."""
        found = self._ask(_WATERMARK)
        return int(found[0][0]) if found else 0

    def hours(self, since_ms: int, until_ms: int, rules: str) -> Hours:
        """Count the stored posts of a time."""
        found = self._ask(_HOURS, since=since_ms, until=until_ms, rules=rules)
        hours = {int(hour) * SECOND: int(posts) for hour, posts, _others in found}
        return Hours(hours, sum(int(others) for _hour, _posts, others in found))

    def posts(self, unit: Unit, rules: str) -> list[Row]:
        """Return the posts to be read by ``rules``: replies always, since their root may change."""
        return self._rows(_POSTS, since=unit.start_ms, until=unit.end_ms, rules=rules)

    def roots(self, unit: Unit) -> list[Row]:
        """Return what the replies of a time hang on, of whatever time."""
        return self._rows(_ROOTS, since=unit.start_ms, until=unit.end_ms)

    def names(self, since_ms: int, until_ms: int) -> set[PostName]:
        """Name the stored posts of a time."""
        found = self._ask(_NAMES, since=since_ms, until=until_ms)
        return {(bool(exercise), platform, name) for exercise, platform, name in found}

    def unmatched(self, since_ms: int, until_ms: int) -> int:
        """Count the posts that arrived in a time and spoke of nobody."""
        found = self._ask(_UNMATCHED, since=since_ms, until=until_ms)
        return int(found[0][0] or 0) if found else 0

    def labelled(self) -> set[PostName]:
        """Name the posts of which a person has spoken."""
        return {(bool(exercise), platform, name) for exercise, platform, name in self._ask(_LABELS)}

    def labels(self) -> dict[PostName, Label]:
        """Return what people said of posts in time for the metrics to hold it, latest words."""
        found = self._ask(_RELABELS, outcome=APPLIED)
        labels: dict[PostName, Label] = {}
        for exercise, action_id, at_ms, kind, actor, detail in sorted(
            found, key=lambda row: entry_number(row[1].encode())
        ):
            action = Action(
                action_id, at_ms, "", kind, actor, exercise=bool(exercise),
                detail=orjson.loads(detail),
            )  # fmt: skip
            relabel = read_relabel(action)
            if relabel is not None:
                labels[(bool(exercise), relabel.post.platform, relabel.post.id)] = relabel.label
        return labels

    def metric_rows(self, moves: Moves) -> list[tuple[Any, ...]]:
        """Return the minutes as they are after ``moves``; those that stay as they are left out."""
        if not moves.deltas:
            return []
        minutes = [key.minute for key in moves.deltas]
        stored = self._metrics(min(minutes), max(minutes) + MINUTE)
        rows = []
        for key, delta in sorted(moves.deltas.items()):
            before, version = stored.get(key, (None, 1))
            cell = moved(before, delta)
            if cell is not None:
                row = metric_row(MetricRow(key, cell, True))
                rows.append((*row[:-1], version + METRICS_STEP))
        return rows

    def _metrics(self, since_ms: int, until_ms: int) -> dict[MetricKey, tuple[Cell | None, int]]:
        found: dict[MetricKey, tuple[Cell | None, int]] = {}
        for exercise, subject, kind, platform, second, *sums, weight, version in self._ask(
            _METRICS, since=since_ms, until=until_ms
        ):
            key = MetricKey(bool(exercise), subject, kind, platform, int(second) * SECOND)
            cell = Cell(**dict(zip(_SUMS, sums, strict=True)), weight=round(weight * WEIGHT_UNIT))
            found[key] = (cell, int(version))
        return found

    def begin(self) -> int:
        """Carry out what a backfill before has left planned; return how many plans there were."""
        found = self._ask("SELECT max(version) FROM backfills")
        self._version = int(found[0][0]) if found else 0
        plans = [(tuple(row[:-1]), _unpacked(row[-1])) for row in self._ask(_PLANS)]
        for about, (metrics, mentions) in plans:
            self._carry_out(Plan(about, metrics, mentions))
        return len(plans)

    def planned(self) -> int:
        """Count the plans that have not been carried out."""
        return len(self._ask(_PLANS))

    def write(
        self, rules: str, unit: Unit, tally: Tally, plan: tuple[list[Any], list[Any]]
    ) -> None:
        """Write the metrics and posts of a plan, and that it is done; first the plan itself."""
        about = (
            rules,
            unit.start_ms // SECOND,
            unit.end_ms // SECOND,
            tally.read,
            tally.changed,
            tally.gained,
            tally.lost,
            tally.metric_rows,
        )
        metrics, mentions = plan
        if metrics:
            self._tell(about, PLANNED, _packed(metrics, mentions))
        self._carry_out(Plan(about, metrics, mentions))

    def _carry_out(self, plan: Plan) -> None:
        self.insert("metrics_minute", plan.metrics)
        self.insert("mentions", plan.mentions)
        self._tell(plan.about, DONE, "")

    def _tell(self, about: tuple[Any, ...], state: str, packed: str) -> None:
        self._version += 1
        self.insert("backfills", [(*about[:3], state, *about[3:], packed, self._version)])

    def insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows, if any; raises `StoreError`."""
        from clickhouse_connect.driver.exceptions import Error

        if not rows:
            return
        try:
            self._client.insert(table, rows, column_names=TABLES[table].columns)
        except Error as error:
            msg = f"{table}: the store refused rows: {error}"
            raise StoreError(msg) from error

    def insert_all(self, item: Rows) -> None:
        """Insert rows of the table they name."""
        self.insert(item.table, item.rows)

    def _rows(self, sql: str, **params: Any) -> list[Row]:
        columns = TABLES["mentions"].columns
        return [dict(zip(columns, row, strict=True)) for row in self._ask(sql, **params)]

    def _ask(self, sql: str, **params: Any) -> list[Any]:
        from clickhouse_connect.driver.exceptions import Error

        try:
            return list(self._client.query(sql, parameters=params or None).result_rows)
        except Error as error:
            msg = f"the store refused a question of the backfill: {error}"
            raise StoreError(msg) from error


def _packed(metrics: Sequence[Any], mentions: Sequence[Any]) -> str:
    return base64.b64encode(zlib.compress(orjson.dumps([metrics, mentions]))).decode()


def _unpacked(packed: str) -> tuple[list[Any], list[Any]]:
    metrics, mentions = orjson.loads(zlib.decompress(base64.b64decode(packed)))
    return metrics, mentions

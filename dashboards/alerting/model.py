"""What an alert rule is made of, and its YAML as Grafana 11.6 and later provision it.

Every rule asks one table: text columns become the labels of an instance, the one number is judged.
A row that disappears resolves its instance. Labels are what an instance is known by, so a query
may only return text that never changes while the row is there.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from dashboards.model import PLUGIN, PLUGIN_VERSION, SOURCE_UID

FOLDER: Final = "舆情告警"
EXPRESSION: Final = "__expr__"
_INTERVAL_MS: Final = 60_000
_POINTS: Final = 1000

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One rule: fires for each row whose ``value`` is beyond ``limit``.

    ``span_s`` is how far back the query looks, ``hold`` how long it must be so; ``level`` and
    ``audience`` route it.
    """

    uid: str
    title: str
    sql: str
    summary: str
    level: str
    audience: str
    dashboard: str
    panel: int
    compare: str = "gt"
    limit: float = 0.0
    span_s: int = 86_400
    hold: str = "0s"
    no_data: str = "OK"
    annotations: dict[str, str] = field(default_factory=dict)

    def body(self) -> Json:
        """Return it as Grafana reads it."""
        return {
            "uid": self.uid,
            "title": self.title,
            "condition": "C",
            "data": [self._query(), _reduced(), self._threshold()],
            "noDataState": self.no_data,
            "execErrState": "Error",
            "for": self.hold,
            "labels": {"level": self.level, "audience": self.audience},
            "annotations": {"summary": self.summary, **self.annotations},
            "dashboardUid": self.dashboard,
            "panelId": self.panel,
            "isPaused": False,
        }

    def _query(self) -> Json:
        return {
            "refId": "A",
            "datasourceUid": SOURCE_UID,
            "relativeTimeRange": {"from": self.span_s, "to": 0},
            "model": {
                "refId": "A",
                "datasource": {"type": PLUGIN, "uid": SOURCE_UID},
                "pluginVersion": PLUGIN_VERSION,
                "editorType": "sql",
                "queryType": "table",
                "format": 1,
                "intervalMs": _INTERVAL_MS,
                "maxDataPoints": _POINTS,
                "rawSql": self.sql.strip() + "\n",
            },
        }

    def _threshold(self) -> Json:
        return {
            "refId": "C",
            "datasourceUid": EXPRESSION,
            "model": {
                "refId": "C",
                "type": "threshold",
                "expression": "B",
                "datasource": {"type": EXPRESSION, "uid": EXPRESSION},
                "conditions": [{"evaluator": {"type": self.compare, "params": [self.limit]}}],
            },
        }


def _reduced() -> Json:
    return {
        "refId": "B",
        "datasourceUid": EXPRESSION,
        "model": {
            "refId": "B",
            "type": "reduce",
            "expression": "A",
            "reducer": "last",
            "datasource": {"type": EXPRESSION, "uid": EXPRESSION},
        },
    }

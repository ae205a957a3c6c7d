"""The store's ``v_*`` views -> the values of a report, and the report -> a file."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from flows import report_queries as ask
from operators.model import DAY
from operators.phrases import SAMPLE
from operators.report.data import (
    ActionRow,
    BalanceRow,
    BaselineRow,
    EventRow,
    FeedRow,
    IncidentFile,
    IncidentRow,
    MinuteRow,
    PlatformRow,
    PlaybookRow,
    PostRow,
    RecommendationRow,
    RejectedRow,
    ReportData,
    SignalRow,
    StoryRow,
)
from operators.report.names import Names
from operators.report.series import shown_span
from operators.report.truth import TruthRow

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

STORIES: Final = 20_000
"""Different texts read per incident to count its phrases in, the most copied first."""

POSTS: Final = 80
"""Different posts per incident among which the representative ones are chosen."""

BACKGROUND: Final = 7 * DAY
"""How far before the onset the usual talk is read."""

_Row = TypeVar("_Row")


def load(
    client: "Client",
    incident_ids: Sequence[str] | None = None,
    exercise: bool = False,
    *,
    texts: bool = True,
) -> ReportData:
    """Read what a report shows from the store; all incidents when no ids are given.

    Without ``texts`` the words in which phrases are looked for are left out.
    ``exercise`` chooses the incidents of drills instead of real ones. An empty store gives empty
    values. Raises what the client raises when the views are missing.
    """
    common = {"exercise": int(exercise)}
    rows = _select(client, IncidentRow, ask.INCIDENTS, {**common, "ids": list(incident_ids or ())})
    spans = client.query(ask.SPAN, parameters=common).result_rows
    start, end = (int(value) for value in spans[0]) if spans else (0, 0)
    end = max([end, *(row.updated_ms for row in rows)])
    balances = _select(client, BalanceRow, ask.BALANCE, {})
    return ReportData(
        exercise=exercise,
        start_ms=start or min((row.onset_ms for row in rows), default=0),
        end_ms=end,
        incidents=tuple(_incident(client, row, end, common, texts) for row in rows),
        playbooks=_select(client, PlaybookRow, ask.PLAYBOOKS, {}),
        balance=next((row for row in balances if row.read), None),
        rejected=_select(client, RejectedRow, ask.REJECTED, {}),
        feeds=_select(client, FeedRow, ask.FEEDS, common),
    )


def write(
    data: ReportData, path: Path, truth: Sequence[TruthRow] = (), *, names: Names | None = None
) -> None:
    """Write the report as one HTML file, whole or not at all; folders are made when missing."""
    from operators.report.page import render

    page = render(data, names or Names(), truth)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.write_text(page, encoding="utf-8")
    draft.replace(path)


def _incident(
    client: "Client", row: IncidentRow, end_ms: int, common: Mapping[str, Any], texts: bool
) -> IncidentFile:
    if row.state == "merged":
        # It is told by the incident it went into.
        return IncidentFile(row)
    first, last = shown_span(row, end_ms)
    one = {**common, "incident": row.incident_id}
    key = {**common, "subject": row.subject, "type": row.crisis_type}
    drawn = {**key, "start": first // 1000, "end": last // 1000}
    since = {**key, "start": row.onset_ms // 1000, "end": last // 1000}
    usual = {**since, "limit": SAMPLE, "before": (row.onset_ms - BACKGROUND) // 1000}
    versions = client.query(ask.VERSIONS, parameters=since).result_rows
    models, rules = versions[0] if versions else ((), ())
    return IncidentFile(
        row=row,
        events=_select(client, EventRow, ask.EVENTS, one),
        recommendations=_select(client, RecommendationRow, ask.RECOMMENDATIONS, one),
        signals=_select(client, SignalRow, ask.SIGNALS, {**key, "ids": list(row.signals)}),
        minutes=_select(client, MinuteRow, ask.MINUTES, drawn),
        baselines=_select(client, BaselineRow, ask.BASELINES, drawn),
        platforms=_select(client, PlatformRow, ask.PLATFORMS, since),
        stories=_select(client, StoryRow, ask.STORIES, {**since, "limit": STORIES})
        if texts
        else (),
        background=_select(client, StoryRow, ask.USUAL, usual) if texts else (),
        posts=_select(client, PostRow, ask.POSTS, {**since, "limit": POSTS}),
        actions=_select(client, ActionRow, ask.ACTIONS, one),
        model_versions=tuple(models),
        rules_versions=tuple(rules),
    )


def _select(
    client: "Client", kind: Callable[..., _Row], sql: str, parameters: Mapping[str, Any]
) -> tuple[_Row, ...]:
    """Read rows whose columns are in the order of the fields of ``kind``."""
    found = client.query(sql, parameters=dict(parameters)).result_rows
    return tuple(kind(*map(_frozen, row)) for row in found)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(sorted(value.items()))
    return tuple(value) if isinstance(value, list) else value

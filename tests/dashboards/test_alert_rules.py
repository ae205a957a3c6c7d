"""Alert rules: one instance an incident from open to end, drills never, and what Grafana takes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from dashboards.alerting.generate import files, main, stale
from dashboards.alerting.rules import RULES
from dashboards.boards import ALL
from dashboards.macros import QueryError, Scope, expand_alert
from flows.store_reader import Reader, connect_reading
from tests.support.demo_run import END_MS, Demo

BY_UID: Final = {rule.uid: rule for rule in RULES}


def ask(reader: Reader, uid: str, end_ms: int) -> list[dict[str, Any]]:
    """Return what a rule sees when it is evaluated at an instant."""
    rule = BY_UID[uid]
    found = reader.query(expand_alert(rule.sql, Scope(end_ms - rule.span_s * 1000, end_ms)))
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


@pytest.fixture(scope="module")
def store(demo: Demo) -> Iterator[Reader]:
    """Open the demo's store."""
    with connect_reading(demo.dsn, demo.var) as reader:
        yield reader


@pytest.mark.parametrize("uid", BY_UID)
def test_answer_is_what_the_expression_engine_accepts(store: Reader, uid: str) -> None:
    """No time, exactly one number called value, and text beside it: a row is an instance."""
    rule = BY_UID[uid]
    found = store.query(expand_alert(rule.sql, Scope(END_MS - rule.span_s * 1000, END_MS)))
    kinds = dict(zip(found.columns, found.types, strict=True))
    assert kinds.pop("value") == "Float64"
    assert set(kinds.values()) == {"String"}


def test_demo_fires_what_it_should(store: Reader) -> None:
    """The open crises of the day, the clocks that run, and the feed that died."""
    assert {row["subject"] for row in ask(store, "tingfeng-incident-severe", END_MS)} >= {
        "haichuan_securities",
        "lianxun_telecom",
        "xinghe_bank",
    }
    assert all(row["cause"] for row in ask(store, "tingfeng-incident-open", END_MS))
    assert all(row["playbook"] for row in ask(store, "tingfeng-incident-severe", END_MS))
    assert ask(store, "tingfeng-clock", END_MS)
    assert [row["platform"] for row in ask(store, "tingfeng-feed-dead", END_MS)] == ["zhihu"]


def test_every_rule_leads_to_a_panel_that_is_there() -> None:
    """Dashboards and panels named by a rule exist."""
    panels = {(board.uid, panel["id"]) for board in ALL for panel in board.json()["panels"]}
    assert {(rule.dashboard, rule.panel) for rule in RULES} <= panels


def test_uids_are_short_and_unique() -> None:
    """Grafana takes 40 characters, and titles are unique in a folder."""
    assert len({rule.uid for rule in RULES}) == len({rule.title for rule in RULES}) == len(RULES)
    assert all(len(rule.uid) <= 40 for rule in RULES)


def test_alert_sql_that_needs_a_dashboard_is_refused() -> None:
    """The browser has no part in alerts."""
    with pytest.raises(QueryError, match="only a dashboard knows"):
        expand_alert("SELECT 1 WHERE subject IN (${subject:singlequote})", Scope(0, 1))


def test_committed_files_are_what_the_code_makes(tmp_path: Path) -> None:
    """Whoever changes the code runs `make dashboards`; an edited file is named."""
    assert stale() == []
    assert main(["--check"]) == 0
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert stale(tmp_path) == []
    (tmp_path / "rules.yaml").write_text("{}", encoding="utf-8")
    assert stale(tmp_path) == ["rules.yaml"]

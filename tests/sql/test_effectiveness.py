"""Effectiveness of playbooks: what the view says is what the outcome book of the flow says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from flows.response_rows import outcome_row
from flows.store import open_store
from flows.tables import TABLES
from operators.model import MINUTE
from operators.outcomes import Course, Outcome, OutcomeBook, known_effects
from sql.migrate import migrate

START: Final = 1_790_000_040_000
WITH: Final = (30, 30, 45, 60, 90, 200)
WITHOUT: Final = (45, 60, 120, 180, 240)


def course(incident: str, minute: int, negative: int, statement: int, *, ended: bool) -> Course:
    """Return how an incident stands ``minute`` minutes after detection."""
    return Course(
        False,
        "xinghe_bank",
        "banking",
        "system_outage",
        incident,
        "moderate",
        "closed" if ended else "open",
        START + minute * MINUTE,
        START,
        START + statement * MINUTE if statement else 0,
        "banking.general" if incident == "with0" else "",
        100 if negative else 0,
        negative,
        START + minute * MINUTE if ended else 0,
    )


@pytest.fixture(name="book")
def _book() -> OutcomeBook:
    """Play incidents with and without a statement."""
    book = OutcomeBook()
    for kind, halves in (("with", WITH), ("without", WITHOUT)):
        for number, half in enumerate(halves):
            name = f"{kind}{number}"
            at = 20 if kind == "with" else 0
            book.follow(course(name, 20, 80, at, ended=False))
            first = course(name, 20, 80, at, ended=False)
            book.used(first, "banking.system_outage", "v1")
            book.follow(course(name, 20 + half, 30, at, ended=False))
            book.follow(course(name, 20 + half + 60, 0, at, ended=True))
    return book


@pytest.fixture(name="row")
def _row(book: OutcomeBook, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Store the outcomes and read the view's one row."""
    client = open_store(f"chdb://{tmp_path / 'chdb'}", create=True)
    migrate(client, {})
    found: list[Outcome] = list(book.outcomes.values())
    client.insert(
        "outcomes", [outcome_row(one) for one in found], column_names=TABLES["outcomes"].columns
    )
    client.insert(
        "incidents",
        [[0, "xinghe_bank", "system_outage", one.incident_id, "closed", 1] for one in found],
        column_names=["exercise", "subject", "crisis_type", "incident_id", "state", "version"],
    )
    answer = client.query("SELECT * FROM v_playbook_effectiveness")
    assert len(answer.result_rows) == 1
    yield dict(zip(answer.column_names, answer.result_rows[0], strict=True))
    client.close()


def test_view_agrees_with_the_flow(book: OutcomeBook, row: dict[str, Any]) -> None:
    """The same comparison in SQL and in the score of the ranking."""
    effect = known_effects(book.effects())["v1"]
    assert (row["with_statement"], row["without_statement"]) == (effect.n, effect.n_without)
    assert row["better"] == pytest.approx(effect.better)
    assert 0.5 < row["better"] < 1


def test_uses_overrides_and_intervals(row: dict[str, Any]) -> None:
    """Eleven uses, one of them overridden; the interval holds the share."""
    assert (row["used"], row["overridden"]) == (len(WITH) + len(WITHOUT), 1)
    assert row["accepted_low"] < row["accepted_share"] < row["accepted_high"] <= 1
    assert row["accepted_share"] == pytest.approx(10 / 11)
    assert row["half_life_low_s"] <= row["half_life_s"] <= row["half_life_high_s"]
    assert row["statement_s"] == 20 * 60

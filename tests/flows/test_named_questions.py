"""``tingfeng sql @name``: every named question answers on the demo's data."""

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from flows.questions_command import list_questions, sql_command, statement_of
from flows.sql_command import run
from flows.store_reader import Reader, connect_reading
from operators.errors import StoreError
from sql.questions import read_questions
from tests.support.demo_run import Demo

EMPTY: Final = {
    "feed_silence": "the flow judges feeds only where it knows their usual gap",
    "forecast_quality": "needs forecasts whose time has passed",
    "library_gaps": "the demo's library has an answer to each of its crises",
    "overdue_tasks": "needs tasks",
    "relabelled_posts": "nobody relabels a post in the demo",
    "reporting_clocks": "needs reporting clocks",
    "rising_phrases": "needs phrases",
    "what_worked": "needs outcomes",
}
"""Questions that may have no answer on the demo's data, and why."""


@pytest.fixture(scope="module")
def reader(demo: Demo) -> Iterator[Reader]:
    """Read the demo's store."""
    with connect_reading(demo.dsn, demo.var) as opened:
        yield opened


def _asked(reader: Reader, name: str, **given: str) -> list[dict[str, Any]]:
    question = read_questions()[name]
    found = reader.query(question.sql, question.values(given))
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


@pytest.mark.parametrize("name", sorted(read_questions()))
def test_every_question_answers(reader: Reader, name: str) -> None:
    """Each runs as it is, without parameters, and says something about the demo."""
    question = read_questions()[name]
    found = reader.query(question.sql, question.values({}))
    assert found.columns
    assert found.rows or name in EMPTY
    # What a person copies gives the same answer as what the flow binds.
    assert reader.query(question.filled({})).rows == found.rows


def test_who_started_is_in_order_of_time(reader: Reader) -> None:
    """The first post comes first, and none is older than the incident's start."""
    incident = reader.query(
        "SELECT incident_id, onset_at FROM v_incidents WHERE subject = 'sufu_tech'"
    ).rows[0]
    rows = _asked(reader, "who_started", incident=str(incident[0]), limit="7")
    times = [row["published_at"] for row in rows]
    assert len(rows) == 7
    assert times == sorted(times)
    assert times[0] >= incident[1]


def test_crossing_platforms_begins_with_the_first(reader: Reader) -> None:
    """The platform it began on is at 0 minutes, the others later, and all posts are counted."""
    rows = _asked(reader, "crossed_platforms")
    assert rows[0]["minutes_after"] == 0.0
    assert [row["minutes_after"] for row in rows] == sorted(row["minutes_after"] for row in rows)
    accounts = _asked(reader, "account_concentration")
    assert sum(row["posts"] for row in rows) == sum(row["all_posts"] for row in accounts)


def test_shares_of_voice_are_those_of_an_industry_and_week(reader: Reader) -> None:
    """They add up to one."""
    totals: dict[tuple[object, object], float] = {}
    for row in _asked(reader, "share_of_voice_by_week"):
        key = (row["week"], row["industry"])
        totals[key] = totals.get(key, 0.0) + row["share"]
    assert totals
    assert all(total == pytest.approx(1, abs=0.001) for total in totals.values())


def test_intervals_hold_their_share(reader: Reader) -> None:
    """A negative share lies within its own interval, which is narrower than everything."""
    for row in _asked(reader, "negative_share_interval"):
        assert 0 <= row["low"] <= row["p"] <= row["high"] <= 1
        assert row["high"] - row["low"] < 0.1


def test_same_story_finds_copies(reader: Reader) -> None:
    """Copies are counted, the most copied first."""
    counts = [row["posts"] for row in _asked(reader, "same_story")]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] > 1


def test_the_demos_false_alarm_and_override_are_found(reader: Reader) -> None:
    """What people did in the demo shows where the library's owner looks."""
    false = [row for row in _asked(reader, "false_alarms") if row["false_alarms"]]
    assert [row["subject"] for row in false] == ["xinghe_bank"]
    assert "volume_surge" in false[0]["detectors"]
    changed = [row for row in _asked(reader, "overridden_playbooks") if row["overridden"]]
    assert [row["chosen_instead"] for row in changed] == [["telecom.general"]]


def test_a_range_in_chinas_time_bounds_what_is_counted(reader: Reader) -> None:
    """Start and end are read as Shanghai's, the end not included."""
    given = {"start": "2026-11-21 00:00:00", "end": "2026-11-22 00:00:00"}
    day = sum(row["posts"] for row in _asked(reader, "negative_share_interval", **given))
    counted = reader.query(
        "SELECT sum(mentions) FROM v_metrics"
        " WHERE exercise = 0 AND toDate(window_start, 'Asia/Shanghai') = '2026-11-21'"
    ).rows[0][0]
    assert day > 0
    assert day == counted


def test_parquet_has_types(reader: Reader, tmp_path: Path) -> None:
    """The file holds the rows of the answer, with numbers as numbers and times as times."""
    import pyarrow.parquet

    out = tmp_path / "answer.parquet"
    sql, params = statement_of("@crossed_platforms", [])
    run(reader, sql, "parquet", params=params, out=out)
    table = pyarrow.parquet.read_table(out)
    assert table.num_rows == len(_asked(reader, "crossed_platforms"))
    kinds = {one.name: str(one.type) for one in table.schema}
    assert kinds["posts"] == "uint64"
    assert kinds["first_at"].startswith("timestamp[ms, tz=UTC")


def test_csv_and_json_go_to_a_file(reader: Reader, tmp_path: Path) -> None:
    """``--out`` takes what would be printed."""
    run(reader, "SELECT {n:UInt8} AS n", "json", params={"n": "7"}, out=tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == [{"n": 7}]
    run(reader, "SELECT 1 AS n", "csv", out=tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines() == ['"n"', "1"]
    with pytest.raises(StoreError, match="cannot be written"):
        run(reader, "SELECT 1", "csv", out=tmp_path / "no" / "folder.csv")


def test_the_list_names_every_question(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, question and parameters, one a line."""
    list_questions()
    shown = capsys.readouterr().out
    for question in read_questions().values():
        assert f"@{question.name} " in shown
        assert question.title[:20] in shown


def test_a_question_is_shown_with_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    """``--show`` needs no store: text, parameters, statement to copy."""
    options = Namespace(
        list=False, dictionary=False, show=True, query="@who_started", param=["limit=3"]
    )
    assert sql_command(None, options) == 0
    shown = capsys.readouterr().out
    assert "谁先说的" in shown
    assert "LIMIT 3" in shown
    assert "{" not in shown.split("SELECT", 1)[1]


def test_slips_are_told() -> None:
    """An unknown name, a value without a name, and no question at all."""
    with pytest.raises(StoreError, match=r"no question @nothing \(try @account_concentration"):
        statement_of("@nothing", [])
    with pytest.raises(StoreError, match="--param limit: not a value"):
        statement_of("@who_started", ["limit"])
    options = Namespace(list=False, dictionary=False, show=False, query=None, param=[])
    with pytest.raises(StoreError, match="no question given"):
        sql_command(None, options)

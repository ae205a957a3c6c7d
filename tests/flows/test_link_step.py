"""The doors of incidents in the flow: forecasts of each bin, links across all shards."""

from dataclasses import replace
from typing import Any

from msgspec import structs

from flows.desk_steps import IncidentStep, LinkStep
from flows.messages import BriefsFor, ControlFor, WatchedFor
from flows.tables import TABLES, Rows
from operators.control import ControlBatch
from operators.incident_parts import IncidentRules
from operators.model import BIN, HOUR, CrisisType, Signal, Subject
from operators.register import Register
from operators.watched import BinStat, Watched
from tests.support.desk_story import T0, posts, signal, stat

NOW = T0 + BIN
SUBJECTS = {
    "bank": Subject("bank", "星河银行", "banking"),
    "other": Subject("other", "长河银行", "banking"),
}
KIND = CrisisType("run", "挤兑谣言", "banking", (("取不出", 1.0),))
REGISTER = Register(SUBJECTS, {("banking", "run"): KIND})


def rows_of(out: list[Any], table: str) -> list[dict[str, Any]]:
    """Return a table's rows as columns with values."""
    columns = TABLES[table].columns
    found = [row for one in out if isinstance(one, Rows) and one.table == table for row in one.rows]
    return [dict(zip(columns, row, strict=True)) for row in found]


def desk_says(shard: int, opened: Signal, bin_stat: BinStat, now: int = NOW) -> list[Any]:
    """Return what the desk of a shard makes of a signal and a bin."""
    step = IncidentStep(IncidentRules(), REGISTER, None)
    step.on_batch([ControlFor(shard, ControlBatch(actions_until_ms=now + HOUR))])
    out, _discard = step.on_batch([WatchedFor(shard, Watched(now, [opened], [bin_stat]))])
    return out


def two_desks() -> list[BriefsFor]:
    """Return the briefs of two shards whose incidents are told by the same posts."""
    same = posts("a", "b", "c")
    briefs = []
    for shard, subject in enumerate(SUBJECTS):
        opened, bin_stat = signal(NOW), stat(T0, 60, 60, evidence=same)
        opened = replace(opened, subject=subject)
        out = desk_says(shard, opened, structs.replace(bin_stat, subject=subject))
        briefs += [one for one in out if isinstance(one, BriefsFor) and one.briefs]
    return briefs


def test_each_bin_writes_three_forecasts() -> None:
    """One row a horizon, with ordered intervals, and the incident's own columns agree."""
    out = desk_says(0, signal(NOW), stat(T0, 60, 60))
    forecasts = rows_of(out, "forecasts")
    incident = rows_of(out, "incidents")[-1]
    assert [row["horizon_h"] for row in forecasts] == [1, 6, 24]
    assert {row["made_at"] for row in forecasts} == {NOW // 1000}
    assert all(row["negative_low"] <= row["negative"] <= row["negative_high"] for row in forecasts)
    assert incident["forecast_6h"] == forecasts[1]["negative"]
    assert incident["forecast_peak_at"] == forecasts[0]["peak_at"]
    assert (incident["scheme"], incident["level_peak"]) == ("three_levels", incident["level"])
    assert incident["first_platform"] == "weibo"


def test_incidents_of_two_shards_are_linked_both_ways() -> None:
    """The links wait for both desks, survive a snapshot between, and are written once."""
    first, second = two_desks()
    step = LinkStep(2, 6 * HOUR, None)
    assert step.on_batch([first]) == ([], False)
    resumed = LinkStep(2, 6 * HOUR, step.snapshot())
    out, _discard = resumed.on_batch([second])
    links = rows_of(out, "incident_links")
    assert {(row["subject"], row["related_subject"]) for row in links} == {
        ("bank", "other"),
        ("other", "bank"),
    }
    assert {row["kind"] for row in links} == {"story"}
    assert links[0]["evidence"] == ["weibo/a", "weibo/b", "weibo/c"]
    again = [BriefsFor(one.shard, one.until_ms + BIN, one.briefs) for one in (first, second)]
    assert resumed.on_batch(again) == ([], False)

"""The demo finds its five crises, is not fooled by its decoys, and loses nothing."""

import re
from pathlib import Path

import orjson

from operators.drill import truth
from playbooks.drills.loader import load_scenario
from tests.support.app import App
from tests.support.demo_run import END_MS, Demo


def facts(kind: str) -> list[tuple[str, str, int]]:
    """Return subject, type and onset (s) of what the scenario is made of."""
    return [
        (one.subject, one.crisis_type, one.onset_ms // 1000)
        for one in truth(load_scenario("demo"), END_MS)
        if one.kind == kind
    ]


def test_every_crisis_is_found(demo: Demo) -> None:
    """All five, each after its onset and within the hour."""
    crises = facts("crisis")
    assert len(crises) == 5
    assert len({subject for subject, _type, _onset in crises}) == 5
    for subject, crisis_type, onset in crises:
        found = [
            one
            for one in demo.incidents
            if (one["subject"], one["crisis_type"]) == (subject, crisis_type)
        ]
        assert found, (subject, crisis_type)
        assert any(onset <= one["detected"] <= onset + 3_600 for one in found)


def test_nothing_else_is(demo: Demo) -> None:
    """Neither a campaign nor a wire story copied by hundreds of sites is an incident."""
    real = {fact[:2] for kind in ("crisis", "scare") for fact in facts(kind)}
    assert len(facts("decoy")) == 2
    assert {(one["subject"], one["crisis_type"]) for one in demo.incidents} <= real


def test_every_incident_has_a_level_and_a_playbook(demo: Demo) -> None:
    """Each has a level, a stage and a page of the library."""
    for one in demo.incidents:
        assert one["level"] in {"minor", "moderate", "severe"}
        assert one["stage"] in {"emerging", "spreading", "peak", "fading", "closed"}
        assert one["playbook_id"]
        assert one["playbook_title"]


def test_the_table_tells_all_of_it(demo: Demo) -> None:
    """Companies, titles of playbooks, the report and what to type next stand in what is printed."""
    names = {one.id: one.name for one in load_scenario("demo").subjects()}
    for one in demo.incidents:
        assert names[one["subject"]] in demo.shown
        assert one["playbook_title"][:6] in demo.shown
    assert str(demo.var.name) + "/report.html" in demo.shown
    assert "sql" in demo.shown


def test_the_drill_stands_apart(demo: Demo) -> None:
    """Below the day's results one drill is told and passed; its incidents are marked as such."""
    day, drill = demo.shown.split("另有演练一场，单独统计，不计入以上结果：")
    assert "真实危机 5 起：检出 5 起" in day
    assert "通过" in drill
    assert "6 起事件" in drill
    told = App(demo.var.parent).run(
        "sql",
        "SELECT i.subject AS subject, i.crisis_type AS crisis_type, i.exercise AS exercise,"
        " d.passed AS passed FROM v_incidents AS i LEFT JOIN v_drills AS d"
        " ON i.subject = d.subject AND i.crisis_type = d.crisis_type"
        " WHERE i.exercise = 1 AND i.state != 'merged'",
        "--config",
        "demo/tingfeng.yaml",
        "--format",
        "json",
    )
    assert orjson.loads(told.stdout) == [
        {
            "subject": "lianxun_telecom",
            "crisis_type": "network_outage",
            "exercise": 1,
            "passed": 1,
        }
    ]
    assert "临澜" in drill
    assert "临澜" not in demo.report


def test_the_balance_is_kept(demo: Demo) -> None:
    """Every entry is accounted for, and none is missing from its producer's numbers."""
    health = demo.health
    assert health["read"] > 50_000
    assert health["read"] == (
        health["accepted"] + health["updates"] + health["duplicates"] + health["rejected"]
    )
    assert health["accepted"] == health["matched"] + health["unmatched"]
    assert health["updates"] > 0
    assert health["duplicates"] > 0
    assert health["late"] > 0
    assert health["missing"] == 0
    told = re.search(r"([\d,]+) 条记录", demo.shown)
    assert told is not None
    assert int(told[1].replace(",", "")) == health["read"]


def test_the_report_needs_no_network(demo: Demo) -> None:
    """One file: nothing in it is loaded from elsewhere, and it names every company."""
    loaded = re.findall(
        r"<(?:script|img|iframe|link|source|audio|video|object)\b[^>]*>", demo.report
    )
    assert not [
        tag for tag in loaded if re.search(r"(?:src|href|data)\s*=\s*[\"']?\s*(?:https?:)?//", tag)
    ]
    assert not re.search(r"@import|url\(\s*[\"']?\s*(?:https?:)?//", demo.report)
    names = {one.id: one.name for one in load_scenario("demo").subjects()}
    assert all(names[one["subject"]] in demo.report for one in demo.incidents)


def test_nothing_is_left_running(demo: Demo) -> None:
    """Neither the server nor the store outlives the demo."""
    assert not (demo.var / "store.json").exists()
    assert not (demo.var / "redis" / "redis.sock").exists()


def test_a_time_that_is_none(tmp_path: Path) -> None:
    """A slip in `--now` is told with an example, and nothing is touched."""
    told = App(tmp_path).run("demo", "--now", "tomorrow", "--var", "demo", code=2).stderr
    assert "--now" in told
    assert "2026-11-21T18:00:00+08:00" in told
    assert not (tmp_path / "demo").exists()


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    """The demo makes its folder anew, but never one that is not its own."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "todo.txt").write_text("mine", encoding="utf-8")
    told = App(tmp_path).run("demo", "--var", "notes", code=2).stderr
    assert "not of a demo" in told
    assert (tmp_path / "notes" / "todo.txt").read_text(encoding="utf-8") == "mine"

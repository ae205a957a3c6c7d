"""Every drill of the library: found in time, at its level, with its playbook first."""

from functools import cache
from typing import Final

import pytest

from operators.drill.scorecard import Found, Score, lines, scorecard
from operators.model import LEVEL_NAMES, Subject
from operators.rules import INDUSTRIES
from playbooks.drills.library import about, drill_names, load_drill
from playbooks.loader import load_packs
from playbooks.schema import Pack
from tests.support.play import Played, play

END_MS: Final = 1_795_255_200_000
DRILLS: Final = drill_names()


@cache
def packs() -> tuple[Pack, ...]:
    """Load the library once."""
    return load_packs()


@cache
def played(name: str) -> Played:
    """Play a drill once."""
    return play(load_drill(name), packs(), 1, END_MS)


def found(name: str) -> list[Found]:
    """Return the incidents of a drill as its scorecard reads them."""
    out = played(name)
    rows = []
    for one in out.incidents.values():
        if one.state == "merged":
            continue
        given = out.recommended[one.incident_id][-1].recommendation
        tasks = [task for task in out.tasks.values() if task.item.incident_id == one.incident_id]
        rows.append(
            Found(
                one.incident_id,
                one.subject,
                one.crisis_type,
                one.state,
                one.level_peak,
                one.detected_ms,
                given.playbook_id,
                given.title,
                len(tasks),
                sum(task.item.status == "done" and not task.item.overdue for task in tasks),
            )
        )
    return rows


def scores(name: str) -> tuple[list[Score], list[Found]]:
    """Judge a drill."""
    scenario = load_drill(name)
    industry = scenario.script.subjects[0].industry
    return scorecard(scenario, industry, 1, 0.0, END_MS, found(name))


def test_every_pack_has_two_drills() -> None:
    """At least two for each industry."""
    industries = [load_drill(name).script.subjects[0].industry for name in DRILLS]
    assert {industry: industries.count(industry) >= 2 for industry in INDUSTRIES} == dict.fromkeys(
        INDUSTRIES, True
    )


@pytest.mark.parametrize("name", DRILLS)
def test_drill_is_found_and_gets_its_playbook(name: str) -> None:
    """In time, at the intended level, with the intended playbook in force at its end."""
    judged, _others = scores(name)
    assert judged
    assert all(score.passed for score in judged), lines(judged, _others, LEVEL_NAMES)


@pytest.mark.parametrize("name", DRILLS)
def test_everything_of_a_drill_is_marked(name: str) -> None:
    """Incidents, recommendations and tasks carry the mark, and tasks name somebody to do them."""
    out = played(name)
    assert out.incidents
    assert all(one.exercise for one in out.incidents.values())
    assert all(one.case.exercise for many in out.recommended.values() for one in many)
    assert out.tasks
    assert all(task.item.exercise for task in out.tasks.values())


@pytest.mark.parametrize("name", DRILLS)
def test_actions_of_a_drill_take_effect(name: str) -> None:
    """A script that names an unknown action or forgets a proof would show here."""
    assert set(played(name).outcomes) <= {"applied", "closed_incident"}


def test_drill_can_be_told_of_another_company() -> None:
    """Its name stands wherever the first one's did, and it is found all the same."""
    other = Subject("yunfan_bank", "云帆银行", "banking", ("云帆",))
    scenario = about(load_drill("banking_solvency_rumour"), other)
    texts = [lead.text for burst in scenario.script.bursts for lead in burst.leads]
    assert not any("星河银行" in text for text in texts)
    out = play(scenario, packs(), 2, END_MS)
    assert {one.subject for one in out.incidents.values()} == {"yunfan_bank"}
    assert "solvency_rumour" in {one.crisis_type for one in out.incidents.values()}


def test_scorecard_says_a_miss_as_plainly_as_a_hit() -> None:
    """Nothing found is told, and what nobody meant is told too."""
    scenario = load_drill("telecom_tariff")
    judged, others = scorecard(scenario, "telecom", 1, 0.0, END_MS, [])
    assert "未发现" in lines(judged, others, LEVEL_NAMES)
    stray = Found("x", "lianxun_telecom", "privacy", "open", "minor", END_MS, "", "", 0, 0)
    judged, others = scorecard(scenario, "telecom", 1, 0.0, END_MS, [stray])
    assert not judged[0].passed
    assert "另有事件：lianxun_telecom / privacy" in lines(judged, others, LEVEL_NAMES)

"""A playbook as CACAO: order, approval and deadlines survive, the same each time."""

import dataclasses
import json
from importlib.resources import files
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from playbooks.cacao import to_cacao
from playbooks.loader import load_packs
from playbooks.schema import Playbook

SCHEMA = json.loads((files("playbooks") / "cacao.schema.json").read_text(encoding="utf-8"))
LIBRARY = {p.id: p for pack in load_packs() for p in pack.playbooks}
RUMOUR = LIBRARY["banking.solvency_rumour"]


def problems(document: Any) -> list[str]:
    """Return what the schema has against a document."""
    errors = Draft202012Validator(SCHEMA).iter_errors(json.loads(orjson.dumps(document)))
    return [error.message for error in errors]


def done_before(document: dict[str, Any], name: str) -> list[str]:
    """Return the names of the steps that are done with for certain when ``name`` begins."""
    steps = document["workflow"]

    def walk(step_id: str, done: list[str]) -> tuple[list[str], bool]:
        while True:
            step = steps[step_id]
            if step["name"] == name:
                return done, True
            inside: list[str] = []
            for branch in step.get("next_steps", ()):
                ended, found = walk(branch, done)
                if found:
                    return ended, True
                inside += ended[len(done) :]
            done = [*done, *inside, step["name"]]
            if "on_completion" not in step:
                return done, False
            step_id = step["on_completion"]

    return walk(document["workflow_start"], [])[0]


def test_schema_itself_is_sound() -> None:
    """The schema we ship is a valid JSON Schema."""
    Draft202012Validator.check_schema(SCHEMA)


def test_statement_waits_for_regulator_and_approver() -> None:
    """On the way to a publishing step stand the regulator's and, right before it, the approval."""
    document = to_cacao(RUMOUR, "2026-01-01")
    tasks = {task.id: f"{task.role}：{task.task}" for task in RUMOUR.actions}
    done = done_before(document, tasks["statement"])
    assert done[-1] == f"{RUMOUR.approver}：批准"
    assert {tasks[name] for name in ("facts", "scene", "regulator")} <= set(done)
    assert tasks["regulator"] not in done_before(document, tasks["facts"])


def test_every_task_is_a_manual_step_with_its_deadline() -> None:
    """Each task has one step, its command is for people, its timeout is the deadline in ms."""
    document = to_cacao(RUMOUR, "2026-01-01")
    steps = {step["name"]: step for step in document["workflow"].values()}
    for task in RUMOUR.actions:
        step = steps[f"{task.role}：{task.task}"]
        assert step["timeout"] == task.deadline_minutes * 60_000
        assert [command["type"] for command in step["commands"]] == ["manual"]
        assert document["agent_definitions"][step["agent"]]["name"] == task.role


def test_equal_playbooks_give_equal_documents_and_edits_another_version() -> None:
    """The id stays, a later revision has a later modified time, nothing depends on chance."""
    first = dataclasses.replace(RUMOUR, updated="2026-01-01", valid_from="2026-01-01")
    later = dataclasses.replace(first, updated="2026-03-01", donts=("另一条",))
    one, other = to_cacao(first, "2026-05-05"), to_cacao(later, "2026-05-05")
    assert one == to_cacao(first, "2026-06-06")
    assert (one["id"], one["created"]) == (other["id"], other["created"])
    assert other["modified"] == "2026-03-01T00:00:00.000Z" > one["modified"]
    ended = to_cacao(dataclasses.replace(later, valid_until="2026-12-31"), "2026-05-05")
    assert ended["valid_until"] == "2026-12-31T23:59:59.999Z"
    assert problems(ended) == []


def test_schema_refuses_what_the_specification_forbids() -> None:
    """A missing start, a step of chance form, a lone parallel branch: none of them passes."""
    good = to_cacao(RUMOUR, "2026-01-01")
    assert problems(good) == []
    assert problems({key: value for key, value in good.items() if key != "workflow_start"})
    assert problems({**good, "spec_version": "cacao-1.1"})
    assert problems({**good, "created": "2026-01-01"})
    step_id, step = next(
        (name, step) for name, step in good["workflow"].items() if step["type"] == "parallel"
    )
    lone = {**good["workflow"], step_id: {**step, "next_steps": step["next_steps"][:1]}}
    assert problems({**good, "workflow": lone})
    both = {**good["workflow"], step_id: {**step, "on_success": step["on_completion"]}}
    assert problems({**good, "workflow": both})


def test_playbook_of_one_task_is_a_plain_chain() -> None:
    """Without anything to do at the same time there is no parallel step."""
    one: Playbook = dataclasses.replace(RUMOUR, actions=RUMOUR.actions[:1])
    document = to_cacao(one, "2026-01-01")
    kinds = sorted(step["type"] for step in document["workflow"].values())
    assert kinds == ["action", "end", "start"]
    assert problems(document) == []

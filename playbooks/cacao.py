"""A playbook as a CACAO v2.0 playbook (OASIS CS01, 27 November 2023): every step done by people.

Tasks become action steps with one manual command each, done by a group agent for the role. CACAO's
parallel step is a block, so the graph of tasks is laid out in layers: a task stands behind all it
waits for. A task that publishes has the approver's step right before it. What CACAO has no
property for travels in an extension of ours.
"""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any, Final

from operators.model import LEVELS, MINUTE
from playbooks.render import FIELDS, fields_of
from playbooks.schema import Playbook, Task, content_hash, playbook_to_dict, templates_of

SPEC: Final = "cacao-2.0"
_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_DNS, "tingfeng.invalid")
_SECTORS: Final = {"telecom": "telecommunications"}
_SEVERITY: Final = {"minor": 30, "moderate": 60, "severe": 90}
_ACTIVITIES: Final = {
    "verify": "analyze-collected-data",
    "regulator": "deliver-content",
    "publish": "deliver-content",
    "service": "execute-operation",
    "fix": "eliminate-risk",
    "legal": "execute-operation",
    "watch": "analyze-collected-data",
    "": "execute-operation",
}
_APPROVAL: Final = "compose-content"
_EXTENSION: Final = f"extension-definition--{uuid.uuid5(_NAMESPACE, 'playbook-extension')}"

Json = dict[str, Any]


def to_cacao(playbook: Playbook, day: str) -> Json:
    """Return ``playbook`` as CACAO JSON; ``day`` dates it where the playbook itself does not.

    Equal playbooks give equal documents: step ids are UUIDs of version 4 form, as CACAO wants
    them, made from a hash.
    """
    workflow, start = _workflow(playbook)
    created = _instant(playbook.valid_from or playbook.updated or day)
    modified = max(created, _instant(playbook.updated or playbook.valid_from or day))
    agents = {_agent_id(playbook, role): _agent(role) for role in _roles(playbook)}
    activities = {
        command["playbook_activity"]
        for step in workflow.values()
        for command in step.get("commands", ())
    }
    severity = max(_SEVERITY[level] for level in playbook.levels)
    document: Json = {
        "type": "playbook",
        "spec_version": SPEC,
        "id": f"playbook--{uuid.uuid5(_NAMESPACE, playbook.id)}",
        "name": playbook.title,
        "description": f"{playbook.title}（{playbook.id}，版本{playbook.version}）。"
        f"停止条件：{playbook.stop_condition}",
        "playbook_types": ["mitigation", "notification"],
        "playbook_activities": sorted(activities),
        "playbook_processing_summary": {
            "manual_playbook": True,
            "parallel_processing": any(s["type"] == "parallel" for s in workflow.values()),
            "temporal_logic": True,
            "extensions": True,
        },
        "created_by": f"identity--{uuid.uuid5(_NAMESPACE, playbook.owner)}",
        "created": created,
        "modified": modified,
        "revoked": False,
        "severity": severity,
        "priority": 101 - severity,
        "industry_sectors": [_SECTORS.get(playbook.industry, "financial")],
        "labels": [
            playbook.crisis_type,
            playbook.scct_cluster,
            playbook.strategy,
            *(level for level in LEVELS if level in playbook.levels),
        ],
        "external_references": [
            {"name": note.regulation, "description": note.note} for note in playbook.legal_notes
        ],
        "playbook_variables": _variables(playbook),
        "workflow_start": start,
        "workflow": workflow,
        "agent_definitions": agents,
        "extension_definitions": {_EXTENSION: _extension_definition()},
        "playbook_extensions": {_EXTENSION: _extension(playbook)},
    }
    if playbook.valid_from:
        document["valid_from"] = _instant(playbook.valid_from)
    if playbook.valid_until:
        document["valid_until"] = _instant(playbook.valid_until, "23:59:59.999")
    return document


def _workflow(playbook: Playbook) -> tuple[Json, str]:
    """Lay the tasks out in layers, one after the other; returns the steps and the first's id."""
    steps: Json = {}
    end = _step_id(playbook, "end", "workflow")
    following = end
    for number, layer in reversed(list(enumerate(_layers(playbook.actions)))):
        if len(layer) == 1:
            following = _branch(playbook, layer[0], following, steps)
            continue
        branches = []
        for task in layer:
            branch_end = _step_id(playbook, "end", _key(playbook, task))
            steps[branch_end] = {"type": "end", "name": f"完成：{task.role}"}
            branches.append(_branch(playbook, task, branch_end, steps))
        parallel = _step_id(playbook, "parallel", f"layer {number}")
        steps[parallel] = {
            "type": "parallel",
            "name": f"第{number + 1}批任务",
            "next_steps": branches,
            "on_completion": following,
        }
        following = parallel
    start = _step_id(playbook, "start", "workflow")
    steps[start] = {"type": "start", "name": "开始", "on_completion": following}
    steps[end] = {"type": "end", "name": "结束", "description": playbook.stop_condition}
    return steps, start


def _branch(playbook: Playbook, task: Task, following: str, steps: Json) -> str:
    """Put the step of a task, and the approval before it, in front of ``following``."""
    key = _key(playbook, task)
    action = _step_id(playbook, "action", key)
    steps[action] = {
        "type": "action",
        "name": f"{task.role}：{task.task}",
        "description": f"完成标志：{task.done_when}。自发现起{task.deadline_minutes}分钟内完成。",
        "timeout": task.deadline_minutes * MINUTE,
        "on_completion": following,
        "agent": _agent_id(playbook, task.role),
        "commands": [_manual(task.task, _ACTIVITIES[task.kind])],
    }
    if task.kind != "publish":
        return action
    approval = _step_id(playbook, "action", f"{key} approval")
    words = f"批准对外声明后，方可执行：{task.task}"
    steps[approval] = {
        "type": "action",
        "name": f"{playbook.approver}：批准",
        "description": "声明在批准之前都是草稿；有待填项时不得批准。",
        "on_completion": action,
        "agent": _agent_id(playbook, playbook.approver),
        "commands": [_manual(words, _APPROVAL)],
    }
    return approval


def _layers(tasks: tuple[Task, ...]) -> list[list[Task]]:
    """Sort tasks into layers, each behind everything it waits for."""
    depth: dict[str, int] = {}
    waiting = list(tasks)
    layers: list[list[Task]] = []
    while waiting:
        here = [t for t in waiting if all(name in depth for name in t.depends_on)]
        depth |= {task.id: len(layers) for task in here if task.id}
        waiting = [task for task in waiting if task not in here]
        layers.append(here)
    return layers


def _manual(text: str, activity: str) -> Json:
    return {"type": "manual", "command": text, "playbook_activity": activity}


def _roles(playbook: Playbook) -> list[str]:
    publishes = any(task.kind == "publish" for task in playbook.actions)
    approver = [playbook.approver] if publishes else []
    return list(dict.fromkeys([*(task.role for task in playbook.actions), *approver]))


def _agent(role: str) -> Json:
    return {"type": "group", "name": role}


def _agent_id(playbook: Playbook, role: str) -> str:
    return _step_id(playbook, "group", role)


def _key(playbook: Playbook, task: Task) -> str:
    return task.id or f"task {playbook.actions.index(task)}"


def _step_id(playbook: Playbook, kind: str, key: str) -> str:
    digest = hashlib.sha256(f"{playbook.id}/{kind}/{key}".encode()).digest()
    return f"{kind}--{uuid.UUID(bytes=digest[:16], version=4)}"


def _variables(playbook: Playbook) -> Json:
    names = dict.fromkeys(name for _, text in templates_of(playbook) for name in fields_of(text))
    return {
        f"__{name}__": {
            "type": "string",
            "description": FIELDS[name],
            "value": None,
            "external": True,
        }
        for name in names
    }


def _extension_definition() -> Json:
    return {
        "type": "extension-definition",
        "name": "Tingfeng playbook (听风预案)",
        "description": "Match predicates, statements per channel and the rest of a PR playbook.",
        "created_by": f"identity--{uuid.uuid5(_NAMESPACE, 'tingfeng')}",
        "schema": "playbook.schema.json of Tingfeng",
        "version": "1.0.0",
    }


def _extension(playbook: Playbook) -> Mapping[str, Any]:
    """Return what CACAO has no property for; its names have three letters or more."""
    whole = playbook_to_dict(playbook)
    kept = (
        "scct_cluster",
        "strategy",
        "match",
        "holding_statement",
        "before_facts",
        "statements",
        "donts",
        "approver",
        "compensation",
        "regulator_first",
        "review_questions",
        "legal_notes",
        "sources",
    )
    extra = {name: whole[name] for name in kept}
    return extra | {"questions": whole["qa"], "content_hash": content_hash(playbook)}


def _instant(day: str, time: str = "00:00:00.000") -> str:
    return f"{day}T{time}Z"

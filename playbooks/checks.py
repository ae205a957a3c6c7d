"""What must hold between the fields of a playbook, beyond the type of each."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from playbooks.reader import nearest
from playbooks.render import check_template, fields_of
from playbooks.schema import Playbook, templates_of

UNTRUE: Final = "不实"


class Fault(NamedTuple):
    """What is wrong at ``path``; ``text_line`` counts from 1 within the text there, 0 for none."""

    path: str
    problem: str
    got: str = ""
    hint: str = ""
    text_line: int = 0


def faults(playbook: Playbook, regulations: Mapping[str, object] | None = None) -> list[Fault]:
    """Return everything wrong with ``playbook``; None for ``regulations`` leaves refs unchecked."""
    found = [*_denial(playbook), *_predicates(playbook), *_tasks(playbook), *_templates(playbook)]
    for i, note in enumerate(playbook.legal_notes):
        if regulations is not None and note.ref and note.ref not in regulations:
            hint = nearest(note.ref, regulations)
            found.append(Fault(f"legal_notes[{i}].ref", "no such regulation", note.ref, hint))
    return found


def _denial(playbook: Playbook) -> Iterator[Fault]:
    if playbook.strategy != "deny":
        return
    if playbook.scct_cluster != "victim":
        problem = "deny is for the victim cluster only"
        yield Fault("strategy", problem, playbook.scct_cluster)
    if set(playbook.match.verifications) - {UNTRUE}:
        problem = "deny needs the matter to be found untrue"
        got = ", ".join(playbook.match.verifications)
        yield Fault("match.verifications", problem, got, f"[{UNTRUE}]")


def _predicates(playbook: Playbook) -> Iterator[Fault]:
    for level in playbook.match.levels:
        if level not in playbook.levels:
            hint = ", ".join(playbook.levels)
            yield Fault("match.levels", "not among the playbook's levels", level, hint)
    both = set(playbook.match.keywords_any) & set(playbook.match.keywords_none)
    for word in sorted(both):
        yield Fault("match.keywords_none", "is also in keywords_any", word)
    if playbook.valid_until and playbook.valid_until < playbook.valid_from:
        yield Fault("valid_until", "is before valid_from", playbook.valid_until)


def _tasks(playbook: Playbook) -> Iterator[Fault]:
    tasks = {task.id: task for task in playbook.actions if task.id}
    seen: set[str] = set()
    for i, task in enumerate(playbook.actions):
        if task.id and task.id in seen:
            yield Fault(f"actions[{i}].id", "duplicate id", task.id)
        seen.add(task.id)
        for name in task.depends_on:
            if name not in tasks or name == task.id:
                hint = ", ".join(sorted(set(tasks) - {task.id}))
                yield Fault(f"actions[{i}].depends_on", "no such other task", name, hint)
            elif task.id and task.id in _before(name, playbook):
                yield Fault(f"actions[{i}].depends_on", "waits for itself", name)
    if not playbook.regulator_first:
        return
    told = {task.id for task in playbook.actions if task.kind == "regulator"}
    spoken = [i for i, task in enumerate(playbook.actions) if task.kind == "publish"]
    if not told:
        yield Fault("regulator_first", "no task tells the regulator", hint="kind: regulator")
    if not spoken:
        yield Fault("regulator_first", "no task publishes", hint="kind: publish")
    for i in spoken:
        first = set(playbook.actions[i].depends_on)
        first |= {before for name in first for before in _before(name, playbook)}
        if told and not told & first:
            problem = "has to wait for the regulator"
            yield Fault(f"actions[{i}].depends_on", problem, hint=", ".join(sorted(told)))


def _before(name: str, playbook: Playbook) -> set[str]:
    """Return the ids of all tasks that come before the task ``name``."""
    needs = {task.id: task.depends_on for task in playbook.actions if task.id}
    found: set[str] = set()
    waiting = list(needs.get(name, ()))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += needs.get(one, ())
    return found


def _templates(playbook: Playbook) -> Iterator[Fault]:
    for path, template in templates_of(playbook):
        issues = check_template(template)
        for issue in issues:
            yield Fault(path, issue.problem, issue.got, issue.hint, issue.line)
        early = path == "holding_statement" or path.startswith("before_facts.")
        if early and not issues:
            for name in fields_of(template):
                if name in ("compensation", "cause"):
                    yield Fault(path, "is not known before the facts", name, "statements")

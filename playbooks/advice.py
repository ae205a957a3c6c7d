"""What a reviewer would send back: faults of wording and completeness that are no format errors.

``tingfeng playbooks check`` shows them; the shipped library has none.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from playbooks.draft import TO_WRITE
from playbooks.render import fields_of
from playbooks.schema import Playbook, playbook_to_dict, templates_of

REGRET: Final = ("抱歉", "歉意", "遗憾", "难过", "对不住", "对不起")
"""Words of regret that admit nothing."""

APOLOGY: Final = (*REGRET, "致歉", "道歉", "赔礼")

ADMISSIONS: Final = (
    "我们的过错",
    "是我们的错",
    "我们错了",
    "我们的责任",
    "承担全部责任",
    "赔偿",
    "补偿",
)
"""Not to be said before the facts are known."""

DENIALS: Final = ("谣言", "造谣", "不属实", "经查证不实", "绝无此事", "纯属捏造", "子虚乌有")
"""Only for a matter that people found untrue."""

INTERNAL: Final = frozenset(
    {"level", "stage", "crisis_type", "negative_share", "negative_count", "mention_count"}
)
"""Fields that are for staff and regulators alone."""

INSIDE: Final = ("staff", "regulator")
NEEDED: Final = ("weibo", "hotline", "media", "staff")


class Advice(NamedTuple):
    """What should be better at ``path``."""

    path: str
    text: str


def advice_on(playbook: Playbook) -> list[Advice]:
    """Return everything about ``playbook`` that a reviewer would send back."""
    return [
        *_wording(playbook),
        *_strategy(playbook),
        *_tasks(playbook),
        *_completeness(playbook),
    ]


def _wording(playbook: Playbook) -> Iterator[Advice]:
    missing = {"company", "hotline", "next_update"} - set(fields_of(playbook.holding_statement))
    if missing:
        yield Advice("holding_statement", f"does not name {', '.join(sorted(missing))}")
    for path, template in templates_of(playbook):
        if path.rpartition(".")[2] in INSIDE:
            continue
        inner = sorted(INTERNAL & set(fields_of(template)))
        if inner:
            yield Advice(path, f"shows what is for inside only: {', '.join(inner)}")
        if path.startswith(("holding_statement", "before_facts.")):
            banned = ADMISSIONS if playbook.strategy == "deny" else (*ADMISSIONS, *DENIALS)
            for word in banned:
                if word in template:
                    yield Advice(path, f"says “{word}” before the facts are known")


def _strategy(playbook: Playbook) -> Iterator[Advice]:
    if playbook.strategy == "rebuild":
        if not any(word in playbook.holding_statement for word in REGRET):
            yield Advice("holding_statement", "expresses no regret, though the strategy is rebuild")
        posted = playbook.statements.get("weibo", "") + playbook.statements.get("wechat", "")
        if not any(word in posted for word in APOLOGY):
            yield Advice("statements", "nobody apologises, though the strategy is rebuild")
    if playbook.strategy == "deny" and not playbook.match.verifications:
        yield Advice("match.verifications", "a denial should say that it needs 不实")
    offered = any("compensation" in fields_of(text) for _, text in templates_of(playbook))
    if offered and not playbook.compensation:
        yield Advice("compensation", "is offered in a statement without an option and its approver")


def _tasks(playbook: Playbook) -> Iterator[Advice]:
    done: dict[str, int] = {}
    for i, task in enumerate(playbook.actions):
        if not task.kind:
            yield Advice(f"actions[{i}].kind", "is missing")
        for name in task.depends_on:
            if done.get(name, task.deadline_minutes + 1) > task.deadline_minutes:
                yield Advice(f"actions[{i}].depends_on", f"{name} is due later, or stands below")
        done[task.id] = task.deadline_minutes
    if not any(task.kind == "verify" for task in playbook.actions):
        yield Advice("actions", "nobody establishes the facts (kind: verify)")


def _completeness(playbook: Playbook) -> Iterator[Advice]:
    for name, value in playbook_to_dict(playbook).items():
        if TO_WRITE in str(value):
            yield Advice(name, f"still says {TO_WRITE}")
    for name in NEEDED:
        if name not in playbook.statements:
            yield Advice(f"statements.{name}", "is missing")
    for name in ("qa", "review_questions", "sources", "updated"):
        if not getattr(playbook, name):
            yield Advice(name, "is missing")
    for i, note in enumerate(playbook.legal_notes):
        if not note.ref:
            yield Advice(f"legal_notes[{i}].ref", "names no row of the regulations data")

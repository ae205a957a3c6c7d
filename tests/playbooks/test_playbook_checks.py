"""What must hold between the fields of a playbook, and what a reviewer would send back."""

import dataclasses
from typing import Any

import pytest

from playbooks.advice import advice_on
from playbooks.checks import faults
from playbooks.schema import Compensation, LegalNote, Match, Playbook, Task


def task(name: str, kind: Any = "", *after: str, minutes: int = 60) -> Task:
    """Return a task of a kind that waits for others."""
    return Task(
        id=name,
        role="公关部",
        task=f"做{name}",
        deadline_minutes=minutes,
        done_when="已做",
        kind=kind,
        depends_on=after,
    )


def playbook(**changes: Any) -> Playbook:
    """Return a playbook nobody would send back, with the given changes."""
    said = "{{ company }}正在核查，{{ next_update }}前说明，电话{{ hotline }}。"
    base = Playbook(
        id="banking.fees",
        version="1.0",
        title="收费争议应对",
        industry="banking",
        crisis_type="fees",
        levels=("minor", "moderate"),
        scct_cluster="accidental",
        strategy="inform",
        holding_statement=said,
        statements=dict.fromkeys(("weibo", "hotline", "media", "staff"), "{{ fact_summary }}"),
        actions=(task("facts", "verify", minutes=30), task("say", "publish", "facts")),
        approver="分管副行长",
        stop_condition="恢复正常",
        owner="零售部",
        legal_notes=(
            LegalNote(regulation="《商业银行服务价格管理办法》", note="明码标价", ref="x"),
        ),
        donts=("不推责",),
        qa=(),
        updated="2026-01-01",
        review_questions=("多久发现？",),
        sources=("制度",),
    )
    return dataclasses.replace(base, **changes)


@pytest.mark.parametrize(
    ("changes", "path", "problem"),
    [
        ({"strategy": "deny"}, "strategy", "deny is for the victim cluster only"),
        (
            {
                "strategy": "deny",
                "scct_cluster": "victim",
                "match": Match(verifications=("不实", "属实")),
            },
            "match.verifications",
            "deny needs the matter to be found untrue",
        ),
        (
            {"match": Match(levels=("severe",))},
            "match.levels",
            "not among the playbook's levels",
        ),
        (
            {"match": Match(keywords_any=("扣费",), keywords_none=("扣费",))},
            "match.keywords_none",
            "is also in keywords_any",
        ),
        ({"actions": (task("a"), task("a"))}, "actions[1].id", "duplicate id"),
        (
            {"actions": (task("a", "", "b"), task("b", "", "a"))},
            "actions[0].depends_on",
            "waits for itself",
        ),
        ({"actions": (task("a", "", "z"),)}, "actions[0].depends_on", "no such other task"),
        (
            {"legal_notes": (LegalNote(regulation="《法》", note="注", ref="nowhere"),)},
            "legal_notes[0].ref",
            "no such regulation",
        ),
        (
            {"holding_statement": "原因是{{ cause }}"},
            "holding_statement",
            "is not known before the facts",
        ),
        (
            {"before_facts": {"media": "按{{ compensation }}补偿"}},
            "before_facts.media",
            "is not known before the facts",
        ),
        (
            {"before_facts": {"media": "{{ nobody }}"}},
            "before_facts.media",
            "unknown field",
        ),
    ],
)
def test_fault_is_named_at_its_path(changes: dict[str, Any], path: str, problem: str) -> None:
    """What does not go together is told with the path of the field that is wrong."""
    assert faults(playbook(), {"x": 1}) == []
    found = faults(playbook(**changes), {"x": 1})
    assert (path, problem) in [(fault.path, fault.problem) for fault in found]


def test_public_word_waits_for_the_regulator() -> None:
    """With the regulator first whatever publishes stands behind it, directly or through others."""
    tell, facts = task("tell", "regulator", "facts"), task("facts", "verify")
    through = (facts, tell, task("draft", "", "tell"), task("say", "publish", "draft"))
    assert faults(playbook(regulator_first=True, actions=through)) == []
    past = (facts, tell, task("say", "publish", "facts"))
    (fault,) = faults(playbook(regulator_first=True, actions=past))
    assert (fault.path, fault.hint) == ("actions[2].depends_on", "tell")
    nobody = faults(playbook(regulator_first=True, actions=(facts,)))
    assert [fault.hint for fault in nobody] == ["kind: regulator", "kind: publish"]


def test_finished_playbook_gets_no_advice() -> None:
    """The advice begins where something is missing and not before."""
    assert [advice.path for advice in advice_on(playbook())] == ["qa"]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"holding_statement": "{{ company }}"}, "holding_statement", "hotline, next_update"),
        (
            {"statements": {"weibo": "评定{{ level }}"}},
            "statements.weibo",
            "inside only: level",
        ),
        ({"before_facts": {"media": "这是谣言"}}, "before_facts.media", "谣言"),
        ({"before_facts": {"media": "一定赔偿"}}, "before_facts.media", "赔偿"),
        ({"strategy": "rebuild"}, "holding_statement", "no regret"),
        ({"strategy": "rebuild"}, "statements", "nobody apologises"),
        ({"strategy": "deny"}, "match.verifications", "不实"),
        ({"statements": {"weibo": "按{{ compensation }}办理"}}, "compensation", "approver"),
        ({"actions": (task("a"),)}, "actions[0].kind", "is missing"),
        ({"actions": (task("a"),)}, "actions", "establishes the facts"),
        (
            {"actions": (task("a", "fix"), task("b", "verify", "a", minutes=30))},
            "actions[1].depends_on",
            "due later",
        ),
        ({"donts": ("待写：禁忌",)}, "donts", "待写"),
        ({"statements": {"weibo": "x"}}, "statements.hotline", "is missing"),
        (
            {"legal_notes": (LegalNote(regulation="《法》", note="注"),)},
            "legal_notes[0].ref",
            "no row",
        ),
        ({"updated": ""}, "updated", "is missing"),
    ],
)
def test_advice_is_given_where_it_belongs(changes: dict[str, Any], path: str, words: str) -> None:
    """What a reviewer would send back is said at the field, in words that name it."""
    texts = [advice.text for advice in advice_on(playbook(**changes)) if advice.path == path]
    assert any(words in text for text in texts), texts


def test_denial_may_say_that_it_is_untrue() -> None:
    """The words kept from everybody else are what a denial is for; admissions stay out."""
    said = "网传内容不属实，{{ company }}{{ next_update }}前公布查证经过，电话{{ hotline }}。"
    denial = playbook(
        strategy="deny",
        scct_cluster="victim",
        match=Match(verifications=("不实",)),
        holding_statement=said,
    )
    assert [advice.path for advice in advice_on(denial)] == ["qa"]
    owned = dataclasses.replace(denial, holding_statement=said + "我们会赔偿。")
    assert any("赔偿" in advice.text for advice in advice_on(owned))


def test_option_with_approver_makes_compensation_sound() -> None:
    """A statement may name a compensation once an option and who approves it are there."""
    option = Compensation(option="退费", condition="核实", approver="总经理")
    texts = dict.fromkeys(("weibo", "hotline", "media", "staff"), "{{ compensation }}")
    named = playbook(statements=texts, compensation=(option,))
    assert [advice.path for advice in advice_on(named)] == ["qa"]

"""A playbook for reading, and two versions told apart."""

import dataclasses

from playbooks.compare import differences
from playbooks.law import load_regulations
from playbooks.loader import load_packs
from playbooks.schema import content_hash, templates_of
from playbooks.show import shown

PLAYBOOK = {p.id: p for pack in load_packs() for p in pack.playbooks}["telecom.harassing_calls"]


def squeezed(text: str) -> str:
    """Return a text without blanks and line ends, which the layout adds."""
    return "".join(text.split())


def test_reading_shows_everything_with_gaps_where_nobody_has_filled_in() -> None:
    """Tasks, drafts, answers, law and do-nots are all there; fields have their Chinese names."""
    text = shown(PLAYBOOK, {"company": "联讯通信"}, load_regulations(), "骚扰电话")
    flat = squeezed(text)
    assert content_hash(PLAYBOOK) in text
    assert "级别轻微、中等、严重" in flat
    assert "【待填：客服热线】" in flat
    assert "联讯通信" in flat
    assert "{{" not in text
    for task in PLAYBOOK.actions:
        assert squeezed(task.task) in flat
        assert squeezed(task.done_when) in flat
    for one in (*PLAYBOOK.donts, *PLAYBOOK.review_questions, PLAYBOOK.stop_condition):
        assert squeezed(one) in flat
    for path, template in templates_of(PLAYBOOK):
        assert squeezed(template.partition("{{")[0])[:12] in flat, path
    assert "（2022-12-01起施行" in flat


def test_lines_fit_a_terminal() -> None:
    """No line is wider than a page: a Chinese character takes two columns."""
    text = shown(PLAYBOOK, {}, {})
    heads = text.split("\n\n")[0].splitlines()
    for line in text.splitlines():
        if line not in heads:
            assert sum(1 + (ord(char) > 0x2E80) for char in line) <= 92, line


def test_regulator_first_is_said_before_the_tasks() -> None:
    """Who reads the tasks sees first that the public has to wait."""
    text = shown(dataclasses.replace(PLAYBOOK, regulator_first=True), {}, {})
    assert text.index("须先完成监管沟通") < text.index(PLAYBOOK.actions[0].task[:8])


def test_difference_names_field_and_lines() -> None:
    """A changed title, a task that is gone and a reworded line each show under their field."""
    weibo = PLAYBOOK.statements["weibo"]
    reworded = {**PLAYBOOK.statements, "weibo": weibo.replace("逐条答复", "一一答复")}
    other = dataclasses.replace(
        PLAYBOOK, title="新的标题", actions=PLAYBOOK.actions[1:], statements=reworded
    )
    lines = differences(PLAYBOOK, other)
    assert lines[:2] == [
        f"--- {PLAYBOOK.id} {content_hash(PLAYBOOK)}",
        f"+++ {PLAYBOOK.id} {content_hash(other)}",
    ]
    assert "+ 新的标题" in lines
    assert "@@ actions[stop].task" in lines
    changed = lines[lines.index("@@ statements.weibo") :]
    assert [line[:2] for line in changed[1:3]] == ["- ", "+ "]
    assert "逐条答复" in changed[1]
    assert "一一答复" in changed[2]
    assert not any("numbers" in line for line in lines if line.startswith("@@"))


def test_same_content_does_not_differ() -> None:
    """Equal playbooks have no difference, whatever made them."""
    assert differences(PLAYBOOK, dataclasses.replace(PLAYBOOK)) == []

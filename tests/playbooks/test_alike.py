"""Near-duplicates: the same text with a noun changed is found, what law prescribes is left out."""

import dataclasses
from itertools import combinations

import pytest

from playbooks.alike import grams, likeness, load_fixed_paragraphs, pairs
from playbooks.loader import load_packs
from playbooks.schema import templates_of

PLAYBOOKS = [playbook for pack in load_packs() for playbook in pack.playbooks]


def test_fields_and_blanks_do_not_count() -> None:
    """Only the words a writer wrote are compared."""
    assert grams("{{ company }} 正在 核查\n中") == grams("正在核查{{ hotline }}中")
    assert likeness(grams("正在核查中"), grams("正在核查中")) == 1.0
    assert likeness(grams("正在核查中"), grams("已经恢复了")) == 0.0
    assert likeness(grams("短"), grams("短")) == 0.0


def test_noun_changed_is_found() -> None:
    """Two texts that differ in a noun are the first pair, above the limit."""
    one, other = PLAYBOOKS[0], PLAYBOOKS[1]
    text = "我们已经关注到大家反映的短信费问题，正在逐笔核对，今天之内给出答复"
    copies = [
        dataclasses.replace(one, holding_statement=text),
        dataclasses.replace(other, holding_statement=text.replace("短信费", "工本费")),
    ]
    first = pairs(copies)[0]
    assert {first.one, first.other} == {f"{p.id}.holding_statement" for p in copies}
    assert first.likeness > 0.6
    assert pairs(copies, [text[:20]], 0.6) == []


def test_every_pair_has_the_likeness_of_its_texts() -> None:
    """The quick way of finding pairs gives what comparing each with each gives."""
    some = PLAYBOOKS[:3]
    texts = [(f"{p.id}.{path}", grams(text)) for p in some for path, text in templates_of(p)]
    slow = {
        (a, b): likeness(one, other)
        for (a, one), (b, other) in combinations(texts, 2)
        if one & other
    }
    quick = {(pair.one, pair.other): pair.likeness for pair in pairs(some)}
    assert quick == pytest.approx(slow)
    assert [pair.likeness for pair in pairs(some)] == sorted(quick.values(), reverse=True)


def test_fixed_paragraphs_say_why_they_are_fixed() -> None:
    """Nothing is left out of the comparison without a reason."""
    assert all(len(paragraph.reason) > 8 for paragraph in load_fixed_paragraphs())

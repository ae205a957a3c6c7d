"""Incidents of different subjects in different shards are found to be one story."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from operators.links import Brief, Linker
from operators.model import HOUR, MINUTE

T0 = 1_760_000_000_000 - 1_760_000_000_000 % HOUR
POSTS = frozenset({"weibo/a", "weibo/b", "weibo/c"})
FIRST = Brief(False, "a_bank", "甲银行", "banking", "fees", "收费争议", "i1", T0, T0, POSTS)
OTHER = Brief(False, "b_pay", "乙支付", "fintech", "smear", "抹黑", "i2", T0, T0, POSTS)


def linked(*briefs: Brief) -> list[tuple[str, str, str]]:
    """Return the links found among briefs of two shards."""
    linker = Linker(2)
    linker.take(0, T0 + HOUR, briefs[:1])
    found = linker.take(1, T0 + HOUR, briefs[1:])
    return [(link.brief.incident_id, link.other.incident_id, link.kind) for link in found]


def test_the_same_posts_link_across_industries() -> None:
    """Each of the two learns of the other, with the posts they share."""
    linker = Linker(1)
    both = linker.take(0, T0, [FIRST, OTHER])
    assert sorted((one.brief.incident_id, one.other.incident_id) for one in both) == [
        ("i1", "i2"),
        ("i2", "i1"),
    ]
    assert both[0].posts == tuple(sorted(POSTS))
    assert "3 条相同的主要帖文" in both[0].cause


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"posts": frozenset({"weibo/a"})}, []),
        ({"posts": frozenset(), "story": 7}, []),
        ({"posts": frozenset(), "industry": "banking", "crisis_type": "fees"}, ["trouble"] * 2),
        ({"posts": frozenset(), "industry": "banking"}, []),
        ({"exercise": True}, []),
        ({"subject": "a_bank"}, []),
    ],
)
def test_what_links(change: dict[str, Any], kinds: list[str]) -> None:
    """The same type in the same industry at the same time links; a drill or one post does not."""
    assert [kind for _one, _two, kind in linked(FIRST, replace(OTHER, **change))] == kinds


def test_the_same_story_links() -> None:
    """The story that most posts tell is enough when both know it."""
    one, two = (replace(each, posts=frozenset(), story=7) for each in (FIRST, OTHER))
    assert {kind for _one, _two, kind in linked(one, two)} == {"story"}


def test_trouble_far_apart_in_time_is_not_one() -> None:
    """The same type in the same industry on another day is not linked."""
    later = replace(
        FIRST, subject="c_bank", incident_id="i3", detected_ms=T0 - 7 * HOUR, posts=frozenset()
    )
    assert linked(FIRST, later) == []


def test_a_pair_is_linked_once() -> None:
    """Further briefs of the same two say nothing new."""
    linker = Linker(1)
    linker.take(0, T0, [FIRST, OTHER])
    later = [replace(one, at_ms=T0 + MINUTE) for one in (FIRST, OTHER)]
    assert linker.take(0, T0 + MINUTE, later) == []


def test_nothing_is_decided_before_all_desks_have_passed() -> None:
    """The links are the same in whatever order the desks report."""
    grown = replace(OTHER, at_ms=T0 + MINUTE)
    third = replace(FIRST, subject="c_bank", incident_id="i3", at_ms=T0 + MINUTE)
    reports = [(0, [FIRST]), (1, [grown]), (2, [third])]
    results = []
    for order in permutations(reports):
        linker = Linker(3)
        found = [linker.take(shard, T0 + MINUTE, briefs) for shard, briefs in order]
        assert found[:2] == [[], []]
        results.append(found[2])
    assert all(result == results[0] for result in results)
    assert len(results[0]) == 6


def test_a_desk_that_lags_holds_the_others_back() -> None:
    """Every minute waits for the slowest desk, not only the first one."""
    linker = Linker(2)
    assert linker.take(0, T0, []) == []
    assert linker.take(1, T0, []) == []
    later = [replace(one, at_ms=T0 + MINUTE) for one in (FIRST, OTHER)]
    assert linker.take(0, T0 + HOUR, later) == []
    assert len(linker.take(1, T0 + MINUTE, [])) == 2

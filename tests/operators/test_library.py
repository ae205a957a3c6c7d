"""The playbook table in stream time."""

import pickle
from dataclasses import replace

import pytest

from operators.fit import Case
from operators.library import EmptyLibraryError, Library, PlaybookEntry
from operators.model import HOUR, Subject
from playbooks.loader import load_packs
from playbooks.schema import Playbook

T0 = 1_760_000_000_000
BANK = Subject("bank", "星河银行", "banking", hotline="95000-1")


def case(name: str, decided: int, stage: str = "emerging") -> Case:
    """Return an incident that asks for a page."""
    return Case(
        incident_id=name, exercise=False, subject=BANK, crisis_type="system_outage",
        level="moderate", stage=stage, severity=50, negative_share=0.7, platforms=("weibo",),
        keywords=(), verification="未核实", onset_ms=T0, detected_ms=T0, decided_ms=decided,
        mentions=100, negative=70,
    )  # fmt: skip


def entries(at: int, version: str, *, retired: str = "") -> list[PlaybookEntry]:
    """Publish the shipped playbooks of banking at an instant."""
    packs = {pack.industry: pack for pack in load_packs(None)}

    def put(one: Playbook) -> PlaybookEntry:
        return PlaybookEntry(at, one.id, version, None if one.id == retired else one)

    return [put(one) for one in packs["banking"].playbooks]


def test_waits_until_the_table_is_read() -> None:
    """Nothing is recommended before the table has been read up to the case's minute."""
    library = Library()
    assert library.ask([case("i", T0 + HOUR)]) == []
    library.take(entries(T0, "a"), T0 + HOUR - 1)
    assert library.ask([]) == []
    library.take([], T0 + HOUR)
    (given,) = library.ask([])
    assert given.recommendation.playbook_id == "banking.system_outage"


def test_case_sees_the_table_of_its_own_time() -> None:
    """A later version does not answer an earlier minute, however late the minute is decided."""
    library = Library()
    library.take(entries(T0, "a"), T0)
    library.take(entries(T0 + 2 * HOUR, "b", retired="banking.system_outage"), T0 + 9 * HOUR)
    library = pickle.loads(pickle.dumps(library))
    first, second = library.ask([case("i", T0 + HOUR), case("j", T0 + 3 * HOUR)])
    assert first.recommendation.playbook_id == "banking.system_outage"
    assert second.recommendation.playbook_id == "banking.general"


def test_founding_stock_answers_for_the_time_before_it() -> None:
    """Posts older than the installation get a page; a playbook added later does not go back."""
    library = Library()
    stock = entries(T0, "a")
    general = [one for one in stock if one.playbook_id == "banking.general"]
    library.take(general, T0)
    later = [one for one in stock if one.playbook_id != "banking.general"]
    library.take([replace(one, at_ms=T0 + HOUR) for one in later], T0 + 2 * HOUR)
    (given,) = library.ask([case("i", T0 - 10 * HOUR)])
    assert given.recommendation.playbook_id == "banking.general"


def test_same_answer_is_not_given_twice() -> None:
    """People are told again when playbook, level or stage changes, and only then."""
    library = Library()
    library.take(entries(T0, "a"), T0 + 9 * HOUR)
    assert len(library.ask([case("i", T0 + HOUR)])) == 1
    assert library.ask([case("i", T0 + 2 * HOUR)]) == []
    (again,) = library.ask([case("i", T0 + 3 * HOUR, "peak")])
    assert again.recommendation.change


def test_gap_is_kept_once_for_the_owner() -> None:
    """A type, a level or a valid page that is missing is noted once, with what was given."""
    library = Library()
    stock = entries(T0, "a")
    put = {one.playbook_id: one for one in stock}
    outage = put["banking.system_outage"].playbook
    assert outage is not None
    kinds = {
        "general_only": [put["banking.general"]],
        "level_missing": [
            put["banking.general"],
            replace(stock[0], playbook_id="x", playbook=replace(outage, levels=("severe",))),
        ],
        "expired": [
            put["banking.general"],
            replace(stock[0], playbook_id="x", playbook=replace(outage, valid_until="2020-01-01")),
        ],
    }
    for kind, stocked in kinds.items():
        library = Library()
        library.take(stocked, T0 + 9 * HOUR)
        library.ask([case("i", T0 + HOUR)])
        library.ask([case("i", T0 + 2 * HOUR, "peak")])
        gaps = [gap for gap in library.take_gaps() if gap.kind == kind]
        assert len(gaps) == 1, kind
        assert gaps[0].note.endswith("。")
    assert library.take_gaps() == []


def test_playbook_a_person_chose_instead_is_a_gap() -> None:
    """Choosing another page is told to the owner even when the recommendation stays the same."""
    library = Library()
    library.take(entries(T0, "a"), T0 + 9 * HOUR)
    library.ask([case("i", T0 + HOUR)])
    assert library.take_gaps() == []
    chosen = replace(case("i", T0 + 2 * HOUR), override="banking.general")
    assert library.ask([chosen]) == []
    (gap,) = library.take_gaps()
    assert (gap.kind, gap.playbook_id) == ("overridden", "banking.system_outage")
    assert "banking.general" in gap.note


def test_effects_taken_in_reach_the_score() -> None:
    """What came of a version so far moves the part of the score that is for it."""
    library = Library()
    library.take(entries(T0, "a"), T0 + 9 * HOUR)
    (first,) = library.ask([case("i", T0 + HOUR)])
    library.learn({first.recommendation.playbook_version: (9, 1.0)})
    (second,) = library.ask([case("j", T0 + HOUR)])
    before, after = (one.recommendation.parts["effectiveness"] for one in (first, second))
    assert (before, after) == (2.5, 5.0)


def test_empty_library_is_an_error() -> None:
    """A table read to its end without a playbook stops the flow and says what to do."""
    library = Library()
    library.take([], T0 + HOUR)
    with pytest.raises(EmptyLibraryError, match="playbooks publish"):
        library.ask([case("i", T0)])

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


def test_empty_library_is_an_error() -> None:
    """A table read to its end without a playbook stops the flow and says what to do."""
    library = Library()
    library.take([], T0 + HOUR)
    with pytest.raises(EmptyLibraryError, match="playbooks publish"):
        library.ask([case("i", T0)])

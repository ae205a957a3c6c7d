"""Scales of levels are data: whole, sourced, dated and mapped to what playbooks know."""

from datetime import date

import pytest

from operators.model import LEVEL_NAMES, LEVELS
from operators.schemes import DEFAULT, SCHEMES, Edition, Level, Scheme, scheme

YEAR_2020 = 1_577_836_800_000


@pytest.mark.parametrize("name", SCHEMES)
def test_shipped_schemes_are_whole(name: str) -> None:
    """Every edition has a source, starts at 0, ascends and never maps a higher level lower."""
    one = scheme(name)
    assert one.id == name
    for edition in one.editions:
        least = [level.least for level in edition.levels]
        mapped = [LEVELS.index(level.playbooks) for level in edition.levels]
        assert edition.source
        assert least[0] == 0
        assert least == sorted(set(least))
        assert mapped == sorted(mapped)
        assert set(mapped) == set(range(len(LEVELS)))
        assert [edition.rank(each) for each in least] == list(range(len(least)))


def test_the_default_scheme_has_the_common_ids_and_names() -> None:
    """Its levels are those the whole project speaks of."""
    levels = scheme(DEFAULT).editions[-1].levels
    assert {level.id: level.name for level in levels} == LEVEL_NAMES
    assert all(level.playbooks == level.id for level in levels)


def test_the_four_levels_of_the_securities_association() -> None:
    """The four-level scheme carries the names of the published case."""
    edition = scheme("four_levels").editions[-1]
    assert [level.name for level in edition.levels] == ["轻度", "中度", "严重", "特别严重"]
    assert "中国证券业协会" in edition.source


def test_an_edition_holds_from_its_date() -> None:
    """The edition in force at an instant is the last one valid by then."""
    levels = (Level("minor", "轻微", 0.0),)
    old = Edition(date(2019, 1, 1), "old", levels)
    new = Edition(date(2021, 1, 1), "new", levels)
    both = Scheme("x", "x", (old, new))
    assert both.at(YEAR_2020).source == "old"
    assert both.at(2 * YEAR_2020).source == "new"
    assert both.at(0).source == "old"


def test_an_unknown_scheme_is_refused() -> None:
    """Only shipped names load."""
    with pytest.raises(KeyError):
        scheme("no_levels")

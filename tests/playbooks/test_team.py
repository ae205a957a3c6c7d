"""The team file: duty hours as people write them, and what a wrong file is told."""

from pathlib import Path

import pytest

from operators.duty import WEEK, Shift
from operators.errors import PackError
from playbooks.team import load_team, read_shift


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        ("每天 00:00-24:00", Shift(WEEK, 0, 1440)),
        ("工作日 08:30-18:00", Shift(frozenset(range(5)), 510, 1080)),
        ("周一至周五 8:30-18:00", Shift(frozenset(range(5)), 510, 1080)),
        ("周六、星期日 09:00-17:00", Shift(frozenset({5, 6}), 540, 1020)),
        ("周五至周一 20:00-08:00", Shift(frozenset({4, 5, 6, 0}), 1200, 480)),
        ("周末 09:00 - 17:00", Shift(frozenset({5, 6}), 540, 1020)),
        ("周八 09:00-17:00", None),
        ("工作日 25:00-26:00", None),
        ("工作日 09:60-17:00", None),
        ("工作日 09:00-09:00", None),
        ("随叫随到", None),
    ],
)
def test_duty_hours_are_read_as_people_write_them(text: str, shift: Shift | None) -> None:
    """What is no duty time is none."""
    assert read_shift(text) == shift


def test_file_becomes_a_team(tmp_path: Path) -> None:
    """Roles keep their people in order."""
    file = tmp_path / "team.yaml"
    file.write_text(
        "roles:\n"
        "  品牌公关部:\n"
        "    - {person: 陈思远, department: 品牌公关部, deputy: 李可, duty: [工作日 08:30-18:00]}\n"
        "    - {person: 周岚, subjects: [xinghe_bank]}\n",
        encoding="utf-8",
    )
    team = load_team(file)
    assert [one.person for one in team.roles["品牌公关部"]] == ["陈思远", "周岚"]
    assert team.assign("品牌公关部", "xinghe_bank", 0).person == "周岚"


def test_wrong_file_is_told_all_its_problems(tmp_path: Path) -> None:
    """Each with its line and what to write instead."""
    file = tmp_path / "team.yaml"
    file.write_text(
        "roles:\n"
        "  品牌公关部:\n"
        "    - {person: 陈思远, duty: [上班时间]}\n"
        "    - {person: 周岚, duty: [每天 9点]}\n",
        encoding="utf-8",
    )
    with pytest.raises(PackError) as caught:
        load_team(file)
    said = str(caught.value)
    assert f"{file}:3: roles.品牌公关部[0].duty[0]: is not a duty time" in said
    assert f"{file}:4: roles.品牌公关部[1].duty[0]: is not a duty time" in said
    assert "工作日 08:30-18:00" in said


def test_missing_file_is_an_error_with_its_name(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(PackError, match=r"nobody\.yaml:1: file: cannot be read"):
        load_team(tmp_path / "nobody.yaml")

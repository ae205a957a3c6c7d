"""Who is on duty: shifts in Shanghai time, deputies, people named for a subject."""

from datetime import datetime, timedelta, timezone

import pytest

from operators.duty import Assignment, Member, Shift, Team

SHANGHAI = timezone(timedelta(hours=8))
OFFICE = Shift(frozenset(range(5)), 8 * 60 + 30, 18 * 60)
NIGHT = Shift(frozenset(range(7)), 20 * 60, 8 * 60)


def at(day: int, hour: int, minute: int = 0) -> int:
    """Return an instant of November 2026 (the 23rd is a Monday) in ms."""
    return int(datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).timestamp() * 1000)


TEAM = Team(
    {
        "品牌公关部": (
            Member("陈思远", "品牌公关部", "李可", (OFFICE,)),
            Member("周岚", "品牌公关部", "", (NIGHT,)),
            Member("何苗", "品牌公关部", "", (OFFICE,), ("xinghe_bank",)),
        ),
        "法律合规部": (Member("吴越", "法律合规部", "郑文", (OFFICE,)),),
    }
)


@pytest.mark.parametrize(
    ("role", "subject", "when", "person"),
    [
        ("品牌公关部", "sufu_tech", at(23, 9), "陈思远"),
        ("品牌公关部", "xinghe_bank", at(23, 9), "何苗"),
        ("品牌公关部", "xinghe_bank", at(23, 23), "周岚"),
        ("品牌公关部", "sufu_tech", at(24, 7, 59), "周岚"),
        ("品牌公关部", "sufu_tech", at(23, 18), "李可"),
        ("法律合规部", "sufu_tech", at(22, 10), "郑文"),
        ("信息科技部", "sufu_tech", at(23, 9), ""),
    ],
)
def test_first_on_duty_is_named(role: str, subject: str, when: int, person: str) -> None:
    """People of the subject first; off duty the deputy; nobody for a role the file lacks."""
    assert TEAM.assign(role, subject, when).person == person


def test_deputy_stands_in_and_the_other_is_named_beside() -> None:
    """So that both can be reached."""
    found = TEAM.assign("法律合规部", "sufu_tech", at(22, 10))
    assert found == Assignment("郑文", "法律合规部", "吴越")


def test_night_shift_belongs_to_the_day_it_began() -> None:
    """A Friday night shift covers Saturday morning and not Friday morning."""
    friday = Shift(frozenset({4}), 20 * 60, 8 * 60)
    member = Member("周岚", shifts=(friday,))
    assert member.on_duty(at(28, 3))
    assert not member.on_duty(at(27, 3))
    assert not member.on_duty(at(28, 8))

"""``team.yaml`` -> who is on duty in which role; every problem of the file at once.

Duty hours are written as people say them: ``工作日 08:30-18:00``, ``周一至周五 08:30-18:00``,
``周六、周日 09:00-17:00``, ``每天 20:00-08:00`` (past midnight). No line means always.
"""

import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from operators.duty import WEEK, Member, Shift, Team
from operators.errors import PackError
from playbooks.reader import Reader
from playbooks.schema import Text

_DAYS: Final = "一二三四五六日"
_NAMED: Final = {
    "每天": WEEK,
    "工作日": frozenset(range(5)),
    "周末": frozenset((5, 6)),
}
_DUTY: Final = re.compile(r"(\S+)\s+(\d{1,2}):(\d{2})\s*[-–—至]\s*(\d{1,2}):(\d{2})")
_HINT: Final = "工作日 08:30-18:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEntry:
    """A person in a role as the file has it."""

    person: Text
    department: str = ""
    deputy: str = ""
    duty: tuple[Text, ...] = ()
    subjects: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFile:
    """The content of the file: roles by the names the playbooks use."""

    roles: dict[str, Annotated[tuple[MemberEntry, ...], Meta(min_length=1)]]


def load_team(file: Traversable) -> Team:
    """Read a team file. Raises PackError with all problems."""
    reader = Reader(str(file))
    try:
        data = reader.document(file.read_text(encoding="utf-8"), TeamFile)
    except (OSError, UnicodeDecodeError) as error:
        reader.note("", "cannot be read", str(error))
        data = None
    if data is None:
        raise PackError(reader.problems)
    entry = msgspec.convert(data, TeamFile)
    roles = {
        role: tuple(
            _member(reader, member, f"roles.{role}[{place}]")
            for place, member in enumerate(members)
        )
        for role, members in entry.roles.items()
    }
    if reader.problems:
        raise PackError(reader.problems)
    return Team(roles)


def _member(reader: Reader, entry: MemberEntry, path: str) -> Member:
    shifts = []
    for place, text in enumerate(entry.duty):
        shift = read_shift(text)
        if shift is None:
            reader.note(f"{path}.duty[{place}]", "is not a duty time", text, _HINT)
        else:
            shifts.append(shift)
    return Member(entry.person, entry.department, entry.deputy, tuple(shifts), entry.subjects)


def read_shift(text: str) -> Shift | None:
    """Read one line of duty hours, None when it is none.

    >>> read_shift("周六、周日 09:00-17:00")
    Shift(days=frozenset({5, 6}), start=540, end=1020)
    """
    found = _DUTY.fullmatch(text.strip())
    if found is None:
        return None
    days = _days(found[1])
    start = int(found[2]) * 60 + int(found[3])
    end = int(found[4]) * 60 + int(found[5])
    fits = int(found[3]) < 60 and int(found[5]) < 60 and start < 24 * 60 and 0 < end <= 24 * 60
    return Shift(days, start, end) if days and fits and start != end else None


def _days(text: str) -> frozenset[int]:
    """Read weekdays; empty when they are none."""
    named = _NAMED.get(text)
    if named is not None:
        return named
    days: set[int] = set()
    for part in re.split("[、,，]", text):
        first, *rest = [_day(each) for each in re.split("[至到-]", part)]
        last = rest[0] if rest else first
        if len(rest) > 1 or first is None or last is None:
            return frozenset()
        days.update((first + n) % 7 for n in range((last - first) % 7 + 1))
    return frozenset(days)


def _day(text: str) -> int | None:
    name = text.strip().removeprefix("星期").removeprefix("周").replace("天", "日")
    return _DAYS.index(name) if len(name) == 1 and name in _DAYS else None

"""Where the library had no good answer (预案缺口), told to its owner in one sentence each."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from operators.case import Case
from operators.fit import blockers
from operators.model import LEVEL_NAMES
from playbooks.schema import ANY_TYPE, Playbook

GENERAL_ONLY: Final = "general_only"
LEVEL_MISSING: Final = "level_missing"
EXPIRED: Final = "expired"
OVERRIDDEN: Final = "overridden"

GAP_NAMES: Final = {
    GENERAL_ONLY: "没有专门预案",
    LEVEL_MISSING: "缺少该级别的预案",
    EXPIRED: "预案已过有效期",
    OVERRIDDEN: "人工改选",
}


class Gap(NamedTuple):
    """A gap shown by an incident; ``playbook_id`` was given, has expired or was overridden."""

    case: Case
    kind: str
    playbook_id: str
    note: str


def gaps_of(case: Case, given_id: str, library: Sequence[Playbook]) -> list[Gap]:
    """Return the gaps that answering ``case`` with ``given_id`` (empty: nothing) has shown."""
    found = []
    own = [p for p in library if _of_type(case, p)]
    level = LEVEL_NAMES.get(case.level, case.level)
    # The industry's general page is in force for every type, so its end leaves a gap as well.
    for playbook in own + [p for p in library if _general(case, p)]:
        if blockers(case, playbook) == ("valid_until",):
            note = f"《{playbook.title}》有效期到{playbook.valid_until}，本应用于这起事件，请修订。"
            found.append(Gap(case, EXPIRED, playbook.id, note))
    if not any(p.id == given_id for p in own):
        name = f"“{case.type_name}”"
        if not own:
            note = f"{name}没有专门预案，{_instead(given_id)}，请补充。"
            found.append(Gap(case, GENERAL_ONLY, given_id, note))
        elif not any(case.level in p.levels for p in own):
            has = "、".join(dict.fromkeys(LEVEL_NAMES[one] for p in own for one in p.levels))
            note = f"{name}的预案只用于{has}级别，缺少{level}级别的，{_instead(given_id)}，请补充。"
            found.append(Gap(case, LEVEL_MISSING, given_id, note))
        else:
            note = (
                f"{name}的{len(own)}个预案都不适用于这起事件的条件，{_instead(given_id)}，请补充。"
            )
            found.append(Gap(case, GENERAL_ONLY, given_id, note))
    if case.override and case.override != given_id:
        note = f"值班人员改用“{case.override}”，没有采用{given_id or '任何预案'}，请查明原因。"
        found.append(Gap(case, OVERRIDDEN, given_id, note))
    return found


def _of_type(case: Case, playbook: Playbook) -> bool:
    return (playbook.industry, playbook.crisis_type) == (case.subject.industry, case.crisis_type)


def _general(case: Case, playbook: Playbook) -> bool:
    return (playbook.industry, playbook.crisis_type) == (case.subject.industry, ANY_TYPE)


def _instead(given_id: str) -> str:
    return "只能给出行业通用预案" if given_id else "没有给出预案"

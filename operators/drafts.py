"""Statement drafts of a recommendation: which text is due, what fills it, what stands against it.

A draft is never a statement: the approver role has to approve it, and nothing here does that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from operators.case import PARTLY_TRUE, TRUE, UNTRUE, Case, hits
from operators.fit import SHANGHAI
from operators.model import LEVEL_NAMES, STAGE_NAMES
from playbooks.render import FIELDS, Rendered, fields_of, render
from playbooks.schema import CHANNEL_NAMES, PLATFORM_NAMES, Playbook

PUBLIC_CHANNELS: Final = ("weibo", "wechat", "app_push", "media")
"""Where a statement goes out to everybody; the first that a playbook has gives the draft."""

_POSTED: Final = ("weibo", "wechat")
"""Where the holding statement goes out when no other words are given for before the facts."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """The draft to approve first, those of every channel, and why none may be approved yet."""

    main: Rendered
    channels: Mapping[str, str]
    holding: bool
    blocked: str


def drafts_for(case: Case, playbook: Playbook) -> Drafts:
    """Render what is due: holding texts until people have established the facts."""
    fields = fields_for(case)
    holding = not settled(case, playbook)
    due = _before_facts(playbook) if holding else dict(playbook.statements)
    rendered = {name: render(text, fields) for name, text in due.items()}
    public = [name for name in PUBLIC_CHANNELS if name in rendered]
    if holding or not public:
        main, holding = render(playbook.holding_statement, fields), True
    else:
        main = rendered[public[0]]
    channels = {name: draft.text for name, draft in rendered.items()}
    gaps = dict.fromkeys(main.gaps)
    for name in public:
        gaps |= dict.fromkeys(rendered[name].gaps)
    offered = any("compensation" in fields_of(text) for text in due.values())
    return Drafts(main, channels, holding, _blocked(playbook, tuple(gaps), offered=offered))


def settled(case: Case, playbook: Playbook) -> bool:
    """Tell whether people have found out what the playbook's full statements presuppose."""
    known = (UNTRUE,) if playbook.strategy == "deny" else (TRUE, PARTLY_TRUE)
    return case.verification in known


def fields_for(case: Case) -> dict[str, str]:
    """Return what the flow itself can fill in; a field it does not know is absent.

    Only settings and figures: nothing that anybody posted is ever a value.
    """
    named = [p for p in case.subject.products if hits((p,), case.keywords)]
    products = named or list(case.subject.products)
    return {
        "company": case.subject.name,
        "hotline": case.subject.hotline,
        "product": products[0] if len(products) == 1 else "",
        "crisis_type": case.type_name,
        "date": _moment(case.decided_ms)[:11],
        "detected_time": _moment(case.detected_ms),
        "level": LEVEL_NAMES.get(case.level, case.level),
        "mention_count": str(case.mentions),
        "negative_count": str(case.negative),
        "negative_share": f"{case.negative_share:.0%}",
        "onset_time": _moment(case.onset_ms),
        "platforms": "、".join(PLATFORM_NAMES.get(p, p) for p in case.platforms),
        "stage": STAGE_NAMES.get(case.stage, case.stage),
    }


def _before_facts(playbook: Playbook) -> dict[str, str]:
    """Return the texts that may be used before the facts are known, in the order of channels."""
    given: dict[str, str] = {str(name): text for name, text in playbook.before_facts.items()}
    full: dict[str, str] = {str(name): text for name, text in playbook.statements.items()}
    found = {}
    for name in CHANNEL_NAMES:
        if name in given:
            found[name] = given[name]
        elif name in _POSTED and name in full:
            found[name] = playbook.holding_statement
        elif name in full and name not in PUBLIC_CHANNELS:
            found[name] = full[name]
    return found


def _blocked(playbook: Playbook, gaps: tuple[str, ...], *, offered: bool) -> str:
    """Say what has to happen before anybody may approve; empty when nothing stands against it."""
    reasons = []
    if playbook.regulator_first:
        tasks = [task.task for task in playbook.actions if task.kind == "regulator"]
        reasons.append(f"须先完成监管沟通：{'；'.join(tasks)}")
    if offered and playbook.compensation:
        who = "、".join(dict.fromkeys(one.approver for one in playbook.compensation))
        reasons.append(f"补偿只是备选方案，须先经{who}批准")
    if gaps:
        reasons.append(f"尚有{len(gaps)}项待填：{'、'.join(FIELDS[name] for name in gaps)}")
    return "。".join(reasons) + "。" if reasons else ""


def _moment(ms: int) -> str:
    """Format an instant as people in China read it."""
    return datetime.fromtimestamp(ms / 1000, SHANGHAI).strftime("%Y年%m月%d日 %H:%M")

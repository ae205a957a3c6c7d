"""What a playbook is (预案): the frozen values, their JSON form and their content hash.

The keys of a YAML file, of the JSON in Redis and of these classes are the same.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

import msgspec
import orjson
from msgspec import Meta

from operators.errors import PackError, Problem
from operators.model import CrisisType
from playbooks.field_notes import FIELD_NOTES
from playbooks.render import check_template

Level = Literal["minor", "moderate", "severe"]
Stage = Literal["emerging", "spreading", "peak", "fading", "closed"]
Cluster = Literal["victim", "accidental", "preventable"]
Strategy = Literal["inform", "deny", "diminish", "rebuild", "bolster"]
Channel = Literal["weibo", "wechat", "app_push", "hotline", "media", "staff", "regulator"]
Verification = Literal["未核实", "属实", "部分属实", "不实"]
Tier = Literal[
    "regulator", "central_media", "media", "official", "influencer", "verified", "ordinary"
]
TaskKind = Literal["", "verify", "regulator", "publish", "service", "fix", "legal", "watch"]
Platform = Literal[
    "weibo",
    "wechat",
    "douyin",
    "kuaishou",
    "xiaohongshu",
    "bilibili",
    "xueqiu",
    "guba",
    "zhihu",
    "tieba",
    "toutiao",
    "heimao",
    "appstore",
    "forum",
    "news",
]

Text = Annotated[str, Meta(min_length=1)]
Slug = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", examples=["system_outage"])]
PlaybookId = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$", examples=["banking.system_outage"])
]
TypeRef = Annotated[str, Meta(pattern=r"^(\*|[a-z][a-z0-9_]*)$", examples=["system_outage"])]
Date = Annotated[
    str,
    Meta(
        pattern=r"^(|\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))$",
        examples=["2026-01-31"],
    ),
]
Share = Annotated[float, Meta(ge=0, le=1)]
Minutes = Annotated[int, Meta(ge=0, le=43_200)]

ANY_TYPE: Final = "*"
"""Crisis type of the playbook that serves a whole industry (通用预案)."""

CLUSTER_NAMES: Final = {"victim": "受害型", "accidental": "意外型", "preventable": "可预防型"}
STRATEGY_NAMES: Final = {
    "inform": "告知与指引",
    "deny": "澄清否认",
    "diminish": "说明原委",
    "rebuild": "致歉与修复",
    "bolster": "凝聚支持",
}
CHANNEL_NAMES: Final = {
    "weibo": "微博",
    "wechat": "微信公众号",
    "app_push": "App 推送",
    "hotline": "客服热线",
    "media": "媒体问答",
    "staff": "员工告知",
    "regulator": "监管报告",
}
TIER_NAMES: Final = {
    "regulator": "监管部门",
    "central_media": "中央媒体",
    "media": "媒体",
    "official": "政务与官方账号",
    "influencer": "大V",
    "verified": "认证用户",
    "ordinary": "普通用户",
}
TASK_KIND_NAMES: Final = {
    "": "其他",
    "verify": "核实",
    "regulator": "监管沟通",
    "publish": "对外发布",
    "service": "客户服务",
    "fix": "修复整改",
    "legal": "法律",
    "watch": "监测",
}
PLATFORM_NAMES: Final = {
    "weibo": "微博",
    "wechat": "微信公众号",
    "douyin": "抖音",
    "kuaishou": "快手",
    "xiaohongshu": "小红书",
    "bilibili": "B站",
    "xueqiu": "雪球",
    "guba": "股吧",
    "zhihu": "知乎",
    "tieba": "贴吧",
    "toutiao": "今日头条",
    "heimao": "投诉平台",
    "appstore": "应用商店",
    "forum": "论坛",
    "news": "新闻网站",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """When a playbook fits; an empty predicate does not restrict.

    Hard: ``subject_tags`` (all), ``stages``, ``keywords_none``, ``past_incident`` (whether the
    subject had an incident of the type before), ``verifications``. The rest only moves the score;
    ``levels`` here are those among the playbook's levels for which it is the first choice.
    """

    subject_tags: tuple[Text, ...] = ()
    levels: tuple[Level, ...] = ()
    stages: tuple[Stage, ...] = ()
    keywords_any: tuple[Text, ...] = ()
    keywords_none: tuple[Text, ...] = ()
    min_negative_share: Share = 0.0
    platforms: tuple[Platform, ...] = ()
    source_tiers: tuple[Tier, ...] = ()
    past_incident: bool | None = None
    verifications: tuple[Verification, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something a role has to do; ``deadline_minutes`` count from detection.

    ``kind`` says what it is for; it decides the order where the regulator has to be told first.
    """

    role: Text
    task: Text
    deadline_minutes: Minutes
    done_when: Text
    id: str = ""
    kind: TaskKind = ""
    depends_on: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalNote:
    """A real regulation and what it means here; it never replaces legal review.

    ``ref`` is the id of its dated row in the regulations data.
    """

    regulation: Text
    note: Text
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compensation:
    """Something that may be offered: on what condition, and who has to approve it first."""

    option: Text
    condition: Text
    approver: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A question customers ask and what the hotline says."""

    question: Text
    answer: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """How to respond to one kind of trouble (预案).

    ``holding_statement`` and ``before_facts`` (channel to template) are for before the facts are
    known, ``statements`` for after. With ``regulator_first`` nothing public may go out before the
    tasks of kind ``regulator`` are done. Dates are Asia/Shanghai calendar days, both inclusive;
    empty means open.
    """

    id: PlaybookId
    version: Text
    title: Text
    industry: Slug
    crisis_type: TypeRef
    levels: Annotated[tuple[Level, ...], Meta(min_length=1)]
    scct_cluster: Cluster
    strategy: Strategy
    holding_statement: Text
    statements: Annotated[dict[Channel, Text], Meta(min_length=1)]
    actions: Annotated[tuple[Task, ...], Meta(min_length=1)]
    approver: Text
    stop_condition: Text
    owner: Text
    legal_notes: Annotated[tuple[LegalNote, ...], Meta(min_length=1)]
    donts: Annotated[tuple[Text, ...], Meta(min_length=1)]
    match: Match = field(default_factory=Match)
    before_facts: dict[Channel, Text] = field(default_factory=dict)
    regulator_first: bool = False
    compensation: tuple[Compensation, ...] = ()
    qa: tuple[Answer, ...] = ()
    review_questions: tuple[Text, ...] = ()
    updated: Date = ""
    valid_from: Date = ""
    valid_until: Date = ""
    sources: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """An industry: its crisis types with their terms, and its playbooks (行业包)."""

    industry: str
    name: str
    crisis_types: tuple[CrisisType, ...]
    playbooks: tuple[Playbook, ...]


def templates_of(playbook: Playbook) -> tuple[tuple[str, str], ...]:
    """Return (path, template) of every text of ``playbook`` that may name fields."""
    return (
        ("holding_statement", playbook.holding_statement),
        *((f"before_facts.{name}", text) for name, text in playbook.before_facts.items()),
        *((f"statements.{name}", text) for name, text in playbook.statements.items()),
        *((f"qa[{i}].answer", answer.answer) for i, answer in enumerate(playbook.qa)),
    )


def playbook_to_dict(playbook: Playbook) -> dict[str, Any]:
    """Return ``playbook`` as builtin values, ready for JSON."""
    form: dict[str, Any] = msgspec.to_builtins(playbook)
    return form


def playbook_from_dict(data: Mapping[str, Any], origin: str = "playbooks") -> Playbook:
    """Return the playbook in ``data``, such as JSON read from Redis; unknown keys are ignored.

    Raises PackError, with ``origin`` as the file, when a value or template is not usable.
    """
    try:
        playbook = msgspec.convert(data, Playbook)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at ")
        path = place.strip("`").removeprefix("$.") or "playbook"
        raise PackError([Problem(origin, 1, path, problem)]) from error
    problems = [
        Problem(origin, 1, f"{playbook.id}.{path}", issue.problem, issue.got, issue.hint)
        for path, template in templates_of(playbook)
        for issue in check_template(template)
    ]
    if problems:
        raise PackError(problems)
    return playbook


def content_hash(playbook: Playbook) -> str:
    """Return 16 hex digits that change with any content of ``playbook`` and with nothing else."""
    canonical = orjson.dumps(playbook_to_dict(playbook), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()[:16]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a playbook file, for editors; unknown keys are refused."""
    schema = msgspec.json.schema(Playbook)
    for name, definition in schema["$defs"].items():
        definition["additionalProperties"] = False
        for field_name, form in definition["properties"].items():
            form["description"] = FIELD_NOTES[name][field_name]
    dialect = "https://json-schema.org/draft/2020-12/schema"
    titled = {"$schema": dialect, "title": "Tingfeng playbook (听风预案)", **schema}
    plain: dict[str, Any] = orjson.loads(orjson.dumps(titled))
    return plain

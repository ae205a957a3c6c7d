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
from playbooks.render import check_template

Level = Literal["minor", "moderate", "severe"]
Stage = Literal["emerging", "spreading", "peak", "fading", "closed"]
Cluster = Literal["victim", "accidental", "preventable"]
Strategy = Literal["inform", "deny", "diminish", "rebuild", "bolster"]
Channel = Literal["weibo", "wechat", "app_push", "hotline", "media", "staff", "regulator"]
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

    Hard: ``subject_tags`` (all), ``stages``, ``keywords_none``. The rest only moves the score;
    ``levels`` here are those among the playbook's levels for which it is the first choice.
    """

    subject_tags: tuple[Text, ...] = ()
    levels: tuple[Level, ...] = ()
    stages: tuple[Stage, ...] = ()
    keywords_any: tuple[Text, ...] = ()
    keywords_none: tuple[Text, ...] = ()
    min_negative_share: Share = 0.0
    platforms: tuple[Platform, ...] = ()
    past_incident: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something a role has to do; ``deadline_minutes`` count from detection."""

    role: Text
    task: Text
    deadline_minutes: Minutes
    done_when: Text
    id: str = ""
    depends_on: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalNote:
    """A real regulation and what it means here; it never replaces legal review."""

    regulation: Text
    note: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A question customers ask and what the hotline says."""

    question: Text
    answer: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """How to respond to one kind of trouble (预案).

    ``holding_statement`` is for before the facts are known; ``statements`` (channel to template)
    for after. Dates are Asia/Shanghai calendar days, both inclusive; empty means open.
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
    qa: tuple[Answer, ...] = ()
    review_questions: tuple[Text, ...] = ()
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
    for definition in schema["$defs"].values():
        definition["additionalProperties"] = False
    dialect = "https://json-schema.org/draft/2020-12/schema"
    titled = {"$schema": dialect, "title": "Tingfeng playbook (听风预案)", **schema}
    plain: dict[str, Any] = orjson.loads(orjson.dumps(titled))
    return plain

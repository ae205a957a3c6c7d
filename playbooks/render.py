"""Statement templates: plain text with named fields such as ``{{ company }}``, nothing else.

Templates come from the library, values from the incident; the text of a post is never a value.
A field that is missing or empty shows as a visible gap, which blocks approval.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from operators.errors import PackError, Problem

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import SandboxedEnvironment

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # the subject
        "company": "公司名称",
        "hotline": "客服热线",
        "product": "产品名称",
        # the incident, as the flow holds it
        "crisis_type": "危机类型",
        "date": "日期",
        "detected_time": "发现时间",
        "level": "事件级别",
        "mention_count": "相关信息条数",
        "negative_count": "负面信息条数",
        "negative_share": "负面信息占比",
        "onset_time": "事件开始时间",
        "platforms": "涉及平台",
        "stage": "事件阶段",
        # what only people can know; a gap until somebody fills it in
        "affected_count": "受影响人数",
        "affected_scope": "受影响范围",
        "cause": "已查明的原因",
        "channel": "办理渠道",
        "claim": "网传内容（中性概括）",
        "compensation": "经批准的补偿方案",
        "contact": "联系人及电话",
        "data_kinds": "涉及的信息种类",
        "deadline": "办理期限",
        "evidence_list": "查证依据",
        "fact_summary": "已核实的事实",
        "location": "涉及的地点或网点",
        "measures": "已采取的措施",
        "next_update": "下次通报时间",
        "notice": "公告名称或链接",
        "partner": "合作机构",
        "penalty": "处罚文书名称及文号",
        "period": "涉及的时间段",
        "progress": "处理进展",
        "recovery_time": "恢复时间",
        "regulator": "监管部门名称",
        "remedy": "整改措施",
        "service": "受影响业务",
        "topic": "所涉事项（中性表述）",
    }
)
"""Every field a template may name, with its Chinese name as a gap shows it."""

_FIELD: Final = re.compile(r"\{\{ ?(\w+) ?\}\}", re.ASCII)
_MARKS: Final = ("{{", "}}", "{%", "%}", "{#", "#}")


class Rendered(NamedTuple):
    """A statement draft, and the names of the fields still to be filled in, in text order."""

    text: str
    gaps: tuple[str, ...]


class TemplateIssue(NamedTuple):
    """What is wrong with a template; ``line`` counts from 1 within it."""

    line: int
    problem: str
    got: str = ""
    hint: str = ""


def gap(name: str) -> str:
    """Return the visible mark of a field that nobody has filled in yet."""
    return f"【待填：{FIELDS[name]}】"


def _plain_fields(template: str) -> list[str] | None:
    """Return the fields of a template that is text and known fields only; None for any other."""
    parts = _FIELD.split(template)
    fields = parts[1::2]
    plain = not any(mark in text for text in parts[::2] for mark in _MARKS)
    return fields if plain and all(name in FIELDS for name in fields) else None


def check_template(template: str) -> tuple[TemplateIssue, ...]:
    """Return everything wrong with ``template``: syntax, unknown fields, more than a field."""
    if _plain_fields(template) is not None:
        return ()
    import difflib

    from jinja2 import TemplateSyntaxError, nodes

    try:
        tree = _environment().parse(template)
    except TemplateSyntaxError as error:
        return (TemplateIssue(error.lineno, "template syntax", error.message or ""),)
    # Comments and raw blocks leave no node behind.
    issues = [
        TemplateIssue(line, "only fields are allowed", token.strip(), "{{ field }}")
        for line, kind, token in _environment().lex(template)
        if kind in ("comment_begin", "raw_begin")
    ]
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Name):
            if node.name not in FIELDS:
                near = difflib.get_close_matches(node.name, FIELDS, n=1)
                hint = near[0] if near else ", ".join(FIELDS)
                issues.append(TemplateIssue(node.lineno, "unknown field", node.name, hint))
        elif not isinstance(node, nodes.Output | nodes.TemplateData):
            kind = type(node).__name__
            issues.append(
                TemplateIssue(node.lineno, "only fields are allowed", kind, "{{ field }}")
            )
    return tuple(issues)


def fields_of(template: str) -> tuple[str, ...]:
    """Return the fields ``template`` names, each once, in text order."""
    plain = _plain_fields(template)
    if plain is not None:
        return tuple(dict.fromkeys(plain))
    from jinja2 import nodes

    names = _environment().parse(template).find_all(nodes.Name)
    return tuple(dict.fromkeys(name.name for name in names))


def render(template: str, fields: Mapping[str, str]) -> Rendered:
    """Fill the named fields of ``template`` in; a missing or blank one becomes a visible gap.

    Raises PackError when the template holds anything but text and known fields.
    """
    issues = check_template(template)
    if issues:
        raise PackError(
            [Problem("template", i.line, "template", i.problem, i.got, i.hint) for i in issues]
        )
    names = fields_of(template)
    values = {name: fields.get(name, "").strip() for name in names}
    gaps = tuple(name for name in names if not values[name])
    text = _compiled(template).render({name: values[name] or gap(name) for name in names})
    return Rendered(text.strip(), gaps)


@lru_cache(maxsize=1)
def _environment() -> "SandboxedEnvironment":
    """Make the sandbox: no globals, filters or tests a template could call."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    sandbox = SandboxedEnvironment(autoescape=False, undefined=StrictUndefined)
    sandbox.globals.clear()
    sandbox.filters.clear()
    sandbox.tests.clear()
    return sandbox


@lru_cache(maxsize=1024)
def _compiled(template: str) -> "Template":
    """Compile once per text; the library is small and its texts come back."""
    return _environment().from_string(template)

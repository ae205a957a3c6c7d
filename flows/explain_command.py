"""``tingfeng explain``: how one text is read, and why."""

import sys
from collections.abc import Iterator, Sequence
from typing import Final

from flows.packs import crisis_types, read_packs
from flows.plan import make_matcher
from flows.sentiment_file import load_configured
from flows.settings_schema import Settings
from flows.text_table import printable, width
from operators.crisis.rulebook import Finding
from operators.match import Matcher
from operators.model import GENERAL, Attribution, CrisisType, Subject
from operators.naming import Sighting
from operators.normalise import Normal, normalise
from operators.occlusion import strongest
from operators.personal import mask, personal_data
from operators.reading import spoken
from operators.rulebook_bundle import without_stop_words
from operators.rules import INDUSTRIES
from operators.sentiment import Backend
from operators.tiers import bci

_LABEL: Final = 12
_SAID_BY: Final = {
    "rule": "规则判定",
    "learned": "学习模型判定，规则未命中",
    "both": "规则与学习模型一致",
    "none": "未命中危机类型",
}
_CLASSES: Final = {-1: "负面", 0: "中性", 1: "正面"}
_FEATURES: Final = 6
_LONGEST_RULE: Final = 60


def explain(settings: Settings, text: str) -> None:
    """Print how ``text`` is read with the configured subjects, or with those of the demo."""
    packs = read_packs(settings)
    subjects = settings.subjects
    note = ""
    if not subjects:
        from playbooks.drills.loader import load_scenario

        subjects = tuple(load_scenario("demo").script.subjects)
        note = "未配置监测主体，以下按演示主体解读（--config 指定自己的）"
    types = crisis_types(packs, subjects)
    watched = without_stop_words(subjects, settings.stop_words)
    matcher = make_matcher(settings, watched, types)
    backend = load_configured(settings.sentiment, settings.source_file)
    sys.stdout.writelines(f"{line}\n" for line in lines(text, matcher, types, backend, note))


def lines(
    text: str, matcher: Matcher, types: Sequence[CrisisType], backend: Backend, note: str = ""
) -> Iterator[str]:
    """Yield the lines of the explanation; personal data is masked in all of them."""
    masked = mask(text)
    yield from _entry("原文", masked)
    yield from _words(normalise(text), counts=spoken(text) == text)
    if note:
        yield from _entry("说明", note)
    seen = matcher.explain(masked)
    attributions = {one.subject: one for one in matcher.match([masked]).get(0, ())}
    if not seen:
        yield from _entry("监测主体", "没有提到任何监测主体：这条帖文不入库、不计数")
    names = {(kind.industry, kind.id): kind.name for kind in types}
    for sighting, findings in seen:
        subject = matcher.subjects[sighting.subject]
        yield from _subject(sighting, subject)
        yield from _crisis(attributions[subject.id], subject, findings, names)
    yield from _sentiment(masked, backend)
    yield from _entry(
        "权重", f"按普通账号、零互动计：1.0（BCI {bci(0, 0, 0):.1f}）；账号与互动数随帖文到来后另计"
    )
    found = personal_data(text)
    data = "；".join(f"{one.kind} {one.masked}" for one in found)
    yield from _entry("个人信息", f"{data}（入库、推送前已脱敏）" if found else "未发现")


def _words(normal: Normal, *, counts: bool) -> Iterator[str]:
    """Tell the parts of a post; ``counts``: the mood of what it passes on is its own."""
    yield from _entry("规范形式", mask(normal.own) or "（没有自己的话）")
    mood = "没有自己的话，情感以此计" if counts else "情感不计"
    for words in normal.quoted:
        yield from _entry("转发原话", f"{mask(words)}（主体可由此得出，{mood}）")
    for label, values in (
        ("话题", normal.topics),
        ("提到账号", normal.names),
        ("表情", normal.emoticons),
        ("网址", normal.urls),
    ):
        if values:
            yield from _entry(label, mask("、".join(values)))


def _subject(sighting: Sighting, subject: Subject) -> Iterator[str]:
    industry = INDUSTRIES.get(subject.industry, subject.industry)
    where = f"第 {sighting.start + 1}–{sighting.end} 字「{sighting.written}」"
    alias = "" if sighting.name == subject.name else f"，词条 {sighting.name}"
    yield from _entry("监测主体", f"{subject.name}（{subject.id}，{industry}）{where}{alias}")


def _crisis(
    attribution: Attribution,
    subject: Subject,
    findings: Sequence[Finding],
    names: dict[tuple[str, str], str],
) -> Iterator[str]:
    """Tell the type chosen, then what spoke for each type and what against."""
    kind = attribution.crisis_type
    name = "日常提及" if kind == GENERAL else names.get((subject.industry, kind), kind)
    yield from _entry("危机类型", f"{name}（{kind}）：{_SAID_BY[attribution.said_by]}")
    ranked = sorted(findings, key=lambda one: (not one.holds, -one.score / one.kind.threshold))
    for finding in ranked:
        state = "成立" if finding.holds else "不成立"
        if finding.against:
            state = f"被排除（{_shortened(finding.against)}）"
        score = f"{finding.score:.1f} / {finding.kind.threshold:.1f}"
        yield from _entry("", f"· {finding.kind.name}  {score}  {state}")
        for rule in finding.rules:
            terms = "、".join(rule.terms)
            yield from _entry("", f"    规则 +{rule.weight:.1f}  命中 {terms}")
            yield from _entry("", f"         {_shortened(rule.source)}")
        if finding.terms:
            weighted = "、".join(f"{term} {weight:.1f}" for term, weight in finding.terms)
            yield from _entry("", f"    词项  {weighted}")


def _sentiment(text: str, backend: Backend) -> Iterator[str]:
    """Score the words whose tone counts, and show which pieces moved the score."""
    own = spoken(text)
    scores = backend.score([own])
    polarity = int(scores.polarity[0])
    chances = (
        f"负 {scores.p_negative[0]:.2f} / 中 {scores.p_neutral[0]:.2f} / "
        f"正 {scores.p_positive[0]:.2f}"
    )
    unsure = "，把握不足" if scores.uncertain[0] else ""
    yield from _entry(
        "情感",
        f"{_CLASSES[polarity]}（{chances}，"
        f"对主体不利 {scores.risk[0]:.2f}{unsure}；{backend.name}）",
    )

    def lean(texts: Sequence[str]) -> list[float]:
        said = backend.score(texts)
        return [float(value) for value in said.p_negative - said.p_positive]

    features = strongest(own, lean, _FEATURES)
    if features:
        moved = "、".join(
            f"「{one.text}」{'偏负' if one.weight > 0 else '偏正'} {abs(one.weight):.2f}"
            for one in features
        )
        yield from _entry("", f"主要依据  {moved}")


def _entry(label: str, text: str) -> Iterator[str]:
    """Lay out one entry: label, then the text, its further lines below each other."""
    for number, line in enumerate(text.splitlines() or [""]):
        head = label if number == 0 else ""
        yield f"{head}{' ' * (_LABEL - width(head))}{printable(line)}"


def _shortened(rule: str) -> str:
    rule = rule.replace('"', "")
    return rule if len(rule) <= _LONGEST_RULE else f"{rule[:_LONGEST_RULE]}…"

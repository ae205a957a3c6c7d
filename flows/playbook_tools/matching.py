"""``tingfeng playbooks match``: the ranking for a text or an incident, with the reasons."""

import argparse
import re
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from flows.packs import read_packs
from flows.settings_schema import Settings
from flows.store_reader import connect_reading
from operators.case import UNVERIFIED, Case
from operators.errors import InputError
from operators.match import Matcher
from operators.model import GENERAL, MINUTE, CrisisType, Subject
from operators.ranking import ranking_lines
from playbooks.reader import nearest
from playbooks.schema import Pack

_INCIDENT: Final = re.compile(r"[0-9a-f]{12,64}")
_ANYBODY: Final = "某公司"
_INCIDENT_SQL: Final = """
SELECT subject, crisis_type, level, stage, severity, mentions, negative, platforms, evidence,
       verification, onset_at, detected_at, updated_at, override, exercise
FROM v_incidents WHERE incident_id = {id:String}
"""
_WORDS_SQL: Final = """
SELECT subjects, crisis_types, spans FROM v_mentions
WHERE exercise = {exercise:UInt8} AND has({names:Array(String)}, concat(platform, '/', id))
"""
_PAST_SQL: Final = """
SELECT count() FROM v_incidents
WHERE exercise = {exercise:UInt8} AND subject = {subject:String} AND crisis_type = {kind:String}
  AND detected_at < {before:DateTime('UTC')} AND state NOT IN ('false_alarm', 'merged')
"""


def match(options: argparse.Namespace, settings: Settings) -> int:
    """Print the ranking for each thing the text is about; 1 when it is about nothing we know."""
    packs = read_packs(settings)
    library = [playbook for pack in packs for playbook in pack.playbooks]
    if _INCIDENT.fullmatch(options.what_for):
        cases = [_of_incident(options.what_for, settings, packs)]
    else:
        cases = _of_text(options, settings, packs)
    for number, case in enumerate(cases):
        if number:
            print()
        print("\n".join(ranking_lines(case, library)))
    if not cases:
        print("没有识别出监测主体和危机类型；可用 --subject 指明主体。")
    return 0 if cases else 1


def _of_text(options: argparse.Namespace, settings: Settings, packs: Sequence[Pack]) -> list[Case]:
    """Read a text as the flow reads a post: who is meant, which trouble, and how it is said."""
    text: str = options.what_for
    types = [kind for pack in packs for kind in pack.crisis_types]
    subjects = list(settings.subjects)
    if options.subject:
        known = {subject.id: subject for subject in subjects}
        if options.subject not in known:
            hint = nearest(options.subject, known) or "none in the settings"
            msg = f"--subject: unknown (got {options.subject}; try {hint})"
            raise InputError(msg)
        subjects = [known[options.subject]]
    found = _found(text, subjects, types)
    if not found and options.subject:
        # It says nothing about whom it means; we were told.
        found = _found(f"{subjects[0].name}：{text}", subjects, types)
    if not found:
        # A company we do not watch: every industry is asked whether it knows the trouble.
        anybody = [Subject(pack.industry, _ANYBODY, pack.industry) for pack in packs]
        found = [
            one
            for subject in anybody
            for one in _found(f"{_ANYBODY}：{text}", [subject], types)
            if one[1] != GENERAL
        ]
    risk = _risk(text, settings) if found else 0.0
    names = {(kind.industry, kind.id): kind.name for kind in types}
    now = round(time.time() * 1000)
    return [
        Case(
            incident_id="",
            exercise=False,
            subject=subject,
            crisis_type=kind,
            crisis_name=names.get((subject.industry, kind), ""),
            level=options.level,
            stage=options.stage,
            severity=0.0,
            negative_share=risk,
            platforms=(options.platform,),
            keywords=(*words, text),
            verification=options.verification,
            onset_ms=now - 10 * MINUTE,
            detected_ms=now,
            decided_ms=now,
            mentions=1,
            negative=round(risk),
            past_incidents=options.past,
            tiers=("ordinary",),
        )
        for subject, kind, words in found
    ]


def _found(
    text: str, subjects: Sequence[Subject], types: Sequence[CrisisType]
) -> list[tuple[Subject, str, tuple[str, ...]]]:
    """Return subject, crisis type and the words that told them."""
    if not subjects:
        return []
    known = {subject.id: subject for subject in subjects}
    hits = Matcher(subjects, types).match([text]).get(0, ())
    return [
        (known[hit.subject], hit.crisis_type, tuple(hit.span.partition(": ")[2].split()))
        for hit in hits
    ]


def _risk(text: str, settings: Settings) -> float:
    """Return the probability that the text is bad news, as the flow would judge it."""
    from operators.sentiment import load

    backend = load(settings.sentiment.backend, settings.sentiment.weights)
    return float(backend.score([text]).risk[0])


def _of_incident(incident_id: str, settings: Settings, packs: Sequence[Pack]) -> Case:
    """Build the case from the incident's row and its heaviest posts, as it stands in the store."""
    with connect_reading(settings.store.dsn, settings.var) as reader:
        rows = reader.query(_INCIDENT_SQL, {"id": incident_id}).rows
        if not rows:
            msg = f"incident: not in the store (got {incident_id}; try tingfeng report)"
            raise InputError(msg)
        row: Sequence[Any] = rows[0]
        who, kind, exercise = row[0], row[1], int(row[14])
        spoken = reader.query(_WORDS_SQL, {"exercise": exercise, "names": row[8]}).rows
        past = reader.query(
            _PAST_SQL, {"exercise": exercise, "subject": who, "kind": kind, "before": row[11]}
        ).rows[0][0]
    subjects = {subject.id: subject for subject in settings.subjects}
    if who not in subjects:
        msg = f"subject of the incident: not in the settings (got {who})"
        raise InputError(msg)
    subject = subjects[who]
    names = {(k.industry, k.id): k.name for pack in packs for k in pack.crisis_types}
    return Case(
        incident_id=incident_id,
        exercise=bool(exercise),
        subject=subject,
        crisis_type=kind,
        crisis_name=names.get((subject.industry, kind), ""),
        level=row[2],
        stage=row[3],
        severity=float(row[4]),
        negative_share=row[6] / row[5] if row[5] else 0.0,
        platforms=tuple(row[7]),
        keywords=_words(spoken, who, kind),
        verification=row[9] or UNVERIFIED,
        onset_ms=_ms(row[10]),
        detected_ms=_ms(row[11]),
        decided_ms=_ms(row[12]),
        mentions=int(row[5]),
        negative=int(row[6]),
        evidence=tuple(row[8]),
        past_incidents=int(str(past)),
        override=row[13],
    )


def _words(spoken: Sequence[Sequence[Any]], subject: str, kind: str) -> tuple[str, ...]:
    """Return the crisis terms found in the posts about this subject and type."""
    words = (
        word
        for subjects, kinds, spans in spoken
        for who, what, span in zip(subjects, kinds, spans, strict=True)
        if (who, what) == (subject, kind)
        for word in span.partition(": ")[2].split()
    )
    return tuple(dict.fromkeys(words))


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)

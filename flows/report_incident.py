"""The report of one incident, for the desk or for a regulator."""

from threading import Thread
from typing import Final

from flows.report import load
from flows.report_asking import Asker
from flows.store_reader import Reader
from operators.errors import StoreError
from operators.phrases import top_phrases
from operators.phrases_cut import warm
from operators.report.answers import Answer
from operators.report.cloud import Word
from operators.report.data import IncidentFile, ReportData
from operators.report.document import Document, Source
from operators.report.incident_focus import Words
from operators.report.incident_report import incident_document
from operators.report.names import Names
from operators.report.regulator import regulator_document
from operators.report.series import timeline
from operators.report.trace import incident_traces

QUESTIONS: Final = (
    "who_started",
    "source_tiers",
    "crossed_platforms",
    "account_concentration",
    "same_story",
    "influential_posts",
    "deleted_posts",
    "demands",
    "statement_effect",
    "incident_more",
    "incident_links",
    "incident_tasks",
    "incident_clocks",
    "incident_forecast",
    "incident_outcome",
    "incident_deliveries",
)
_TRACES: Final = (
    "state",
    "columns",
    "baseline",
    "platforms",
    "signals",
    "events",
    "phrase",
    "recommendations",
    "actions",
)
"""Keys of the statements of `incident_traces`, in their order."""

PHRASES: Final = 36


def incident_report(reader: Reader, incident: str, audience: str = "") -> Document:
    """Build the report of an incident; ``audience`` is empty or ``regulator``.

    Raises StoreError when there is no such incident.
    """
    asker = Asker(reader)
    found = reader.query(
        "SELECT exercise FROM v_incidents WHERE incident_id = {incident:String}",
        {"incident": incident},
    )
    if not found.rows:
        msg = f'no such incident: {incident} (try: tingfeng sql "SELECT incident_id FROM'
        msg += ' v_incidents")'
        raise StoreError(msg)
    given = {"incident": incident, "exercise": str(found.rows[0][0])}
    with asker.asking(QUESTIONS, given) as asked:
        phrases = asker.one("rising_phrases", given)
        counting = not phrases.rows
        if counting:
            Thread(target=warm, daemon=True).start()
        data = load(reader.client, [incident], bool(found.rows[0][0]), texts=counting)
        names = asker.names()
        answers = {"rising_phrases": phrases, **asked()}
    file = data.incidents[0]
    words = _words(file, answers["rising_phrases"], names)
    answers |= _traced(data, file, words)
    build = regulator_document if audience == "regulator" else incident_document
    return build(data, file, answers, words, names)


def _words(file: IncidentFile, found: Answer, names: Names) -> Words:
    """Give the phrases the flow has found, else those counted from the texts now."""
    if found.rows:
        stored = tuple(
            Word(str(row["phrase"]), int(row["posts"]), row["negatives"] / max(1, row["posts"]))
            for row in found.rows
        )
        return Words(stored, "rising_phrases")
    skip = names.own_words(file.row.subject)
    phrases = top_phrases(file.stories, file.background, skip=skip, limit=PHRASES)
    return Words(
        tuple(Word(one.text, one.posts, one.negative_share) for one in phrases),
        "phrase",
        sum(story.posts for story in file.stories),
    )


def _traced(data: ReportData, file: IncidentFile, words: Words) -> dict[str, Answer]:
    line = timeline(file.row, file.events, file.minutes, file.baselines, data.end_ms)
    phrase = words.phrases[0].text if words.phrases else file.row.subject
    traces = incident_traces(file.row.incident_id, line, phrase)
    return {
        key: Answer(Source(key, trace.what, trace.sql), ())
        for key, trace in zip(_TRACES, traces, strict=True)
    }

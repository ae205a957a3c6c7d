"""The brief of a day and the review of a month, from the store."""

from datetime import datetime, timedelta
from threading import Thread
from typing import Final
from zoneinfo import ZoneInfo

from flows.report_asking import Asker
from flows.store_reader import Reader
from operators.errors import ConfigError, Problem, StoreError
from operators.phrases import top_phrases
from operators.phrases_cut import warm
from operators.report.answers import Answer
from operators.report.brief_report import brief_document
from operators.report.cloud import Word
from operators.report.data import StoryRow
from operators.report.document import Document
from operators.report.incident_focus import Words
from operators.report.names import Names
from operators.report.periods import Period
from operators.report.review_report import review_document

ZONE: Final = ZoneInfo("Asia/Shanghai")
PHRASES: Final = 34
_BOTH: Final = (
    "period_subjects",
    "negative_share_interval",
    "period_incidents",
    "overdue_tasks",
    "reporting_clocks",
    "period_health",
    "feed_silence",
)
BRIEF: Final = (
    *_BOTH,
    "period_hours",
    "period_types",
    "period_events",
    "period_posts",
    "period_platforms",
    "period_feeds",
)
REVIEW: Final = (
    *_BOTH,
    "period_days",
    "response_times",
    "detect_time_by_industry",
    "statement_effect",
    "overridden_playbooks",
    "what_worked",
    "library_gaps",
    "false_alarms",
    "forecast_quality",
    "relabelled_posts",
    "period_drills",
    "arrival_delay",
)


def brief_report(
    reader: Reader, date: str | None, *, exercise: bool = False
) -> tuple[Document, str]:
    """Build the brief of a day, the last one with data when none is given, and name its file."""
    asker = Asker(reader)
    end_ms = _data_end(asker, exercise)
    if date is None:
        start = _local(end_ms - 1).replace(hour=0, minute=0, second=0, microsecond=0)
    else:
        start = _parsed(date, "%Y-%m-%d", "--date", "2026-11-21")
    end = start + timedelta(days=1)
    period = Period(f"{start.year}年{start.month}月{start.day}日", _ms(start), _ms(end), end_ms)
    given = _given(start, end, exercise)
    answers = {"period_phrases": asker.one("period_phrases", given)}
    if not answers["period_phrases"].rows:
        Thread(target=warm, daemon=True).start()
    answers |= asker.ask(BRIEF, given)
    names = asker.names()
    words = _words(asker, answers, start, end, names, exercise)
    return brief_document(period, answers, words, names), f"brief-{start:%Y-%m-%d}"


def review_report(
    reader: Reader, month: str | None, *, exercise: bool = False
) -> tuple[Document, str]:
    """Build the review of a month, the last one with data when none is given, and name its file."""
    asker = Asker(reader)
    end_ms = _data_end(asker, exercise)
    if month is None:
        start = _local(end_ms - 1).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    else:
        start = _parsed(month, "%Y-%m", "--month", "2026-11")
    end = (start + timedelta(days=32)).replace(day=1)
    period = Period(f"{start.year}年{start.month}月", _ms(start), _ms(end), end_ms)
    answers = asker.ask(REVIEW, _given(start, end, exercise))
    return review_document(period, answers, asker.names()), f"review-{start:%Y-%m}"


def _data_end(asker: Asker, exercise: bool) -> int:
    span = asker.one("data_span", {"exercise": str(int(exercise))}).first
    if span is None or not span["minutes"]:
        msg = "the store has no mentions yet, so there is no day or month to report"
        raise StoreError(msg)
    return int(span["end_at"])


def _given(start: datetime, end: datetime, exercise: bool) -> dict[str, str]:
    return {
        "start": f"{start:%Y-%m-%d %H:%M:%S}",
        "end": f"{end:%Y-%m-%d %H:%M:%S}",
        "exercise": str(int(exercise)),
    }


def _words(
    asker: Asker,
    answers: dict[str, Answer],
    start: datetime,
    end: datetime,
    names: Names,
    exercise: bool,
) -> Words:
    """Give the phrases the flow has found, else those counted from the texts now."""
    found = answers["period_phrases"]
    if found.rows:
        stored = tuple(
            Word(str(row["phrase"]), int(row["posts"]), row["negatives"] / max(1, row["posts"]))
            for row in found.rows[:PHRASES]
        )
        return Words(stored, "period_phrases")
    given = _given(start, end, exercise)
    texts = asker.ask(("period_stories", "period_before"), given)
    answers["period_stories"] = texts["period_stories"]
    own = [word for subject in names.subject for word in names.own_words(subject)]
    phrases = top_phrases(
        _stories(texts["period_stories"]), _stories(texts["period_before"]), skip=own, limit=PHRASES
    )
    words = tuple(Word(one.text, one.posts, one.negative_share) for one in phrases)
    return Words(words, "period_stories")


def _stories(found: Answer) -> tuple[StoryRow, ...]:
    return tuple(
        StoryRow(str(row["words"]), int(row["posts"]), int(row["negatives"])) for row in found.rows
    )


def _parsed(text: str, form: str, option: str, example: str) -> datetime:
    try:
        return datetime.strptime(text, form).replace(tzinfo=ZONE)
    except ValueError as error:
        problem = Problem("(command line)", 1, option, "not a date of that form", text, example)
        raise ConfigError([problem]) from error


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=ZONE)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)

"""What the page shows: the data of a report worked out into what the template only lays out."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from operators.fit import PART_NAMES, WEIGHTS
from operators.model import GENERAL, LEVEL_NAMES, LEVELS
from operators.phrases import Phrase, top_phrases
from operators.report.chart import chart
from operators.report.data import IncidentFile, PostRow, RecommendationRow, ReportData
from operators.report.feeds import Feed, feed
from operators.report.moments import stamp
from operators.report.names import Names
from operators.report.representative import representative, words_of
from operators.report.series import timeline
from operators.report.summary import brief, overall
from operators.report.tasks import Task, tasks
from operators.report.trace import Trace, incident_traces, store_traces
from operators.report.truth import TruthRow, Verdict, judge
from operators.report.wording import safe_link
from operators.severity import FACTOR_NAMES, MOST


@dataclass(frozen=True, slots=True)
class Bar:
    """A named amount and the whole it is part of; ``note`` stands beside it."""

    name: str
    value: float
    whole: float
    note: str = ""

    @property
    def width(self) -> float:
        """Length in percent of the whole, 0 to 100."""
        return round(100 * min(1.0, self.value / self.whole), 1) if self.whole else 0.0


@dataclass(frozen=True, slots=True)
class Post:
    """A representative post with its words on one line and a link that is safe to follow."""

    row: PostRow
    words: str
    link: str
    host: str


@dataclass(frozen=True, slots=True)
class Advice:
    """The recommendation in force with everything read out of it."""

    row: RecommendationRow
    tasks: tuple[Task, ...]
    parts: tuple[Bar, ...]
    runner_up: str
    override: str


@dataclass(frozen=True, slots=True)
class Section:
    """An incident as the page shows it."""

    file: IncidentFile
    anchor: str
    subject: str
    crisis_type: str
    brief: str
    chart: Markup
    factors: tuple[Bar, ...]
    platforms: tuple[Bar, ...]
    phrases: tuple[Phrase, ...]
    texts: int
    posts: tuple[Post, ...]
    advice: Advice | None


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report as the page shows it; ``verdict`` only where the truth is known."""

    data: ReportData
    overall: str
    levels: tuple[tuple[str, str, int], ...]
    running: int
    sections: tuple[Section, ...]
    verdict: Verdict | None
    feeds: tuple[Feed, ...]
    traces: tuple[Trace, ...]
    store_traces: tuple[Trace, ...]


def page_of(data: ReportData, names: Names, truth: Sequence[TruthRow]) -> Page:
    """Work a report out; incidents come with the most urgent first."""
    files = sorted(data.incidents, key=lambda file: file.row.urgency)
    rows = [file.row for file in files if file.row.state != "merged"]
    titles = {row.playbook_id: row.title for row in data.playbooks}
    sections = tuple(_section(file, data, names, titles) for file in files)
    return Page(
        data=data,
        overall=overall(rows),
        levels=tuple(
            (level, LEVEL_NAMES[level], sum(row.level == level for row in rows))
            for level in reversed(LEVELS)
        ),
        running=sum(row.state == "open" for row in rows),
        sections=sections,
        verdict=judge(truth, rows) if truth else None,
        feeds=tuple(
            sorted(
                (feed(row, data.end_ms) for row in data.feeds),
                key=lambda item: (-item.silent_ms, item.row.platform),
            )
        ),
        traces=_traces(sections, data),
        store_traces=store_traces(),
    )


def _section(file: IncidentFile, data: ReportData, names: Names, titles: dict[str, str]) -> Section:
    row = file.row
    subject = names.subject_name(row.subject)
    kind = names.type_name(row.subject, row.crisis_type)
    line = timeline(row, file.events, file.minutes, file.baselines, data.end_ms)
    times = f"起点{stamp(row.onset_ms)}，发现{stamp(row.detected_ms)}"
    title = f"{subject}“{kind}”的声量与负面占比，{times}"
    most = max((item.mentions for item in file.platforms), default=0)
    return Section(
        file=file,
        anchor=f"incident-{row.incident_id}",
        subject=subject,
        crisis_type=kind,
        brief=brief(file, names),
        chart=Markup(chart(line, title)),
        factors=tuple(
            Bar(FACTOR_NAMES.get(name, name), points, MOST.get(name, 100.0))
            for name, points in sorted(row.factors, key=lambda one: (-one[1], one[0]))
        ),
        platforms=tuple(
            Bar(
                names.platform_name(item.platform),
                item.mentions,
                most,
                f"{item.negative / item.mentions:.0%}" if item.mentions else "",
            )
            for item in file.platforms
        ),
        phrases=top_phrases(
            file.stories, file.background, skip=names.own_words(row.subject), limit=14
        ),
        texts=sum(story.posts for story in file.stories),
        posts=tuple(_post(post) for post in representative(file.posts)),
        advice=_advice(file, titles),
    )


def _post(row: PostRow) -> Post:
    link, host = safe_link(row.url)
    return Post(row, words_of(row), link, host)


def _advice(file: IncidentFile, titles: dict[str, str]) -> Advice | None:
    row = file.recommendation
    if row is None:
        return None
    override = file.row.override
    return Advice(
        row=row,
        tasks=tasks(row.actions),
        parts=tuple(
            Bar(PART_NAMES.get(name, name), points, WEIGHTS.get(name, 100.0))
            for name, points in sorted(row.parts, key=lambda one: (-one[1], one[0]))
        ),
        runner_up=titles.get(row.runner_up, row.runner_up),
        override=titles.get(override, override),
    )


def _traces(sections: Sequence[Section], data: ReportData) -> tuple[Trace, ...]:
    """Show the statements for the first incident that is about a named trouble."""
    first = next((item for item in sections if item.file.row.crisis_type != GENERAL), None)
    first = first or next(iter(sections), None)
    if first is None:
        return ()
    file = first.file
    line = timeline(file.row, file.events, file.minutes, file.baselines, data.end_ms)
    phrase = first.phrases[0].text if first.phrases else first.subject
    return incident_traces(file.row.incident_id, line, phrase)

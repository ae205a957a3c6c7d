"""Minutes of an incident as the columns, the line and the marks of its time line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from operators.model import BIN, HOUR, LEVEL_NAMES, MINUTE
from operators.report.data import BaselineRow, EventRow, IncidentRow, MinuteRow

STEPS: Final = tuple(minutes * MINUTE for minutes in (5, 10, 30, 60, 120, 240, 480, 1440))
"""Column widths to choose from, in ms."""

MOST_COLUMNS: Final = 170
"""More columns than this cannot be told apart on a printed page."""

BEFORE: Final = 3 * HOUR
"""How much of the usual is shown before the onset."""

AFTER: Final = 1 * HOUR
"""How much is shown after the last change of an incident that has ended."""

SHARE_OVER: Final = 30 * MINUTE
"""The negative share is taken over the half hour that ends with the column, or one column."""

SHARE_LEAST: Final = 10
"""With fewer posts than this a share says nothing and is left out."""

_CHINA_OFFSET: Final = 8 * HOUR


@dataclass(frozen=True, slots=True)
class Column:
    """Posts published in ``step`` ms from ``start_ms``; ``share`` of the trailing half hour."""

    start_ms: int
    mentions: int
    negative: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at an instant; ``kind`` is onset, detected, level or statement."""

    at_ms: int
    kind: str
    label: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the chart draws: columns of ``step_ms``, the usual level as (instant, posts), marks."""

    start_ms: int
    end_ms: int
    step_ms: int
    columns: tuple[Column, ...]
    usual: tuple[tuple[int, float], ...]
    marks: tuple[Mark, ...]


def shown_span(row: IncidentRow, data_end_ms: int) -> tuple[int, int]:
    """Give the first and last instant the report shows of an incident.

    An incident that has ended is shown until an hour after its last change, another one until the
    end of the data.
    """
    last = max(row.detected_ms, row.updated_ms, row.closed_ms, row.statement_ms)
    end = data_end_ms if row.state == "open" else min(last + AFTER, data_end_ms)
    return row.onset_ms - BEFORE, max(end, last)


def timeline(
    row: IncidentRow,
    events: Sequence[EventRow],
    minutes: Sequence[MinuteRow],
    baselines: Sequence[BaselineRow],
    data_end_ms: int,
) -> Timeline:
    """Lay out an incident's time line; columns are aligned to the clock in China."""
    first, last = shown_span(row, data_end_ms)
    step = step_for(last - first)
    start, end = _floor(first, step), _floor(last - 1, step) + step
    return Timeline(
        start,
        end,
        step,
        columns(minutes, start, end, step),
        _usual(baselines, start, end, step),
        marks(row, events),
    )


def step_for(span_ms: int) -> int:
    """Choose the narrowest column that keeps a chart of ``span_ms`` readable."""
    return next((step for step in STEPS if span_ms <= step * MOST_COLUMNS), STEPS[-1])


def columns(minutes: Iterable[MinuteRow], start: int, end: int, step: int) -> tuple[Column, ...]:
    """Add minutes up into columns of ``step`` ms from ``start`` to ``end``."""
    size = max(0, (end - start) // step)
    mentions, negative = [0] * size, [0] * size
    for minute in minutes:
        place = (minute.minute_ms - start) // step
        if 0 <= place < size:
            mentions[place] += minute.mentions
            negative[place] += minute.negative
    width = max(1, SHARE_OVER // step)
    result = []
    for place in range(size):
        since = max(0, place - width + 1)
        posts = sum(mentions[since : place + 1])
        share = sum(negative[since : place + 1]) / posts if posts >= SHARE_LEAST else None
        result.append(Column(start + place * step, mentions[place], negative[place], share))
    return tuple(result)


def marks(row: IncidentRow, events: Sequence[EventRow]) -> tuple[Mark, ...]:
    """Collect onset, detection, changes of level and the statement, in order of time."""
    found = [Mark(row.onset_ms, "onset", "起点"), Mark(row.detected_ms, "detected", "发现")]
    found += [
        Mark(event.at_ms, "level", _level_label(event), event.after)
        for event in events
        if event.kind == "level" and event.before != event.after
    ]
    if row.statement_ms:
        found.append(Mark(row.statement_ms, "statement", "发布声明"))
    order = ("onset", "detected", "level", "statement")
    return tuple(sorted(found, key=lambda mark: (mark.at_ms, order.index(mark.kind))))


def _level_label(event: EventRow) -> str:
    ranks = list(LEVEL_NAMES)
    name = LEVEL_NAMES.get(event.after, event.after)
    if event.before in ranks and event.after in ranks:
        return f"{'升' if ranks.index(event.after) > ranks.index(event.before) else '降'}为{name}"
    return f"定为{name}"


def _usual(
    baselines: Sequence[BaselineRow], start: int, end: int, step: int
) -> tuple[tuple[int, float], ...]:
    """Scale the usual negative posts of a 5-minute bin to the width of a column."""
    return tuple(
        (row.bin_ms, row.expected * step / BIN) for row in baselines if start <= row.bin_ms < end
    )


def _floor(ms: int, step: int) -> int:
    return ms - (ms + _CHINA_OFFSET) % step

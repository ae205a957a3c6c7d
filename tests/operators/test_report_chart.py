"""The time line of an incident: its columns, its share, its marks and its drawing."""

import xml.etree.ElementTree as ET
from dataclasses import replace

from operators.model import BIN, DAY, HOUR, MINUTE
from operators.report.chart import LEFT, PLOT_WIDTH, WIDTH, chart, ticks
from operators.report.data import BaselineRow, EventRow, MinuteRow
from operators.report.moments import china
from operators.report.series import columns, shown_span, step_for, timeline
from tests.fixtures.report_values import NOON, incident

_NS = "{http://www.w3.org/2000/svg}"


def _level(at: int, before: str, after: str) -> EventRow:
    return EventRow(2, at, "level", before, after, 50.0, "", "", ())


def _drawn(svg: str, kind: str) -> list[ET.Element]:
    return [one for one in ET.fromstring(svg).iter() if kind in one.get("class", "").split()]


def test_columns_hold_every_minute_once() -> None:
    """Minutes add up into columns; what lies outside is left out."""
    minutes = [MinuteRow(NOON + at * MINUTE, 10, 4) for at in range(-1, 11)]
    found = columns(minutes, NOON, NOON + 2 * BIN, BIN)
    assert [(one.mentions, one.negative) for one in found] == [(50, 20), (50, 20)]


def test_the_share_is_of_the_half_hour_that_ends_with_the_column() -> None:
    """Later posts never change an earlier share, and few posts give none."""
    counts = ((0, 9, 9), (1, 11, 1), (7, 20, 5))
    minutes = [MinuteRow(NOON + at * BIN, posts, bad) for at, posts, bad in counts]
    shares = [one.share for one in columns(minutes, NOON, NOON + 9 * BIN, BIN)]
    assert shares[:2] == [None, 0.5]
    assert shares[5] == 0.5
    assert shares[6:8] == [1 / 11, 0.25]


def test_columns_stay_few_however_long_an_incident_lasts() -> None:
    """Short incidents have columns of 5 minutes, a day of 10, long ones wider ones."""
    assert step_for(4 * HOUR) == 5 * MINUTE
    assert step_for(DAY) == 10 * MINUTE
    assert all(days * DAY <= 170 * step_for(days * DAY) for days in range(1, 160, 9))


def test_an_ended_incident_is_shown_until_an_hour_after_its_end() -> None:
    """An open incident is shown until the end of the data, an ended one no further than needed."""
    end = NOON + DAY
    ended = incident(state="closed", closed_ms=NOON + 2 * HOUR, updated_ms=NOON + 2 * HOUR)
    assert shown_span(incident(), end) == (NOON - 3 * HOUR, end)
    assert shown_span(ended, end) == (NOON - 3 * HOUR, NOON + 3 * HOUR)


def test_marks_tell_onset_detection_levels_and_statement_in_order() -> None:
    """Rises and falls of the level are named, and other events make no mark."""
    row = incident(statement_ms=NOON + 30 * MINUTE)
    events = (
        _level(NOON + 60 * MINUTE, "severe", "moderate"),
        _level(NOON + 20 * MINUTE, "moderate", "severe"),
        replace(_level(NOON + 21 * MINUTE, "", "x"), kind="stage"),
    )
    line = timeline(row, events, (), (), NOON + 2 * HOUR)
    assert [mark.label for mark in line.marks] == [
        "起点",
        "发现",
        "升为严重",
        "发布声明",
        "降为中等",
    ]
    assert [mark.level for mark in line.marks if mark.kind == "level"] == ["severe", "moderate"]


def test_the_usual_level_is_scaled_to_the_width_of_a_column() -> None:
    """The baseline speaks of 5 minutes; the line must compare with what a column shows."""
    usual = [BaselineRow(NOON + at * BIN, 2.0) for at in range(4)]
    line = timeline(incident(), (), (), usual, NOON + DAY)
    assert line.step_ms == 10 * MINUTE
    assert [value for _, value in line.usual] == [4.0] * 4


def test_a_column_is_as_high_as_its_posts() -> None:
    """Negative and other posts are stacked, and their heights are in proportion to the counts."""
    minutes = (MinuteRow(NOON, 40, 30), MinuteRow(NOON + HOUR, 20, 5))
    svg = chart(timeline(incident(), (), minutes, (), NOON + 2 * HOUR), "图")
    bars = [one for one in _drawn(svg, "negative") if one.get("width") != "14"]
    others = [one for one in _drawn(svg, "other") if one.get("width") != "14"]
    low, high = (float(one.get("height", "0")) for one in (bars[1], bars[0]))
    rest = float(others[0].get("height", "0"))
    assert abs(high / low - 6) < 0.05
    assert abs(high / rest - 3) < 0.05
    top, base = (float(one.get("y", "0")) for one in (others[0], bars[0]))
    assert abs(top + rest - base) < 0.11


def test_marks_stand_at_their_time_and_labels_do_not_overlap() -> None:
    """Four marks within minutes of each other stay readable."""
    events = tuple(_level(NOON + at * MINUTE, "minor", "moderate") for at in (15, 18))
    line = timeline(incident(), events, (), (), NOON + 3 * HOUR)
    svg = chart(line, "图")
    (onset,) = _drawn(svg, "mark-onset")
    whole = line.end_ms - line.start_ms
    wanted = LEFT + PLOT_WIDTH * (NOON - line.start_ms) / whole
    assert abs(float(onset.get("x1", "0")) - wanted) < 0.1
    boxes = []
    for label in _drawn(svg, "label"):
        box = label.find(f"{_NS}rect")
        assert box is not None
        x, y, width = (float(box.get(name, "0")) for name in ("x", "y", "width"))
        assert x >= 0
        assert x + width <= WIDTH
        boxes.append((y, x, x + width))
    assert len(boxes) == 4
    for y, left, right in boxes:
        assert sum(y == other and left < end and start < right for other, start, end in boxes) == 1


def test_the_axis_is_in_china_time_on_round_hours() -> None:
    """A day has ticks at even hours of the Chinese clock, midnight among them."""
    hours = [(china(at).hour, china(at).minute) for at in ticks(NOON - DAY, NOON)]
    assert hours[0] == (12, 0)
    assert (0, 0) in hours
    assert len(hours) <= 13


def test_foreign_words_in_a_chart_are_escaped() -> None:
    """The title comes from a configured name and must stay text."""
    svg = chart(timeline(incident(), (), (), (), NOON + HOUR), '"><script>&')
    assert "<script" not in svg
    root = ET.fromstring(svg)
    assert root.findtext(f"{_NS}title") == '"><script>&'


def test_an_incident_without_any_minute_still_has_a_chart() -> None:
    """Metrics may have been dropped by retention: axes and marks are drawn all the same."""
    svg = chart(timeline(incident(), (), (), (), NOON + HOUR), "图")
    assert _drawn(svg, "mark-onset")
    assert not _drawn(svg, "share-line")[1:]

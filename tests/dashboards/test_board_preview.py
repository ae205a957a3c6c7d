"""The preview shows what a dashboard shows, and posts stay text in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashboards import fields, panels
from dashboards.boards import ALL
from dashboards.macros import Scope
from dashboards.model import EMPTY, Dashboard, Panel, Placed
from dashboards.preview.__main__ import draw_all, last_minute
from dashboards.preview.axes import nice_top
from dashboards.preview.looks import formatted, look
from dashboards.preview.page import draw
from dashboards.theme import LEVEL, steps
from flows.store_reader import connect_reading
from tests.support.demo_run import END_MS, Demo

HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Given:
    """An answer for every question."""

    columns: Sequence[str]
    types: Sequence[str]
    rows: Sequence[Sequence[object]]

    def query(self, sql: str) -> "Given":
        """Give the answer."""
        assert sql
        return self


def page_of(panel: Panel, given: Given) -> str:
    """Draw one panel over an answer."""
    board = Dashboard("x", "x", "", (Placed(6, [(24, panel)]),))
    return draw(given, board, Scope(0, HOUR)).html


def test_all_pages_of_the_demo(demo: Demo, tmp_path: Path) -> None:
    """Five pages come out, with every panel's title and no address but those of posts."""
    with connect_reading(demo.dsn, demo.var) as reader:
        assert last_minute(reader) == END_MS
        pages = dict(draw_all(reader, END_MS, tmp_path))
    assert {path.stem for path in pages} == {board.uid for board in ALL}
    for board in ALL:
        text = (tmp_path / f"{board.uid}.html").read_text(encoding="utf-8")
        for line in board.lines:
            for _width, panel in line.panels:
                assert f"<h2>{panel.title}</h2>" in text
        assert "src=" not in text
        assert "<link" not in text
    wall = tmp_path / "tingfeng-wall.html"
    assert pages[wall] == 1080
    assert "星河银行" in wall.read_text(encoding="utf-8")
    assert "北京时间" in wall.read_text(encoding="utf-8")


def test_hostile_text_is_escaped() -> None:
    """A post cannot bring markup into the page."""
    table = panels.table(1, "t", "d", "SELECT 1")
    page = page_of(table, Given(("a",), ("String",), (("<script>alert(1)</script>",),)))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "panel",
    [
        panels.table(1, "t", "d", "SELECT 1"),
        panels.gauges(1, "t", "d", "SELECT 1"),
        panels.chart(1, "t", "d", "SELECT 1", x="a"),
        panels.series(1, "t", "d", ["SELECT 1"]),
        panels.lights(1, "t", "d", "SELECT 1", mappings=[]),
        panels.stat(1, "t", "d", "SELECT 1"),
    ],
    ids=lambda panel: panel.kind,
)
def test_empty_is_said(panel: Panel) -> None:
    """Every kind of panel says so when there is nothing to show."""
    given = Given(("time", "a", "n"), ("DateTime", "String", "UInt8"), ())
    assert EMPTY in page_of(panel, given)


def test_zero_is_not_empty() -> None:
    """A count of zero is a zero."""
    page = page_of(panels.stat(1, "t", "d", "SELECT 1"), Given(("n",), ("UInt8",), ((0,),)))
    assert ">0<" in page
    assert EMPTY not in page


def test_values_are_written_as_grafana_does() -> None:
    """Units, mappings and thresholds come from the panel."""
    assert formatted(0.5, "percentunit", 0) == "50%"
    assert formatted(1234.5, "locale", None) == "1,234"
    assert formatted(12.25, "none", 1) == "12.2"
    table = panels.table(
        1, "t", "d", "",
        [
            fields.column("级别", mapping=[LEVEL]),
            fields.column("n", thresholds=steps("#111111", (5, "#222222")), unit="suffix: 分"),
        ],
    )  # fmt: skip
    assert look(table, "级别").text("severe") == "严重"
    assert look(table, "级别").text("none of them") == "none of them"
    shown = look(table, "n")
    assert (shown.text(7), shown.colour(7), shown.colour(4)) == ("7 分", "#222222", "#111111")


@pytest.mark.parametrize(("largest", "top"), [(0, 1), (1, 1), (7, 10), (21, 25), (0.31, 0.4)])
def test_axes_end_on_round_numbers(largest: float, top: float) -> None:
    """The axis holds the largest value and ends on a round one."""
    assert nice_top(largest) == pytest.approx(top)

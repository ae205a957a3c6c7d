"""Every query of every dashboard, asked of the demo's store as Grafana would ask it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from dashboards.ask import Asked, answer_of, ask_all, choices, start_of
from dashboards.boards import ALL
from dashboards.boards.overview import OVERVIEW
from dashboards.frames import kind_of, problems, to_series
from dashboards.macros import ALL as EVERYTHING
from dashboards.macros import Scope, expand
from dashboards.model import EMPTY, Dashboard
from dashboards.preview.looks import look
from dashboards.preview.page import draw
from flows.store_reader import Reader, connect_reading
from tests.support.demo_run import END_MS, Demo

BOARDS: Final = {board.uid: board for board in ALL}
DELIVERED: Final = "only a delivery fills it; the demo sends nothing to anybody"
EXPECTED_EMPTY: Final = {
    ("tingfeng-incident", 28): DELIVERED,
    ("tingfeng-health", 8): DELIVERED,
    ("tingfeng-health", 17): DELIVERED,
}
"""(dashboard, panel) -> why the demo leaves it empty; it says so on the screen."""


@pytest.fixture(scope="module")
def store(demo: Demo) -> Iterator[Reader]:
    """Open the demo's store for these tests."""
    with connect_reading(demo.dsn, demo.var) as reader:
        yield reader


def scopes(store: Reader, board: Dashboard) -> list[Scope]:
    """Return the dashboard's range at the demo's end, once for each choice of a single value."""
    scope = choices(store, board, Scope(start_of(board, END_MS), END_MS))
    single = [one.name for one in board.variables if not one.multi]
    if not single:
        return [scope]
    [name] = single
    return [
        replace(scope, variables={**scope.variables, name: value}) for value in scope.options[name]
    ]


@pytest.fixture(scope="module")
def asked(store: Reader) -> dict[str, list[list[Asked]]]:
    """Ask every panel of every dashboard, once for each choice."""
    return {
        board.uid: [list(ask_all(store, board, scope)) for scope in scopes(store, board)]
        for board in ALL
    }


def told(one: Asked) -> bool:
    """Tell whether an answer shows something: a row with a value that is not null."""
    return any(
        value is not None
        for row in one.answer.rows
        for value, written in zip(row, one.answer.types, strict=True)
        if kind_of(written) != "time"
    )


@pytest.mark.parametrize("uid", BOARDS)
def test_frames_are_what_the_panels_need(asked: dict[str, list[list[Asked]]], uid: str) -> None:
    """Every answer has the shape that its panel draws."""
    found = {
        f"{one.panel.id} {one.panel.title} {one.target.ref}: {problem}"
        for choice in asked[uid]
        for one in choice
        for problem in problems(one.answer, series=one.target.series)
    }
    assert not found


@pytest.mark.parametrize("uid", BOARDS)
def test_the_demo_fills_every_panel(asked: dict[str, list[list[Asked]]], uid: str) -> None:
    """No panel stays empty for all choices but those that only a delivery can fill."""
    filled = {
        (one.panel.id, one.target.ref) for choice in asked[uid] for one in choice if told(one)
    }
    wanted = {(one.panel.id, one.target.ref) for one in asked[uid][0]}
    empty = {number for number, _ref in wanted - filled}
    assert empty == {number for board, number in EXPECTED_EMPTY if board == uid}


@pytest.mark.parametrize("uid", BOARDS)
def test_columns_that_are_dressed_exist(asked: dict[str, list[list[Asked]]], uid: str) -> None:
    """No table gives a look to a column it does not have, and none shows a hidden id."""
    for one in asked[uid][0]:
        if one.panel.kind != "table":
            continue
        names = {override.match for override in one.panel.overrides}
        assert names <= {*one.answer.columns, *_of_posts(one)}, one.panel.title
        for column in one.answer.columns:
            plain = re.fullmatch(r"[a-z_0-9]+", column)
            assert not plain or look(one.panel, column).custom.get("hidden"), column


def _of_posts(one: Asked) -> set[str]:
    """Return the columns that only some tables of posts have."""
    return {"互动", "代表", "信源"} if "内容" in one.answer.columns else set()


@pytest.mark.parametrize("uid", BOARDS)
def test_texts_and_colours_stand_for_every_value(
    asked: dict[str, list[list[Asked]]], uid: str
) -> None:
    """Where a column maps ids to words, every id that occurs has its word."""
    for choice in asked[uid]:
        for one in choice:
            for place, name in enumerate(one.answer.columns):
                shown = look(one.panel, name)
                kinds = {mapping["type"] for mapping in shown.options.get("mappings", ())}
                if kinds != {"value"} or kind_of(one.answer.types[place]) != "label":
                    continue
                values = {str(row[place]) for row in one.answer.rows}
                plain = {value for value in values if re.fullmatch(r"[a-z_0-9]+", value)}
                assert {value for value in plain if shown.mapped(value) is None} == set(), name


@pytest.mark.parametrize("uid", BOARDS)
def test_hostile_choices_stay_values(store: Reader, uid: str) -> None:
    """A value with quotes and SQL in it is looked for and found nowhere; nothing breaks."""
    board = BOARDS[uid]
    hostile = "x') OR 1=1 --"
    variables = {one.name: (hostile,) if one.multi else hostile for one in board.variables}
    options = dict.fromkeys(variables, (hostile,))
    scope = Scope(start_of(board, END_MS), END_MS, variables=variables, options=options)
    if not variables:
        return
    for one in ask_all(store, board, scope):
        if one.panel.kind == "table" and "subject IN (" in one.sql:
            assert one.answer.rows == (), one.panel.title


@pytest.mark.parametrize("uid", BOARDS)
def test_one_choice_of_several_is_enough(store: Reader, uid: str) -> None:
    """With one subject chosen, panels by subject name no other."""
    board = BOARDS[uid]
    if "subject" not in {one.name for one in board.variables}:
        return
    start = Scope(start_of(board, END_MS), END_MS, variables={"subject": ("xinghe_bank",)})
    scope = choices(store, board, start)
    for one in ask_all(store, board, scope):
        if "主体" in one.answer.columns and one.panel.id not in (16, 20):
            at = list(one.answer.columns).index("主体")
            assert {row[at] for row in one.answer.rows} <= {"星河银行"}, one.panel.title


@pytest.mark.parametrize("uid", BOARDS)
def test_before_there_was_anything(store: Reader, uid: str) -> None:
    """Over a time without data nothing fails, and what is measured is empty, never zero."""
    board = BOARDS[uid]
    end = END_MS - 400 * 86_400_000
    scope = choices(store, board, Scope(start_of(board, end), end))
    answers = list(ask_all(store, board, scope))
    for one in answers:
        assert not problems(one.answer, series=one.target.series) or not one.answer.rows
        if one.target.series:
            assert one.answer.rows == (), one.panel.title
    if uid == "tingfeng-wall":
        held = {one.panel.id: one.answer.rows[0][0] for one in answers if one.panel.kind == "stat"}
        assert (held[6], held[7], held[8]) == (None, None, None)
        assert held[1] == 0
    page = draw(store, board, scope).html
    assert EMPTY in page


def test_the_wall_never_scans_posts(store: Reader) -> None:
    """What the wall asks is answered from counts: ClickHouse's own plan reads no mentions."""
    [scope] = scopes(store, OVERVIEW)
    for one in ask_all(store, OVERVIEW, scope):
        plan = "\n".join(str(row[0]) for row in answer_of(store, f"EXPLAIN {one.sql}").rows)
        read = set(re.findall(r"ReadFromMergeTree \((?:\w+\.)?(\w+)\)", plan))
        assert "mentions" not in read, one.panel.title
    raw = answer_of(store, "EXPLAIN SELECT count() FROM v_mentions WHERE platform = 'weibo'").rows
    assert any("mentions)" in str(row[0]) for row in raw)


def test_silence_is_not_calm(store: Reader) -> None:
    """Where the pipeline did not run, the lights are out instead of grey."""
    [scope] = scopes(store, OVERVIEW)
    dark = replace(scope, start_ms=END_MS, end_ms=END_MS + 6 * 3_600_000)
    [lights] = [one for one in ask_all(store, OVERVIEW, dark) if one.panel.id == 10]
    last = max(
        (ms for one in to_series(lights.answer) for ms, v in one.points if v == 0), default=0
    )
    assert last <= END_MS


def test_marks_of_an_incident(store: Reader) -> None:
    """Detection, levels, what people did and the statement are marked on the time axis."""
    board = BOARDS["tingfeng-incident"]
    found: dict[str, int] = {}
    for scope in scopes(store, board):
        for annotation in board.annotations:
            answer = answer_of(store, expand(annotation.sql, scope))
            assert list(answer.columns) == ["time", "title", "text", "tags"]
            found[annotation.name] = found.get(annotation.name, 0) + len(answer.rows)
    assert set(found) == {"检测", "级别与阶段", "处置", "声明"}
    assert all(found.values())


def test_choices_are_named_in_chinese(store: Reader) -> None:
    """Variables give (value, label), the label in words people know."""
    for board in ALL:
        scope = choices(store, board, Scope(start_of(board, END_MS), END_MS))
        for variable in board.variables:
            answer = answer_of(store, expand(variable.sql, scope))
            assert len(answer.columns) == 2
            assert all(re.search(r"[\u4e00-\u9fff]", str(row[1])) for row in answer.rows)
            assert scope.variables[variable.name] in ((EVERYTHING,), str(answer.rows[0][0]))


def test_a_day_is_the_same_when_looked_at_again(store: Reader) -> None:
    """Nothing depends on the clock: the same range gives the same answers."""
    for board in (OVERVIEW, BOARDS["tingfeng-compare"]):
        [scope] = scopes(store, board)
        first = [one.answer for one in ask_all(store, board, scope)]
        assert first == [one.answer for one in ask_all(store, board, scope)]

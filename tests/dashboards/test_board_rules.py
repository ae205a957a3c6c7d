"""The dashboards keep the rules and Grafana's own types, and every rule bites on a broken one."""

import copy
from collections.abc import Callable
from typing import Any, Final

import pytest

from dashboards.boards import ALL
from dashboards.lint import check, together
from tests.support.board_schema import breaches

Json = dict[str, Any]
UIDS: Final = frozenset(board.uid for board in ALL)
BOARDS: Final = {board.uid: board.json() for board in ALL}


@pytest.mark.parametrize("uid", BOARDS)
def test_rules_are_kept(uid: str) -> None:
    """No dashboard breaks a rule."""
    assert check(BOARDS[uid], UIDS) == []


@pytest.mark.parametrize("uid", BOARDS)
def test_schema_is_kept(uid: str) -> None:
    """Every key is one that Grafana knows, every value of its type."""
    assert breaches(BOARDS[uid]) == []


def test_no_two_are_alike() -> None:
    """Uids and titles are unique; a second copy is told."""
    boards = list(BOARDS.values())
    assert together(boards) == []
    assert together([*boards, boards[0]]) == [
        "uid 'tingfeng-wall' is used twice",
        "title '舆情总览' is used twice",
    ]


def wall() -> Json:
    """Return the wall, to be broken."""
    return copy.deepcopy(BOARDS["tingfeng-wall"])


def panel(board: Json, number: int) -> Json:
    """Return a panel of a dashboard."""
    found: Json = next(one for one in board["panels"] if one["id"] == number)
    return found


def target(board: Json, number: int) -> Json:
    """Return the first query of a panel."""
    found: Json = panel(board, number)["targets"][0]
    return found


def sql(board: Json, before: str, after: str, number: int = 6) -> None:
    """Change the query of a panel."""
    one = target(board, number)
    assert before in one["rawSql"]
    one["rawSql"] = one["rawSql"].replace(before, after)


def override(board: Json, number: int, name: str, value: object) -> None:
    """Give a column of a panel a property."""
    panel(board, number)["fieldConfig"]["overrides"].append(
        {"matcher": {"id": "byName", "options": "x"}, "properties": [{"id": name, "value": value}]}
    )


BROKEN: Final[dict[str, tuple[Callable[[Json], Any], str]]] = {
    "editable": (lambda b: b.update(editable=True), "editable is True"),
    "zone": (lambda b: b.update(timezone="browser"), "timezone is 'browser'"),
    "uid": (lambda b: b.update(uid="a b"), "uid 'a b'"),
    "id": (lambda b: b.update(id=7), "id is set"),
    "refresh": (lambda b: b.update(refresh="5s"), "refresh '5s' is under"),
    "past": (lambda b: b["time"].update(to="now-1h"), "does not end now"),
    "untagged": (lambda b: b.update(tags=[]), "tag 'tingfeng' is missing"),
    "links": (lambda b: b["links"][0].update(keepTime=False), "do not carry time and variables"),
    "no source variable": (lambda b: b["templating"]["list"].pop(0), "type datasource"),
    "stale variable": (
        lambda b: b["templating"]["list"][1].update(refresh=1), "is not asked again"),
    "hard-wired source": (
        lambda b: panel(b, 6)["datasource"].update(uid="abc"), "is not the variable"),
    "hard-wired query": (
        lambda b: target(b, 6).update(datasource={"type": "x", "uid": "abc"}), "of A is not"),
    "same panel id": (lambda b: panel(b, 6).update(id=7), "panel id 7 is used twice"),
    "overlap": (lambda b: panel(b, 11)["gridPos"].update(x=8), "lies over panel 10"),
    "too wide": (lambda b: panel(b, 12)["gridPos"].update(w=7), "does not fit"),
    "no title": (lambda b: panel(b, 6).update(title=""), "has no title"),
    "no description": (lambda b: panel(b, 6).update(description=""), "has no description"),
    "no query": (lambda b: panel(b, 6).update(targets=[]), "asks nothing"),
    "one refId": (lambda b: panel(b, 11)["targets"][1].update(refId="A"), "one refId"),
    "old version": (lambda b: target(b, 6).update(pluginVersion="3.3.0"), "old version"),
    "formats differ": (lambda b: target(b, 11).update(format=1), "format 1 differ"),
    "table over time": (
        lambda b: target(b, 11).update(format=1, queryType="table"), "cannot show format 1"),
    "clock": (lambda b: sql(b, "$__toTime", "now()"), "calls now()"),
    "raw table": (lambda b: sql(b, "v_metrics", "metrics_minute"), "reads metrics_minute"),
    "unbound": (lambda b: target(b, 6).update(rawSql="SELECT count() FROM v_metrics"), "not bound"),
    "unknown variable": (lambda b: sql(b, "${subject:", "${topic:"), "topic is not defined"),
    "unquoted": (
        lambda b: sql(b, "(${subject:singlequote})", "($subject)"), "subject is not quoted"),
    "unknown macro": (lambda b: sql(b, "sum(mentions)", "$__lttb(mentions)"), "not known"),
    "hasToken": (lambda b: sql(b, "exercise = 0", "hasToken(subject, 'a')"), "hasToken"),
    "silent when empty": (
        lambda b: panel(b, 6)["fieldConfig"]["defaults"].pop("noValue"), "尚无数据"),
    "unit": (lambda b: panel(b, 6)["fieldConfig"]["defaults"].update(unit="Stück"), "unit 'Stück'"),
    "column unit": (lambda b: override(b, 13, "unit", "posts"), "unit 'posts'"),
    "thresholds": (
        lambda b: override(b, 13, "thresholds", {"steps": [{"color": "red", "value": 0}]}),
        "must have no value"),
    "link": (
        lambda b: override(b, 13, "links", [{"url": "/d/gone?${__url_time_range}"}]),
        "leads to no dashboard"),
    "link without time": (
        lambda b: override(b, 13, "links", [{"url": "/d/tingfeng-wall?x"}]), "time range"),
    "link with a stranger": (
        lambda b: override(
            b, 13, "links", [{"url": "/d/tingfeng-wall?${__url_time_range}&${a:queryparam}"}]),
        "carries a"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_bites(name: str) -> None:
    """A wall broken on purpose is told, in words that name the fault."""
    spoil, told = BROKEN[name]
    board = wall()
    spoil(board)
    assert any(told in one for one in check(board, UIDS)), check(board, UIDS)


def test_annotations_are_looked_at_too() -> None:
    """An annotation without a time column and one that reads a table are told."""
    board = copy.deepcopy(BOARDS["tingfeng-incident"])
    one = board["annotations"]["list"][1]["target"]
    one["rawSql"] = one["rawSql"].replace("AS time", "AS t").replace("v_incident", "incident")
    found = check(board, UIDS)
    assert any("no column time" in breach for breach in found)
    assert any("reads incident_events" in breach for breach in found)


MISTYPED: Final[dict[str, tuple[Callable[[Json], Any], str]]] = {
    "string height": (lambda b: panel(b, 6)["gridPos"].update(h="4"), "is no int"),
    "threshold mode": (
        lambda b: panel(b, 6)["fieldConfig"]["defaults"]["thresholds"].update(mode="absolut"),
        "is no ThresholdsMode"),
    "unknown panel key": (lambda b: panel(b, 6).update(titel="x"), "unknown key"),
    "refresh": (lambda b: b["templating"]["list"][1].update(refresh=7), "VariableRefresh"),
    "unknown option": (
        lambda b: panel(b, 11)["options"]["legend"].update(displayMod="list"), "unknown key"),
    "draw style": (
        lambda b: panel(b, 11)["fieldConfig"]["defaults"]["custom"].update(drawStyle="aera"),
        "is no GraphDrawStyle"),
    "unknown query key": (lambda b: target(b, 6).update(sql="SELECT 1"), "unknown key"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTYPED)
def test_the_schema_bites(name: str) -> None:
    """What Grafana's types do not allow is told."""
    spoil, told = MISTYPED[name]
    board = wall()
    spoil(board)
    assert any(told in one for one in breaches(board)), breaches(board)

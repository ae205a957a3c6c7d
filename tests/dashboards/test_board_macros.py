"""Queries become what the plugin would send, and what it would misread is refused."""

import pytest

from dashboards.macros import QueryError, Scope, expand, expand_alert, format_value

SCOPE = Scope(
    1_795_168_800_000,
    1_795_255_200_000,
    300_000,
    {"one": "a", "some": ("a", "o'b"), "all": ("$__all",), "none": ""},
    {"all": ("x", "y")},
)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("$__timeFilter(t)", "t >= toDateTime(1795168800) AND t <= toDateTime(1795255200)"),
        ("$__timeFilter_ms(t)", ("t >= fromUnixTimestamp64Milli(1795168800000)"
         " AND t <= fromUnixTimestamp64Milli(1795255200000)")),
        ("$__dateFilter(d)", "d >= toDate('2026-11-20') AND d <= toDate('2026-11-21')"),
        ("$__timeFrom(t)", "t >= toDateTime(1795168800)"),
        ("$__timeTo(t)", "t <= toDateTime(1795255200)"),
        ("$__fromTime", "toDateTime(1795168800)"),
        ("$__toTime", "toDateTime(1795255200)"),
        ("$__timeInterval(t)", "toStartOfInterval(toDateTime(t), INTERVAL 300 second)"),
        ("$__timeGroup(t, 5m)", "toStartOfInterval(toDateTime(t), INTERVAL 300 second)"),
        ("count() / $__interval_s", "count() / 300"),
        ("$__timeFilter(coalesce(a, $__toTime))",
         ("coalesce(a, toDateTime(1795255200)) >= toDateTime(1795168800)"
         " AND coalesce(a, toDateTime(1795255200)) <= toDateTime(1795255200)")),
        ("x IN (${some:singlequote})", "x IN ('a','o\\'b')"),
        ("x IN (${all:singlequote})", "x IN ('x','y')"),
        ("$__conditionalAll(x IN (${all:singlequote}), $all)", "1=1"),
        ("$__conditionalAll(x IN (${some:singlequote}), $some)", "x IN ('a','o\\'b')"),
        ("$__conditionalAll(has(x, ${none:singlequote}), $none)", "1=1"),
        ("${__from} ${__to} $__interval", "1795168800000 1795255200000 5m"),
    ],
)  # fmt: skip
def test_expansion(written: str, sent: str) -> None:
    """Each macro and format gives what plugin 4.20 gives."""
    assert expand(written, SCOPE) == sent


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("$__rateColumns(t)", "not known"),
        ("$__timeFilter()", "takes 1"),
        ("$__timeFilter(a, b)", "takes 1"),
        ("$__timeGroup(t, 1d)", "no Go duration"),
        ("$nobody", "not defined"),
        ("$__conditionalAll(a, b, $one)", "takes 2"),
        ("$__conditionalAll(a IN (${some:singlequote}), ${some:singlequote})", "second"),
        ("$__conditionalAll(match(x, 'a$'), $some)", "dollar"),
        ("$__conditionalAll(x", "not closed"),
        ("${one:html}", "not known"),
    ],
)
def test_refusal(written: str, told: str) -> None:
    """What Grafana or the plugin would pass on and ClickHouse refuse is told here."""
    with pytest.raises(QueryError, match=told):
        expand(written, SCOPE)


@pytest.mark.parametrize(
    "written",
    ["$platform", "${platform:singlequote}", "$__conditionalAll(a, $b)", "${__from}", "[[x]]"],
)
def test_alerts_know_no_dashboard(written: str) -> None:
    """An alert query is sent as written: what a browser would fill in is refused."""
    with pytest.raises(QueryError, match="only a dashboard knows"):
        expand_alert(f"SELECT {written} WHERE $__timeFilter(t)", SCOPE)


def test_alerts_know_macros() -> None:
    """The back end's macros work in alert queries."""
    assert expand_alert("$__timeTo(t)", SCOPE) == "t <= toDateTime(1795255200)"


def test_formats() -> None:
    """The plugin's own format quotes several values and leaves a single one bare."""
    assert format_value(("a", "b"), "") == "'a','b'"
    assert format_value("a", "") == "a"
    assert format_value(('o"b', "o'c"), "sqlstring") == "'o\\\"b','o''c'"
    assert format_value(("a", "b"), "pipe") == "a|b"

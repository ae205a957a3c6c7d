"""What grafana-clickhouse-datasource 4.20 makes of a query before ClickHouse sees it.

In this order: ``$__conditionalAll`` and variables in the browser, then the macros in the plugin's
back end. An alert rule skips the browser. What the plugin passes through unchanged and ClickHouse
would then refuse (an unknown macro, ad hoc filters) is an error here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

ALL: Final = "$__all"
Value = str | tuple[str, ...]

_CONDITIONAL: Final = "$__conditionalAll("
_NAME: Final = re.compile(r"(?<=\$\{)\w+(?=\})|(?<=\$)\w+")
_VARIABLE: Final = re.compile(r"\$(\w+)|\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}")
_MACRO: Final = re.compile(r"\$__(\w+)")
_GROUP: Final = re.compile(r"(\d+)([smh])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
_BROWSER_ONLY: Final = re.compile(
    r"\$__conditionalAll|\$__adHocFilters|\$__from\b|\$__to\b|\$(?!__)\w+|\$\{|\[\[\w+\]\]"
)


class QueryError(ValueError):
    """A query that Grafana or the plugin would refuse or misread."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Time range (ms since epoch), interval (ms) and variables a query is expanded with.

    A value of several is a tuple; ``("$__all",)`` stands for everything in ``options``.
    """

    start_ms: int
    end_ms: int
    interval_ms: int = 60_000
    variables: Mapping[str, Value] = field(default_factory=dict)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def expand(sql: str, scope: Scope) -> str:
    """Return the SQL of a panel, variable or annotation as ClickHouse gets it."""
    return _macros(_variables(_conditional(sql, scope), scope), scope)


def expand_alert(sql: str, scope: Scope) -> str:
    """Return the SQL of an alert rule as ClickHouse gets it: the browser has no part in it."""
    found = _BROWSER_ONLY.search(sql)
    if found is not None:
        msg = f"alert SQL uses {found[0]!r}, which only a dashboard knows"
        raise QueryError(msg)
    return _macros(sql, scope)


def _arguments(sql: str, start: int) -> tuple[list[str], int]:
    """Split what stands in the parentheses at ``start``; quotes are not honoured, as there."""
    depth, argument = 0, ""
    found: list[str] = []
    for place in range(start, len(sql)):
        char = sql[place]
        depth += (char == "(") - (char == ")")
        if depth == 0:
            last = [argument.strip()] if found or argument.strip() else []
            return [*found, *last], place + 1
        if char == "," and depth == 1:
            found.append(argument.strip())
            argument = ""
        elif not (char == "(" and depth == 1):
            argument += char
    msg = "parentheses of a macro are not closed"
    raise QueryError(msg)


def _conditional(sql: str, scope: Scope) -> str:
    while (at := sql.rfind(_CONDITIONAL)) != -1:
        arguments, end = _arguments(sql, at + len(_CONDITIONAL) - 1)
        if len(arguments) != 2:
            msg = f"$__conditionalAll takes 2 arguments (got {len(arguments)})"
            raise QueryError(msg)
        condition, named = arguments
        name = _NAME.search(named)
        if name is None or ":" in named:
            msg = f"$__conditionalAll wants $name second (got {named!r})"
            raise QueryError(msg)
        if re.search(r"\$['&`$]", condition):
            msg = f"$__conditionalAll would misread the dollar in {condition!r}"
            raise QueryError(msg)
        value = scope.variables.get(name[0])
        everything = value in ("", (), ALL, (ALL,))
        sql = sql[:at] + ("1=1" if everything else condition) + sql[end:]
    return sql


def _variables(sql: str, scope: Scope) -> str:
    interval = scope.interval_ms
    builtin = {
        "__interval": f"{interval // 1000}s" if interval % 60_000 else f"{interval // 60_000}m",
        "__interval_ms": str(interval),
        "__from": str(scope.start_ms),
        "__to": str(scope.end_ms),
    }

    def value_of(match: re.Match[str]) -> str:
        name, form = match[1] or match[2], match[3] or ""
        if name in builtin:
            return builtin[name]
        if name not in scope.variables:
            if name.startswith("__"):
                return match[0]
            msg = f"variable ${name} is not defined"
            raise QueryError(msg)
        value = scope.variables[name]
        if value in (ALL, (ALL,)):
            value = scope.options[name]
        return format_value(value, form)

    return _VARIABLE.sub(value_of, sql)


def format_value(value: Value, form: str) -> str:
    """Write a variable as ``${name:form}`` does; without a form as the plugin itself does.

    >>> format_value(("a", "b"), "singlequote")
    "'a','b'"
    """
    several = value if isinstance(value, tuple) else (value,)
    match form:
        case "":
            return "'" + "','".join(value) + "'" if isinstance(value, tuple) else value
        case "singlequote":
            return ",".join("'" + one.replace("'", "\\'") + "'" for one in several)
        case "sqlstring":
            quoted = (one.replace("'", "''").replace('"', '\\"') for one in several)
            return ",".join(f"'{one}'" for one in quoted)
        case "csv" | "raw":
            return ",".join(several)
        case "pipe":
            return "|".join(several)
    msg = f"variable format :{form} is not known here"
    raise QueryError(msg)


def _macros(sql: str, scope: Scope) -> str:
    known = _known(scope)
    while hits := list(_MACRO.finditer(sql)):
        hit = hits[-1]  # the innermost of nested ones comes last
        name = hit[1]
        if name not in known:
            msg = f"macro $__{name} is not known to plugin 4.20"
            raise QueryError(msg)
        wanted, write = known[name]
        arguments: list[str] = []
        end = hit.end()
        if wanted and sql[end : end + 1] == "(":
            arguments, end = _arguments(sql, end)
        if len(arguments) != wanted:
            msg = f"$__{name} takes {wanted} argument(s) (got {len(arguments)})"
            raise QueryError(msg)
        sql = sql[: hit.start()] + write(*arguments) + sql[end:]
    return sql


def _known(scope: Scope) -> dict[str, tuple[int, Callable[..., str]]]:
    start, end = scope.start_ms, scope.end_ms
    seconds, ms = max(scope.interval_ms // 1000, 1), max(scope.interval_ms, 1)

    def instant(at: int) -> str:
        return f"toDateTime({at // 1000})"

    def instant_ms(at: int) -> str:
        return f"fromUnixTimestamp64Milli({at})"

    def date(at: int) -> str:
        return f"toDate('{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}')"

    def between(column: str, write: Callable[[int], str]) -> str:
        return f"{column} >= {write(start)} AND {column} <= {write(end)}"

    def both(day: str, column: str) -> str:
        return f"({between(day, date)}) AND ({between(column, instant)})"

    def group(column: str, every: str) -> str:
        found = _GROUP.fullmatch(every.strip("'\""))
        if found is None:
            msg = f"$__timeGroup: {every!r} is no Go duration"
            raise QueryError(msg)
        length = int(found[1]) * _SECONDS[found[2]]
        return f"toStartOfInterval(toDateTime({column}), INTERVAL {length} second)"

    return {
        "timeFilter": (1, lambda c: between(c, instant)),
        "timeFilter_ms": (1, lambda c: between(c, instant_ms)),
        "dateFilter": (1, lambda c: between(c, date)),
        "dateTimeFilter": (2, both),
        "dt": (2, both),
        "timeFrom": (1, lambda c: f"{c} >= {instant(start)}"),
        "timeTo": (1, lambda c: f"{c} <= {instant(end)}"),
        "fromTime": (0, lambda: instant(start)),
        "toTime": (0, lambda: instant(end)),
        "fromTime_ms": (0, lambda: instant_ms(start)),
        "toTime_ms": (0, lambda: instant_ms(end)),
        "timeInterval": (
            1,
            lambda c: f"toStartOfInterval(toDateTime({c}), INTERVAL {seconds} second)",
        ),
        "timeInterval_ms": (
            1,
            lambda c: f"toStartOfInterval(toDateTime64({c}, 3), INTERVAL {ms} millisecond)",
        ),
        "timeGroup": (2, group),
        "interval_s": (0, lambda: str(seconds)),
    }

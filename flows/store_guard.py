"""What a reader of the store may ask: one statement that only reads tables of the store.

``readonly = 1`` on the connection refuses writes, settings and most of what leaves the database,
but chDB still reads files through ``file()``, writes them through ``INTO OUTFILE`` and kills
queries. So a statement is first parsed by the engine itself (``EXPLAIN AST`` runs nothing) and
taken only if all it names is known to be harmless.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from flows.clickhouse_http import RefusedError
from sql.lexer import statements

_READONLY: Final = 164
_SYNTAX_ERROR: Final = 62

_QUERIES: Final = frozenset({"SelectWithUnionQuery", "SelectIntersectExceptQuery", "SelectQuery"})
_ALLOWED: Final = _QUERIES | {
    "DescribeQuery",
    "ExistsDatabaseQuery",
    "ExistsTableQuery",
    "ExistsViewQuery",
    "Explain",
    "ShowColumns",
    "ShowCreateTableQuery",
    "ShowCreateViewQuery",
    "ShowIndexes",
    "ShowTables",
}
"""First words of `EXPLAIN AST` for statements that read."""

_EXPANDED: Final = _QUERIES | {"DescribeQuery", "Explain"}
"""Of these `EXPLAIN AST` shows every function inside; of the others it shows none."""

TABLE_FUNCTIONS: Final = frozenset(
    {
        "format",
        "generate_series",
        "generateseries",
        "merge",
        "null",
        "numbers",
        "numbers_mt",
        "primes",
        "values",
        "view",
        "zeros",
        "zeros_mt",
    }
)
"""Table functions that touch nothing but the store; all others are refused, new ones too."""

_FUNCTIONS: Final = frozenset({"file", "hascolumnintable", "catboostevaluate"})
_NAMED: Final = re.compile(r"^\s*(Function|Identifier) (\S+)", re.MULTILINE)
# `* APPLY f` is the one place where `EXPLAIN AST` does not tell the function.
_APPLY: Final = "ColumnsApplyTransformer"
# Where ClickHouse's lexer may see other string borders than ours does.
_DOUBTFUL: Final = re.compile("[“”‘’$#\0]")
_EXPLAIN: Final = "EXPLAIN AST "
_POSITION: Final = re.compile(r"(?<=failed at position )\d+")
_OUTFILE: Final = re.compile(r"\boutfile\b", re.IGNORECASE)

Ask = Callable[[str, Mapping[str, str]], str]
"""(statement, parameters) → what the engine answers, as TabSeparated text."""


class Guard:
    """Refuses what must not be asked; knows which functions this engine has."""

    def __init__(self, ask: Ask) -> None:
        tables = ask("SELECT name FROM system.table_functions", {}).split()
        models = ask("SELECT name FROM system.functions WHERE match(name, '^(ai|AI)[A-Z]')", {})
        self._functions = _FUNCTIONS | {name.lower() for name in models.split()}
        self._calls = self._functions | ({name.lower() for name in tables} - TABLE_FUNCTIONS)

    def check(self, ask: Ask, text: str, parameters: Mapping[str, str]) -> str:
        """Return the one statement of ``text``; raises RefusedError when it does more than read.

        ``ask`` must go to a connection with ``readonly = 1``.
        """
        statement = _single(text)
        wrong = "INTO OUTFILE" if _OUTFILE.search(statement) else ""
        wrong = wrong or self._wrong(statement, _tree(ask, statement, parameters))
        if wrong:
            msg = f"{wrong}: refused, this address only reads. (READONLY)"
            raise RefusedError(_READONLY, msg)
        return statement

    def _wrong(self, statement: str, tree: str) -> str:
        kind = (tree.split(maxsplit=1) or [""])[0]
        if kind not in _ALLOWED:
            return f"statement of kind {kind}"
        if kind not in _EXPANDED and "(" in statement:
            return f"parenthesis in a statement of kind {kind}"
        # `arrayMap(f, …)` names a function without calling it.
        named = {(kind, name.lower()) for kind, name in _NAMED.findall(tree)}
        bad = {name for kind, name in named if kind == "Function"} & self._calls
        bad |= {name for kind, name in named if kind == "Identifier"} & self._functions
        if _APPLY in tree:
            bad |= set(re.findall(r"\w+", statement.lower())) & self._calls
            bad |= {"APPLY with a backslash"} if "\\" in statement else set()
        return f"function {', '.join(sorted(bad))}" if bad else ""


def _tree(ask: Ask, statement: str, parameters: Mapping[str, str]) -> str:
    try:
        return ask(f"{_EXPLAIN}{statement}", parameters)
    except RefusedError as error:
        # Positions are told in the text that was sent, not in the one that was written.
        text = _POSITION.sub(lambda found: str(int(found[0]) - len(_EXPLAIN)), str(error))
        error.args = (text,)
        raise


def _single(text: str) -> str:
    bare = text.strip().rstrip("; \t\r\n")
    if not bare:
        msg = "no statement. (SYNTAX_ERROR)"
        raise RefusedError(_SYNTAX_ERROR, msg)
    if ";" in bare or "\0" in bare:
        if _DOUBTFUL.search(bare):
            msg = "write a semicolon inside of such a text as char(59). (SYNTAX_ERROR)"
            raise RefusedError(_SYNTAX_ERROR, msg)
        try:
            found = statements(bare)
        except ValueError as error:
            raise RefusedError(_SYNTAX_ERROR, f"{error}. (SYNTAX_ERROR)") from error
        if len(found) != 1:
            msg = f"one statement at a time (got {len(found)}). (SYNTAX_ERROR)"
            raise RefusedError(_SYNTAX_ERROR, msg)
    return bare

"""Cut SQL text into statements, minding strings, identifiers, heredocs and comments.

The lexical rules are ClickHouse's (src/Parsers/Lexer.cpp): quotes are escaped by a backslash or by
doubling, ``--``, ``# `` and ``#!`` start a comment that ends with the line, ``$tag$ … $tag$`` is
a string.
"""

import re

_TOKEN = re.compile(
    r"""
      (?P<quoted> '(?:[^'\\]|\\.|'')*' | `(?:[^`\\]|\\.|``)*` | "(?:[^"\\]|\\.|"")*"
                | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ )
    | (?P<comment> --[^\n]* | \#(?=[ !])[^\n]* | /\*.*?\*/ )
    | (?P<end> ; )
    | (?P<open> ['`"] | /\* )
    | (?P<other> [\w]+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)


def statements(text: str) -> tuple[str, ...]:
    r"""Split at semicolons; comments and empty statements are left out.

    Raises ValueError, with the line, for a quote or comment that is never closed.

    >>> statements("SELECT 'a;b'; -- c;\nSELECT 2")
    ("SELECT 'a;b'", 'SELECT 2')
    """
    found: list[str] = []
    parts: list[str] = []
    for token in _TOKEN.finditer(text):
        if token["open"]:
            line = text.count("\n", 0, token.start()) + 1
            msg = f"line {line}: {token['open']} is never closed"
            raise ValueError(msg)
        if token["end"]:
            found.append("".join(parts).strip())
            parts.clear()
        else:
            parts.append(" " if token["comment"] else token[0])
    found.append("".join(parts).strip())
    return tuple(statement for statement in found if statement)


def identifiers(statement: str) -> frozenset[str]:
    """Words of a statement outside its strings; quoted identifiers do not count.

    >>> sorted(identifiers("SELECT a FROM v_b WHERE c = 'v_d'"))
    ['FROM', 'SELECT', 'WHERE', 'a', 'c', 'v_b']
    """
    return frozenset(
        token["other"]
        for token in _TOKEN.finditer(statement)
        if token["other"] and (token["other"].isidentifier())
    )

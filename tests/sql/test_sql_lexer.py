"""SQL text is cut where ClickHouse would cut it."""

import pytest

from sql.lexer import identifiers, statements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("  \n;;\n-- only a comment\n/* and ; another */", ()),
        ("SELECT 1", ("SELECT 1",)),
        ("SELECT 1;\nSELECT 2;", ("SELECT 1", "SELECT 2")),
        (
            "SELECT ';', 'it''s;', 'a\\';b'; SELECT 2",
            ("SELECT ';', 'it''s;', 'a\\';b'", "SELECT 2"),
        ),
        ('SELECT "a;b", `c;``d`; SELECT 2', ('SELECT "a;b", `c;``d`', "SELECT 2")),
        ("SELECT $$a;'b$$; SELECT $t$;$x$;$t$", ("SELECT $$a;'b$$", "SELECT $t$;$x$;$t$")),
        ("SELECT 1 -- it's; not\n, 2; SELECT 3", ("SELECT 1  \n, 2", "SELECT 3")),
        ("SELECT /* ; ' */ 1", ("SELECT   1",)),
        ("SELECT 1 # it's;\n+ 2", ("SELECT 1  \n+ 2",)),
        ("SELECT '-- no; comment', '/* nor; this'", ("SELECT '-- no; comment', '/* nor; this'",)),
        ("SELECT '手续费；；' ; SELECT 2", ("SELECT '手续费；；'", "SELECT 2")),
    ],
)
def test_statements_are_cut_at_semicolons_outside_of_text(
    text: str, expected: tuple[str, ...]
) -> None:
    """Strings, quoted names, heredocs and comments hide semicolons; empty statements vanish."""
    assert statements(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT 1;\nSELECT 'open", "line 2: ' is never closed"),
        ("SELECT `open", "line 1: ` is never closed"),
        ("\n\nSELECT 1 /* open", "line 3: /* is never closed"),
    ],
)
def test_what_is_never_closed_is_told_with_its_line(text: str, message: str) -> None:
    """A forgotten quote is an error with a line, not one giant statement."""
    with pytest.raises(ValueError, match=message.replace("*", r"\*")):
        statements(text)


def test_identifiers_are_words_outside_of_strings() -> None:
    """A view named only inside a string is not read by the statement."""
    found = identifiers("SELECT v_a.x, 'v_b' AS \"v_c\" FROM v_a")
    assert found == {"SELECT", "v_a", "x", "AS", "FROM"}

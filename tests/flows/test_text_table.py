"""Rows line up in a terminal whatever is in them."""

import pytest

from flows.text_table import cut, lay_out, printable, width


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("星河", 4), ("，。", 4), ("e\u0301", 1), ("😡", 2), ("a\u200db", 2)],
)
def test_width_is_what_a_terminal_gives(text: str, columns: int) -> None:
    """Chinese signs and emoji take two columns, combining signs none."""
    assert width(text) == columns


@pytest.mark.parametrize("sign", ["\x1b", "\x00", "\r", "\n", "\x9b", "\u202e", "\u2066", "\u2028"])
def test_signs_that_move_the_cursor_are_written_out(sign: str) -> None:
    """A post cannot clear the screen or turn a line around."""
    assert printable(f"a{sign}b") == f"a{sign!r}b".replace("'", "")
    assert printable("听风 “a” '") == "听风 “a” '"


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("星河银行", 8, "星河银行"),
        ("星河银行", 7, "星河银…"),
        ("星河银行", 6, "星河…"),
    ],
)
def test_cut_never_takes_more_than_its_room(text: str, room: int, expected: str) -> None:
    """A wide sign that does not fit is left out whole."""
    assert cut(text, room) == expected


def test_columns_line_up() -> None:
    """Numbers are flush right, all cells of a column begin at the same place."""
    rows = [["星河银行", "1"], ["a", "1234"]]
    assert lay_out(["name", "n"], rows, right=[False, True], longest=60, room=None) == [
        "name         n",
        "────────  ────",
        "星河银行     1",
        "a         1234",
    ]


def test_wide_columns_give_way_first() -> None:
    """A line fits the room as long as no column gets below eight."""
    rows = [["x" * 50, "y" * 20, "z"]]
    for room in (80, 40, 22):
        lines = lay_out(["a", "b", "c"], rows, right=[False] * 3, longest=60, room=room)
        assert max(map(width, lines)) <= room
    narrow = lay_out(["a", "b", "c"], rows, right=[False] * 3, longest=60, room=5)
    assert narrow[2] == f"{'x' * 7}…  {'y' * 7}…  z"

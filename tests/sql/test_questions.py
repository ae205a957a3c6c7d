"""Heads of named questions: what they ask, what they take, and slips told with the file."""

import re
from pathlib import Path

import pytest

from operators.errors import StoreError
from sql.files import shipped
from sql.questions import literal, read_questions

GOOD = """-- 谁先说的
-- 更多说明
-- :incident String  事件编号
-- :limit UInt32 = 20  最多几行
-- :place String = ''  地点
SELECT {incident:String}, {limit:UInt32}, {place:String}
"""


def _one(folder: Path, text: str) -> None:
    (folder / "who.sql").write_text(text, encoding="utf-8")


def test_a_head_is_read(tmp_path: Path) -> None:
    """Title, explanation, parameters with types and defaults, and the statement."""
    _one(tmp_path, GOOD)
    question = read_questions(tmp_path)["who"]
    assert (question.title, question.about) == ("谁先说的", "更多说明")
    assert [(one.name, one.type, one.default) for one in question.parameters] == [
        ("incident", "String", None),
        ("limit", "UInt32", "20"),
        ("place", "String", ""),
    ]
    assert question.values({"incident": "a"}) == {"incident": "a", "limit": "20", "place": ""}


def test_a_filled_statement_cannot_be_broken_out_of(tmp_path: Path) -> None:
    """A value with quotes stays a value in the text people copy."""
    _one(tmp_path, GOOD)
    filled = read_questions(tmp_path)["who"].filled({"incident": "a' OR 1=1 \\"})
    assert filled == r"SELECT 'a\' OR 1=1 \\', 20, ''"


def test_wrong_values_are_all_told(tmp_path: Path) -> None:
    """An unknown parameter and a missing one, in one message."""
    _one(tmp_path, GOOD)
    with pytest.raises(StoreError) as told:
        read_questions(tmp_path)["who"].values({"subject": "x"})
    assert "@who takes no subject (try incident, limit, place)" in str(told.value)
    assert "--param incident=… is missing: 事件编号" in str(told.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT 1\n", "needs a comment line"),
        ("-- 问题\n", "needs a comment line"),
        ("-- 问题\n-- :limit UInt32=20\nSELECT {limit:UInt32}\n", "not a parameter"),
        ("-- 问题\nSELECT {limit:UInt32}\n", "differ: limit:UInt32"),
        ("-- 问题\n-- :limit UInt32  几行\nSELECT 1\n", "differ: limit:UInt32"),
        ("-- 问题\n-- :a UInt8  几\nSELECT {a:UInt16}\n", "differ: a:UInt16, a:UInt8"),
    ],
)
def test_a_head_out_of_form(tmp_path: Path, text: str, told: str) -> None:
    """A file that cannot be asked is refused by name."""
    _one(tmp_path, text)
    with pytest.raises(StoreError, match=f"who.sql: .*{told}"):
        read_questions(tmp_path)


def test_values_as_clickhouse_writes_them() -> None:
    """Numbers, texts, lists and instants of a zone."""
    assert literal(["a", "b'"], "Array(String)") == r"['a', 'b\'']"
    assert literal("2026-01-01 00:00:00", "DateTime('Asia/Shanghai')").startswith(
        "toDateTime('2026"
    )


def test_the_shipped_ones_are_about_twenty_and_read_views_only() -> None:
    """Each asks in Chinese and reads ``v_*`` views, never a table, and no clock."""
    assert len(read_questions()) >= 20
    views = {one.name.removesuffix(".sql") for one in (shipped() / "views").iterdir()}
    for folder in (None, shipped() / "queries" / "reports"):
        for question in read_questions(folder).values():
            read = set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", question.sql))
            assert read, question.name
            assert read <= views, question.name
            assert not re.search(r"\b(now|now64|today|yesterday)\(", question.sql)
            assert any("\u4e00" <= sign <= "\u9fff" for sign in question.title)

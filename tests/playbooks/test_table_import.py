"""A library kept as a table becomes playbook files that load, with nothing lost or invented."""

from pathlib import Path

import pytest

from operators.errors import PackError
from playbooks.advice import advice_on
from playbooks.draft import TO_WRITE, Draft, draft_text
from playbooks.loader import load_playbook
from playbooks.table_import import drafts_of

TYPES = {"system_outage": "系统故障", "fees": "收费争议"}
TABLE = (Path(__file__).parents[1] / "fixtures/library_tables/word_style.md").read_text("utf-8")
CSV = """危机类型,级别,关键词,沟通话术
系统故障,重大,"登不上、转不了账","多行
话术"
"""


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    """Write a table."""
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def test_row_becomes_a_playbook_that_loads(tmp_path: Path) -> None:
    """Level, strategy, texts, tasks with roles and times, law and do-nots are taken over."""
    drafts = drafts_of(write(tmp_path, "old.md", TABLE), "banking", TYPES, "2026-01-01")
    assert [draft.id for draft in drafts] == [
        "banking.system_outage",
        "banking.fees",
        "banking.general",
    ]
    outage, fees, general = (
        load_playbook(write(tmp_path, f"{n}.yaml", draft_text(draft)))
        for n, draft in enumerate(drafts)
    )
    assert (outage.levels, outage.strategy) == (("severe",), "diminish")
    assert outage.statements["weibo"] == "系统正在恢复，\n请拨热线。"
    assert [(t.role, t.task, t.deadline_minutes) for t in outage.actions] == [
        ("信息科技部", "排查（30分钟内）", 30),
        ("公关部", "发布公告", 120),
    ]
    assert outage.donts == ("不推责", "不承诺时间")
    assert [note.regulation for note in outage.legal_notes] == ["《商业银行法》"]
    assert (fees.levels, fees.strategy, fees.scct_cluster) == (
        ("minor", "moderate"),
        "rebuild",
        "preventable",
    )
    assert (general.crisis_type, len(general.levels)) == ("*", 3)


def test_what_a_table_does_not_say_is_marked_not_made_up(tmp_path: Path) -> None:
    """Gaps say 待写 and are advised on; a time nobody gave is commented; other columns are kept."""
    drafts = drafts_of(write(tmp_path, "old.md", TABLE), "banking", TYPES)
    outage, fees, _ = map(draft_text, drafts)
    assert "# 原表“备注”：2023年修订" in outage
    assert "old.md 第5行" in outage
    assert "原来没有写明时限" in fees
    assert "原来没有写明时限" not in outage
    playbook = load_playbook(write(tmp_path, "fees.yaml", fees))
    assert any(TO_WRITE in advice.text for advice in advice_on(playbook))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_table_of_a_spreadsheet_is_read_in_either_encoding(encoding: str, tmp_path: Path) -> None:
    """What a Chinese Excel saves as CSV is read, with line ends inside cells."""
    (draft,) = drafts_of(write(tmp_path, "old.csv", CSV, encoding), "banking", TYPES)
    assert draft.keywords == ("登不上", "转不了账")
    assert draft.statements["weibo"] == "多行\n话术"
    assert draft.levels == ("severe",)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (
            "| 危机类型 | 级别 |\n|---|---|\n| 天灾 | 严重 |\n",
            ":3: crisis_type: unknown type (got 天灾",
        ),
        ("| 危机类型 | 级别 |\n|---|---|\n| 系统故障 | 特快 |\n", ":3: levels: unknown (got 特快"),
        ("| 事情 | 级别 |\n|---|---|\n| x | 严重 |\n", "no column of crisis types (got 事情, 级别"),
        ("没有表格\n", "holds no table"),
    ],
)
def test_row_that_cannot_be_placed_is_told_at_its_line(
    table: str, problem: str, tmp_path: Path
) -> None:
    """An unknown type or level, a missing column, no table: each is said with what was found."""
    with pytest.raises(PackError) as caught:
        drafts_of(write(tmp_path, "old.md", table), "banking", TYPES)
    assert problem in str(caught.value)


def test_second_row_of_a_type_has_an_id_of_its_own(tmp_path: Path) -> None:
    """Two rows for one type do not overwrite each other."""
    table = "| 危机类型 | 级别 |\n|---|---|\n| 系统故障 | 轻微 |\n| 系统故障 | 严重 |\n"
    drafts = drafts_of(write(tmp_path, "old.md", table), "banking", TYPES)
    assert [draft.id for draft in drafts] == ["banking.system_outage", "banking.system_outage_2"]


def test_scaffold_loads_and_says_what_is_to_be_written(tmp_path: Path) -> None:
    """An empty draft is a playbook with comments; the check names each field still to write."""
    draft = Draft(id="banking.fees_new", industry="banking", crisis_type="fees", day="2026-01-01")
    text = draft_text(draft)
    assert text.count("#") > 15
    playbook = load_playbook(write(tmp_path, "new.yaml", text))
    assert playbook.actions[0].kind == "verify"
    paths = {advice.path for advice in advice_on(playbook) if TO_WRITE in advice.text}
    assert paths >= {"title", "holding_statement", "statements", "donts", "approver", "owner"}


def test_hostile_cells_stay_text(tmp_path: Path) -> None:
    """Quotes, colons and template signs in a cell neither break the file nor run."""
    cell = 'a: "b" #c {{ 7*7 }} \''
    table = f"| 危机类型 | 禁忌 | 沟通话术 |\n|---|---|---|\n| 系统故障 | {cell} | {cell} |\n"
    (draft,) = drafts_of(write(tmp_path, "old.md", table), "banking", TYPES)
    file = write(tmp_path, "x.yaml", draft_text(draft))
    with pytest.raises(PackError, match=r"statements\.weibo: only fields are allowed"):
        load_playbook(file)

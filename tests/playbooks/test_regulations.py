"""Regulations and reporting clocks: dated rows with a source, each problem at its line."""

from pathlib import Path

import pytest

from operators.errors import PackError
from playbooks.law import Clock, load_clocks, load_regulations

ROW = """regulations:
  - id: own_rule
    title: 本行制度
    says: 两小时内报告。
    source: 总行发文
    certain: true
"""
CLOCK = """clocks:
  - id: own_clock
    title: 内部报告
    industry: banking
    crisis_types: [system_outage]
    levels: [severe]
    minutes: 30
    whom: 总行
    regulation: own_rule
    certain: true
    note: 本行制度
"""


def lay_out(folder: Path, rows: str = ROW, clocks: str = CLOCK) -> Path:
    """Write the data files of a user's library."""
    (folder / "regulations").mkdir()
    (folder / "regulations" / "own.yaml").write_text(rows, encoding="utf-8")
    (folder / "clocks.yaml").write_text(clocks, encoding="utf-8")
    return folder


def test_shipped_rows_have_a_source_and_say_how_sure_they_are() -> None:
    """Every row names who issued the rule; one without a day of effect is not called certain."""
    rows = load_regulations()
    assert len(rows) > 50
    assert all(row.source and row.says.endswith("。") for row in rows.values())
    assert all(row.effective for row in rows.values() if row.certain)
    assert rows["pipl_57"].name == "《中华人民共和国个人信息保护法》第五十七条"
    assert rows["apr_notice"].name == "中国人民银行公告〔2021〕第3号"


def test_rows_of_the_user_join_the_shipped_ones(tmp_path: Path) -> None:
    """A company adds its own rules and clocks, and replaces ours by the same id."""
    lay_out(tmp_path, ROW + ROW.replace("own_rule", "pipl_57").removeprefix("regulations:\n"))
    rows = load_regulations([tmp_path])
    assert rows["own_rule"].needs_legal_review
    assert rows["pipl_57"].title == "本行制度"
    clocks = {clock.id: clock for clock in load_clocks([tmp_path])}
    assert clocks["own_clock"].minutes == 30
    assert clocks.keys() > {"own_clock"}


def test_clock_runs_for_its_incidents_only() -> None:
    """Industry, type and level all have to agree; a star and an absent level agree with all."""
    clock = Clock(
        id="c",
        title="报告",
        industry="banking",
        crisis_types=("fees",),
        levels=("severe",),
        minutes=60,
        whom="监管",
        regulation="r",
        certain=False,
        note="待核",
    )
    assert clock.applies("banking", "fees", "severe")
    assert not clock.applies("banking", "fees", "minor")
    assert not clock.applies("banking", "system_outage", "severe")
    assert not clock.applies("telecom", "fees", "severe")


@pytest.mark.parametrize(
    ("rows", "clocks", "problem"),
    [
        (ROW.replace("    source: 总行发文\n", ""), CLOCK, "missing key (try source)"),
        (
            ROW + ROW.removeprefix("regulations:\n"),
            CLOCK,
            "regulations[1].id: duplicate id (got own_rule",
        ),
        (
            ROW,
            CLOCK.replace("regulation: own_rule", "regulation: own_rul"),
            "clocks.yaml:9: clocks[0].regulation: no such row (got own_rul; try own_rule)",
        ),
        (ROW, CLOCK.replace("minutes: 30", "minutes: 0"), "clocks[0].minutes: must be at least 1"),
    ],
)
def test_problem_in_the_data_is_told_at_its_line(
    rows: str, clocks: str, problem: str, tmp_path: Path
) -> None:
    """A missing source, an id twice, a rule that is not there: each is named with its place."""
    lay_out(tmp_path, rows, clocks)
    with pytest.raises(PackError) as caught:
        load_clocks([tmp_path])
    assert problem in str(caught.value)

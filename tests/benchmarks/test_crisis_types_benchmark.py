"""The benchmark of crisis types: any TSV of the form, one JSON value."""

import json
from pathlib import Path

import pytest

from benchmarks import crisis_folds, crisis_types, matching
from benchmarks.crisis_types import compare


def test_json_has_the_figures_of_the_three_ways(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rules, learned and both, with accuracy and macro-F1, and nothing else."""
    file = tmp_path / "events.tsv"
    rows = ["业绩下滑\t远山科技\t远山科技净利润同比下降78%", "其他\t\t云林股份独立董事辞职"]
    file.write_text("\n".join(["label\tsubject\ttext", *rows]) + "\n", "utf-8")
    assert crisis_types.main([str(file), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"rules", "learned", "both"}
    assert all(set(each) == {"accuracy", "macro_f1"} for each in said.values())
    assert said["both"] == {"accuracy": 1.0, "macro_f1": 1.0}
    assert crisis_types.main([str(file)]) == 0
    assert "text alone" in capsys.readouterr().out


def test_macro_f1_counts_labels_of_the_file() -> None:
    """Labels that are given but never true do not enter the mean."""
    found = compare(["甲", "乙", "丙"], ["甲", "乙", "乙"])
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.macro_f1 == pytest.approx((1 + 2 / 3) / 2)


def test_wrong_rows_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row with other columns is told with file and line."""
    file = tmp_path / "bad.tsv"
    file.write_text("label\tsubject\ttext\n其他\t没有第三列\n", "utf-8")
    assert crisis_types.main([str(file)]) == 2
    assert "bad.tsv:2: row" in capsys.readouterr().err


def test_a_fifth_is_scored_by_weights_that_never_saw_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each way has its figures, means are of the fifths that were asked for."""
    file = tmp_path / "events.tsv"
    rows = ["label\tsubject\ttext"]
    for n in range(40):
        rows.append(f"业绩下滑\t远山科技\t远山科技第{n}季净利润同比下降{n + 10}%，营收减少")
        rows.append(f"其他\t\t云林股份第{n}次董事会选举独立董事，会议有{n + 3}人出席")
    file.write_text("\n".join(rows) + "\n", "utf-8")
    assert crisis_folds.main([str(file), "--fold", "0", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    [fold] = said["folds"]
    assert 0 < fold["n"] < 80
    assert set(crisis_folds.WAYS) <= set(fold)
    assert said["mean"]["both"]["accuracy"] == fold["both"]["accuracy"] >= 0.9
    assert crisis_folds.main([str(tmp_path / "none.tsv")]) == 2


def test_matching_prints_its_costs(capsys: pytest.CaptureFixture[str]) -> None:
    """The cost of names and types is measured on generated posts."""
    assert matching.main(["--json", "--posts", "50", "--rounds", "1"]) == 0
    said = json.loads(capsys.readouterr().out)
    costs = {
        f"{step}_{kind}_us" for step in ("analysis", "reading") for kind in ("matched", "unmatched")
    }
    assert {"names_us", "names_and_types_us", "unmatched_us", "matched_us", *costs} <= set(said)

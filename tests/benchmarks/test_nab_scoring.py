"""NAB's scoring rules against cases worked out by hand, and the pager's figures."""

import math
from pathlib import Path

import orjson
import pytest

from benchmarks.nab.pager import on_call, page
from benchmarks.nab.scoring import PROFILES, Scored, normalised, position_value, raw_score
from benchmarks.nab.series import Series, read_series
from benchmarks.spikes import main

STANDARD = PROFILES["standard"]
WINDOW = ((1000, 1099),)


def one(*pages: int, windows: tuple[tuple[int, int], ...] = WINDOW) -> Scored:
    """Return a series of 5000 rows with the given pages."""
    return Scored(5000, windows, pages)


def sigmoid(position: float) -> float:
    """Return the scaled sigmoid as the paper prints it."""
    return 2 / (1 + math.exp(5 * position)) - 1


def test_position_values() -> None:
    """1 far ahead, 0 at the right edge, -1 far behind, and flat from three widths on."""
    assert position_value(-1) == pytest.approx(0.98661, abs=1e-5)
    assert position_value(0) == 0
    assert position_value(3) == pytest.approx(-1, abs=1e-5)
    assert position_value(3.01) == -1


def test_first_row_of_a_window_earns_one() -> None:
    """A page on the left edge is worth a whole hit, later pages in the window nothing more."""
    assert raw_score(one(1000), STANDARD) == pytest.approx(1)
    assert raw_score(one(1000, 1050, 1099), STANDARD) == pytest.approx(1)


def test_last_row_of_a_window_earns_little() -> None:
    """A page on the right edge stands a hundredth of the window before its end."""
    assert raw_score(one(1099), STANDARD) == pytest.approx(sigmoid(-0.01) / sigmoid(-1))


def test_a_missed_window_costs() -> None:
    """A window without a page costs one, two for whom misses are worse."""
    assert raw_score(one(), STANDARD) == -1
    assert raw_score(one(), PROFILES["low_fn"]) == -2


def test_false_pages_cost_by_distance() -> None:
    """Before any window the full weight; half a width after one, less; far behind, in full."""
    assert raw_score(one(1000, 900), STANDARD) == pytest.approx(1 - 0.11)
    half = 1099 + 50
    expected = 1 + 0.11 * sigmoid(50 / 99)
    assert raw_score(one(1000, half), STANDARD) == pytest.approx(expected)
    assert raw_score(one(1000, 4000), PROFILES["low_fp"]) == pytest.approx(1 - 0.22)


def test_probation_does_not_count() -> None:
    """Pages in the first 15 %, here 750 rows, neither earn nor cost."""
    assert raw_score(one(10, 749, 1000), STANDARD) == pytest.approx(1)
    assert raw_score(one(750, 1000), STANDARD) == pytest.approx(0.89)


def test_corpus_is_normalised() -> None:
    """Silence scores 0, a page on each left edge 100, half of them 50."""
    silent, perfect = one(), one(1000)
    for profile in PROFILES.values():
        assert normalised([silent, silent], profile) == 0
        assert normalised([perfect, perfect], profile) == pytest.approx(100)
        assert normalised([perfect, silent], profile) == pytest.approx(50)


def corpus(folder: Path) -> None:
    """Write a series of ten quiet days with a burst on the eighth, and its labels."""
    lines = ["timestamp,value"]
    for row in range(10 * 288):
        burst = 8 * 288 <= row < 8 * 288 + 12
        day, minute = divmod(row * 5, 1440)
        clock = f"2015-03-{day + 1:02d} {minute // 60:02d}:{minute % 60:02d}:00"
        lines.append(f"{clock},{400 if burst else 2 + row % 3}")
    (folder / "burst.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    labels = {
        "windows": {
            "realTweets/burst.csv": [["2015-03-08 20:00:00.000000", "2015-03-09 04:00:00.000000"]]
        },
        "labels": {"realTweets/burst.csv": ["2015-03-09 00:10:00"]},
    }
    (folder / "labels.json").write_bytes(orjson.dumps(labels))


def test_the_pager_sees_a_burst_and_only_that(tmp_path: Path) -> None:
    """The shipped detector pages once, within minutes; earlier rows know nothing of later ones."""
    corpus(tmp_path)
    series = read_series(tmp_path)
    scored = page(series)
    staff = on_call(series, scored)
    assert len(scored[0].pages) == 1
    assert (staff.recall, staff.false_pages_per_key_month) == (1.0, 0.0)
    assert -10 <= staff.median_delay_min <= 0
    known = scored[0].pages[0] + 1
    cut = [
        Series(one.file, one.stamps[:known], one.at_ms[:known], one.counts[:known], one.windows, ())
        for one in series
    ]
    assert page(cut)[0].pages == scored[0].pages


def test_json_has_the_promised_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON value and nothing else, with exactly the keys that are promised."""
    corpus(tmp_path)
    assert main([str(tmp_path), "--json"]) == 0
    found = orjson.loads(capsys.readouterr().out)
    assert list(found) == [
        "standard",
        "low_fp",
        "low_fn",
        "recall",
        "median_delay_min",
        "p90_delay_min",
        "false_pages_per_key_month",
        "pages",
    ]
    assert found["pages"] == [["burst.csv", found["pages"][0][1]]]
    assert found["standard"] > 50

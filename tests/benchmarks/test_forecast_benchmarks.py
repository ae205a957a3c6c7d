"""The two forecast benchmarks: what they read, print and refuse."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from benchmarks import forecast, incident_forecast
from benchmarks.incident_courses import simulated
from operators.forecast.outlook import Span


def write(path: Path, originals: int) -> Path:
    """Write seeded cascades from both sides of the first day of 2013."""
    rng = Random(5)
    lines = []
    for number in range(originals):
        start = datetime(2012, 1, 1, tzinfo=UTC) + timedelta(days=700 * number / originals)
        root = f"o{number}"
        lines.append({"id": root, "author": "x", "published_at": start.isoformat(), "reposts": 9})
        # A power of time: how fast it slows down shows in the first hour already.
        first, power = rng.randrange(12, 25), rng.uniform(1.2, 2.5)
        for reply in range(first * 15):
            at = start + timedelta(minutes=60 * (reply / first) ** power)
            lines.append(
                {
                    "id": f"{root}-{reply}", "author": f"a{reply}", "text": "", "root_id": root,
                    "parent_id": root, "published_at": at.isoformat(),
                }
            )  # fmt: skip
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    return path


def test_the_cascade_benchmark_prints_its_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One JSON object with exactly the named keys, as fractions, better than the plain model."""
    path = write(tmp_path / "posts.jsonl.gz", 120)
    assert forecast.main([str(path), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert set(result) == {"mdape", "mdape_loglinear", "coverage80", "n_train", "n_test"}
    assert result["n_train"] + result["n_test"] <= 120
    assert 0 < result["mdape"] < result["mdape_loglinear"] < 1
    assert 0 <= result["coverage80"] <= 1


def test_the_cascade_benchmark_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Too few cascades, a line that is no post or no file end with a sentence and code 2."""
    few = write(tmp_path / "few.jsonl.gz", 10)
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"id": "a"}\n')
    for path, words in ((few, "needed are 50"), (wrong, "wrong.jsonl:1"), (tmp_path / "no", "no")):
        assert forecast.main([str(path)]) == 2
        assert words in capsys.readouterr().err


def test_wilson() -> None:
    """The interval of a share is that of Wilson (1927)."""
    assert forecast.wilson(0.8, 100) == pytest.approx((0.7112, 0.8666), abs=1e-4)


def test_incidents_are_forecast_within_their_intervals() -> None:
    """On seeded incidents the 80 % interval of each horizon holds in 70 to 90 % of forecasts."""
    result = incident_forecast.measure(simulated(11, 120))
    for score in result.by_horizon.values():
        assert 0.7 <= score.coverage80 <= 0.9
        assert score.mdape < 0.5


def test_every_incident_counts_the_same() -> None:
    """A long incident does not outweigh a short one."""
    good = incident_forecast.Told(1, Span(10, 8, 12), 10)
    bad = incident_forecast.Told(2, Span(10, 8, 12), 100)
    assert incident_forecast.score([good] * 9 + [bad]).coverage80 == pytest.approx(0.5)


def test_the_incidents_are_what_their_seed_says() -> None:
    """The same seed gives the same incidents, found at or after their onset."""
    one, again = list(simulated(4, 5)), list(simulated(4, 5))
    assert one == again
    assert all(each.onset <= each.detected < each.closed for each in one)
    hour = replace(one[0], counts=(1,) * len(one[0].counts)).course(one[0].detected)
    assert (hour.earlier_half, hour.later_half, hour.peak_1h) == (6, 6, 12)


def test_the_seed_the_weights_were_fitted_on_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nobody measures on what was learned from."""
    assert incident_forecast.main(["--seed", "1"]) == 2
    assert "another" in capsys.readouterr().err

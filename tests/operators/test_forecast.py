"""Forecast, stage and severity in words of numbers."""

import pytest

from operators.forecast import forecast
from operators.model import HOUR
from operators.severity import Facts, factors
from operators.stage import stage_of


def test_growing_expects_more_than_fading() -> None:
    """From the same hour, one that grew expects more than one that shrank."""
    growing, fading = forecast(20, 80, 1.0), forecast(80, 20, 1.0)
    assert growing.next_1h > 100 > fading.next_1h
    assert growing.next_1h < growing.next_6h < growing.next_24h


def test_calm_expects_the_usual() -> None:
    """Without negative posts the usual number is expected."""
    assert forecast(0, 0, 2.0) == pytest.approx((2.0, 12.0, 48.0))


@pytest.mark.parametrize(
    ("current", "hour", "before", "peak", "age", "after"),
    [
        ("emerging", 100, 10, 100, HOUR, "spreading"),
        ("emerging", 100, 10, 100, 0, "emerging"),
        ("spreading", 100, 98, 100, HOUR, "peak"),
        ("peak", 40, 90, 100, 2 * HOUR, "fading"),
        ("fading", 95, 50, 100, 5 * HOUR, "spreading"),
        ("fading", 60, 50, 100, 5 * HOUR, "fading"),
        ("peak", 100, 50, 100, 2 * HOUR, "peak"),
    ],
)
def test_stage(current: str, hour: int, before: int, peak: int, age: int, after: str) -> None:
    """A stage follows growth and the incident's own peak, and goes back only from fading."""
    assert stage_of(current, hour, before, peak, age) == after


def test_each_factor_adds_to_severity() -> None:
    """More of any one quantity never makes an incident less severe."""
    calm = Facts(10, 10, 10.0, 10, 20, 1_000, 1, 0.2, 0.5)
    loud = Facts(900, 100, 10.0, 4000, 5000, 90_000_000, 6, 0.9, 12)
    quiet, grave = factors(calm), factors(loud)
    assert all(grave[name] > quiet[name] for name in quiet)
    assert sum(grave.values()) > 90

"""Counts as platforms write them."""

import math

import pytest

from operators.counts import MAX_COUNT, parse_count


@pytest.mark.parametrize(
    ("written", "count"),
    [
        (1234, 1234),
        (-1, 0),
        (2**70, MAX_COUNT),
        (3.0, 3),
        (math.inf, MAX_COUNT),
        ("1234", 1234),
        ("1,234", 1234),
        ("1，234，567", 1_234_567),
        ("1.2万", 12_000),
        ("1.2萬", 12_000),
        ("1.13万", 11_300),
        ("10万+", 100_000),
        ("1.5w", 15_000),
        ("1.5W+", 15_000),
        ("3.2亿", 320_000_000),
        ("2千", 2_000),
        ("3k", 3_000),
        ("１２", 12),
        ("约5万", 50_000),
        ("999+", 999),
        ("12次", 12),
        ("-3", 0),
        ("", 0),
        (" ", 0),
        ("-", 0),
        ("赞", 0),
        (None, 0),
        ("9" * 20 + "亿", MAX_COUNT),
    ],
)
def test_counts_are_understood(written: object, count: int) -> None:
    """What a platform shows for a count becomes the number it stands for."""
    assert parse_count(written) == count


@pytest.mark.parametrize("written", ["viele", "1.2.3", "万", "1万2千", True, [], {}, math.nan, "∞"])
def test_other_values_are_no_counts(written: object) -> None:
    """Nothing is guessed: what is no count is told apart from zero."""
    assert parse_count(written) is None

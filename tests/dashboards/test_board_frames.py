"""Answers become the frames and series that Grafana would make of them."""

from datetime import UTC, datetime

import pytest

from dashboards.frames import Answer, problems, to_series

T1 = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
T2 = datetime(2026, 11, 21, 10, 5, tzinfo=UTC)
TIME, WORD, COUNT = "DateTime('UTC')", "LowCardinality(String)", "UInt64"


def test_wide_answer_is_clean() -> None:
    """Time and numbers in order of time are a time series."""
    answer = Answer(
        ("time", "a", "b"), (TIME, COUNT, "Nullable(Float64)"), ((T1, 1, 0.5), (T2, 2, None))
    )
    assert problems(answer, series=True) == []
    assert [(one.name, [v for _ms, v in one.points]) for one in to_series(answer)] == [
        ("a", [1.0, 2.0]),
        ("b", [0.5, None]),
    ]


def test_long_answer_splits_by_label() -> None:
    """A text column splits; a point that one label lacks is a gap, not zero."""
    answer = Answer(
        ("time", "name", "n"), (TIME, WORD, COUNT), ((T1, "a", 1), (T1, "b", 2), (T2, "b", 3))
    )
    assert problems(answer, series=True) == []
    lines = {one.labels["name"]: [v for _ms, v in one.points] for one in to_series(answer)}
    assert lines == {"a": [1.0, None], "b": [2.0, 3.0]}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(("n",), (COUNT,), ()), "needs a time column"),
        (Answer(("t", "n"), (TIME, COUNT), ()), "not 'time'"),
        (Answer(("time", "n"), ("Nullable(DateTime)", COUNT), ()), "nullable"),
        (Answer(("time", "at"), (TIME, TIME), ()), "second time column"),
        (Answer(("time", "name"), (TIME, WORD), ()), "no number column"),
        (Answer(("time", "n"), (TIME, COUNT), ((T2, 1), (T1, 1))), "ORDER BY time"),
        (
            Answer(("time", "l", "n"), (TIME, WORD, COUNT), ((T1, "a", 1), (T1, "a", 2))),
            "later one",
        ),
        (Answer(("time", "m"), (TIME, "Map(String, Float64)"), ()), "JSON"),
        (Answer(("time", "n", "n"), (TIME, COUNT, COUNT), ()), "one name"),
    ],
)
def test_each_breach_is_told(answer: Answer, told: str) -> None:
    """Every rule of the frames bites."""
    assert any(told in one for one in problems(answer, series=True))


def test_tables_have_their_own_rules() -> None:
    """A table needs no time, but no column that turns into JSON text."""
    assert problems(Answer(("a",), (WORD,), (("x",),)), series=False) == []
    assert problems(Answer(("a",), ("Array(String)",), ()), series=False)

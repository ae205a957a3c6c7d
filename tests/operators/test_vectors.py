"""Columns of a batch at once: the same as one by one."""

import pytest

from operators.instants import SHANGHAI, instant_ms
from operators.vectors import NO_INSTANT, instants

FORMS = ("2025-10-09T08:53:{:02d}.{:03d}Z", "2025-12-31 23:59:{:02d}+08:00")


def one_by_one(values: list[str]) -> list[int]:
    """Return what the plain function says of each."""
    found = [instant_ms(value, SHANGHAI) for value in values]
    return [NO_INSTANT if one is None else one for one in found]


@pytest.mark.parametrize(
    ("form", "odd"),
    [
        (FORMS[0], "2025-02-29T08:53:20.123Z"),
        (FORMS[0], "2024-02-29T08:53:20.123Z"),
        (FORMS[0], "2025-13-01T08:53:20.123Z"),
        (FORMS[0], "2025-00-01T08:53:20.123Z"),
        (FORMS[0], "2025-06-00T08:53:20.123Z"),
        (FORMS[0], "2025-06-31T08:53:20.123Z"),
        (FORMS[0], "2025-06-30T24:53:20.123Z"),
        (FORMS[0], "2025-06-30T23:60:20.123Z"),
        (FORMS[0], "2025-06-30T23:53:60.123Z"),
        (FORMS[0], "2025-06-30T23:53:5x.123Z"),
        (FORMS[0], "2025-06-30 23:53:50.123Z"),
        (FORMS[0], "0000-06-30T23:53:50.123Z"),
        (FORMS[0], "1985-06-30T23:53:50.123Z"),
        (FORMS[0], "2025-06-30T23:53:50.123"),
        (FORMS[0], "２025-06-30T23:53:50.123Z"),
        (FORMS[0], ""),
        (FORMS[1], "2000-02-28 23:53:50+08:00"),
        (FORMS[1], "2025-03-01 00:00:00+09:00"),
        (FORMS[1], "2025-03-01 00:00:00 08:00"),
    ],
)
def test_instants_of_a_column(form: str, odd: str) -> None:
    """A column of stamps of one form is read as each of them is, with an odd one in it or not."""
    values = [form.format(number, number * 7 % 1000) for number in range(50)]
    assert instants(values, SHANGHAI).tolist() == one_by_one(values)
    mixed = [*values[:20], odd, *values[20:]]
    assert instants(mixed, SHANGHAI).tolist() == one_by_one(mixed)
    assert instants([odd, *values], SHANGHAI).tolist() == one_by_one([odd, *values])

"""Instants as platforms write them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.instants import SHANGHAI, instant_ms

MS = 1_795_263_303_000  # 2026-11-21T20:15:03+08:00


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-21T20:15:03+08:00", MS),
        ("2026-11-21T12:15:03Z", MS),
        ("2026-11-21T12:15:03.5Z", MS + 500),
        ("2026-11-21T12:15:03.123456789Z", MS + 123),
        ("2026-11-21 20:15:03+0800", MS),
        ("2026-11-21 20:15:03", MS),
        ("  2026-11-21 20:15:03 ", MS),
        ("2026-11-21T20:15:03.250", MS + 250),
        ("2026-11-21 20:15", MS - 3_000),
        ("2026/11/21 20:15:03", MS),
        ("2026.11.21 20:15:03", MS),
        ("2026/1/2 3:04", 1_767_294_240_000),
        ("2026年11月21日 20:15", MS - 3_000),
        ("2026年11月21日 20时15分03秒", MS),
        ("2026年11月21日20时15分", MS - 3_000),
        ("２０２６－１１－２１ ２０：１５：０３", MS),
        ("2026-11-21", MS - 72_903_000),
        ("20261121", MS - 72_903_000),
        ("20261121201503", MS),
        (20261121201503, MS),
        ("202611212015", MS - 3_000),
        ("Sat Nov 21 20:15:03 +0800 2026", MS),
        ("Sat, 21 Nov 2026 12:15:03 GMT", MS),
        ("21 Nov 2026 12:15:03 +0000", MS),
        ("Sat, 21 Nov 2026 12:15 GMT", MS - 3_000),
        (MS, MS),
        (MS // 1000, MS),
        (MS * 1000, MS),
        (MS * 10**6, MS),
        (MS / 1000 + 0.5, MS + 500),
        (float(MS), MS),
        (str(MS), MS),
        (str(MS // 1000), MS),
        (f"{MS // 1000}.25", MS + 250),
    ],
)
def test_instants_are_understood(written: str | float, instant: int) -> None:
    """Each known form gives the same instant; without a zone it is local time."""
    assert instant_ms(written, SHANGHAI) == instant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "昨天 20:15",
        "3分钟前",
        "2026-13-01",
        "2026-11-21T25:00:00Z",
        "2026-11-31 10:00:00",
        "2026年13月1日",
        "20261399",
        "Sat Foo 21 20:15:03 +0800 2026",
        "12:30",
        "x" * 10_000,
        "9" * 40,
        "-5",
        0,
        5,
        -1,
        10**30,
        1e300,
        float("nan"),
        float("inf"),
        True,
        None,
    ],
)
def test_everything_else_is_no_instant(written: str | float | None) -> None:
    """Times relative to now, impossible dates and numbers out of range are refused."""
    assert instant_ms(written, SHANGHAI) is None


def test_zones_in_one_minute_do_not_mix() -> None:
    """What is remembered of a stamp holds for every other with the same parts."""
    for _again in range(2):
        for zone, hours in (("+08:00", 0), ("Z", 8), ("-05:30", 13.5), ("+08:00", 0)):
            stamp = f"2026-11-21T20:15:03{zone}"
            assert instant_ms(stamp, SHANGHAI) == MS + hours * 3_600_000


def test_named_zones_work_too() -> None:
    """A zone with summer time is applied by date."""
    berlin = ZoneInfo("Europe/Berlin")
    winter, summer = "2026-01-15 12:00:00", "2026-07-15 12:00:00"
    assert instant_ms(winter, berlin) == instant_ms("2026-01-15T11:00:00Z", SHANGHAI)
    assert instant_ms(summer, berlin) == instant_ms("2026-07-15T10:00:00Z", SHANGHAI)


@given(
    st.datetimes(datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2100-01-01")),
    st.integers(-12 * 60, 14 * 60),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_rfc_3339_is_exact(moment: datetime, offset: int, precision: str) -> None:
    """The look-up of known parts must agree with the calendar, first time and second time."""
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    if precision == "seconds":
        aware = aware.replace(microsecond=0)
    text = aware.isoformat(timespec=precision)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    expected = (aware - epoch) // timedelta(milliseconds=1)
    assert instant_ms(text, SHANGHAI) == expected
    assert instant_ms(text, SHANGHAI) == expected

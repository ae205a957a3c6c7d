"""Instants, spans and figures as people in China read them."""

from datetime import UTC, datetime, timedelta, timezone

from operators.model import DAY, HOUR, MINUTE

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Asia/Shanghai: a fixed offset since 1992, so no time zone database is needed."""


def china(ms: int) -> datetime:
    """Give the local time in China of an instant in ms since epoch."""
    return datetime.fromtimestamp(ms / 1000, tz=CHINA)


def parse_utc(text: str) -> int | None:
    """Read an ISO 8601 time (UTC when it names no zone) as ms since epoch; ``None`` if it is not.

    >>> parse_utc("2026-11-22T03:20:00Z")
    1795317600000
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)


def stamp(ms: int) -> str:
    """Date and time to the minute; a dash when not known.

    >>> stamp(1795317600000)
    '11月22日 11:20'
    """
    if not ms:
        return "—"
    when = china(ms)
    return f"{when.month}月{when.day}日 {when:%H:%M}"


def stamp_after(ms: int, reference: int) -> str:
    """As ``stamp``, without the date when it is the day of ``reference``.

    >>> stamp_after(1795317600000, 1795317000000)
    '11:20'
    """
    same = bool(ms) and china(ms).date() == china(reference).date()
    return f"{china(ms):%H:%M}" if same else stamp(ms)


def full_stamp(ms: int) -> str:
    """Date with the year, and time to the minute; a dash when not known."""
    if not ms:
        return "—"
    when = china(ms)
    return f"{when.year}年{when.month}月{when.day}日 {when:%H:%M}"


def short_stamp(ms: int) -> str:
    """Month, day and time in digits of constant width, for tables; a dash when not known.

    >>> short_stamp(1795317600000)
    '11-22 11:20'
    """
    return f"{china(ms):%m-%d %H:%M}" if ms else "—"


def span(ms: int) -> str:
    """Length of time in at most two units, rounded down to minutes.

    >>> span(8 * 60_000), span(3_900_000), span(-120_000), span(90_000_000)
    ('8分钟', '1小时5分', '提前2分钟', '1天1小时')
    """
    if ms < 0:
        return f"提前{span(-ms)}"
    if ms < HOUR:
        return f"{ms // MINUTE}分钟"
    hours, minutes = ms // HOUR, ms % HOUR // MINUTE
    if ms < DAY:
        return f"{hours}小时{minutes}分" if minutes else f"{hours}小时"
    days, hours = ms // DAY, ms % DAY // HOUR
    return f"{days}天{hours}小时" if hours else f"{days}天"


def count(value: float) -> str:
    """Write a count in full below ten thousand, in 万 or 亿 above.

    >>> count(1234), count(123_456), count(100_000), count(230_000_000)
    ('1,234', '12.3万', '10万', '2.3亿')
    """
    if value >= 99_995_000:
        return f"{value / 1e8:,.1f}".removesuffix(".0") + "亿"
    if value >= 10_000:
        return f"{value / 1e4:,.1f}".removesuffix(".0") + "万"
    return f"{value:,.0f}"


def figure(value: float) -> str:
    """Write a measured value with as many decimals as tell something.

    >>> figure(0.25), figure(0.5), figure(3.0), figure(4.26), figure(42.4), figure(0.0)
    ('0.25', '0.5', '3', '4.3', '42', '0')
    """
    digits = 0 if value >= 10 else 1 if value >= 1 else 2
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float | None) -> str:
    """Write a share as whole percent; a dash when there is none.

    >>> percent(0.784), percent(None)
    ('78%', '—')
    """
    return "—" if share is None else f"{share * 100:.0f}%"

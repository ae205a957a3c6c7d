"""Instants as platforms and crawlers write them, as milliseconds since the epoch (UTC).

Understood: RFC 3339 with a zone, the same without one (local time of the given zone), slashes,
dots or 年月日 between the parts, ``20261121201503``, mail dates (RFC 2822), Weibo's
``Sat Nov 21 20:15:03 +0800 2026``, and seconds, milliseconds, microseconds or nanoseconds since
the epoch as numbers or digits. Times relative to now ("3分钟前") are not: they mean nothing later.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Zone of times written without one; China has had no other and no summer time since 1991."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

# A stamp shares its minute with others, and so its seconds, fraction and zone; two look-ups cost
# half of what a datetime does. Both parts mean the same in every stamp.
_CACHE_LIMIT: Final = 65_536
_CACHEABLE: Final = re.compile(  # microseconds would only fill the cache
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:?\d\d)"
)
_minutes: dict[str, int] = {}
_tails: dict[str, int] = {}

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_COMPACT: Final = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_DIGITS: Final = re.compile(r"-?\d{1,20}(?:\.\d{1,9})?")
_CHINESE: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2})秒?|分)?)?"
)
_MAIL: Final = re.compile(
    r"(?:[a-z]{3},? +)?(?P<day>\d{1,2}) (?P<month>[a-z]{3}) (?P<year>\d{4})"
    r" (?P<clock>\d{2}:\d{2}(?::\d{2})?) (?P<zone>gmt|utc|ut|z|[+-]\d{4})"
)
_WEIBO: Final = re.compile(
    r"[a-z]{3} (?P<month>[a-z]{3}) +(?P<day>\d{1,2}) (?P<clock>\d{2}:\d{2}:\d{2})"
    r" (?P<zone>[+-]\d{4}) (?P<year>\d{4})"
)


def instant_ms(value: str | int | float | None, zone: tzinfo) -> int | None:
    """Milliseconds since the epoch, or None when ``value`` is no instant.

    ``zone`` is the one in which times without a zone are written.
    """
    if isinstance(value, str):
        try:
            return _minutes[value[:16]] + _tails[value[16:]]
        except KeyError:
            return _from_text(value, zone)
    if isinstance(value, int) and not isinstance(value, bool):
        return _from_digits(str(value), zone) if abs(value) < 10**20 else None
    return _from_number(value) if isinstance(value, float) else None


def _from_text(value: str, zone: tzinfo) -> int | None:
    """Read an instant from text in any of the known forms."""
    if len(value) > 64:
        return None
    text = unicodedata.normalize("NFKC", value).strip()
    if _DIGITS.fullmatch(text):
        return _from_digits(text, zone)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _from_words(text.lower(), zone)
    if moment.tzinfo is None:
        return _milliseconds(moment.replace(tzinfo=zone))
    result = _milliseconds(moment)
    if result is not None and text == value and _CACHEABLE.fullmatch(text):
        _remember(text, moment)
    return result


def _from_digits(text: str, zone: tzinfo) -> int | None:
    """Tell a compact local time (20261121201503) from a number of seconds or parts of them."""
    form = _COMPACT.get(len(text)) if text.startswith(("19", "20")) else None
    if form is None:
        return _from_number(float(text) if "." in text else int(text))
    try:
        return _milliseconds(datetime.strptime(text, form).replace(tzinfo=zone))
    except ValueError:
        return None


def _from_number(value: float) -> int | None:
    """Tell seconds, milliseconds, microseconds and nanoseconds apart by their size.

    The ranges do not overlap between 1973 and 5138; outside of them a number is no instant.
    """
    if 10**8 <= value < 10**11:
        return round(value * 1_000)
    for limit, parts in ((10**14, 1), (10**17, 1_000), (10**20, 1_000_000)):
        if 10**8 <= value < limit:
            return int(value // parts)
    return None


def _from_words(text: str, zone: tzinfo) -> int | None:
    """Read what is not ISO 8601: Chinese dates, slashes, mail dates and Weibo's own form."""
    named = _WEIBO.fullmatch(text) or _MAIL.fullmatch(text)
    if named is not None:
        offset = named["zone"] if named["zone"][0] in "+-" else "+0000"
        month = _MONTHS.get(named["month"], 0)
        stamp = f"{named['year']}-{month:02d}-{int(named['day']):02d}T{named['clock']}{offset}"
        try:
            return _milliseconds(datetime.fromisoformat(stamp))
        except ValueError:
            return None
    found = _CHINESE.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return _milliseconds(datetime(year, month, day, hour, minute, second, tzinfo=zone))
    except ValueError:
        return None


def _milliseconds(moment: datetime) -> int | None:
    """Milliseconds of an aware datetime; None at the ends of the calendar."""
    try:
        return (moment - _EPOCH) // _MILLISECOND
    except OverflowError:
        return None


def _remember(text: str, moment: datetime) -> None:
    """Keep the value of the minute, as if it were UTC, and of what follows it."""
    if len(_minutes) >= _CACHE_LIMIT:
        _minutes.clear()
    if len(_tails) >= _CACHE_LIMIT:
        _tails.clear()
    minute = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    minute_ms = (minute - _EPOCH) // _MILLISECOND
    _minutes[text[:16]] = minute_ms
    _tails[text[16:]] = (moment - _EPOCH) // _MILLISECOND - minute_ms

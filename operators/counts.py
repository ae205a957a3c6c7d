"""Counts as platforms write them: 1234, "1,234", "1.2万", "10万+", "1.5w", "3.2亿"."""

import re
import unicodedata
from decimal import Decimal
from typing import Final

MAX_COUNT: Final = 2**53
"""Larger counts are cut to this: it is exact in JSON, in floats and in every store."""

_UNITS: Final = {
    "": 1,
    "千": 1_000,
    "k": 1_000,
    "万": 10_000,
    "萬": 10_000,
    "w": 10_000,
    "百万": 1_000_000,
    "m": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
    "億": 100_000_000,
}
_COUNT: Final = re.compile(
    r"[约近超]?\s*(-?)(\d{1,20}(?:,\d{3})*(?:\.\d{0,20})?)\s*(百万|千万|[千k万萬wm亿億]?)"
    r"\s*[+余多]?\s*[次人个条赞]?"
)
# What apps show in the place of a zero: the name of the button, or a dash.
_ZERO: Final = frozenset(
    ("", "-", "--", "赞", "点赞", "喜欢", "评论", "转发", "分享", "收藏", "抢首评")
)


def parse_count(value: object) -> int | None:
    """Return a count from 0 to ``MAX_COUNT``; None when ``value`` is not a count at all.

    Negative counts (some crawlers write -1 for hidden) and missing ones are 0.
    """
    if value is None:
        return 0
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return min(max(value, 0), MAX_COUNT)
    if isinstance(value, float):
        return int(min(max(value, 0.0), MAX_COUNT)) if value == value else None
    return _from_text(value) if isinstance(value, str) else None


def _from_text(value: str) -> int | None:
    """Read a count from text, full-width digits and unit words included."""
    text = unicodedata.normalize("NFKC", value[:64]).strip().lower()
    if text in _ZERO:
        return 0
    found = _COUNT.fullmatch(text)
    if found is None:
        return None
    sign, digits, unit = found.groups()
    if sign:
        return 0
    return min(int(Decimal(digits.replace(",", "")) * _UNITS[unit]), MAX_COUNT)

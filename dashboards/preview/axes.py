"""Scales, ticks and small SVG pieces that all charts share."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Final

from operators.model import HOUR, MINUTE

INK: Final = "#AEB9C4"
GRID: Final = "#2A323C"
FONT: Final = 12
LEFT: Final = 50
BOTTOM: Final = 20
TOP: Final = 6
RIGHT: Final = 8
LEGEND_PX: Final = 22
_TICK_PX: Final = 90
_STEPS: Final = tuple(
    one * MINUTE for one in (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080)
)
_SHANGHAI: Final = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Box:
    """Size of a drawing (px) and the range of its axes (ms, value)."""

    width: float
    height: float
    start: int
    end: int
    top: float
    left: float = LEFT

    def x(self, ms: float) -> float:
        """Place of an instant."""
        whole = self.width - self.left - RIGHT
        return self.left + whole * (ms - self.start) / max(1, self.end - self.start)

    def y(self, value: float) -> float:
        """Place of a value; what is larger than the axis stays on its edge."""
        inner = self.height - TOP - BOTTOM
        return TOP + inner * (1 - min(1.0, max(0.0, value / self.top)))


def nice_top(largest: float) -> float:
    """Return the end of an axis that holds ``largest``: 1, 2, 2.5, 4 or 5 times a power of ten.

    >>> nice_top(73), nice_top(0), nice_top(0.31)
    (100.0, 1.0, 0.4)
    """
    if largest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    for times in (1, 2, 2.5, 4, 5, 10):
        if times * power >= largest:
            return float(times * power)
    return 10 * power


def text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    fill: str = INK,
    size: int = FONT,
    weight: int = 400,
) -> str:
    """Write words; they are escaped."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" font-size="{size}"'
        f' font-weight="{weight}">{escape(words)}</text>'
    )


def rect(x: float, y: float, w: float, h: float, fill: str, opacity: float = 1.0) -> str:
    """Draw a filled box."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.0, w):.1f}" height="{max(0.0, h):.1f}"'
        f' fill="{fill}" fill-opacity="{opacity:g}"/>'
    )


def rule(x1: float, y1: float, x2: float, y2: float, stroke: str, extra: str = "") -> str:
    """Draw a line."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" {extra}/>'
    )


def svg(box: Box, parts: Sequence[str]) -> str:
    """Put parts into a drawing."""
    return (
        f'<svg width="{box.width:.0f}" height="{box.height:.0f}"'
        f' viewBox="0 0 {box.width:.0f} {box.height:.0f}">{"".join(parts)}</svg>'
    )


def time_axis(box: Box) -> list[str]:
    """Draw the ticks of time, in Asia/Shanghai."""
    span = box.end - box.start
    room = max(1.0, (box.width - box.left) / _TICK_PX)
    step = next((one for one in _STEPS if span / one <= room), _STEPS[-1])
    shift = 8 * HOUR
    at = ((box.start + shift) // step + 1) * step - shift
    parts: list[str] = []
    while at <= box.end:
        local = datetime.fromtimestamp(at / 1000, UTC) + _SHANGHAI
        words = local.strftime("%m-%d" if step >= 24 * HOUR else "%H:%M")
        if step < 24 * HOUR and local.hour == 0 and local.minute == 0:
            words = local.strftime("%m-%d")
        x = box.x(at)
        parts.append(rule(x, TOP, x, box.height - BOTTOM, GRID))
        if x < box.width - 18:
            parts.append(text(x, box.height - 5, words, anchor="middle"))
        at += step
    return parts


def value_axis(box: Box, write: "Sequence[tuple[float, str]]") -> list[str]:
    """Draw the ticks of values with their words."""
    parts: list[str] = []
    for value, words in write:
        y = box.y(value)
        parts.append(rule(box.left, y, box.width - RIGHT, y, GRID))
        parts.append(text(box.left - 6, y + 4, words, anchor="end"))
    return parts

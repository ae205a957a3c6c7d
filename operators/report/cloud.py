"""A word cloud as inline SVG: larger words stand out more; placed on a spiral, without chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import cos, sin, sqrt
from typing import Final

from markupsafe import Markup

from operators.report.wording import clean

WIDTH: Final = 720
HEIGHT: Final = 250
SMALLEST: Final = 13.0
LARGEST: Final = 42.0
_MARGIN: Final = 3.0
_STEPS: Final = 1600


@dataclass(frozen=True, slots=True)
class Word:
    """A phrase, how many posts hold it, and the share of negative ones among them, 0 to 1."""

    text: str
    posts: int
    negative_share: float


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    wide: float
    high: float

    def meets(self, other: "_Box") -> bool:
        return (
            abs(self.x - other.x) * 2 < self.wide + other.wide
            and abs(self.y - other.y) * 2 < self.high + other.high
        )


def cloud(words: Sequence[Word], title: str) -> Markup:
    """Draw the words, those with the most posts largest and in the middle.

    A word for which no room is left is not drawn. Returns an ``<svg>`` element.
    """
    order = sorted(words, key=lambda word: (-word.posts, word.text))
    most = max((word.posts for word in order), default=1)
    least = min((word.posts for word in order), default=1)
    placed: list[_Box] = []
    parts = []
    for word in order:
        size = _size(word.posts, least, most)
        box = _place(word.text, size, placed)
        if box is None:
            continue
        placed.append(box)
        kind = (
            "bad" if word.negative_share >= 0.8 else "mixed" if word.negative_share >= 0.5 else ""
        )
        told = f"{clean(word.text)}：{word.posts:,} 条，负面 {word.negative_share:.0%}"
        parts.append(
            f'<g><title>{escape(told)}</title><text x="{box.x:.1f}" y="{box.y + size * 0.36:.1f}" '
            f'font-size="{size:.1f}" text-anchor="middle" class="word {kind}">'
            f"{escape(clean(word.text))}</text></g>"
        )
    return Markup(
        f'<svg class="cloud" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(clean(title))}</title>'
        f"{''.join(parts)}</svg>"
    )


def _size(posts: int, least: int, most: int) -> float:
    if most == least:
        return (SMALLEST + LARGEST) / 2
    part = (sqrt(posts) - sqrt(least)) / (sqrt(most) - sqrt(least))
    return SMALLEST + part * (LARGEST - SMALLEST)


def _place(text: str, size: float, placed: Sequence[_Box]) -> _Box | None:
    wide = sum(0.6 if sign.isascii() else 1.0 for sign in text) * size + 2 * _MARGIN
    high = size * 1.12 + _MARGIN
    for step in range(_STEPS):
        angle = 0.35 * step
        radius = 1.6 * sqrt(step) * 4
        # The ellipse is as flat as the drawing.
        x = WIDTH / 2 + radius * cos(angle) * 1.9
        y = HEIGHT / 2 + radius * sin(angle) * 0.62
        box = _Box(x, y, wide, high)
        inside = wide / 2 <= x <= WIDTH - wide / 2 and high / 2 <= y <= HEIGHT - high / 2
        if inside and not any(box.meets(other) for other in placed):
            return box
    return None

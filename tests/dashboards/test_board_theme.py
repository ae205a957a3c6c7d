"""One colour for one meaning, told apart by people who see colours differently."""

import math
from itertools import combinations
from typing import Final

import pytest

from dashboards import theme
from operators import acts, taskboard
from operators.relabel import TOO_OLD
from operators.schemes import SCHEMES, scheme

CALM_AND_LEVELS: Final = (theme.CALM, theme.INFO, theme.WATCH, theme.GRAVE, theme.BAD)
SENTIMENT: Final = tuple(theme.SENTIMENT_COLOURS.values())
FEEDS: Final = tuple(theme.FEED_COLOURS.values())
SETS: Final = {"levels": CALM_AND_LEVELS, "sentiment": SENTIMENT, "feeds": FEEDS}
# Machado, Oliveira and Fernandes 2009, severity 1.0
SIGHT: Final = {
    "usual": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
LEAST: Final = 18.0
"""Difference in CIE Lab (1976) below which two patches far apart are taken for one."""


def lab(colour: str, sight: str) -> tuple[float, float, float]:
    """Return a colour as it is seen, in CIE Lab (D65)."""
    plain = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in plain]
    seen = [
        min(1.0, max(0.0, sum(k * c for k, c in zip(row, linear, strict=True))))
        for row in SIGHT[sight]
    ]
    red, green, blue = seen
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("group", SETS)
def test_colours_are_told_apart(group: str, sight: str) -> None:
    """Within a set no two colours look alike, however one sees."""
    for one, other in combinations(SETS[group], 2):
        assert math.dist(lab(one, sight), lab(other, sight)) >= LEAST, (one, other)


def test_a_bad_pair_is_seen() -> None:
    """The measure bites: a usual red and green are alike to many."""
    red, green = lab("#C4162A", "deuteranopia"), lab("#37872D", "deuteranopia")
    assert math.dist(lab("#C4162A", "usual"), lab("#37872D", "usual")) > 60
    assert math.dist(red, green) < 40


def test_a_level_has_one_colour_everywhere() -> None:
    """Tables, lights and words agree on each level of every scheme."""
    for key, colour in theme.LEVEL_COLOURS.items():
        number = str(theme.LEVEL_RANKS[key])
        assert theme.LEVEL["options"][key]["color"] == colour
        assert theme.LIGHTS["options"][number]["color"] == colour
        assert theme.LEVEL["options"][key]["text"] == theme.LIGHTS["options"][number]["text"]


def test_every_level_of_every_scheme_has_a_colour() -> None:
    """A scheme that is added needs its words and colours here."""
    for name in SCHEMES:
        for edition in scheme(name).editions:
            for level in edition.levels:
                assert theme.LEVEL_WORDS[level.id] == level.name
            ranks = [theme.LEVEL_RANKS[level.id] for level in edition.levels]
            assert ranks == sorted(ranks)
            assert ranks[-1] > theme.TOP_RANK


def test_every_action_and_outcome_has_a_chinese_name() -> None:
    """No id of ours is shown where people read what was done and what came of it."""
    kinds = {*acts.ELSEWHERE, *acts.WHEN_CLOSED, *taskboard.KINDS, acts.MERGE}
    outcomes = {
        acts.APPLIED, acts.INVALID, acts.NO_EVIDENCE, acts.CLOSED_INCIDENT,
        acts.UNKNOWN_INCIDENT, acts.UNKNOWN_TARGET, taskboard.UNKNOWN, TOO_OLD,
    }  # fmt: skip
    for names, wanted in ((theme.ACTION_NAMES, kinds), (theme.OUTCOME_NAMES, outcomes)):
        assert wanted <= set(names)
        assert not any(word.isascii() for word in names.values())

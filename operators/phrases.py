"""Phrases that stand out in an incident: log-odds with a prior against the usual talk.

After Monroe, Colaresi and Quinn (2008), "Fightin' Words", per post instead of per word: the odds
that a post of the incident holds the phrase, against the odds for a post of the background, both
smoothed by the pooled share, over their standard error.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log, sqrt
from typing import Final, Protocol

from operators.phrases_cut import Cut, phrases_of

LEAST_STORIES: Final = 2
LEAST_POSTS: Final = 3
SAMPLE: Final = 1200
"""So many texts are cut into words; phrases are then counted in all of them."""

PRIOR: Final = 20.0
"""Posts of pooled talk that both sides are given before anything is counted."""

LEAST_USUAL: Final = 300.0
"""Posts the usual talk counts as when there is less of it, or none: a subject that is all there is
to talk about has phrases, too."""

LEAST_SCORE: Final = 1.64
"""One-sided 95 %: what stands out less is not shown."""

FULLER: Final = 0.6
"""A longer phrase with this much of a shorter one's texts is told in its place."""

SAME: Final = 0.6
"""Phrases that share signs and this much of their posts tell the same thing."""

SAME_STORY: Final = 0.75
"""Phrases with this much of their posts in common are pieces of one story, whatever the signs."""

TELLING: Final = {2: 0.3, 3: 0.8}
"""How much a short phrase tells against one of four signs or more: 付不了款 before 转账."""


class Voiced(Protocol):
    """Posts with the same words: the text once, how many said it, and how many of them in anger."""

    @property
    def text(self) -> str:
        """The words."""

    @property
    def posts(self) -> int:
        """Posts that say them."""

    @property
    def negative(self) -> int:
        """Negative ones of them."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase, the posts that hold it, the negative ones of them, and how much it stands out."""

    text: str
    posts: int
    negative: int
    score: float

    @property
    def negative_share(self) -> float:
        """Negative posts over the posts that hold the phrase."""
        return self.negative / self.posts if self.posts else 0.0


def top_phrases(
    stories: Sequence[Voiced],
    background: Sequence[Voiced],
    *,
    skip: Collection[str] = (),
    limit: int = 12,
    least: float = LEAST_SCORE,
    cut: Cut | None = None,
) -> tuple[Phrase, ...]:
    """Pick the phrases that stand out most in ``stories``, most telling first.

    Phrases have 2 to 8 signs and hold no word of ``skip`` (the subject's own names), which are no
    news. ``cut`` splits a clause into words, jieba when not given. Equal scores go by length, then
    text. Phrases are looked for in the first ``SAMPLE`` texts of either side and then counted in
    all of ``stories``, wherever they stand in a text.
    """
    sample, usual_sample = stories[:SAMPLE], background[:SAMPLE]
    weights = [_weight(story) for story in sample]
    holders = _holders(sample, cut, skip)
    usual = _usual(usual_sample, holders.keys(), cut, skip)
    n_here = sum(weights)
    n_usual = sum(_weight(story) for story in usual_sample)
    scale = max(1.0, LEAST_USUAL / n_usual) if n_usual else 1.0
    n_there = max(LEAST_USUAL, n_usual)
    found: list[tuple[float, str]] = []
    for text, places in holders.items():
        here = sum([weights[place] for place in places])
        score = log_odds(here, n_here, scale * usual[text], n_there)
        if score >= least:
            found.append((score * TELLING.get(len(text), 1.0), text))
    found.sort(key=lambda one: (-one[0], -len(one[1]), one[1]))
    fuller = ((score, _fuller(text, found, holders)) for score, text in found)
    phrases = (_counted(text, score, stories) for score, text in _distinct(fuller, holders))
    return tuple(islice((item for item in phrases if item.posts >= LEAST_POSTS), limit))


def _fuller(
    text: str, found: Sequence[tuple[float, str]], holders: dict[str, frozenset[int]]
) -> str:
    """Give the longest phrase that holds ``text`` and most of its posts: 手续费高 for 手续费."""
    least = FULLER * len(holders[text])
    longer = (one for _, one in found if text in one and len(holders[one]) >= least)
    return max(longer, key=lambda one: (len(one), len(holders[one]), one))


def _counted(text: str, score: float, stories: Sequence[Voiced]) -> Phrase:
    holding = [story for story in stories if text in story.text]
    posts = sum(story.posts for story in holding)
    return Phrase(text, posts, sum(story.negative for story in holding), score)


def log_odds(here: float, n_here: float, there: float, n_there: float) -> float:
    """How many standard errors the odds of a phrase are above the usual ones (a z-score)."""
    share = (here + there + 0.5) / (n_here + n_there + 1)
    prior, rest = PRIOR * share, PRIOR * (1 - share)
    one, other = here + prior, there + prior
    delta = log(one / (max(0.0, n_here - here) + rest))
    delta -= log(other / (max(0.0, n_there - there) + rest))
    return delta / sqrt(1 / one + 1 / other)


def _holders(
    stories: Sequence[Voiced], cut: Cut | None, skip: Collection[str]
) -> dict[str, frozenset[int]]:
    """Tell of each phrase that several texts hold which of them do."""
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for place, story in enumerate(stories):
        for phrase in phrases_of(story.text, cut, skip):
            holders[phrase].append(place)
    return {
        phrase: frozenset(places)
        for phrase, places in holders.items()
        if len(places) >= LEAST_STORIES
    }


def _usual(
    stories: Sequence[Voiced], wanted: Collection[str], cut: Cut | None, skip: Collection[str]
) -> dict[str, float]:
    """Add up the weights of the texts that hold each of the wanted phrases."""
    weights = dict.fromkeys(wanted, 0.0)
    for story in stories:
        weight = _weight(story)
        for phrase in phrases_of(story.text, cut, skip) & weights.keys():
            weights[phrase] += weight
    return weights


def _weight(story: Voiced) -> float:
    """Weigh a text: copies make it louder, but not as loud as as many authors would."""
    return 1 + log(max(1, story.posts))


def _distinct(
    phrases: Iterable[tuple[float, str]], holders: dict[str, frozenset[int]]
) -> Iterator[tuple[float, str]]:
    kept: list[str] = []
    for score, text in phrases:
        if not any(_same(text, other, holders) for other in kept):
            kept.append(text)
            yield score, text


def _same(one: str, other: str, holders: dict[str, frozenset[int]]) -> bool:
    """Tell whether two phrases are the same in other words, or pieces of the same story."""
    mine, theirs = holders[one], holders[other]
    common = len(mine & theirs)
    if common >= SAME_STORY * len(mine | theirs):
        return True
    if not _bigrams(one) & _bigrams(other):
        return False
    return one in other or other in one or common >= SAME * min(len(mine), len(theirs))


def _bigrams(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}

"""Posts that tell the same story in nearly the same words (近似重复): sketches and their memory.

A sketch is eight MinHash values (Broder 1997) over the 4-grams of the letters and digits at the
head of a text. Two texts whose 4-gram sets overlap by four fifths agree in five or more of the
eight with probability 0.94; texts that overlap by a tenth, as different posts on one subject do,
with probability 0.0004. Candidates are found by pairs of values, so memory and time are bounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

HEAD: Final = 120
"""Letters and digits of a text that are looked at."""

SHORTEST: Final = 12
"""Texts with fewer letters are alike by chance, so they are nobody's copy."""

ALIKE: Final = 5
"""Values of eight that have to agree."""

_GRAM: Final = 4
_VALUES: Final = 8
_BMP: Final = 0x10000

Sketch: TypeAlias = tuple[int, ...]
"""Eight 32-bit values; empty when the text is too short to be told from others."""


def _multipliers() -> NDArray[np.uint32]:
    """Return odd multipliers of a fixed Weyl sequence, so that sketches never change."""
    steps = np.arange(1, _VALUES + _GRAM + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (steps >> np.uint64(32)).astype(np.uint32) | np.uint32(1)


_ODD: Final = _multipliers()
_LETTER: Final = np.fromiter((chr(code).isalnum() for code in range(_BMP)), np.bool_, _BMP)


def sketches(texts: Sequence[str]) -> list[Sketch]:
    """Return the sketch of each text, all in one pass."""
    if not texts:
        return []
    heads = [text[: 2 * HEAD] for text in texts]
    codes = np.frombuffer("\0".join(heads).encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.cumsum([len(head) + 1 for head in heads])
    within = np.repeat(np.arange(len(heads)), np.diff(ends, prepend=0))[: len(codes)]
    kept = np.flatnonzero(_LETTER[np.minimum(codes, _BMP - 1)])
    owner = within[kept]
    sizes = np.bincount(owner, minlength=len(heads))
    starts = np.cumsum(sizes) - sizes
    place = np.arange(len(kept)) - starts[owner]
    kept, owner = kept[place < HEAD], owner[place < HEAD]
    sizes = np.minimum(sizes, HEAD)
    letters = codes[kept]
    if len(letters) < _GRAM:
        return [()] * len(heads)
    grams = np.zeros(len(letters) - _GRAM + 1, np.uint32)
    for n in range(_GRAM):
        grams = (grams ^ letters[n : len(letters) - _GRAM + 1 + n]) * _ODD[_VALUES + n]
        grams ^= grams >> np.uint32(15)
    inside = owner[: len(grams)] == owner[_GRAM - 1 :]
    grams, owner = grams[inside], owner[: len(grams)][inside]
    able = np.flatnonzero(sizes >= SHORTEST)
    found: list[Sketch] = [()] * len(heads)
    if not len(able):
        return found
    first = np.searchsorted(owner, able)
    last = np.searchsorted(owner, able, side="right")
    # Texts too short lie between; their grams are left out before the minima are taken.
    wanted = np.zeros(len(grams) + 1, np.int32)
    np.add.at(wanted, first, 1)
    np.add.at(wanted, last, -1)
    grams = grams[np.cumsum(wanted[:-1]) > 0]
    at = np.cumsum(last - first) - (last - first)
    columns = [
        np.minimum.reduceat(_mixed(grams * _ODD[value]), at).tolist() for value in range(_VALUES)
    ]
    for text, sketch in zip(able.tolist(), zip(*columns, strict=True), strict=True):
        found[text] = sketch
    return found


def _mixed(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return values ^ (values >> np.uint32(16))


class Story(NamedTuple):
    """The first post of a story, by which its copies are known."""

    id: str
    sketch: Sketch


@dataclass(slots=True)
class Stories:
    """A bounded memory of the stories told; the oldest half goes when it is full."""

    room: int = 20_000
    _newer: dict[tuple[int, int, int], Story] = field(default_factory=dict)
    _older: dict[tuple[int, int, int], Story] = field(default_factory=dict)

    def tell(self, post: str, sketch: Sketch) -> str:
        """Return the story a post tells: the first post that told it, or the post itself."""
        if not sketch:
            return post
        bands = [(band, sketch[2 * band], sketch[2 * band + 1]) for band in range(_VALUES // 2)]
        for band in bands:
            known = self._newer.get(band) or self._older.get(band)
            if known is not None and _alike(known.sketch, sketch):
                self._keep(bands, known)
                return known.id
        self._keep(bands, Story(post, sketch))
        return post

    def _keep(self, bands: list[tuple[int, int, int]], story: Story) -> None:
        for band in bands:
            self._newer.setdefault(band, story)
        if len(self._newer) > self.room * (_VALUES // 2) // 2:
            self._older, self._newer = self._newer, {}


def _alike(one: Sketch, other: Sketch) -> bool:
    return sum(a == b for a, b in zip(one, other, strict=True)) >= ALIKE

"""What in a text moved a score: each short piece is left out once, whatever the model is.

After "occlusion" (Zeiler and Fergus, 2014): the change of the score is what the piece said.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

_SIZES: Final = (4, 3, 2)
_LIMIT: Final = 256
_LEAST: Final = 0.005


class Feature(NamedTuple):
    """A piece of the text and by how much the score falls without it."""

    text: str
    weight: float


def strongest(
    text: str, score: Callable[[Sequence[str]], Sequence[float]], most: int
) -> list[Feature]:
    """Return the pieces of two to four characters that move ``score`` most, none overlapping."""
    text = text[:_LIMIT]
    places = [
        (at, at + size)
        for size in _SIZES
        for at in range(len(text) - size + 1)
        if text[at : at + size].isalnum()
    ]
    if not places:
        return []
    whole, *rest = score([text, *(text[:start] + text[end:] for start, end in places)])
    # A longer piece must earn its length: two characters that say as much are shown instead.
    ranked = sorted(
        zip(rest, places, strict=True),
        key=lambda one: -abs(whole - one[0]) / (one[1][1] - one[1][0]) ** 0.5,
    )
    taken: list[tuple[int, int]] = []
    found: list[Feature] = []
    for without, (start, end) in ranked:
        if len(found) == most or abs(whole - without) < _LEAST:
            break
        if all(end <= other[0] or start >= other[1] for other in taken):
            taken.append((start, end))
            found.append(Feature(text[start:end], float(whole - without)))
    return found

"""Phrases with slots, compiled so that filling one costs a few random draws."""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

PART_OF_DAY: Final = "part_of_day"
DAY_MARK: Final = "\0"
"""Stands in a said line where the name of the hour belongs."""

_SLOT: Final = re.compile(r"\{([^{}]+)\}")
_RANGE: Final = re.compile(r"(\d+)\.\.(\d+)")
_DIGITS: Final = re.compile(r"#(\d+)")


class SlotError(ValueError):
    """A template names a slot nobody defined, or one that contains itself."""

    def __init__(self, slot: str, template: str) -> None:
        self.slot = slot
        self.template = template
        super().__init__(f"slot {{{slot}}} in {template!r} is unknown or contains itself")


class Number:
    """A number of a range, both ends included."""

    __slots__ = ("low", "span")

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.span = high - low + 1


class Line:
    """A compiled template: literals, numbers and values to choose from, in order."""

    __slots__ = ("parts",)

    def __init__(self, parts: "tuple[str | Number | tuple[str | Line, ...], ...]") -> None:
        self.parts = parts

    def say(self, rng: Random) -> str:
        """Fill the slots."""
        said = []
        rnd = rng.random
        for part in self.parts:
            if isinstance(part, str):
                said.append(part)
            elif isinstance(part, tuple):
                value = part[int(rnd() * len(part))]
                said.append(value if isinstance(value, str) else value.say(rng))
            else:
                said.append(str(part.low + int(rnd() * part.span)))
        return "".join(said)


class Slots:
    """Named values for templates; a value may be a template itself."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = values
        self._compiled: dict[str, tuple[str | Line, ...]] = {}
        self._open: set[str] = set()

    def line(self, template: str) -> Line:
        """Compile a template; raises SlotError."""
        parts: list[str | Number | tuple[str | Line, ...]] = []
        for place, piece in enumerate(_SLOT.split(template)):
            if place % 2:
                parts.append(self._part(piece, template))
            elif piece:
                parts.append(piece)
        return Line(tuple(parts))

    def _part(self, name: str, template: str) -> str | Number | tuple[str | Line, ...]:
        if name == PART_OF_DAY:
            return DAY_MARK
        if found := _RANGE.fullmatch(name):
            return Number(int(found[1]), int(found[2]))
        if found := _DIGITS.fullmatch(name):
            places = int(found[1])
            return Number(10 ** (places - 1), 10**places - 1)
        return self._choice(name, template)

    def _choice(self, name: str, template: str) -> tuple[str | Line, ...]:
        if name not in self._compiled:
            if name in self._open or not self._values.get(name):
                raise SlotError(name, template)
            self._open.add(name)
            self._compiled[name] = tuple(
                self.line(value) if "{" in value else value for value in self._values[name]
            )
            self._open.discard(name)
        return self._compiled[name]

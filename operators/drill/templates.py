"""Phrases with slots, compiled so that filling one costs a few random draws."""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Final, TypeAlias

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


class Echo:
    """The same again as the part at ``place``."""

    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        self.place = place


Part: TypeAlias = "str | Number | Echo | tuple[str | Line, ...]"


class Line:
    """A compiled template: literals, numbers, values to choose from and echoes, in order."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self.parts = parts

    def say(self, rng: Random) -> str:
        """Fill the slots."""
        said: list[str] = []
        rnd = rng.random
        for part in self.parts:
            if isinstance(part, str):
                said.append(part)
            elif isinstance(part, tuple):
                value = part[int(rnd() * len(part))]
                said.append(value if isinstance(value, str) else value.say(rng))
            elif isinstance(part, Number):
                said.append(str(part.low + int(rnd() * part.span)))
            else:
                said.append(said[part.place])
        return "".join(said)


class Slots:
    """Named values for templates; a value may be a template itself."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = values
        self._compiled: dict[str, tuple[str | Line, ...]] = {}
        self._open: set[str] = set()

    def line(self, template: str) -> Line:
        """Compile a template; raises SlotError."""
        parts: list[Part] = []
        first: dict[str, int] = {}
        for number, piece in enumerate(_SLOT.split(template)):
            if not number % 2:
                parts.append(piece)
            elif piece.startswith("="):
                if piece[1:] not in first:
                    raise SlotError(piece, template)
                parts.append(Echo(first[piece[1:]]))
            else:
                first.setdefault(piece, number)
                parts.append(self._part(piece, template))
        return Line(tuple(parts))

    def _part(self, name: str, template: str) -> Part:
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

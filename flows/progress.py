"""Progress of long work on standard error: a bar on a terminal, plain lines elsewhere."""

import time
from typing import Final, Protocol, TextIO

_BAR_EVERY_S: Final = 0.1
_LINE_EVERY_S: Final = 5.0
_WIDTH: Final = 30


class Progress(Protocol):
    """Told how far the work is, as often as one likes."""

    def update(self, done: int, total: int | None, text: str) -> None:
        """Show ``done`` of ``total`` (None: not known) and what it means in words."""

    def close(self) -> None:
        """Show where the work ended."""


class Silent:
    """Shows nothing."""

    def update(self, done: int, total: int | None, text: str) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Show nothing."""


class Shown:
    """Shows the latest state now and then: over itself on a terminal, else line by line."""

    def __init__(self, stream: TextIO, *, bar: bool) -> None:
        self._stream = stream
        self._bar = bar
        self._every_s = _BAR_EVERY_S if bar else _LINE_EVERY_S
        self._next = time.monotonic() + (0.0 if bar else _LINE_EVERY_S)
        self._latest = ""
        self._length = 0

    def update(self, done: int, total: int | None, text: str) -> None:
        """Show the state unless one was shown just now."""
        share = min(1.0, done / total) if total else None
        self._latest = _bar(share, text) if self._bar else _line(share, text)
        if time.monotonic() >= self._next:
            self._show()

    def close(self) -> None:
        """Show the last state and leave the line."""
        if self._bar and self._latest:
            self._show()
            self._stream.write("\n")
            self._stream.flush()

    def _show(self) -> None:
        """Write the latest state."""
        self._next = time.monotonic() + self._every_s
        padding = " " * max(0, self._length - len(self._latest))
        self._length = len(self._latest)
        self._stream.write(f"\r{self._latest}{padding}" if self._bar else f"{self._latest}\n")
        self._stream.flush()


def progress_on(stream: TextIO) -> Progress:
    """Return what suits the stream."""
    return Shown(stream, bar=stream.isatty())


def _bar(share: float | None, text: str) -> str:
    """Draw a bar; without a total only the words."""
    if share is None:
        return text
    full = round(share * _WIDTH)
    return f"[{'#' * full}{'.' * (_WIDTH - full)}] {share:4.0%}  {text}"


def _line(share: float | None, text: str) -> str:
    """Write one line for a log."""
    return text if share is None else f"{share:4.0%}  {text}"

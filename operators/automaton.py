"""Find many fixed byte strings at once in a block of bytes.

Hyperscan where it is installed (x86, arm64), else the Aho-Corasick of ``ahocorasick_rs``; both give
the same hits.
"""

import threading
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TypeAlias

Hits: TypeAlias = tuple[Sequence[int], Sequence[int]]
"""Numbers of patterns, and for each the byte of the block just behind its occurrence."""


def _hyperscan_scanner(patterns: Sequence[bytes]) -> Callable[[bytes], Hits]:
    import hyperscan

    database = hyperscan.Database()
    database.compile(
        expressions=list(patterns), ids=list(range(len(patterns))), flags=0, literal=True
    )
    # A scratch serves one scan at a time, so each thread gets its own.
    local = threading.local()

    def scan(block: bytes) -> Hits:
        scratch = getattr(local, "scratch", None)
        if scratch is None:
            scratch = local.scratch = hyperscan.Scratch(database)
        numbers: list[int] = []
        ends: list[int] = []
        add_number, add_end = numbers.append, ends.append

        # Called for every hit: two plain numbers kept are cheaper than a pair.
        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add_number(number)
            add_end(end)

        database.scan(block, match_event_handler=on_match, scratch=scratch)
        return numbers, ends

    return scan


def _aho_corasick_scanner(patterns: Sequence[bytes]) -> Callable[[bytes], Hits]:
    import ahocorasick_rs

    automaton = ahocorasick_rs.BytesAhoCorasick(list(patterns))

    def scan(block: bytes) -> Hits:
        found = automaton.find_matches_as_indexes(block, overlapping=True)
        return [number for number, _start, _end in found], [end for _number, _start, end in found]

    return scan


ENGINES = {"hyperscan": _hyperscan_scanner, "aho_corasick": _aho_corasick_scanner}


def _preferred() -> str:
    return "hyperscan" if find_spec("hyperscan") else "aho_corasick"


class Automaton:
    """All ``patterns`` compiled into one automaton; hits come in the order in which they end."""

    def __init__(self, patterns: Sequence[bytes], engine: str | None = None) -> None:
        self._scan = ENGINES[engine or _preferred()](patterns) if patterns else None

    def scan(self, block: bytes) -> Hits:
        """Find every occurrence of every pattern, overlapping ones included."""
        return self._scan(block) if self._scan else ((), ())

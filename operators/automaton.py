"""Find many fixed byte strings at once in a block of bytes.

Hyperscan where it is installed (x86, arm64), else the Aho-Corasick of ``ahocorasick_rs``; both give
the same hits.
"""

import threading
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TypeAlias

Hit: TypeAlias = tuple[int, int]
"""Number of a pattern, and the byte of the block just behind its occurrence."""


def _hyperscan_scanner(patterns: Sequence[bytes]) -> Callable[[bytes], list[Hit]]:
    import hyperscan

    database = hyperscan.Database()
    database.compile(
        expressions=list(patterns), ids=list(range(len(patterns))), flags=0, literal=True
    )
    # A scratch serves one scan at a time, so each thread gets its own.
    local = threading.local()

    def scan(block: bytes) -> list[Hit]:
        scratch = getattr(local, "scratch", None)
        if scratch is None:
            scratch = local.scratch = hyperscan.Scratch(database)
        hits: list[Hit] = []
        found = hits.append

        def on_match(pattern: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found((pattern, end))

        database.scan(block, match_event_handler=on_match, scratch=scratch)
        return hits

    return scan


def _aho_corasick_scanner(patterns: Sequence[bytes]) -> Callable[[bytes], list[Hit]]:
    import ahocorasick_rs

    automaton = ahocorasick_rs.BytesAhoCorasick(list(patterns))

    def scan(block: bytes) -> list[Hit]:
        found = automaton.find_matches_as_indexes(block, overlapping=True)
        return [(pattern, end) for pattern, _start, end in found]

    return scan


ENGINES = {"hyperscan": _hyperscan_scanner, "aho_corasick": _aho_corasick_scanner}


def _preferred() -> str:
    return "hyperscan" if find_spec("hyperscan") else "aho_corasick"


class Automaton:
    """All ``patterns`` compiled into one automaton; hits come in the order in which they end."""

    def __init__(self, patterns: Sequence[bytes], engine: str | None = None) -> None:
        self._scan = ENGINES[engine or _preferred()](patterns) if patterns else None

    def scan(self, block: bytes) -> list[Hit]:
        """Find every occurrence of every pattern, overlapping ones included."""
        return self._scan(block) if self._scan else []

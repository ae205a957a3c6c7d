"""A bounded memory in generations: what was put last is kept longest, at constant cost."""

import pickle
from typing import Final, Generic, TypeVar

_GENERATIONS: Final = 4

V = TypeVar("V")


class Generations(Generic[V]):
    """Maps keys to values; at ``capacity`` keys it forgets the oldest quarter at once.

    A generation that is full never changes again but for keys that move to the newest one on
    update, so its pickled form is kept and a snapshot writes it without pickling it anew.
    """

    def __init__(self, capacity: int) -> None:
        self._room = max(1, capacity // _GENERATIONS)
        self._newest: dict[str, V] = {}
        self._older: list[dict[str, V]] = []
        self._frozen: list[bytes | None] = []

    def get(self, key: str) -> V | None:
        """Return the value put last under ``key``, or None when it is not remembered."""
        value = self._newest.get(key)
        if value is not None:
            return value
        for generation in self._older:
            value = generation.get(key)
            if value is not None:
                return value
        return None

    def put(self, key: str, value: V) -> int:
        """Remember ``value``; returns how many keys were forgotten to make room."""
        self._newest[key] = value
        if len(self._newest) < self._room:
            return 0
        self._older.insert(0, self._newest)
        self._frozen.insert(0, None)
        self._newest = {}
        if len(self._older) < _GENERATIONS:
            return 0
        self._frozen.pop()
        return len(self._older.pop())

    def __len__(self) -> int:
        """Count the keys held, a key that moved counting in each generation it is in."""
        return len(self._newest) + sum(map(len, self._older))

    def __getstate__(self) -> tuple[int, dict[str, V], list[bytes]]:
        frozen = [
            blob or pickle.dumps(generation, pickle.HIGHEST_PROTOCOL)
            for blob, generation in zip(self._frozen, self._older, strict=True)
        ]
        self._frozen = [*frozen]
        return self._room, self._newest, frozen

    def __setstate__(self, state: tuple[int, dict[str, V], list[bytes]]) -> None:
        self._room, self._newest, frozen = state
        self._frozen = [*frozen]
        # Own bytes, written by __getstate__ above into the flow's recovery store.
        self._older = [pickle.loads(blob) for blob in frozen]

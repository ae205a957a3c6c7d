"""What waits at the incident desk for its minute, in an order that arrival does not change."""

from collections.abc import Iterable
from itertools import groupby
from typing import TypeAlias

from operators import acts
from operators.model import GENERAL, MINUTE, Action, Signal
from operators.watched import BinStat, Watched

Waiting: TypeAlias = Signal | BinStat | Action


class Queue:
    """Signals, bins and human actions of one shard by watermark minute (ms).

    A minute is due when the watermark and the reading of the actions have both passed it.
    """

    def __init__(self) -> None:
        self._watermark = 0
        self._actions_read = 0
        self._waiting: list[tuple[int, int, Waiting]] = []

    @property
    def until_ms(self) -> int:
        """Minute up to which everything is here."""
        return min(self._watermark, self._actions_read)

    def watched(self, tick: Watched) -> None:
        """Take in what closed minutes brought."""
        self._waiting += [(each.decided_ms, 1, each) for each in tick.signals]
        self._waiting += [(each.decided_ms, 2, each) for each in tick.bins]
        self._watermark = max(self._watermark, tick.watermark_ms)

    def told(self, actions: Iterable[Action], read_until_ms: int) -> None:
        """Take in human actions, and how far their stream has been read.

        An action takes effect at the first minute after its own stream time.
        """
        for action in actions:
            if action.kind not in acts.ELSEWHERE:
                effective = action.at_ms - action.at_ms % MINUTE + MINUTE
                self._waiting.append((effective, 0, action))
        self._actions_read = max(self._actions_read, read_until_ms)

    def resume(self) -> None:
        """Let nothing be due until the actions have been read anew: there may be more meanwhile."""
        self._actions_read = 0

    def due(self) -> list[tuple[int, list[Waiting]]]:
        """Give away, minute by minute, what is due: actions, then signals, then bins."""
        until = self.until_ms
        due = [one for one in self._waiting if one[0] <= until]
        if not due:
            return []
        self._waiting = [one for one in self._waiting if one[0] > until]
        by_minute = groupby(sorted(due, key=_order_of), key=lambda one: one[0])
        return [(at, [what for _at, _order, what in some]) for at, some in by_minute]


def _order_of(one: tuple[int, int, Waiting]) -> tuple[int, int, str]:
    at, order, what = one
    if isinstance(what, Action):
        return at, order, what.action_id
    # Named trouble first: what is only general joins it.
    named = f"{what.exercise}/{what.subject}/{what.crisis_type == GENERAL}/{what.crisis_type}"
    return at, order, f"{named}/{what.signal_id}" if isinstance(what, Signal) else named

"""One backfill at a time: a turn kept in Redis, which ends by itself when its holder is gone."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from operators.errors import StoreError

if TYPE_CHECKING:
    from redis import Redis

TURN: Final = "backfill:turn"
"""Key in Redis; its value is ``host:pid`` of whoever has the turn."""
HOLD_S: Final = 120
"""Longer than any part takes; after a part the time begins anew."""


@contextmanager
def turn(client: "Redis") -> Iterator[Callable[[], None]]:
    """Have the turn; gives what prolongs it. Raises `StoreError` when another has it or takes it.

    The turn of a process of this machine that is dead is taken over at once.
    """
    from redis.exceptions import LockError

    _free_of_dead(client)
    lock = client.lock(TURN, timeout=HOLD_S)
    if not lock.acquire(blocking=False, token=f"{socket.gethostname()}:{os.getpid()}"):
        host, pid = _holder(client)
        msg = (
            f"another backfill is at work: process {pid} on {host} (try: wait for it; if that"
            f" machine is gone, the turn is free within {HOLD_S} s)"
        )
        raise StoreError(msg)

    def prolong() -> None:
        try:
            lock.extend(HOLD_S, replace_ttl=True)
        except LockError as error:
            msg = (
                f"the turn was lost: a part took more than {HOLD_S} s, or Redis was restarted;"
                " nothing is half done (try: run the backfill again)"
            )
            raise StoreError(msg) from error

    try:
        yield prolong
    finally:
        # A turn that was lost is somebody else's to end.
        with suppress(LockError):
            lock.release()


def _holder(client: "Redis") -> tuple[str, str]:
    found: Any = client.get(TURN)
    text = found.decode(errors="replace") if isinstance(found, bytes) else str(found or "")
    host, _colon, pid = text.rpartition(":")
    return host, pid


def _free_of_dead(client: "Redis") -> None:
    host, pid = _holder(client)
    if host != socket.gethostname() or not pid.isdecimal() or _lives(int(pid)):
        return

    def free(pipe: Any) -> None:
        # Whoever else saw it dead may have taken it over meanwhile.
        still = pipe.get(TURN)
        pipe.multi()
        if still == f"{host}:{pid}".encode():
            pipe.delete(TURN)

    client.transaction(free, TURN)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

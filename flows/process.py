"""What the process of a flow is told once all is made: how to collect, to keep to its thread."""

import gc
from typing import Final

_YOUNG: Final = 100_000


def settle() -> None:
    """Collect garbage as suits a stream, and compute in the thread that asks.

    Call it once all that stays has been made: automata, model, dataflow. What exists is left out
    of all later collections; the young are collected less often than after every 700 new objects,
    several times within one micro-batch. The threads of numpy's linear algebra would wait for the
    next small product by spinning, and take a second core for nothing.
    """
    from threadpoolctl import threadpool_limits

    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 50, 100)
    threadpool_limits(1, user_api="blas")

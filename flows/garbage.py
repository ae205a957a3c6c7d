"""Tell the garbage collector what the flow is like: much short-lived, little in cycles."""

import gc
from typing import Final

_YOUNG: Final = 100_000


def settle() -> None:
    """Leave what exists out of all later collections, and collect the young less often.

    Call it once all that stays has been made: automata, model, dataflow. The default collects
    after every 700 new objects, several times within one micro-batch.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 50, 100)

"""What a flow's process is told before it runs."""

import subprocess
import sys

_TOLD = """
import numpy
from flows.process import settle
from threadpoolctl import threadpool_info
settle()
numpy.ones((400, 400)) @ numpy.ones((400, 400))
print(*[pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"])
"""


def test_products_are_computed_in_the_thread_that_asks() -> None:
    """Threads of linear algebra would spin beside the flow and take a second core for nothing."""
    told = subprocess.run([sys.executable, "-c", _TOLD], capture_output=True, text=True, check=True)
    assert set(told.stdout.split()) == {"1"}

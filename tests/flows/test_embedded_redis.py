"""The embedded Redis server: private, kept on disk, shared by the commands of one folder."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from flows.embedded_redis import connect, serving
from operators.errors import StoreError

PATIENCE_S = 30.0
USER = """
import sys
from pathlib import Path
from flows.embedded_redis import serving
with serving("embedded", Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def opened(url: str) -> Iterator["Redis"]:
    """Give a client for a moment."""
    client = connect(url)
    try:
        yield client
    finally:
        client.close()


def server_pid(url: str) -> int:
    """Return the process of the server."""
    with opened(url) as client:
        return int(client.info("server")["process_id"])


def alive(pid: int) -> bool:
    """Tell whether a process runs (one that ended and waits for its parent does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_gone(pid: int) -> None:
    """Return once the process has ended."""
    until = time.monotonic() + PATIENCE_S
    while alive(pid):
        assert time.monotonic() < until
        time.sleep(0.02)


class User:
    """Another process that uses the server of a folder until it is told to leave."""

    def __init__(self, var: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(var)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def leave(self) -> None:
        """Let it end in its own way."""
        self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode == 0

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.communicate(timeout=PATIENCE_S)


def test_another_server_is_left_alone(tmp_path: Path) -> None:
    """Only ``embedded`` starts anything, and nothing else is ended."""
    with serving("embedded", tmp_path / "own") as url:
        with serving(url, tmp_path / "other") as same:
            assert same == url
        with opened(url) as client:
            assert client.ping()
        assert not (tmp_path / "other").exists()


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    """The error names the address and what is wrong, and not the password."""
    url = "redis://:secret@127.0.0.1:1/0"
    with pytest.raises(StoreError) as error, serving(url, tmp_path):
        pass
    assert "redis://127.0.0.1:1/0" in str(error.value)
    assert "refused" in str(error.value)
    assert "secret" not in str(error.value)


def test_private(tmp_path: Path) -> None:
    """No TCP port; folder and socket are for the owner only; the server ends with its user."""
    with serving("embedded", tmp_path) as url:
        with opened(url) as client:
            assert client.config_get("port") == {"port": "0"}
        pid = server_pid(url)
        socket = Path(url.removeprefix("unix://"))
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "redis").stat().st_mode) == 0o700
        assert os.getpgid(pid) != os.getpgid(os.getpid())
    assert not alive(pid)
    assert not socket.exists()


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    """Streams survive between commands; without ``durable`` nothing is kept."""
    for durable, expected in ((True, 1), (False, 0)):
        var = tmp_path / str(durable)
        with serving("embedded", var, durable=durable) as url, opened(url) as client:
            client.xadd("mentions:0", {"mention": "{}"})
        with serving("embedded", var, durable=durable) as url, opened(url) as client:
            assert client.xlen("mentions:0") == expected


def test_users_of_one_folder_share_the_server(tmp_path: Path) -> None:
    """Whoever comes later joins; whoever leaves first does not take it from the others."""
    first = User(tmp_path)
    pid = server_pid(first.url)
    second = User(tmp_path)
    assert second.url == first.url
    assert server_pid(second.url) == pid
    first.leave()
    with serving("embedded", tmp_path) as url:
        assert server_pid(url) == pid
        second.leave()
        with opened(url) as client:
            assert client.ping()
    wait_until_gone(pid)


def test_users_that_come_at_the_same_moment(tmp_path: Path) -> None:
    """One of them starts the server and all use it."""
    users: list[User] = []
    threads = [
        threading.Thread(target=lambda: users.append(User(tmp_path))) for _number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pids = {server_pid(user.url) for user in users}
    assert len(pids) == 1
    for user in users:
        user.leave()
    wait_until_gone(pids.pop())


def test_a_server_left_behind_is_used_and_ended(tmp_path: Path) -> None:
    """The server of a user that was killed serves the next one, and ends with it."""
    killed = User(tmp_path)
    pid = server_pid(killed.url)
    killed.kill()
    assert alive(pid)
    with serving("embedded", tmp_path) as url:
        assert server_pid(url) == pid
    wait_until_gone(pid)


def test_a_server_that_was_killed_is_replaced(tmp_path: Path) -> None:
    """A socket without a server behind it stops nobody, and what was synced is there."""
    user = User(tmp_path)
    with opened(user.url) as client:
        client.xadd("mentions:0", {"mention": "{}"})
    pid = server_pid(user.url)
    os.kill(pid, signal.SIGKILL)
    user.leave()
    wait_until_gone(pid)
    assert Path(user.url.removeprefix("unix://")).exists()
    with serving("embedded", tmp_path) as url, opened(url) as client:
        assert client.xlen("mentions:0") == 1


def test_a_path_too_long_for_a_socket(tmp_path: Path) -> None:
    """A deep folder gets its socket elsewhere, and all users find it."""
    var = tmp_path / ("deep" * 30)
    with serving("embedded", var) as url:
        assert len(url) < 108
        with serving("embedded", var) as again:
            assert again == url
            assert server_pid(again) == server_pid(url)
    with serving("embedded", var) as url, opened(url) as client:
        assert client.ping()


def test_a_server_that_cannot_start(tmp_path: Path) -> None:
    """The error names the log, in which the server says why."""
    folder = tmp_path / "redis"
    folder.mkdir()
    (folder / "appendonly.aof").write_bytes(b"not a log of commands\n")
    with pytest.raises(StoreError) as error, serving("embedded", tmp_path):
        pass
    log = folder / "redis.log"
    assert str(log) in str(error.value)
    assert "Bad file format" in log.read_text(encoding="utf-8")

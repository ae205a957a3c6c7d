"""An installation in a folder of its own, used through the command ``tingfeng`` as people do."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from redis import Redis

from flows.embedded_redis import connect, serving
from flows.settings import load_settings
from flows.settings_schema import Settings
from flows.store_reader import DESCRIPTOR, connect_reading

PATIENCE_S: Final = 60.0
COMMAND: Final = str(Path(sys.executable).with_name("tingfeng"))
SUBJECTS: Final = (
    {"id": "xinghe_bank", "name": "星河银行", "industry": "banking", "aliases": ["星河"]},
    {"id": "haichuan_securities", "name": "海川证券", "industry": "securities"},
)


@dataclass(frozen=True, slots=True)
class App:
    """A folder with settings; commands are run in it."""

    folder: Path

    def write(self, **sections: Any) -> None:
        """Write the settings: quick snapshots, two subjects, and what is given."""
        body = {
            "var": "var",
            "recovery": {"snapshot_s": 0.5},
            "run": {"backoff_s": 0.1},
            "subjects": list(SUBJECTS),
            **sections,
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(body, allow_unicode=True)
        (self.folder / "tingfeng.yaml").write_text(text, encoding="utf-8")

    @property
    def settings(self) -> Settings:
        """Settings as the commands read them."""
        return load_settings(self.folder / "tingfeng.yaml")

    def run(self, *arguments: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end, which must be with ``code``."""
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
        assert done.returncode == code, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command; its messages go to ``log``."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [COMMAND, *arguments], cwd=self.folder, stdout=log, stderr=log, text=True
            )

    @contextmanager
    def running(self, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
        """Run the flow meanwhile, ready to be read; it is stopped cleanly in the end."""
        process = self.start("run", *arguments)
        try:
            self.until(self.serves, process)
            yield process
            self.stop(process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=PATIENCE_S)

    def stop(self, process: "subprocess.Popen[str]") -> None:
        """Ask for a clean stop and wait for it."""
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_S) == 0, self.log()

    def log(self) -> str:
        """Return the end of what started commands have said."""
        return (self.folder / "log").read_text(encoding="utf-8")[-4000:]

    def serves(self) -> bool:
        """Tell whether a running flow answers readers."""
        return (self.settings.var / DESCRIPTOR).exists()

    def until(self, holds: Any, process: "subprocess.Popen[str] | None" = None) -> None:
        """Wait until something holds; a process that ends meanwhile is an error."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, self.log()
            assert process is None or process.poll() is None, self.log()
            time.sleep(0.05)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the store: through the running flow, else directly."""
        settings = self.settings
        with connect_reading(settings.store.dsn, settings.var) as reader:
            return list(reader.query(sql).rows)

    def sql(self, query: str) -> list[dict[str, Any]]:
        """Ask by the command."""
        found: list[dict[str, Any]] = json.loads(self.run("sql", query, "--format", "json").stdout)
        return found

    @contextmanager
    def redis(self) -> Iterator["Redis"]:
        """Keep the embedded Redis running and give a client of it."""
        settings = self.settings
        with serving(settings.redis.url, settings.var) as url:
            client = connect(url)
            try:
                yield client
            finally:
                client.close()


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            found.append(int(stat.parent.name))
    return found


def workers_of(pid: int) -> list[int]:
    """Return the processes of the flow that ``tingfeng run`` has started."""
    commands = {child: Path(f"/proc/{child}/cmdline").read_bytes() for child in children_of(pid)}
    return sorted(child for child, command in commands.items() if b"flows.worker" in command)


def kill(pid: int) -> None:
    """End a process at once."""
    os.kill(pid, signal.SIGKILL)

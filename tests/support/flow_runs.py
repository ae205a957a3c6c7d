"""Run the real flow as processes of their own over prepared streams, and read its tables back."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from redis import Redis

from flows.packs import read_packs
from flows.publish import publish
from flows.raw_stream import RawStreams
from flows.settings import load_settings
from flows.settings_schema import Settings
from flows.store import open_store
from flows.stream_writer import READ
from flows.streams import mention_stream
from flows.tables import TABLES
from operators.drill import Entry, generate
from operators.model import DAY, Subject
from operators.reading import entry_number
from playbooks.drills.loader import load_scenario
from sql.migrate import migrate

END_MS: Final = 1_780_000_000_000 // 60_000 * 60_000
PATIENCE_S: Final = 300.0

Tables = Mapping[str, Sequence[tuple[Any, ...]]]


def demo_entries() -> list[Entry]:
    """Return the demo's stream."""
    return list(generate(load_scenario("demo"), 1, END_MS))


def demo_subjects() -> tuple[Subject, ...]:
    """Return who the demo is about."""
    return tuple(load_scenario("demo").script.subjects)


def publish_packs(client: "Redis", settings: Settings) -> None:
    """Publish the shipped playbooks before the first mention."""
    publish(client, read_packs(settings), END_MS - 10 * DAY)


@dataclass(frozen=True, slots=True)
class Run:
    """One installation: settings, store and recovery of its own over shared streams."""

    folder: Path
    redis_url: str
    dsn: str = ""
    processes: int = 1

    def prepare(self, *, workers: int = 1, per_second: int = 0, snapshot_s: float = 0.5) -> None:
        """Write the settings, migrate the store, make the recovery store."""
        from bytewax import recovery

        self.folder.mkdir(parents=True)
        subjects = [
            {
                "id": one.id,
                "name": one.name,
                "industry": one.industry,
                "aliases": list(one.aliases),
                "products": list(one.products),
                "executives": list(one.executives),
            }
            for one in demo_subjects()
        ]
        body = {
            "var": ".",
            "store": {"dsn": self.dsn or "chdb://chdb"},
            "redis": {"max_per_second": per_second, "trim": False},
            "recovery": {"dir": "recovery", "snapshot_s": snapshot_s},
            "run": {"workers": workers, "processes": self.processes},
            "subjects": subjects,
        }
        text = yaml.safe_dump(body, allow_unicode=True)
        (self.folder / "tingfeng.yaml").write_text(text, encoding="utf-8")
        settings = self.settings
        client = open_store(settings.store.dsn, create=True)
        migrate(client, {})
        client.close()
        settings.recovery.dir.mkdir()
        make: Any = recovery.init_db_dir
        make(settings.recovery.dir, settings.recovery.partitions)

    @property
    def settings(self) -> Settings:
        """Settings as the processes read them."""
        return load_settings(self.folder / "tingfeng.yaml")

    def start(
        self, *, until_end: bool = True, module: str = "flows.worker", extra: Sequence[str] = ()
    ) -> "list[subprocess.Popen[bytes]]":
        """Start the processes of the flow."""
        from flows.run_command import free_ports

        command = [sys.executable, "-m", module, "--stream-clock", "--redis", self.redis_url]
        command += ["--config", str(self.folder / "tingfeng.yaml")]
        command += ["--until-end"] if until_end else []
        command += extra
        if self.processes == 1:
            return [self._popen(command)]
        addresses = ";".join(f"127.0.0.1:{port}" for port in free_ports(self.processes))
        return [
            self._popen([*command, "--process-id", str(number), "--addresses", addresses])
            for number in range(self.processes)
        ]

    def _popen(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        log = (self.folder / "worker.log").open("ab")
        with log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def finish(self, processes: "Sequence[subprocess.Popen[bytes]]") -> None:
        """Wait for the end of the input; a failure shows the log."""
        for process in processes:
            code = process.wait(timeout=PATIENCE_S)
            assert code == 0, (self.folder / "worker.log").read_text(encoding="utf-8")[-4000:]

    def stop(self, processes: "Sequence[subprocess.Popen[bytes]]") -> None:
        """Ask for a clean stop and wait for it."""
        for process in processes:
            process.send_signal(signal.SIGTERM)
        self.finish(processes)

    def tables(self) -> Tables:
        """Read every table in its ``FINAL`` state, columns of wall-clock time left out."""
        client = open_store(self.settings.store.dsn)
        try:
            return {
                table: [
                    tuple(row)
                    for row in client.query(
                        f"SELECT COLUMNS('.*') EXCEPT ('.*_wall$') FROM {table} FINAL ORDER BY ALL"
                    ).result_rows
                ]
                for table in TABLES
            }
        finally:
            client.close()


class Position:
    """How much of the streams a run has read."""

    def __init__(self, client: "Redis", partitions: int) -> None:
        self._client = client
        streams = RawStreams(client)
        self._ids: list[list[int]] = []
        for partition in range(partitions):
            ids: list[int] = []
            last = b"0-0"
            while entries := streams.read(mention_stream(partition), last, 5000):
                ids += [entry_number(entry_id) for entry_id, _fields in entries]
                last = entries[-1][0]
            self._ids.append(ids)
        streams.release()

    def forget(self) -> None:
        """Start anew for another run."""
        self._client.delete(READ)

    def fraction(self) -> float:
        """Return the fraction of all entries read so far, 0 to 1."""
        from bisect import bisect_right

        done = 0
        for partition, ids in enumerate(self._ids):
            last = self._client.hget(READ, str(partition))
            if isinstance(last, bytes):
                done += bisect_right(ids, entry_number(last))
        return done / sum(map(len, self._ids))

    def wait(self, fraction: float) -> None:
        """Wait until that much has been read."""
        until = time.monotonic() + PATIENCE_S
        while self.fraction() < fraction:
            assert time.monotonic() < until, f"only {self.fraction():.0%} read"
            time.sleep(0.02)


def assert_equal(found: Tables, wanted: Tables) -> None:
    """Compare all tables row by row and show the first rows that differ."""
    for table, rows in wanted.items():
        other = found[table]
        assert len(other) == len(rows), f"{table}: {len(other)} rows, not {len(rows)}"
        for mine, theirs in zip(other, rows, strict=True):
            assert mine == theirs, f"{table}: {mine} is not {theirs}"

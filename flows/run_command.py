"""``tingfeng run``: prepare the store, then keep the processes of the flow alive.

If one process dies all are stopped and resume together from the last snapshot, after a pause that
doubles with each failure. SIGTERM and SIGINT stop cleanly: what was read is decided and stored.
"""

import dataclasses
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

from redis import Redis

from flows.embedded_redis import connect, serving
from flows.packs import read_packs
from flows.plan import make_bundle
from flows.publish import current_versions, read_stream
from flows.rules_stream import published_rules
from flows.settings import load_settings
from flows.settings_schema import Settings
from flows.streams import Meta, read_meta, write_meta
from flows.worker import HOPELESS
from operators.errors import StoreError, TingfengError

logger = logging.getLogger(__name__)

_POLL_S: Final = 0.05
_PATIENCE_S: Final = 20.0
_LONGEST_PAUSE_S: Final = 60.0
_GOOD_RUN_S: Final = 60.0


@dataclass(slots=True)
class Supervisor:
    """Starts the processes, watches them, and stops them together."""

    commands: Sequence[Sequence[str]]
    backoff_s: float
    quiet: bool = False
    children: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    stopping: bool = False

    def run(self, tick: Callable[[], None] | None = None) -> int:
        """Run until the input ends or a stop is asked for; returns the exit code."""
        pause = self.backoff_s
        while True:
            started = time.monotonic()
            self.start()
            code = self.watch(tick)
            if code in (0, HOPELESS) or self.stopping:
                return 0 if self.stopping and code != HOPELESS else code
            if time.monotonic() - started > _GOOD_RUN_S:
                pause = self.backoff_s
            logger.warning("a process of the flow ended with %d; resuming in %.1f s", code, pause)
            if self.pause(pause):
                return 0
            pause = min(_LONGEST_PAUSE_S, 2 * pause)

    def pause(self, seconds: float) -> bool:
        """Wait before a restart; returns True at once when a stop is asked for."""
        until = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < until:
            time.sleep(_POLL_S)
        return self.stopping

    def start(self) -> None:
        """Start all processes."""
        self.children = [
            subprocess.Popen(list(command), start_new_session=True) for command in self.commands
        ]

    def watch(self, tick: Callable[[], None] | None = None) -> int:
        """Wait until all have ended; when one fails, end the others too."""
        while True:
            codes = [child.poll() for child in self.children]
            failed = [code for code in codes if code not in (None, 0)]
            if failed:
                self.kill()
                return HOPELESS if HOPELESS in failed else int(failed[0] or 1)
            if all(code == 0 for code in codes):
                return 0
            if tick is not None:
                tick()
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """Ask all processes for a clean stop."""
        self.stopping = True
        for child in self.children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End all processes at once; they resume from the last snapshot."""
        for child in self.children:
            if child.poll() is None:
                child.kill()
        for child in self.children:
            child.wait(timeout=_PATIENCE_S)


def free_ports(count: int) -> list[int]:
    """Find ports nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def commands(
    settings: Settings,
    config: Path | None,
    redis_url: str,
    *,
    live: bool,
    until_end: bool,
    exercise: bool = False,
) -> list[list[str]]:
    """Return the command line of each process."""
    processes = settings.run.processes
    base = [sys.executable, "-m", "flows.worker", "--redis", redis_url]
    base += ["--config", str(config)] if config else []
    base += [] if live else ["--stream-clock"]
    base += ["--until-end"] if until_end else []
    base += ["--exercise"] if exercise else []
    base += ["--accept-gap"] if settings.recovery.accept_gap else []
    if processes == 1:
        return [base]
    first = settings.run.address_base_port
    ports = range(first, first + processes) if first else free_ports(processes)
    addresses = ";".join(f"127.0.0.1:{port}" for port in ports)
    return [
        [*base, "--process-id", str(number), "--addresses", addresses]
        for number in range(processes)
    ]


def prepare(settings: Settings, redis_url: str, *, live: bool = True) -> Meta:
    """Bring the schema up to date, check the streams and the library, make the recovery store."""
    from bytewax import recovery

    from flows.migrate_command import migrate_store

    settings.require_subjects()
    client = connect(redis_url)
    try:
        meta = read_meta(client)
        if meta is not None and meta.partitions != settings.redis.partitions:
            msg = (
                f"the streams have {meta.partitions} partitions, the settings say "
                f"{settings.redis.partitions}; the number is fixed when streams are first used "
                f"(try redis.partitions: {meta.partitions})"
            )
            raise StoreError(msg)
        if not current_versions(read_stream(client)):
            msg = "no playbook has been published; try: tingfeng playbooks publish"
            raise TingfengError(msg)
        _compare_rules(settings, client)
        if meta is None:
            meta = write_meta(client, settings.redis.partitions, "live" if live else "stream")
    finally:
        client.close()
    migrate_store(settings)
    folder = settings.recovery.dir
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.glob("part-*.sqlite3")):
        make: Any = recovery.init_db_dir
        make(folder, settings.recovery.partitions)
    return meta


def _compare_rules(settings: Settings, client: "Redis") -> None:
    """Say when the published rules, which hold, are not those of the settings."""
    known = published_rules(client)
    if not known:
        return
    version = make_bundle(settings, read_packs(settings)).version
    newest = known[-1][0].version
    if newest != version:
        logger.warning(
            "the rules published last, %s, hold; those of the settings are %s: "
            "tingfeng rules diff, tingfeng rules publish",
            newest,
            version,
        )


def run(
    settings: Settings,
    config: Path | None,
    *,
    until_end: bool = False,
    tick: Callable[[str], None] | None = None,
    exercise: bool = False,
) -> int:
    """Run the flow under supervision; ``tick`` is called now and then with the Redis URL.

    ``exercise``: the flow of a drill, which leaves alone what is not marked as one.
    """
    with serving(settings.redis.url, settings.var) as redis_url:
        meta = prepare(settings, redis_url)
        supervisor = Supervisor(
            commands(
                settings,
                config,
                redis_url,
                live=meta.clock == "live",
                until_end=until_end,
                exercise=exercise,
            ),
            settings.run.backoff_s,
        )

        def ask(_number: int, _frame: FrameType | None) -> None:
            supervisor.stop()

        before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            return supervisor.run((lambda: tick(redis_url)) if tick else None)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run_configured(
    config: Path | None, *, until_end: bool, accept_gap: bool, processes: int | None
) -> int:
    """Run with a settings file and what the command line says instead."""
    settings = load_settings(config)
    recovery = dataclasses.replace(settings.recovery, accept_gap=accept_gap)
    running = settings.run
    if processes is not None:
        running = dataclasses.replace(running, processes=processes)
    settings = dataclasses.replace(settings, recovery=recovery, run=running)
    if running.processes > 1 and settings.store.dsn.startswith("chdb:"):
        msg = (
            f"{running.processes} processes cannot write to {settings.store.dsn}: a chDB folder "
            "belongs to one process; use a ClickHouse server (store.dsn: http://…) or one process"
        )
        raise StoreError(msg)
    return run(settings, config, until_end=until_end)

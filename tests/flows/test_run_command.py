"""``tingfeng run`` keeps the flow alive, stops it cleanly, and refuses what cannot work."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from bytewax.recovery import init_db_dir
from redis import Redis

from flows.demo_feed import Feeder
from flows.packs import read_packs
from flows.publish import publish_now
from flows.run_command import Supervisor, commands, free_ports
from flows.settings import load_settings
from flows.streams import META, mention_stream, read_meta, write_meta
from flows.worker import FAILED, HOPELESS
from operators.model import MINUTE
from tests.support.app import App, kill, workers_of
from tests.support.clickhouse_http import running
from tests.support.flow_runs import Position, Run, assert_equal
from tests.support.small_streams import START_MS, chatter, in_order, trouble

PATIENCE_S = 30.0
MINUTES = 90
COUNTED = """
import pathlib, sys, time
starts = pathlib.Path(sys.argv[1])
with starts.open("a") as file:
    file.write(f"{time.monotonic()}\\n")
number = len(starts.read_text().splitlines())
for other in map(pathlib.Path, sys.argv[3:]):
    while not other.exists() or len(other.read_text().splitlines()) < number:
        time.sleep(0.01)
codes = [int(code) for code in sys.argv[2].split(",")]
sys.exit(codes[min(number, len(codes)) - 1])
"""


def counted(starts: Path, codes: str, *others: Path) -> list[str]:
    """Make a command that notes when it starts and ends with one code after the other.

    It ends when ``others`` have noted as many starts.
    """
    return [sys.executable, "-c", COUNTED, str(starts), codes, *map(str, others)]


def times(starts: Path) -> list[float]:
    """Return when a counted command was started."""
    return [float(line) for line in starts.read_text(encoding="utf-8").splitlines()]


SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
PATIENT = [
    sys.executable,
    "-c",
    "import signal, sys; signal.signal(15, lambda *_: sys.exit(0)); signal.pause()",
]


def test_ends_when_all_have_ended(tmp_path: Path) -> None:
    """Input that ends in every process ends the run."""
    starts = [tmp_path / "a", tmp_path / "b"]
    supervisor = Supervisor([counted(each, "0") for each in starts], 0.01)
    assert supervisor.run() == 0
    assert [len(times(each)) for each in starts] == [1, 1]


def test_one_that_dies_takes_all_along(tmp_path: Path) -> None:
    """All processes are ended and started together, with pauses that double."""
    starts = tmp_path / "starts"
    others = tmp_path / "others"
    commands = [counted(starts, "1,1,0", others), counted(others, "0,0,0")]
    supervisor = Supervisor(commands, 0.1)
    assert supervisor.run() == 0
    first, second, third = times(starts)
    assert second - first >= 0.1
    assert third - second >= 0.2
    assert len(times(others)) == 3


def test_the_living_are_ended_with_the_dead(tmp_path: Path) -> None:
    """A process that is well does not go on without the others."""
    supervisor = Supervisor([counted(tmp_path / "starts", "3"), SLEEP], 0.01)
    supervisor.start()
    assert supervisor.watch() == 3
    assert all(child.poll() is not None for child in supervisor.children)


def test_what_a_restart_cannot_mend_ends_the_run(tmp_path: Path) -> None:
    """Exit code 2 of one process is that of the run."""
    starts = tmp_path / "starts"
    assert Supervisor([counted(starts, str(HOPELESS)), SLEEP], 0.01).run() == HOPELESS
    assert len(times(starts)) == 1


def test_a_stop_reaches_every_process() -> None:
    """Asked to stop, all processes are asked, and the run ends well."""
    supervisor = Supervisor([PATIENT, PATIENT], 0.01)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(supervisor.run()))
    thread.start()
    deadline = time.monotonic() + PATIENCE_S
    while len(supervisor.children) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    supervisor.stop()
    thread.join(PATIENCE_S)
    assert codes == [0]


def test_a_stop_in_the_pause_before_a_restart(tmp_path: Path) -> None:
    """A stop that comes while nothing runs is not forgotten: nothing is started any more."""
    starts = tmp_path / "starts"
    supervisor = Supervisor([counted(starts, "1")], backoff_s=600.0)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(supervisor.run()))
    thread.start()
    deadline = time.monotonic() + PATIENCE_S
    while not (supervisor.children and supervisor.children[0].poll()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    supervisor.stop()
    thread.join(PATIENCE_S)
    assert codes == [0]
    assert len(times(starts)) == 1


def test_ports_are_free_and_differ() -> None:
    """Processes get a port each."""
    assert len(set(free_ports(5))) == 5


def test_commands_of_several_processes() -> None:
    """All processes know the same addresses and their own number."""
    settings = load_settings(None)
    one = commands(settings, None, "unix:///x", live=False, until_end=True)
    assert len(one) == 1
    assert "--stream-clock" in one[0]
    assert "--until-end" in one[0]
    assert "--addresses" not in one[0]


@pytest.fixture
def app(tmp_path: Path) -> App:
    """Give an installation with settings."""
    made = App(tmp_path)
    made.write()
    return made


def fill(client: "Redis", *, end: bool = True) -> None:
    """Publish the shipped playbooks and write a small story with a stream clock."""
    settings = load_settings(None)
    write_meta(client, settings.redis.partitions, "stream")
    publish_now(client, read_packs(settings))
    feeder = Feeder(client)
    feeder.feed(
        in_order(
            chatter(START_MS, MINUTES),
            trouble("星河银行", START_MS + 20 * MINUTE),
            trouble("海川证券", START_MS + 50 * MINUTE),
        )
    )
    if end:
        feeder.end(START_MS + MINUTES * MINUTE)


def test_a_killed_process_is_resumed_with_the_others(tmp_path: Path) -> None:
    """Kill -9 of one of two processes: both resume by themselves and leave the same tables."""
    app = App(tmp_path / "app")
    with running(tmp_path / "server") as dsn:
        server = dsn.rpartition("/")[0]
        app.write(
            redis={"max_per_second": 60, "trim": False},
            store={"dsn": f"{server}/killed"},
            run={"processes": 2, "backoff_s": 0.1},
        )
        with app.redis() as client:
            fill(client)
            position = Position(client, app.settings.redis.partitions)
            process = app.start("run", "--until-end")
            position.wait(0.3)
            before = workers_of(process.pid)
            assert len(before) == 2
            kill(before[1])
            assert position.fraction() < 1
            assert process.wait(timeout=PATIENCE_S) == 0, app.log()
            assert "a process of the flow ended with -9; resuming in 0.1 s" in app.log()

            straight = App(tmp_path / "straight")
            straight.write(
                redis={"url": url_of(client), "trim": False},
                store={"dsn": f"{server}/straight"},
            )
            straight.run("run", "--until-end")
        wanted = Run(straight.folder, "").tables()
        assert wanted["recommendations"]
        assert_equal(Run(app.folder, "").tables(), wanted)


def url_of(client: "Redis") -> str:
    """Return the address of a client's server."""
    return f"unix://{client.connection_pool.connection_kwargs['path']}"


def test_stop_and_read_meanwhile(app: App) -> None:
    """While it runs, `tingfeng sql` reads through it and cannot write; SIGTERM ends it with 0."""
    with app.redis() as client:
        fill(client, end=False)
        with app.running() as process:
            app.until(lambda: app.ask("SELECT count() FROM v_recommendations") >= [(2,)], process)
            (row,) = app.sql("SELECT sum(read) AS read FROM v_pipeline_health")
            assert row["read"] > 0
            for statement in ("TRUNCATE TABLE metrics_minute", "INSERT INTO deletions VALUES (1)"):
                refused = app.run("sql", statement, code=2)
                assert refused.stderr.startswith("tingfeng: ")
                assert "Traceback" not in refused.stderr
            described = json.loads((app.settings.var / "store.json").read_text(encoding="utf-8"))
            assert described["pid"] in workers_of(process.pid)
            read = app.ask("SELECT sum(read) FROM v_pipeline_health")
        assert not app.serves()
        assert app.ask("SELECT sum(read) FROM v_pipeline_health") >= read
        assert app.ask("SELECT count() FROM v_metrics")[0][0] > 0


def test_stopped_before_anything_came(app: App) -> None:
    """A flow that has read nothing yet stops and starts again."""
    app.run("playbooks", "publish")
    with app.redis() as client:
        with app.running():
            pass
        meta = read_meta(client)
        assert meta is not None
        assert meta.clock == "live"
        client.xadd(mention_stream(0), {"mention": "not JSON"})
        with app.running() as process:
            app.until(lambda: app.ask("SELECT count() FROM rejected") == [(1,)], process)


@pytest.mark.parametrize("way", ["settings", "command line"])
def test_several_processes_on_chdb(app: App, way: str) -> None:
    """An embedded store belongs to one process; it says what to use instead."""
    if way == "settings":
        app.write(run={"processes": 2})
        done = app.run("run", code=2)
    else:
        done = app.run("run", "--processes", "2", code=2)
    assert "one process" in done.stderr
    assert "http" in done.stderr


def test_another_number_of_partitions(app: App) -> None:
    """The number of streams is fixed once they are used; the error says what it was."""
    app.run("playbooks", "publish")
    with app.redis() as client:
        write_meta(client, 4, "live")
        app.write(redis={"partitions": 8})
        done = app.run("run", code=2)
    assert "4 partitions, the settings say 8" in done.stderr
    assert "redis.partitions: 4" in done.stderr


def test_settings_that_are_wrong(app: App) -> None:
    """Everything wrong in the file is told once, with its lines, and nothing is started."""
    app.write(redis={"partitions": 0}, store={"flush_ms": "fast"})
    done = app.run("run", code=2)
    assert done.stderr.count("redis.partitions") == 1
    assert done.stderr.count("store.flush_ms") == 1
    assert "tingfeng.yaml:" in done.stderr
    assert not (app.folder / "var").exists()


def test_no_subjects(app: App) -> None:
    """Without a company there is nothing to watch."""
    app.write(subjects=[])
    assert "no subject to monitor" in app.run("run", code=2).stderr


@pytest.mark.parametrize("stream", ["none", "only an end mark", "all withdrawn"])
def test_an_empty_library(app: App, stream: str) -> None:
    """Without a playbook it says what to do, and the streams are not set up by the attempt."""
    with app.redis() as client:
        if stream == "only an end mark":
            client.xadd("playbooks", {"end": "1"})
        elif stream == "all withdrawn":
            publish_now(client, read_packs(app.settings))
            publish_now(client, ())
        done = app.run("run", code=2)
        assert "tingfeng playbooks publish" in done.stderr
        assert not client.exists(META)


def test_a_gap_in_the_streams(app: App) -> None:
    """Entries trimmed past the resume id end the run with what to do; told so, it goes on."""
    with app.redis() as client:
        fill(client, end=False)
        with app.running() as process:
            app.until(lambda: app.ask("SELECT count() FROM v_recommendations") >= [(2,)], process)
        for partition in range(4):
            client.xtrim(mention_stream(partition), maxlen=0, approximate=False)
        done = app.run("run", code=2)
        assert "Redis no longer holds" in done.stderr
        assert "--accept-gap" in done.stderr
        assert "resuming in" not in done.stderr
        with app.running("--accept-gap"):
            pass


def test_a_store_that_is_away_may_come_back(app: App) -> None:
    """A worker that finds the store away ends with the code that means: try again."""
    app.write(store={"dsn": "http://127.0.0.1:1/tingfeng"})
    folder = app.settings.recovery.dir
    folder.mkdir(parents=True)
    make: Any = init_db_dir
    make(folder, 1)
    with app.redis() as client:
        publish_now(client, read_packs(app.settings))
        at_start = app.run("run", code=HOPELESS)
        config = str(app.folder / "tingfeng.yaml")
        worker = subprocess.run(
            [sys.executable, "-m", "flows.worker", "--config", config, "--redis", url_of(client)],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
    assert worker.returncode == FAILED
    for done in (at_start, worker):
        assert "tingfeng: http://127.0.0.1:1" in done.stderr
        assert "cannot be reached" in done.stderr

"""From the stream to the eye: ``python -m benchmarks.latency [--json] [--rate N] [--seconds N]``.

`tingfeng run` with shipped settings and a live clock reads 2,000 generated events a second, 500
subjects, from the embedded Redis. Twenty subjects of their own get a probe a second in turn: a post
whose time runs from its XADD until a reader who polls through the flow's read port sees it counted
in its minute of ``metrics_minute``. The reader's own question and its pause are in that time, and
its work is done by the measured process. Then, still under load: a playbook edited and published by
command until its version can be read, a clean stop, and a start until a post sent meanwhile can be
read. At last ``tingfeng --help``.
"""

import argparse
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.installation import (
    NAMES,
    PATIENCE_S,
    PAUSE_S,
    TINGFENG,
    Bench,
    load,
    prepared,
    wait_for,
)
from benchmarks.machine import machine
from benchmarks.producer import SENT
from flows.store_reader import DESCRIPTOR

*PROBES, SPARE = NAMES
WARM_S: Final = 8.0
PLAYBOOK: Final = "banking.general"
KEYS: Final = ("p50_ms", "p99_ms", "rate", "stop_s", "resume_s", "help_s", "playbook_s", "settings")
"""What ``--json`` prints; the rest is for people."""
_PUBLISHED: Final = 5
_HELPED: Final = 7
_VERSIONS: Final = """
SELECT uniqExact(version_hash) FROM playbook_versions WHERE playbook_id = {id:String}
"""


def probing(bench: Bench, seconds: float) -> None:
    """Send probes evenly, each subject once a second."""
    began = time.monotonic()
    for number in range(int(seconds * len(PROBES))):
        time.sleep(max(0.0, began + number / len(PROBES) - time.monotonic()))
        bench.probe(PROBES[number % len(PROBES)])


def latencies(bench: Bench, seconds: float) -> list[float]:
    """Measure probes for so long; returns their times in ms."""
    with bench.reader() as reader:
        sender = threading.Thread(target=probing, args=(bench, seconds))
        sender.start()
        until = time.monotonic() + seconds + PATIENCE_S
        while (sender.is_alive() or bench.unseen()) and time.monotonic() < until:
            bench.look(reader)
            time.sleep(PAUSE_S)
        sender.join()
    if bench.unseen():
        msg = f"{bench.unseen()} probes never became readable"
        raise TimeoutError(msg)
    return [
        1000 * (seen - sent)
        for name in PROBES
        for sent, seen in zip(bench.sent[name], bench.seen[name], strict=True)
    ]


def _exceeds(count: Callable[[], int], number: int) -> bool:
    return count() > number


def playbook_s(bench: Bench) -> float:
    """Edit and publish a playbook by command some times; returns the slowest, in s."""
    file = bench.folder / "packs" / "banking" / "general.yaml"
    text = file.read_text(encoding="utf-8")
    slowest = 0.0
    with bench.reader() as reader:

        def known() -> int:
            return int(str(reader.query(_VERSIONS, {"id": PLAYBOOK}).rows[0][0]))

        for number in range(known(), known() + _PUBLISHED):
            file.write_text(text.replace("\ntitle: ", f"\ntitle: 第{number}版"), encoding="utf-8")
            began = time.monotonic()
            bench.command("playbooks", "publish")
            wait_for(partial(_exceeds, known, number))
            slowest = max(slowest, time.monotonic() - began)
    return slowest


def stop_s(flow: "subprocess.Popen[bytes]") -> float:
    """Stop the flow cleanly; returns how long that took."""
    began = time.monotonic()
    flow.send_signal(signal.SIGTERM)
    if flow.wait(timeout=PATIENCE_S) != 0:
        msg = f"the flow did not stop cleanly (exit code {flow.returncode})"
        raise RuntimeError(msg)
    return time.monotonic() - began


def resume_s(bench: Bench) -> "tuple[float, subprocess.Popen[bytes]]":
    """Start the flow again; returns how long until a post sent at that moment can be read."""
    began = time.monotonic()
    flow = bench.start()
    bench.probe(SPARE)
    with bench.reader() as reader:

        def readable() -> bool:
            bench.look(reader)
            return not bench.unseen()

        wait_for(readable)
    return time.monotonic() - began, flow


def help_s() -> float:
    """Return the median time of ``tingfeng --help``."""
    times = []
    for _ in range(_HELPED):
        began = time.monotonic()
        subprocess.run([TINGFENG, "--help"], check=True, capture_output=True)
        times.append(time.monotonic() - began)
    return statistics.median(times)


def measure(folder: Path, rate: int, seconds: float) -> dict[str, Any]:
    """Measure everything in a folder of its own."""
    with prepared(folder) as (bench, url):
        bench.command("playbooks", "publish")
        bench.command("migrate")
        with load(bench, url, rate, int(WARM_S + seconds) + 60):
            flow = bench.start()
            try:
                wait_for((bench.settings.var / DESCRIPTOR).exists)
                time.sleep(WARM_S)
                before, began = int(bench.client.get(SENT) or 0), time.monotonic()
                found = sorted(latencies(bench, seconds))
                lasted = time.monotonic() - began
                sent = int(bench.client.get(SENT) or 0) - before
                published = playbook_s(bench)
                stopped = stop_s(flow)
                resumed, flow = resume_s(bench)
                stop_s(flow)
            except BaseException:
                flow.kill()
                sys.stderr.write((folder / "log").read_text(encoding="utf-8")[-4000:])
                raise
        settings = bench.settings
    return {
        "p50_ms": round(statistics.median(found), 1),
        "p99_ms": round(found[math.ceil(0.99 * len(found)) - 1], 1),
        "max_ms": round(found[-1], 1),
        "probes": len(found),
        "rate": round(sent / lasted),
        "stop_s": round(stopped, 2),
        "resume_s": round(resumed, 2),
        "help_s": round(help_s(), 2),
        "playbook_s": round(published, 2),
        "settings": {
            "partitions": settings.redis.partitions,
            "read_count": settings.redis.read_count,
            "idle_poll_ms": settings.redis.idle_poll_ms,
            "shards": settings.windows.shards,
            "flush_ms": settings.store.flush_ms,
            "snapshot_s": settings.recovery.snapshot_s,
            "store_mentions": settings.store.mentions,
            "backend": settings.sentiment.backend,
        },
    }


def main(argv: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--rate", type=int, default=2_000, help="events a second")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long probes are sent")
    options = parser.parse_args(argv)
    loads = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory() as folder:
        body = measure(Path(folder), options.rate, options.seconds)
    loads.append(os.getloadavg()[0])
    body["machine"] = machine()
    body["machine"]["load"] = " -> ".join(f"{value:.1f}" for value in loads)
    if options.json:
        print(json.dumps({key: body[key] for key in KEYS}, ensure_ascii=False))
    else:
        print(json.dumps(body, ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())

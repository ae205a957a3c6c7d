"""An installation under load, for `benchmarks.latency`: set up, fed, started and asked."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Final

import orjson
import yaml
from redis import Redis

from benchmarks.events import subjects
from flows.embedded_redis import connect, serving
from flows.settings import load_settings
from flows.settings_schema import Settings
from flows.store_reader import DESCRIPTOR, Reader, connect_reading
from flows.streams import mention_stream
from operators.partition import partition_of

NAMES: Final = {
    f"probe_{number}": f"测速{sign}探针"
    for number, sign in enumerate("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌")
}
TINGFENG: Final = str(Path(sys.executable).with_name("tingfeng"))
PAUSE_S: Final = 0.01
PATIENCE_S: Final = 60.0
_COUNTS: Final = """
SELECT subject, sum(most) FROM (
    SELECT subject, platform, window_start, max(mentions) AS most FROM metrics_minute
    WHERE exercise = 0 AND subject IN {subjects:Array(String)}
    GROUP BY subject, platform, window_start
) GROUP BY subject
"""


@dataclass(slots=True)
class Bench:
    """An installation under load."""

    folder: Path
    settings: Settings
    client: "Redis"
    sent: dict[str, list[float]] = field(default_factory=dict)
    seen: dict[str, list[float]] = field(default_factory=dict)

    def command(self, *arguments: str) -> None:
        """Run a command of Tingfeng."""
        subprocess.run([TINGFENG, *arguments], cwd=self.folder, check=True, capture_output=True)

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the flow."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen([TINGFENG, "run"], cwd=self.folder, stdout=log, stderr=log)

    def reader(self) -> Reader:
        """Read through the running flow, as soon as it answers."""
        wait_for((self.settings.var / DESCRIPTOR).exists)
        return connect_reading(self.settings.store.dsn, self.settings.var)

    def probe(self, subject: str) -> None:
        """Send a post about a probe subject."""
        number = len(self.sent.setdefault(subject, []))
        now_ms = time.time_ns() // 1_000_000
        body = {"id": f"{subject}-{number}", "platform": "weibo", "published_at": now_ms}
        text = f"{NAMES[subject]}今天的服务怎么样，有人去过吗，排队久不久"
        partition = partition_of("weibo", str(body["id"]), "", self.settings.redis.partitions)
        data = orjson.dumps({**body, "text": text})
        self.sent[subject].append(time.monotonic())
        self.client.xadd(mention_stream(partition), {"mention": data})

    def look(self, reader: Reader) -> None:
        """Ask once, and note the time for all probes that have become readable."""
        names = [name for name in self.sent if len(self.seen.get(name, [])) < len(self.sent[name])]
        if not names:
            return
        rows = reader.query(_COUNTS, {"subjects": names}).rows
        now = time.monotonic()
        for name, count in rows:
            seen = self.seen.setdefault(str(name), [])
            seen += [now] * (int(str(count)) - len(seen))

    def unseen(self) -> int:
        """Return how many probes are still on their way."""
        return sum(len(sent) - len(self.seen.get(name, [])) for name, sent in self.sent.items())


def wait_for(holds: Callable[[], bool]) -> None:
    """Return as soon as something holds."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            msg = f"waited {PATIENCE_S:.0f} s in vain"
            raise TimeoutError(msg)
        time.sleep(PAUSE_S)


@contextmanager
def prepared(folder: Path) -> Iterator[tuple[Bench, str]]:
    """Set up settings with nothing changed but subjects and packs; yields it with Redis' URL."""
    packs = folder / "packs"
    shutil.copytree(str(files("playbooks").joinpath("packs")), packs)
    body = {
        "packs": [str(pack) for pack in sorted(packs.iterdir()) if pack.is_dir()],
        "subjects": [
            {"id": one.id, "name": one.name, "industry": one.industry, "aliases": [*one.aliases]}
            for one in subjects()
        ]
        + [{"id": key, "name": name, "industry": "banking"} for key, name in NAMES.items()],
    }
    config = folder / "tingfeng.yaml"
    config.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    settings = load_settings(config)
    with serving(settings.redis.url, settings.var) as url:
        client = connect(url)
        try:
            yield Bench(folder, settings, client), url
        finally:
            client.close()


@contextmanager
def load(bench: Bench, url: str, rate: int, seconds: int) -> Iterator[None]:
    """Let a process of its own produce events meanwhile."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.producer",
        url,
        str(bench.folder / "tingfeng.yaml"),
    ]
    process = subprocess.Popen(
        [*command, str(rate), str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        if process.stdout is None or process.stdin is None or not process.stdout.readline():
            msg = f"the producer did not start (exit code {process.wait()})"
            raise RuntimeError(msg)
        process.stdin.write("go\n")
        process.stdin.flush()
        yield
        process.stdin.close()

"""A drill in the live streams, in true time: the running flow takes it."""

import sys
import time
from collections.abc import Iterator
from typing import Final

import msgspec

from flows.demo_feed import Feeder
from flows.embedded_redis import connect, serving
from flows.progress import progress_on
from flows.settings_schema import Settings
from flows.streams import require_meta
from operators.drill import Entry, Scenario, generate
from operators.drill.onsets import CHINA
from operators.errors import ConfigError, Problem, StoreError
from operators.model import DAY, HOUR, MINUTE

_TAIL_MS: Final = 6 * HOUR


def run_live(settings: Settings, scenario: Scenario, seed: int) -> int:
    """Send the bursts into the live streams in true time; returns when it ended (ms).

    Raises ConfigError when the subject is not monitored, StoreError when the streams are not live.
    """
    subject = scenario.script.subjects[0]
    if subject.id not in {one.id for one in settings.subjects}:
        known = ", ".join(one.id for one in settings.subjects) or "none is configured"
        problem = "is not monitored, so the running flow would not see the drill"
        raise ConfigError([Problem("(command line)", 1, "--subject", problem, subject.id, known)])
    with serving(settings.redis.url, settings.var) as url:
        client = connect(url)
        if require_meta(client).clock != "live":
            msg = "the streams of this Redis replay the past (stream clock); try another --speed"
            raise StoreError(msg)
        start_ms = int(time.time() * 1000) // MINUTE * MINUTE + MINUTE
        told = _from_now(scenario, start_ms)
        end_ms = start_ms + _TAIL_MS
        feeder = Feeder(client)
        progress = progress_on(sys.stderr)
        for sent, entry in enumerate(_in_time(generate(told, seed, end_ms)), 1):
            feeder.feed([entry])
            progress.update(sent, None, f"演练进行中：已送入 {sent:,} 条（Ctrl-C 结束）")
        progress.close()
        client.close()
    return int(time.time() * 1000)


def _from_now(scenario: Scenario, start_ms: int) -> Scenario:
    """Return the bursts alone, all of them beginning at an instant."""
    local = (start_ms + CHINA) % DAY // MINUTE
    clock = f"{local // 60:02d}:{local % 60:02d}"
    bursts = tuple(
        msgspec.structs.replace(burst, clocks=(clock,), tail=_TAIL_MS // MINUTE)
        for burst in scenario.script.bursts
    )
    script = msgspec.structs.replace(scenario.script, quiet_days=0, talk=(), bursts=bursts)
    return msgspec.structs.replace(scenario, script=script)


def _in_time(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Yield each entry when its time has come; Ctrl-C ends the drill."""
    try:
        for entry in entries:
            wait = entry.at_ms / 1000 - time.time()
            if wait > 0:
                time.sleep(wait)
            yield entry
    except KeyboardInterrupt:
        return

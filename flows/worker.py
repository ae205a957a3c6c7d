"""One process of the flow: ``python -m flows.worker``, started by `flows.run_command`.

Exit codes: 0 the input ended or a stop was asked for; 1 a failure that a restart may mend; 2 one
that it will not (configuration, a gap in the streams, an empty library).
"""

import argparse
import dataclasses
import logging
import signal
import sys
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from operators.errors import StoreError, TingfengError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bytewax.dataflow import Dataflow
    from clickhouse_connect.driver.client import Client

    from flows.settings_schema import Settings

logger = logging.getLogger(__name__)

FAILED = 1
HOPELESS = 2


def make_flow(
    settings: "Settings", redis_url: str, *, live: bool, until_end: bool, exercise: bool = False
) -> "Dataflow":
    """Build the flow between Redis and the store of the settings."""
    from flows.clickhouse_sink import StoreSink
    from flows.control_source import ControlSource
    from flows.detect import build
    from flows.embedded_redis import connect
    from flows.packs import read_packs
    from flows.plan import make_plan, source_options
    from flows.redis_source import MentionSource
    from flows.store import open_store

    store = settings.store
    embedded = store.dsn.startswith("chdb:")
    sink = StoreSink(
        lambda: open_store(store.dsn), store.flush_ms, _server(settings) if embedded else None
    )
    plan = dataclasses.replace(
        make_plan(settings, read_packs(settings)),
        frozen=settings.recovery.dir / "frozen",
        exercise=exercise,
    )
    options = source_options(settings, live=live, until_end=until_end)
    return build(
        plan,
        MentionSource(lambda: connect(redis_url), options, plan.rules),
        ControlSource(lambda: connect(redis_url), live=live, until_end=until_end),
        sink,
    )


def _server(settings: "Settings") -> "Callable[[Client], Callable[[], None]]":
    """Answer readers while this process holds the chDB path."""

    def serve(client: "Client") -> "Callable[[], None]":
        from flows.store_server import StoreServer

        return StoreServer.start(client, settings.var).stop

    return serve


def run_flow(
    flow: "Dataflow", settings: "Settings", process_id: int | None, addresses: list[str] | None
) -> None:
    """Run the flow in this process until its input ends or a stop is asked for."""
    from bytewax import recovery, run

    from flows.redis_source import stop_asked

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop_asked.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    start: Any = run.cli_main
    config: Any = recovery.RecoveryConfig
    start(
        flow,
        workers_per_process=settings.run.workers,
        process_id=process_id,
        addresses=addresses,
        epoch_interval=timedelta(seconds=settings.recovery.snapshot_s),
        recovery_config=config(settings.recovery.dir, timedelta(0)),
    )


def _hopeless(error: BaseException) -> TingfengError | None:
    """Return the error of ours behind what the engine raised, if there is one."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, TingfengError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def main(argv: list[str] | None = None) -> int:
    """Run one process of the flow."""
    parser = argparse.ArgumentParser(prog="python -m flows.worker", description=main.__doc__)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--redis", required=True)
    parser.add_argument("--process-id", type=int)
    parser.add_argument("--addresses")
    parser.add_argument("--stream-clock", action="store_true")
    parser.add_argument("--until-end", action="store_true")
    parser.add_argument("--accept-gap", action="store_true")
    parser.add_argument("--exercise", action="store_true")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    from flows.process import settle
    from flows.settings import load_settings

    try:
        settings = load_settings(options.config)
        recovery = dataclasses.replace(settings.recovery, accept_gap=options.accept_gap)
        settings = dataclasses.replace(settings, recovery=recovery)
        settings.require_subjects()
        flow = make_flow(
            settings,
            options.redis,
            live=not options.stream_clock,
            until_end=options.until_end,
            exercise=options.exercise,
        )
        settle()
        addresses = options.addresses.split(";") if options.addresses else None
        run_flow(flow, settings, options.process_id, addresses)
    except Exception as error:
        ours = _hopeless(error)
        if ours is None:
            logger.exception("the flow failed")
            return FAILED
        print(f"tingfeng: {ours}", file=sys.stderr)
        # The store was there when the schema was brought up to date: it may come back.
        return FAILED if isinstance(ours, StoreError) else HOPELESS
    return 0


if __name__ == "__main__":
    sys.exit(main())

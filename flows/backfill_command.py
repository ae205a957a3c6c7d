"""``tingfeng backfill``: stored posts under the newest rules, in the tables they are in already.

Nothing but posts and their counts is written: signals, incidents, recommendations, stories and
phrases stay as they were decided, and nobody is alerted. The time ends where the flow can no longer
correct its minutes, so that the two never write the same row. One at a time
(`flows.backfill_turn`).
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from flows.backfill_read import Reread, Rereader
from flows.backfill_store import BackfillStore
from flows.backfill_streams import Held, held_posts, retained, take_held
from flows.backfill_turn import turn
from flows.backfill_words import heading, instant, result
from flows.embedded_redis import connect, serving
from flows.library_rows import base_rule_rows, rule_rows
from flows.packs import read_packs
from flows.plan import make_bundle
from flows.progress import progress_on
from flows.rules_stream import published_rules
from flows.settings import load_settings
from flows.settings_schema import Settings
from flows.store import open_store
from flows.store_reader import connect_reading
from flows.tables import Rows
from operators.backfill import Tally, Unit, units
from operators.errors import ConfigError, Problem, StoreError
from operators.model import HOUR, MINUTE
from operators.rulebook_bundle import Bundle
from sql.migrate import pending

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client
    from redis import Redis

_SPARE_MS: Final = HOUR
"""Behind the last minute that the flow may correct: rows of the store may be some seconds old."""


class Newest(NamedTuple):
    """The rules to read by, their rows in ``rule_versions``, and where they come from."""

    bundle: Bundle
    rows: Rows
    published: bool
    settings_differ: bool


def backfill(options: argparse.Namespace, config: Path | None) -> int:
    """Read stored posts anew and say what that changed; returns the exit code."""
    settings = load_settings(config)
    settings.require_subjects()
    since_ms = instant(settings, "--since", options.since)
    until_ms = instant(settings, "--until", options.until) if options.until else None
    with _store(settings, dry_run=options.dry_run) as client:
        _require_schema(client)
        store = BackfillStore(client)
        span = _span(settings, store, since_ms, until_ms)
        with serving(settings.redis.url, settings.var) as url:
            streams = connect(url)
            try:
                with nullcontext(_free) if options.dry_run else turn(streams) as prolong:
                    work = _Work(settings, store, streams, prolong, dry_run=options.dry_run)
                    for line in work.run(*span):
                        print(line)
            finally:
                streams.close()
    return 0


def _free() -> None:
    """Only looking needs no turn."""


@contextmanager
def _store(settings: Settings, *, dry_run: bool) -> "Iterator[Client]":
    """Open the store to write; only to look, also one that a running flow holds."""
    if dry_run:
        with connect_reading(settings.store.dsn, settings.var) as reader:
            yield reader.client
        return
    client = open_store(settings.store.dsn)
    try:
        yield client
    finally:
        client.close()


def _require_schema(client: "Client") -> None:
    missing = [one.name for one in pending(client)]
    if missing:
        msg = f"the store lacks {', '.join(missing)}: tingfeng migrate"
        raise StoreError(msg)


def _span(
    settings: Settings, store: BackfillStore, since_ms: int, until_ms: int | None
) -> tuple[int, int]:
    """Return the time to read, which the flow has left alone; raises `ConfigError`."""
    watermark = store.watermark_ms()
    if not watermark:
        msg = "nothing has been read into this store yet, so there is nothing to read anew"
        raise StoreError(msg)
    windows = settings.windows
    kept_ms = windows.keep_h * HOUR + max(_SPARE_MS, windows.generation_min * MINUTE)
    latest = watermark - watermark % MINUTE - kept_ms
    hint = f"a time up to {heading(settings, latest)}"
    why = f"the flow may still correct the last {kept_ms / HOUR:g} h before what it has read"
    if until_ms is not None and until_ms > latest:
        _refuse("--until", why, heading(settings, until_ms), hint)
    if since_ms >= latest:
        _refuse("--since", why, heading(settings, since_ms), hint)
    if until_ms is not None and until_ms <= since_ms:
        problem = "must lie behind --since"
        _refuse("--until", problem, heading(settings, until_ms), hint)
    return since_ms, latest if until_ms is None else until_ms


def _refuse(path: str, problem: str, got: str, hint: str) -> NoReturn:
    raise ConfigError([Problem("(command line)", 1, path, problem, got, hint)])


def newest_rules(settings: Settings, client: "Redis") -> Newest:
    """Return what the flow reads new posts by: the rules published last, else the settings."""
    own = make_bundle(settings, read_packs(settings))
    known = published_rules(client)
    if not known:
        return Newest(own, Rows("rule_versions", base_rule_rows(own)), False, False)
    entry, bundle = known[-1]
    rows = Rows("rule_versions", rule_rows(entry, bundle))
    return Newest(bundle, rows, True, bundle.version != own.version)


class _Work:
    """A backfill on its way."""

    def __init__(
        self,
        settings: Settings,
        store: BackfillStore,
        streams: "Redis",
        prolong: Callable[[], None],
        *,
        dry_run: bool,
    ) -> None:
        self._settings = settings
        self._store = store
        self._streams = streams
        self._prolong = prolong
        self._dry_run = dry_run
        self._rules = newest_rules(settings, streams)

    def run(self, since_ms: int, until_ms: int) -> Iterator[str]:
        """Work through a time; yield what is to be said."""
        settings, store, version = self._settings, self._store, self._rules.bundle.version
        origin = "已发布的最新版本" if self._rules.published else "配置文件，未发布过"
        yield (
            f"规则版本 {version}（{origin}）；发布时间 {heading(settings, since_ms)} 至 "
            f"{heading(settings, until_ms)}"
        )
        if self._rules.settings_differ:
            yield "配置文件里的规则与已发布的不同；要按配置文件重读，请先 tingfeng rules publish"
        waiting = store.planned() if self._dry_run else store.begin()
        if waiting:
            yield f"上次中断时已计划的 {waiting} 段{'将先' if self._dry_run else '已'}补写完"
        hours = store.hours(since_ms, until_ms, version)
        held_from = retained(self._streams, settings, since_ms, until_ms)
        if not hours.others and held_from is None:
            yield (
                f"无事可做：这段时间的 {sum(hours.posts.values()):,} 条帖子都已按此版本读过"
                if hours.posts
                else "无事可做：这段时间没有入库的帖子，消息流里也没有保留"
            )
            return
        rereader = Rereader(settings, self._rules.bundle)
        held: list[Held] = []
        if held_from is not None:
            names = store.names(since_ms, until_ms)
            held = held_posts(self._streams, settings, rereader, since_ms, until_ms, names)
        total = Tally()
        for tally in self._units(rereader, held, hours.posts, since_ms, until_ms):
            total.add(tally)
        unseen = 0
        if settings.store.mentions != "all":
            lost_until_ms = until_ms if held_from is None else min(until_ms, held_from)
            unseen = store.unmatched(since_ms, lost_until_ms)
        yield from result(total, unseen=unseen, dry_run=self._dry_run)

    def _units(
        self,
        rereader: Rereader,
        held: list[Held],
        hours: dict[int, int],
        since_ms: int,
        until_ms: int,
    ) -> Iterator[Tally]:
        """Read and write part by part."""
        store = self._store
        if not self._dry_run:
            store.insert_all(self._rules.rows)
        labels, labelled = store.labels(), store.labelled()
        arrived = Counter(one.first.mention.published_ms // HOUR * HOUR for one in held)
        parts = units(arrived + Counter(hours), since_ms, until_ms)
        done, total = 0, sum(part.posts for part in parts)
        progress = progress_on(sys.stderr)
        for part in parts:
            self._prolong()
            rows = store.posts(part, self._rules.bundle.version)
            found = rereader.read(rows, store.roots(part), labels, labelled)
            new = take_held(held, part, rereader, found.moves, found.tally)
            metrics = store.metric_rows(found.moves)
            found.tally.metric_rows = len(metrics)
            found.tally.minutes = len({row[4] for row in metrics})
            if not self._dry_run:
                self._write(part, metrics, [*found.moved, *new], found)
            done += part.posts
            progress.update(done, total, f"重读 {done:,}/{total:,} 条")
            yield found.tally
        progress.close()

    def _write(
        self,
        part: Unit,
        metrics: list[tuple[Any, ...]],
        moved: list[Sequence[Any]],
        found: Reread,
    ) -> None:
        """Write what belongs together by a plan, the rest after it."""
        version = self._rules.bundle.version
        self._store.write(version, part, found.tally, (metrics, moved))
        self._store.insert("mentions", found.others)

"""Early rows of minutes: at once where people watch, gathered where a backlog is worked off."""

import time

from flows.clickhouse_sink import Buffer
from flows.messages import MetricFor
from flows.steps import CountStep
from flows.tables import Rows
from operators.metrics import MetricPiece
from operators.model import DAY, HOUR, MINUTE
from operators.windows import Cell, CellKey

EARLY_MS = 100


def many(minute: int, watermark_ms: int) -> list[MetricFor]:
    """Return sums of a thousand keys of one minute."""
    cells = tuple(
        (CellKey(False, f"s{number}", "run", "weibo", minute, minute), Cell(mentions=1))
        for number in range(1000)
    )
    generation = minute - minute % HOUR
    return [MetricFor(0, generation, MetricPiece(cells, watermark_ms))]


def test_early_rows_of_a_live_stream_go_at_once() -> None:
    """However many they are: after a pause of the flow there are many."""
    now = int(time.time() * 1000)
    minute = now - now % MINUTE
    step = CountStep(EARLY_MS, None)
    out, _over = step.on_batch(many(minute, minute - MINUTE))
    assert [(one.table, len(one.rows), one.behind) for one in out] == [
        ("metrics_minute", 1000, False)
    ]
    assert step.notify_at() is None


def test_early_rows_of_a_backlog_are_gathered() -> None:
    """Days behind the present they wait, and are marked as rows that nobody waits for."""
    minute = int(time.time() * 1000) // MINUTE * MINUTE - DAY
    step = CountStep(EARLY_MS, None)
    assert step.on_batch(many(minute, minute - MINUTE)) == ([], False)
    assert step.notify_at() is not None
    step.on_batch(many(minute, minute - MINUTE))
    out, _over = step.on_notify()
    assert [(len(one.rows), one.behind) for one in out] == [(1000, True)]
    assert {row[5] for row in out[0].rows} == {2}


def test_a_buffer_is_behind_until_it_is_taken() -> None:
    """One row of a backlog is enough for a longer pause; the next rows are judged anew."""
    buffer = Buffer()
    buffer.add(Rows("signals", [("a",)], behind=True))
    buffer.add(Rows("signals", [("b",)]))
    assert buffer.behind
    buffer.take(later=True)
    buffer.add(Rows("signals", [("c",)]))
    assert not buffer.behind

"""Minute metrics: early, final, corrected, and gone when their time is over."""

import random

from operators.metrics import MetricGeneration, MetricKey, MetricPiece, MetricRow, Retention
from operators.model import DAY, HOUR, MINUTE
from operators.windows import Cell, CellKey

T0 = 1_760_000_000_000 - 1_760_000_000_000 % HOUR
GENERATION = 10 * MINUTE


def cell_at(minute: int, mentions: int, late: int = 0, updates: int = 0) -> tuple[CellKey, Cell]:
    """Return sums of one minute."""
    key = CellKey(False, "bank", "run", "weibo", minute, minute)
    return key, Cell(mentions=mentions, late=late, updates=updates)


def test_early_then_final() -> None:
    """An open minute is told as provisional; the watermark makes it final, once."""
    generation = MetricGeneration()
    assert generation.feed([MetricPiece((cell_at(T0, mentions=2),), T0)]) == []
    assert [(row.final, row.version) for row in generation.early()] == [(False, 4)]
    assert generation.early() == []
    rows = generation.feed([MetricPiece((), T0 + MINUTE)])
    assert [(row.final, row.version, row.cell.mentions) for row in rows] == [(True, 5, 2)]
    assert generation.feed([MetricPiece((), T0 + HOUR)]) == []


def test_late_post_corrects_a_final_minute() -> None:
    """A correction is a new row of the same minute with a higher version."""
    generation = MetricGeneration()
    generation.feed([MetricPiece((cell_at(T0, mentions=2),), T0 + MINUTE)])
    (row,) = generation.feed([MetricPiece((cell_at(T0, mentions=1, late=1),), T0 + HOUR)])
    assert (row.cell.mentions, row.cell.late, row.final, row.version) == (3, 1, True, 7)


def test_order_does_not_matter() -> None:
    """The last row of each minute is the same in any order of pieces and watermarks."""
    rng = random.Random(3)
    cells = [cell_at(T0 + (n % 10) * MINUTE, mentions=1, updates=n % 2) for n in range(60)]
    finals: list[dict[MetricKey, MetricRow]] = []
    for _ in range(5):
        rng.shuffle(cells)
        generation = MetricGeneration()
        told: dict[MetricKey, MetricRow] = {}
        for number, one in enumerate(cells):
            watermark = T0 + (rng.randrange(10) * MINUTE if number < 59 else HOUR)
            piece = MetricPiece(((one[0], one[1].copy()),), watermark)
            for row in [*generation.feed([piece]), *generation.early()]:
                assert row.key not in told or told[row.key].version < row.version
                told[row.key] = MetricRow(row.key, row.cell.copy(), row.final)
        finals.append(told)
    assert all(told == finals[0] for told in finals)
    assert all(row.final for row in finals[0].values())


def test_generations_open_close_and_expire() -> None:
    """A generation hears of the watermark while it is open, and of its end a day later."""
    retention = Retention(GENERATION, DAY)
    routed = retention.route([cell_at(T0, mentions=1)], T0, advanced=True)
    assert set(routed) == {T0}
    assert not routed[T0].expired
    routed = retention.route([], T0 + GENERATION, advanced=True)
    assert routed[T0].watermark_ms == T0 + GENERATION
    assert retention.route([], T0 + HOUR, advanced=True) == {}
    ended = retention.route([], T0 + GENERATION + DAY, advanced=True)
    assert ended[T0].expired
    assert retention.route([], T0 + 3 * DAY, advanced=True) == {}

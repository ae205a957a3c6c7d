"""A false alarm through the user's door: the same surge of the next day is usual for its key."""

from pathlib import Path

from flows.demo_feed import Feeder
from flows.settings import load_settings
from flows.streams import write_meta
from operators.drill import Entry
from operators.model import DAY, MINUTE, SECOND
from tests.support.app import App
from tests.support.small_streams import START_MS, chatter, in_order, trouble

NAMES = {"xinghe_bank": "星河银行", "yunzhou_bank": "云州银行", "nanyu_bank": "南屿银行"}
SURGES = (
    "SELECT subject, crisis_type FROM v_signals WHERE detector = 'volume_surge'"
    " AND toUnixTimestamp(decided_at) >= {} AND crisis_type = 'system_outage' ORDER BY subject"
)


def day(number: int, **posts: int) -> list[Entry]:
    """Make a day of talk, with trouble of so many posts for some banks in its first hour."""
    start_ms = START_MS + number * DAY
    first = start_ms + 20 * MINUTE
    # A post is known by its time here, so the banks take turns.
    loud = [
        trouble(NAMES[bank], first + turn * SECOND, count)
        for turn, (bank, count) in enumerate(posts.items())
    ]
    return in_order(chatter(start_ms, 24 * 60 - 10, 5 * MINUTE), *loud)


def test_the_same_surge_is_usual_after_a_false_alarm(tmp_path: Path) -> None:
    """Said while the flow stands still: the same height is quiet, thrice it and others are not."""
    app = App(tmp_path)
    app.write(
        subjects=[{"id": id_, "name": name, "industry": "banking"} for id_, name in NAMES.items()]
    )
    app.run("playbooks", "publish")
    with app.redis() as client:
        write_meta(client, load_settings(None).redis.partitions, "stream")
        Feeder(client).feed(day(0, xinghe_bank=60, yunzhou_bank=60, nanyu_bank=60))
        opened = (
            "SELECT subject, incident_id FROM v_incidents"
            " WHERE crisis_type = 'system_outage' ORDER BY subject"
        )
        with app.running() as process:
            app.until(lambda: len(app.ask(opened)) == 3, process)
        names = dict(app.ask(opened))
        said_ms = START_MS + 2 * 60 * MINUTE
        words = [
            Entry(said_ms, "actions", {"incident": names[bank], "kind": "false_alarm"})
            for bank in ("xinghe_bank", "yunzhou_bank")
        ]
        Feeder(client).feed(words)
        Feeder(client).feed(day(1, xinghe_bank=60, yunzhou_bank=180, nanyu_bank=60))
        second = (START_MS + DAY) // 1000
        with app.running() as process:
            last = (
                "SELECT count() FROM v_pipeline_health"
                f" WHERE toUnixTimestamp(watermark) > {second + 80_000}"
            )
            app.until(lambda: app.ask(last) != [(0,)], process)
            app.until(lambda: len(app.ask(SURGES.format(second))) == 2, process)
    assert len(app.ask(SURGES.format(0))) == 5
    assert [row[0] for row in app.ask(SURGES.format(second))] == ["nanyu_bank", "yunzhou_bank"]
    usual = dict(
        app.ask(
            "SELECT subject, argMin(expected, window_start) FROM v_baselines"
            f" WHERE crisis_type = 'system_outage' AND toUnixTimestamp(window_start) >= {second}"
            " GROUP BY subject"
        )
    )
    assert usual["xinghe_bank"] > 5 * usual["nanyu_bank"]

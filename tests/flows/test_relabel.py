"""What a person says of a post wins over the model: in its row, in the metrics, for training."""

from pathlib import Path

import pytest

from flows.demo_feed import Feeder
from flows.settings import load_settings
from flows.streams import write_meta
from operators.model import HOUR, MINUTE
from tests.support.app import App
from tests.support.small_streams import START_MS, chatter, in_order, trouble

PARTITIONS = load_settings(None).redis.partitions
SUM = (
    "SELECT subject, crisis_type, toInt64(sum(mentions)), toInt64(sum(negative)),"
    " toInt64(sum(positive)) FROM v_metrics GROUP BY 1, 2 HAVING sum(mentions) > 0 ORDER BY 1, 2"
)
ROW = "SELECT subjects, crisis_types, said_by, polarity, relabelled FROM v_mentions WHERE id = '{}'"


@pytest.fixture
def app(tmp_path: Path) -> App:
    """Give an installation that watches a bank and a broker."""
    made = App(tmp_path)
    made.write()
    made.run("playbooks", "publish")
    return made


def test_labels_win(app: App) -> None:
    """Type, subject, polarity and noise change the row and the sums; a label may be changed."""
    hour = in_order(chatter(START_MS, 60), trouble("星河银行", START_MS + 10 * MINUTE, posts=10))
    later = chatter(START_MS + HOUR, 60)
    with app.redis() as client:
        write_meta(client, PARTITIONS, "stream")
        Feeder(client).feed(hour)
        with app.running() as process:
            told = "SELECT count() FROM v_mentions"
            app.until(lambda: app.ask(told) == [(10,)], process)
            app.until(lambda: [row[2] for row in app.ask(SUM)] == [10], process)
            before = app.ask(SUM)
            assert before == [("xinghe_bank", "system_outage", 10, 10, 0)]
            names = app.ask("SELECT platform, id FROM v_mentions ORDER BY published_at")
            posts = [f"{platform}/{name}" for platform, name in names]
            say = ("--actor", "王敏")
            app.run("relabel", posts[0], "--noise", *say)
            app.run("relabel", posts[1], "--polarity", "positive", *say)
            app.run("relabel", posts[2], "--crisis-type", "fees", *say)
            app.run("relabel", posts[3], "--subject", "haichuan_securities", *say)
            app.until(lambda: app.ask("SELECT count() FROM v_labels") == [(4,)], process)
            # The second thought on a post goes on from the first.
            app.run("relabel", posts[2], "--polarity", "neutral", *say)
            app.run("relabel", posts[2], "--polarity", "neutral", *say)
            Feeder(client).feed(later)
            wanted = [
                ("haichuan_securities", "general", 1, 1, 0),
                ("xinghe_bank", "fees", 1, 0, 0),
                ("xinghe_bank", "system_outage", 7, 6, 1),
            ]
            app.until(lambda: app.ask(SUM) == wanted, process)
            again = app.run("relabel", posts[0], "--noise", *say).stdout
            assert "is so already" in again
    ids = [name for _platform, name in names]
    assert app.ask(ROW.format(ids[0])) == [([], [], [], -1, 1)]
    (tone,) = app.ask(ROW.format(ids[1]))
    assert (tone[0], tone[3:]) == (["xinghe_bank"], (1, 1))
    assert app.ask(ROW.format(ids[2])) == [(["xinghe_bank"], ["fees"], ["person"], 0, 1)]
    (moved,) = app.ask(ROW.format(ids[3]))
    assert moved[:3] == (["haichuan_securities"], ["general"], ["person"])
    assert app.ask(ROW.format(ids[4]))[0][4] == 0
    outcomes = app.ask("SELECT DISTINCT kind, actor, outcome FROM v_actions")
    assert outcomes == [("relabel", "王敏", "applied")]


def test_a_post_of_long_ago_keeps_its_label_alone(app: App) -> None:
    """Beyond the minutes that can be corrected the label counts and the sums stay."""
    with app.redis() as client:
        write_meta(client, PARTITIONS, "stream")
        Feeder(client).feed(trouble("星河银行", START_MS, posts=3))
        Feeder(client).feed(chatter(START_MS + 30 * HOUR, 10))
        with app.running() as process:
            app.until(lambda: app.ask("SELECT count() FROM v_mentions") == [(3,)], process)
            (name,) = app.ask("SELECT platform, id FROM v_mentions ORDER BY id LIMIT 1")
            post = f"{name[0]}/{name[1]}"
            app.until(lambda: [row[2] for row in app.ask(SUM)] == [3], process)
            read = f"SELECT max(watermark) > fromUnixTimestamp64Milli({START_MS + 30 * HOUR})"
            app.until(lambda: app.ask(f"{read} FROM v_pipeline_health") == [(1,)], process)
            app.run("relabel", post, "--noise", "--actor", "王敏")
            app.until(lambda: app.ask("SELECT count() FROM v_labels") == [(1,)], process)
    assert app.ask("SELECT outcome FROM v_actions") == [("too_old_for_metrics",)]
    assert [row[2] for row in app.ask(SUM)] == [3]
    assert app.ask(ROW.format(name[1])) == [([], [], [], -1, 1)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("weibo/nowhere", "--noise"), "is not in the store"),
        (("weibo/x",), "nothing is said"),
        (("weibo/x", "--noise", "--subject", "xinghe_bank"), "noise is nothing else"),
    ],
)
def test_what_cannot_be_said(app: App, words: tuple[str, ...], told: str) -> None:
    """A post nobody knows, or a label that says nothing, is refused with what to try."""
    app.run("migrate")
    done = app.run("relabel", *words, "--actor", "王敏", code=2)
    assert told in done.stderr

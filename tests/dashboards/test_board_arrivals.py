"""Panels that the demo leaves empty show what comes once there is something to show."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from dashboards.ask import ask_all, choices, start_of
from dashboards.boards import ALL
from dashboards.frames import problems
from dashboards.macros import Scope
from dashboards.preview.page import draw
from flows.store import open_store
from flows.store_reader import Reader
from tests.support.demo_run import END_MS, Demo

BOARDS: Final = {board.uid: board for board in ALL}
_AT: Final = END_MS // 1000 - 3600
_CHOSEN: Final = """
(SELECT exercise, subject, crisis_type, incident_id, evidence FROM incidents FINAL
 WHERE state = 'open' ORDER BY severity DESC LIMIT 1)
"""
ARRIVED: Final = (
    f"""
INSERT INTO deliveries (delivery_id, incident_id, channel, receiver, at, attempts, status, error,
                        version)
SELECT concat('d', toString(n.number)), i.incident_id, 'wecom', '值班群', toDateTime({_AT}), 1,
       if(n.number = 0, 'sent', 'failed'), if(n.number = 0, '', 'timeout'), 1
FROM {_CHOSEN} AS i CROSS JOIN numbers(2) AS n
""",
)
FILLED: Final = {
    "tingfeng-incident": {28: "timeout"},
    "tingfeng-health": {8: ">1<", 17: "wecom"},
}
"""Dashboard -> panel -> words that its page has to show."""


@pytest.fixture(scope="module")
def store(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Copy the demo's store and let rows arrive in it."""
    path = tmp_path_factory.mktemp("arrivals") / "chdb"
    shutil.copytree(Path(demo.dsn.removeprefix("chdb://")), path, symlinks=True)
    with closing(open_store(f"chdb://{path}")) as client:
        for statement in ARRIVED:
            client.command(statement)
        yield Reader(client)


@pytest.mark.parametrize("uid", FILLED)
def test_panels_show_what_arrives(store: Reader, uid: str) -> None:
    """Deliveries appear in the panels made for them."""
    board = BOARDS[uid]
    scope = choices(store, board, Scope(start_of(board, END_MS), END_MS))
    rows = {one.panel.id: one for one in ask_all(store, board, scope)}
    page = draw(store, board, scope).html
    for number, words in FILLED[uid].items():
        one = rows[number]
        assert one.answer.rows, one.panel.title
        assert problems(one.answer, series=one.target.series) == []
        assert words in page, one.panel.title

"""The report from a store: what is read, that it is right, and that it can be had again."""

import html
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.report import load, write
from flows.store import open_store
from operators.model import HOUR, MINUTE
from operators.report.data import RecommendationRow, ReportData
from operators.report.series import timeline
from operators.report.summary import LIMIT
from operators.report.table import table_rows
from operators.report.trace import incident_traces
from operators.report.view import page_of
from sql.migrate import migrate
from tests.fixtures import report_day as given
from tests.fixtures.report_talk import END, FEES_ONSET, OUTAGE_ONSET, START, day

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Client]":
    """Give a store with the day in it; one chDB path is open at a time in a process."""
    path = tmp_path_factory.mktemp("report") / "store"
    with closing(open_store(f"chdb://{path}", create=True)) as client:
        migrate(client, {})
        given.fill(client)
        yield client


@pytest.fixture(scope="module")
def data(store: "Client") -> ReportData:
    """Give the report of the whole day."""
    return load(store)


def _statements(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)]


def test_an_incident_is_read_whole(data: ReportData) -> None:
    """State, events, signals, recommendations and actions are those that were written."""
    outage = next(file for file in data.incidents if file.row.incident_id == given.OUTAGE)
    assert (outage.row.onset_ms, outage.row.delay_ms) == (OUTAGE_ONSET, 10 * MINUTE)
    assert dict(outage.row.factors)["volume"] == 21.0
    assert [event.seq for event in outage.events] == list(range(1, 10))
    assert {signal.signal_id for signal in outage.signals} == {"sig-outage-1", "sig-outage-2"}
    assert [one.recommendation_id for one in outage.recommendations] == [
        "rec-outage-1",
        "rec-outage-2",
    ]
    assert [action.outcome for action in outage.actions] == ["applied", "applied", "invalid"]
    assert outage.model_versions == ("linear-93ab12",)
    assert outage.row.closed_ms == 0


def test_counts_are_those_of_the_posts(data: ReportData) -> None:
    """Columns, platforms and texts of an incident add up to what people said since the onset."""
    said = [one for one in day() if one.crisis_type == "system_outage"]
    since = [one for one in said if one.at_ms >= OUTAGE_ONSET]
    outage = next(file for file in data.incidents if file.row.incident_id == given.OUTAGE)
    assert sum(one.mentions for one in outage.platforms) == len(since)
    assert sum(one.negative for one in outage.platforms) == sum(one.polarity < 0 for one in since)
    assert sum(one.posts for one in outage.stories) == len(since)
    shown = [one for one in said if one.at_ms >= OUTAGE_ONSET - 3 * HOUR]
    assert sum(one.mentions for one in outage.minutes) == len(shown)
    phrase = page_of(data, given.NAMES, ()).sections[0].phrases[0]
    assert phrase.posts == sum(phrase.text in one.text for one in since)
    assert phrase.negative == sum(phrase.text in one.text and one.polarity < 0 for one in since)


def test_the_usual_talk_leaves_the_incident_out(data: ReportData) -> None:
    """What an incident is compared with is the subject's other talk, never its own posts."""
    since = {one.text for one in day() if one.crisis_type == "hidden_fees"}
    fees = next(file for file in data.incidents if file.row.incident_id == given.FEES)
    assert fees.background
    assert not since & {story.text for story in fees.background}


def test_posts_to_choose_from_are_different_texts_with_their_copies(data: ReportData) -> None:
    """The loudest post of each text stands for its copies."""
    outage = next(file for file in data.incidents if file.row.incident_id == given.OUTAGE)
    texts = [post.text for post in outage.posts]
    assert len(set(texts)) == len(texts) > 20
    since = [one.text for one in day() if one.at_ms >= OUTAGE_ONSET]
    assert all(post.copies == since.count(post.text) for post in outage.posts)
    loud = [post.likes + 2 * post.comments + 3 * post.reposts for post in outage.posts]
    assert loud == sorted(loud, reverse=True)


def test_chosen_incidents_only(store: "Client") -> None:
    """Given ids, nothing else is read; an unknown one gives no incident."""
    assert [file.row.incident_id for file in load(store, [given.FEES]).incidents] == [given.FEES]
    assert load(store, ["no'such\\one"]).incidents == ()


def test_drills_and_real_incidents_do_not_mix(store: "Client") -> None:
    """A report of drills holds none of the real day."""
    drill = load(store, exercise=True)
    assert drill.incidents == ()
    assert (drill.start_ms, drill.feeds) == (0, ())


def test_the_page_holds_the_day(data: ReportData, tmp_path: Path) -> None:
    """Everything a director needs is in the written file, in Chinese and in China's time."""
    path = tmp_path / "deep" / "report.html"
    write(data, path, given.TRUTH, names=given.NAMES)
    page = path.read_text(encoding="utf-8")
    for words in (
        "星河银行 · 系统故障", "乐享消费金融 · 隐形收费", "11月22日 03:30",
        "手机银行大面积故障应对", "草稿 · 待总行新闻发言人审批", "【待填：恢复时间】",
        "11-22 03:55", "未生效：无效",
        "疑似断流", "新闻网站", "✓ 平衡", "发布时间在未来", "✕ 漏检", "✓ 未触发", "付不了款",
    ):  # fmt: skip
        assert words in page, words
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_every_brief_can_be_forwarded(data: ReportData) -> None:
    """A brief has at most 300 signs and names company, level and start."""
    briefs = [section.brief for section in page_of(data, given.NAMES, ()).sections]
    assert len(briefs) == 2
    assert all(len(text) <= LIMIT for text in briefs)
    assert briefs[0].startswith(
        "【严重】星河银行“系统故障”舆情（进行中，消退期）：11月22日 03:30起"
    )


def test_every_statement_shown_runs_and_gives_the_numbers_shown(
    store: "Client", data: ReportData, tmp_path: Path
) -> None:
    """How to trace: each statement can be copied as it is, and its numbers are the report's."""
    path = tmp_path / "report.html"
    write(data, path, names=given.NAMES)
    found = {
        statement: store.query(statement).result_rows
        for statement in _statements(path.read_text(encoding="utf-8"))
    }
    assert len(found) == 13
    assert all(rows for rows in found.values())
    section = page_of(data, given.NAMES, ()).sections[0]
    row = section.file.row
    (state,) = next(rows for text, rows in found.items() if text.startswith("SELECT level"))
    assert state[:3] == (row.level, row.stage, row.severity)
    assert (state[7], state[8]) == (row.mentions, row.negative)
    columns = next(rows for text, rows in found.items() if "toStartOfInterval" in text)
    shown = sum(one.mentions for one in section.file.minutes)
    assert sum(column[1] for column in columns) == shown
    platforms = next(
        rows for text, rows in found.items() if "GROUP BY platform ORDER BY posts" in text
    )
    assert [tuple(one) for one in platforms] == [
        (one.platform, one.mentions, one.negative) for one in section.file.platforms
    ]
    (phrase,) = next(rows for text, rows in found.items() if "position(" in text)
    assert tuple(phrase) == (section.phrases[0].posts, section.phrases[0].negative)
    (balance,) = next(rows for text, rows in found.items() if text.startswith("SELECT sum(read)"))
    assert data.balance
    assert balance[0] == data.balance.read
    assert data.balance.imbalance == 0


def test_a_traced_phrase_is_counted_from_the_onset_on(store: "Client", data: ReportData) -> None:
    """What was said before an incident is none of it, in the report as in the trace."""
    file = next(file for file in data.incidents if file.row.incident_id == given.OUTAGE)
    line = timeline(file.row, file.events, file.minutes, file.baselines, data.end_ms)
    trace = next(
        one.sql for one in incident_traces(given.OUTAGE, line, "登不上") if "position(" in one.sql
    )
    said = [one for one in day() if one.crisis_type == "system_outage" and "登不上" in one.text]
    since = [one for one in said if one.at_ms >= OUTAGE_ONSET]
    assert len(since) < len(said)
    assert store.query(trace).result_rows[0][0] == len(since)


def test_the_same_store_gives_the_same_page(
    store: "Client", data: ReportData, tmp_path: Path
) -> None:
    """No clock and no chance goes into a report."""
    paths = [tmp_path / name for name in ("one.html", "two.html")]
    for path, report in zip(paths, (data, load(store)), strict=True):
        write(report, path, given.TRUTH, names=given.NAMES)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_page_that_cannot_be_made_leaves_the_old_one(data: ReportData, tmp_path: Path) -> None:
    """A failure on the way does not destroy the report that is there."""
    path = tmp_path / "report.html"
    path.write_text("old")
    file = data.incidents[0]
    broken = replace(
        file, recommendations=tuple(replace(one, actions="{}") for one in _advice(data))
    )
    with pytest.raises(ValueError, match="not a JSON array"):
        write(replace(data, incidents=(broken,)), path)
    assert path.read_text() == "old"


def test_rows_of_the_table_tell_each_incident(data: ReportData) -> None:
    """The terminal's table says what the page says."""
    first, second = table_rows(data.incidents, given.NAMES)
    assert (first.company, first.detected, first.stage) == ("乐享消费金融", "11-21 13:40", "已处置")
    assert (second.company, second.delay, second.level) == ("星河银行", "10分钟", "严重")
    assert second.playbook == "手机银行大面积故障应对"


def test_the_period_is_that_of_the_data(data: ReportData) -> None:
    """No wall clock: the report spans the minutes that hold mentions."""
    times = [one.at_ms for one in day()]
    assert data.start_ms == min(times) - min(times) % MINUTE
    assert data.end_ms == max(times) - max(times) % MINUTE + MINUTE
    assert START <= data.start_ms < FEES_ONSET < data.end_ms <= END


def test_an_empty_store_gives_a_calm_page(store: "Client", tmp_path: Path) -> None:
    """Fresh tables: no incident, no error."""
    store.command("CREATE DATABASE fresh")
    store.command("USE fresh")
    try:
        migrate(store, {})
        empty = load(store)
    finally:
        store.command("USE default")
    write(empty, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert (empty.incidents, empty.balance, empty.end_ms) == ((), None, 0)
    assert "暂无事件" in page


def _advice(data: ReportData) -> tuple[RecommendationRow, ...]:
    return next(file.recommendations for file in data.incidents if file.recommendations)

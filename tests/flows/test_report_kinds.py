"""Reports of an incident, a day and a month: complete, traced to the store, plain about gaps."""

import html
import re
import shutil
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.report_incident import incident_report
from flows.report_kinds import report_kind
from flows.report_output import format_of, write_document
from flows.report_periods import brief_report, review_report
from flows.settings import load_settings
from flows.store import open_store
from flows.store_reader import Reader, connect_reading
from operators.errors import StoreError, TingfengError
from operators.report import to_html, to_markdown
from operators.report.document import Document, Heading, Num, Summary, cells
from sql.migrate import migrate
from tests.fixtures import report_day, report_later
from tests.support.app import App

CHAPTERS = ("概况", "溯源", "传播", "焦点与诉求", "风险研判", "处置建议", "处置效果", "附录")
DAY, MONTH = "2026-11-22", "2026-11"


@dataclass(frozen=True, slots=True)
class Reports:
    """All reports of one store."""

    incident: Document
    regulator: Document
    brief: Document
    review: Document

    def all(self) -> tuple[Document, ...]:
        """Return them."""
        return self.incident, self.regulator, self.brief, self.review


@dataclass(frozen=True, slots=True)
class Made:
    """A reader, and the reports before and after the later stages have written."""

    reader: Reader
    plain: Reports
    full: Reports


def _reports(reader: Reader) -> Reports:
    return Reports(
        incident_report(reader, report_day.OUTAGE),
        incident_report(reader, report_day.OUTAGE, "regulator"),
        brief_report(reader, DAY)[0],
        review_report(reader, MONTH)[0],
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Make the reports of the day twice: as the main job leaves it, and with all that follows."""
    folder = tmp_path_factory.mktemp("kinds")
    dsn = f"chdb://{folder / 'store'}"
    with closing(open_store(dsn, create=True)) as client:
        migrate(client, {})
        report_day.fill(client)
        report_later.fill_names(client)
    with connect_reading(dsn, folder) as reader:
        plain = _reports(reader)
    with closing(open_store(dsn)) as client:
        report_later.fill_later(client)
    with connect_reading(dsn, folder) as reader:
        yield Made(reader, plain, _reports(reader))


def _headings(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Heading)]


def _numbers(document: Document) -> list[Num]:
    return [
        part
        for block in document.blocks
        for cell in cells(block)
        for part in cell
        if isinstance(part, Num)
    ]


def _words(document: Document) -> str:
    return to_markdown.render(document).split("## 附录　数字出处")[0].replace("\\", "")


def test_an_incident_report_has_every_chapter_in_order(made: Made) -> None:
    """First the summary, then eight chapters."""
    assert isinstance(made.plain.incident.blocks[0], Summary)
    for document in (made.plain.incident, made.full.incident):
        chapters = [text for text in _headings(document) if re.match("[一二三四五六七八]、", text)]
        assert tuple(text.partition("、")[2] for text in chapters) == CHAPTERS


def test_every_summary_can_be_forwarded(made: Made) -> None:
    """At most 300 characters, naming the company and the figures; the 专报 has none."""
    for reports in (made.plain, made.full):
        for document in (reports.incident, reports.brief, reports.review):
            (summary,) = (one for one in document.blocks if isinstance(one, Summary))
            assert 40 < len(summary.text) <= 300
            assert "星河银行" in summary.text
            assert "负面" in summary.text
        assert not [one for one in reports.regulator.blocks if isinstance(one, Summary)]


def test_every_number_leads_to_a_statement(made: Made) -> None:
    """Each number in the page is a link to a query in it, and no query is there for nothing."""
    for document in made.full.all():
        page = to_html.render(document)
        links = re.findall(r'<a class="n" href="#(q\d+)">', page)
        anchors = re.findall(r'<li id="(q\d+)">', page)
        assert len(links) == len(_numbers(document)) > 10
        figures = re.findall(r'<figcaption><a href="#(q\d+)">', page)
        assert set(links) | set(figures) == set(anchors)
        assert len(anchors) == len(set(anchors))


def test_every_statement_in_an_appendix_runs(made: Made) -> None:
    """A reader who copies a query out of the file gets an answer."""
    asked = set()
    for document in made.full.all():
        page = to_html.render(document)
        asked |= {html.unescape(one) for one in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)}
    assert len(asked) > 25
    for statement in sorted(asked):
        assert made.reader.query(statement).columns


def test_the_numbers_are_those_of_the_statements(made: Made) -> None:
    """The counts of the platforms, of the brief and of the review are the store's own."""
    total = made.reader.query(
        "SELECT sum(mentions) FROM v_metrics"
        " WHERE toDate(window_start, 'Asia/Shanghai') = '2026-11-22'"
    ).rows[0][0]
    assert f"提及{total:,}条" in _words(made.plain.brief)
    crossed = next(one for one in made.plain.incident.sources if one.key == "crossed_platforms")
    rows = made.reader.query(crossed.sql).rows
    shown = [one.text for one in _numbers(made.plain.incident) if one.source == crossed.key]
    assert all(f"{row[4]:,}" in shown for row in rows)


def test_what_is_not_known_yet_is_said_plainly(made: Made) -> None:
    """Without rows of the later stages each such chapter says 尚无数据, and nothing breaks."""
    for document, parts in (
        (made.plain.incident, ("报告时限", "任务的办理情况", "结案评估", "推送记录")),
        (made.plain.brief, ("当日任务", "监管报告时限", "断流判定")),
        (made.plain.review, ("任务", "监管报告时限", "效果评估", "预测评估", "演练")),
    ):
        words = _words(document)
        for part in parts:
            assert re.search(rf"{part}：尚无数据", words), part
    assert "【待填：报送单位】" in _words(made.plain.regulator)


def test_what_later_stages_write_is_shown(made: Made) -> None:
    """Tasks, clocks, the forecast's band, phrases, the outcome, deliveries and drills appear."""
    words = _words(made.full.incident)
    for part in (
        "查明故障原因", "方一苇", "重大事件首报", "属地金融监管局", "待法务核对", "410", "1,033",
        "付不了款", "卡在转圈", "1小时30分", "通知",
    ):  # fmt: skip
        assert part in words, part
    assert "属地金融监管局" in _words(made.full.regulator)
    assert "重大事件首报" in _words(made.full.brief)
    review = _words(made.full.review)
    assert "banking_outage" in review
    assert "1小时30分" in review


def test_the_regulators_form_makes_nothing_up(made: Made) -> None:
    """The 专报 has no drafts, names no private author, and leaves gaps where people must write."""
    words = _words(made.plain.regulator)
    assert made.plain.regulator.title.startswith("关于星河银行“系统故障”舆情情况的专报")
    assert "声明草稿" not in words
    assert "【待填：文号】" in words
    assert "王敏" in words
    assert "属实" in words


def test_a_draft_keeps_its_gaps_and_its_approver(made: Made) -> None:
    """Nobody can take a draft for a statement that may go out."""
    words = _words(made.plain.incident)
    assert "待总行新闻发言人审批" in words
    assert "【待填：恢复时间】" in words


def test_private_authors_are_hidden(made: Made) -> None:
    """No full name of an unverified author stands in any report."""
    names = {
        str(row[0])
        for row in made.reader.query(
            "SELECT DISTINCT author_name FROM v_mentions WHERE NOT verified"
            " AND lengthUTF8(author_name) > 3"
        ).rows
    }
    assert names
    for document in made.plain.all():
        words = _words(document)
        assert not [name for name in names if name in words]


def test_the_same_store_gives_the_same_reports(made: Made) -> None:
    """No clock and no chance goes into a report."""
    again = _reports(made.reader)
    for one, other in zip(again.all(), made.full.all(), strict=True):
        assert to_html.render(one) == to_html.render(other)


def test_the_last_day_and_month_are_taken_when_none_is_named(made: Made) -> None:
    """Without a date the brief is of the last day that has data, in China's time."""
    assert brief_report(made.reader, None)[1] == "brief-2026-11-22"
    assert review_report(made.reader, None)[1] == "review-2026-11"


def test_a_day_without_anything(made: Made) -> None:
    """A quiet day is told as such, without a division by nothing."""
    document, _ = brief_report(made.reader, "2026-03-01")
    words = _words(document)
    assert "没有事件" in words
    assert "尚无数据" in words


def test_what_there_is_not(made: Made, tmp_path: Path) -> None:
    """An unknown incident and a store without posts are told with what to do."""
    with pytest.raises(StoreError, match="no such incident: nowhere"):
        incident_report(made.reader, "nowhere")
    with pytest.raises(StoreError, match="no mentions yet"):
        brief_report(made.reader, None, exercise=True)


def test_dates_that_are_none(made: Made) -> None:
    """A slip in a date is told with an example."""
    with pytest.raises(TingfengError, match=r"--date: not a date.*got 21/11; try 2026-11-21"):
        brief_report(made.reader, "21/11")
    with pytest.raises(TingfengError, match="--month: not a date"):
        review_report(made.reader, "2026-13")


def test_what_cannot_be_meant_is_refused_at_once(tmp_path: Path) -> None:
    """Options of another kind of report are named before anything is read."""
    App(tmp_path).write()
    settings = load_settings(tmp_path / "tingfeng.yaml")
    options = Namespace(
        incidents=["brief", "x"], audience="regulator", date=None, month="2026-11",
        out=None, format=None, exercise=False,
    )  # fmt: skip
    with pytest.raises(TingfengError) as told:
        report_kind(settings, options)
    for part in ("brief takes no id", "--for", "--month"):
        assert part in str(told.value)


def test_the_format_follows_the_file() -> None:
    """The option wins, then the ending; HTML when neither says anything."""
    assert format_of(Path("a.PDF"), None) == "pdf"
    assert format_of(Path("a.md"), None) == "md"
    assert format_of(Path("a.md"), "html") == "html"
    assert format_of(None, None) == format_of(Path("a.txt"), None) == "html"


def test_files_are_whole_and_alone(made: Made, tmp_path: Path) -> None:
    """HTML and Markdown are written into new folders, with no draft left beside them."""
    for name, start in (("a.html", "<!DOCTYPE html>"), ("a.md", "# 星河银行")):
        path = tmp_path / "deep" / name
        write_document(made.plain.incident, path, format_of(path, None))
        assert path.read_text(encoding="utf-8").startswith(start)
    assert sorted(one.name for one in (tmp_path / "deep").iterdir()) == ["a.html", "a.md"]


def test_pdf_by_chromium(made: Made, tmp_path: Path) -> None:
    """A brief becomes a PDF of A4 pages."""
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        pytest.skip("needs chromium")
    path = tmp_path / "brief.pdf"
    write_document(made.plain.brief, path, "pdf")
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert re.search(rb"/MediaBox \[0 0 59[45]\.\d+ 84[12]\.\d+\]", content)


def test_pdf_without_a_browser(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without chromium the way out is told, and no file is left."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TingfengError, match="PDF needs chromium"):
        write_document(made.plain.brief, tmp_path / "out" / "a.pdf", "pdf")
    assert list((tmp_path / "out").iterdir()) == []

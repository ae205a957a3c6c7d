"""The report in a real browser: foreign text stays text, and nothing runs or is fetched."""

import os
import re
import shutil
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import orjson
import pytest

from flows.report import write
from flows.report_incident import incident_report
from flows.report_output import write_document
from flows.report_periods import brief_report, review_report
from flows.store import open_store
from flows.store_reader import connect_reading
from operators.report.data import IncidentFile, ReportData, StoryRow
from sql.migrate import migrate
from tests.fixtures import report_day
from tests.fixtures.report_later import KEY, insert
from tests.fixtures.report_talk import OUTAGE_ONSET
from tests.fixtures.report_values import NOON, advice, incident, post

_SCRIPT = "<script>document.title='PWNED'</script>"
_IMAGE = '"><img src=x onerror="document.title=\'PWNED\'">'
_TEMPLATE = "{{7*7}}{% for x in y %}"
_HOSTILE = f"{_SCRIPT}{_IMAGE}{_TEMPLATE}</style></title></main>"


@pytest.fixture(scope="module")
def chromium() -> str:
    """Give the path of a chromium; without one skip, or fail when everything is required."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        told = "needs chromium"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(told)
        pytest.skip(told)
    return found


class _Dom(HTMLParser):
    """Collects what a dumped document is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element and the names of its attributes."""
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


def _dump(chromium: str, page: Path, profile: Path) -> _Dom:
    """Load a file as a person would, scripts allowed, and read the document back."""
    flags = (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={profile}", "--dump-dom",
    )  # fmt: skip
    done = subprocess.run(
        [chromium, *flags, page.as_uri()], capture_output=True, check=True, timeout=120
    )
    dom = _Dom()
    dom.feed(done.stdout.decode("utf-8"))
    return dom


def _hostile() -> ReportData:
    row = incident(subject=_HOSTILE, explanation=_HOSTILE, owner=_HOSTILE)
    tip = advice(title=_HOSTILE, statement=f"【待填：{_IMAGE}】{_HOSTILE}", reason=_HOSTILE)
    shown = (
        post(1, f"正文{_HOSTILE}", author_name=_HOSTILE, title=_HOSTILE, verified=True),
        post(2, "链接很可疑，别点", url="javascript:document.title='PWNED'"),
        post(3, "另一个链接也别点", url='https://a.example/"onmouseover="x'),
    )
    file = IncidentFile(
        row,
        recommendations=(tip,),
        stories=tuple(StoryRow(f"客服打不通{_HOSTILE}{at}", 2, 2) for at in range(4)),
        posts=shown,
    )
    return ReportData(False, NOON, NOON + 3_600_000, (file,))


def test_hostile_text_stays_text_in_a_browser(chromium: str, tmp_path: Path) -> None:
    """Scripts, images and template marks in posts are shown, never carried out."""
    page = tmp_path / "report.html"
    write(_hostile(), page)
    dom = _dump(chromium, page, tmp_path / "profile")
    assert "PWNED" not in dom.text.split("舆情事件报告", 1)[0]
    assert not {"script", "img"} & set(dom.tags)
    assert not [name for name in dom.attributes if name.startswith("on")]
    assert dom.tags.count("main") == dom.tags.count("style") == 1
    assert f"正文{_SCRIPT}" in re.sub(r"\s+", " ", dom.text)
    assert "{{7*7}}" in dom.text
    assert "49{%" not in dom.text


def test_a_script_would_have_run_without_the_escapes(chromium: str, tmp_path: Path) -> None:
    """The browser of this test does run scripts, so that the test above proves something."""
    page = tmp_path / "plain.html"
    page.write_text(f"<!DOCTYPE html><title>a</title>{_SCRIPT}", encoding="utf-8")
    assert "PWNED" in _dump(chromium, page, tmp_path / "profile").text.split("document.title")[0]


def test_the_policy_of_the_page_stops_a_script_that_slipped_in(
    chromium: str, tmp_path: Path
) -> None:
    """A second line of defence: even a real script element in the page does not run."""
    page = tmp_path / "report.html"
    write(_hostile(), page)
    text = page.read_text(encoding="utf-8").replace("</main>", f"{_SCRIPT}</main>")
    page.write_text(text, encoding="utf-8")
    dom = _dump(chromium, page, tmp_path / "profile")
    assert "script" in dom.tags
    assert "PWNED" not in dom.text.split("舆情事件报告", 1)[0]


def _hostile_store(folder: Path) -> str:
    """Make a store in which posts, names and reasons are hostile."""
    dsn = f"chdb://{folder / 'store'}"
    with closing(open_store(dsn, create=True)) as client:
        migrate(client, {})
        report_day.fill(client)
        subjects = [{"id": "xinghe_bank", "name": _HOSTILE, "industry": "banking"}]
        body = orjson.dumps(subjects).decode()
        insert(
            client,
            "rule_versions",
            [{"kind": "subjects", "version_hash": "x", "body": body, "version": 1}],
        )
        insert(
            client,
            "mentions",
            [
                {
                    "platform": _SCRIPT, "id": str(at), "kind": _IMAGE, "author_name": _HOSTILE,
                    "verified": 1, "title": _HOSTILE, "text": f"付不了款{_HOSTILE}{at % 2}",
                    "url": "javascript:document.title='PWNED'", "likes": 10_000_000,
                    "published_at": datetime.fromtimestamp(OUTAGE_ONSET / 1000 + at, tz=UTC),
                    "subjects": ["xinghe_bank"], "crisis_types": ["system_outage"],
                    "polarity": -1, "story": at % 2 + 1, "version": 1,
                }
                for at in range(6)
            ],
        )  # fmt: skip
        insert(
            client,
            "phrases",
            [{**KEY, "phrase": _HOSTILE, "mentions": 9, "negative": 9, "score": 9.0}],
        )
    return dsn


def test_hostile_posts_stay_text_in_every_kind_of_report(chromium: str, tmp_path: Path) -> None:
    """An incident, its 专报, the day and the month: shown, never carried out, nothing fetched."""
    dsn = _hostile_store(tmp_path)
    with connect_reading(dsn, tmp_path) as reader:
        documents = (
            incident_report(reader, report_day.OUTAGE),
            incident_report(reader, report_day.OUTAGE, "regulator"),
            brief_report(reader, "2026-11-22")[0],
            review_report(reader, "2026-11")[0],
        )
    for place, document in enumerate(documents):
        page = tmp_path / f"{place}.html"
        write_document(document, page, "html")
        assert "PWNED" in page.read_text(encoding="utf-8")
        dom = _dump(chromium, page, tmp_path / "profile")
        title = dom.text.split(":root", 1)[0]
        assert title.count("PWNED") == document.title.count("PWNED")
        assert not {"script", "img", "iframe"} & set(dom.tags)
        assert not [name for name in dom.attributes if name.startswith("on")]
        assert dom.tags.count("main") == dom.tags.count("style") == 1
        assert "49{%" not in dom.text

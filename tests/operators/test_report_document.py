"""A document: numbers lead to their statements, foreign words stay words in both layouts."""

import re

import pytest
from markupsafe import Markup

from operators.report import to_html, to_markdown
from operators.report.answers import Answer, change, minutes
from operators.report.cloud import HEIGHT, WIDTH, Word, cloud
from operators.report.document import (
    Badge,
    Bullets,
    Document,
    Draft,
    Facts,
    Figure,
    Foreign,
    Heading,
    Inline,
    Link,
    Num,
    Paragraph,
    Quote,
    Soft,
    Source,
    Strong,
    Summary,
    Table,
)
from operators.report.plots import Line, arrivals, lines, stacked

HOSTILE = '<script>alert(1)</script>"><img src=x> [a](javascript:x) | `b` **c**\n# d\u202e'
SOURCES = (
    Source("one", "第一条", "SELECT '<b>' AS a"),
    Source("two", "第二条", "SELECT 2 -- ```"),
    Source("idle", "没有用到", "SELECT 3"),
)


def _every_block() -> Document:
    words: tuple[Inline, ...] = (
        HOSTILE, Strong(HOSTILE), Soft(HOSTILE), Foreign(HOSTILE), Num(HOSTILE, "one"),
        Link(HOSTILE, "https://a.example/?q=<b>&x=\"'"), Badge(HOSTILE),
    )  # fmt: skip
    return Document(
        title=HOSTILE,
        period=(HOSTILE,),
        blocks=(
            Summary(HOSTILE, "severe"),
            Heading(HOSTILE),
            Paragraph(words),
            Facts(((HOSTILE, words),)),
            Table((HOSTILE, "数"), ((words, (Num("2", "two"),)),), frozenset({1})),
            Bullets((words,), "numbered"),
            Figure(cloud([Word(HOSTILE, 3, 0.9)], HOSTILE), HOSTILE, "two"),
            Quote(words, HOSTILE, words),
            Draft(HOSTILE, f"【待填：{HOSTILE}】"),
        ),
        sources=SOURCES,
        notes=(HOSTILE,),
    )


def test_hostile_words_make_no_element() -> None:
    """In HTML every block shows them as text, with nothing invisible left in."""
    page = to_html.render(_every_block())
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page
    assert re.findall(r'href="(?!#q\d)([^"]*)"', page)
    assert all(
        link.startswith("https://a.example/") for link in re.findall(r'href="(?!#)([^"]*)"', page)
    )


def test_hostile_words_make_no_markdown() -> None:
    """In Markdown they are neither links nor headings nor cells of their own."""
    text = to_markdown.render(_every_block())
    outside = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert not re.search(r"(?<!\\)<script", outside)
    assert not re.search(r"(?<!\\)\]\(javascript", outside)
    assert "\n# d" not in outside
    assert "\u202e" not in text
    rows = [line for line in outside.splitlines() if line.startswith("|")]
    assert {len(re.split(r"(?<!\\)\|", row)) for row in rows} == {4}


def test_a_statement_with_fences_stays_in_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """A query that holds backticks is fenced with more of them."""
    assert "````sql\nSELECT 2 -- ```\n````" in to_markdown.render(_every_block())


def test_numbers_are_numbered_in_the_order_they_are_met() -> None:
    """The appendix holds what is used, once, in reading order."""
    document = Document(
        "标题",
        (),
        (Paragraph((Num("1", "two"), Num("2", "one"), Num("3", "two"))),),
        SOURCES,
    )
    assert [source.key for source in document.used()] == ["two", "one"]
    page = to_html.render(document)
    assert re.findall(r'class="n" href="#(q\d)"', page) == ["q1", "q2", "q1"]
    assert "没有用到" not in page


def test_a_number_from_nowhere_is_an_error() -> None:
    """A report cannot show a number whose statement it does not have."""
    with pytest.raises(KeyError, match="ghost"):
        to_html.render(Document("标题", (), (Paragraph((Num("1", "ghost"),)),), SOURCES))


def test_a_drill_says_so_in_both_layouts() -> None:
    """Nobody takes a drill for the real thing."""
    document = Document("标题", (), (), exercise=True)
    for text in (to_html.render(document), to_markdown.render(document)):
        assert "不是真实事件" in text


def test_a_page_needs_no_network() -> None:
    """No script, and the policy of the page forbids everything but its own style."""
    page = to_html.render(_every_block())
    assert "default-src 'none'" in page
    assert not re.search(r"@import|url\(|<link|src=", page.replace("src=x", ""))


def _boxes(svg: str) -> list[tuple[float, float, float, float]]:
    found = re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)" font-size="([\d.]+)"[^>]*>([^<]+)</text>', svg
    )
    boxes = []
    for x, y, size, text in found:
        wide, high = len(text) * float(size), float(size)
        boxes.append((float(x) - wide / 2, float(y) - 0.86 * high, wide, high))
    return boxes


def test_words_of_a_cloud_do_not_overlap_and_stay_inside() -> None:
    """Larger counts are larger, and the drawing is the same each time."""
    words = [Word(f"词句{chr(0x4E00 + at)}号", 400 - 9 * at, at / 40) for at in range(36)]
    svg = cloud(words, "词云")
    assert svg == cloud(list(reversed(words)), "词云")
    boxes = _boxes(svg)
    assert len(boxes) > 25
    assert boxes[0][3] == max(box[3] for box in boxes)
    for place, (x, y, wide, high) in enumerate(boxes):
        assert 0 <= x <= x + wide <= WIDTH
        assert 0 <= y <= y + high <= HEIGHT
        for other in boxes[place + 1 :]:
            apart = (
                x + wide <= other[0] + 0.5
                or other[0] + other[2] <= x + 0.5
                or y + high <= other[1] + 0.5
                or other[1] + other[3] <= y + 0.5
            )
            assert apart


def test_plots_of_nothing_and_of_gaps() -> None:
    """Empty charts are drawn, a gap in a line stays a gap, labels are escaped."""
    assert isinstance(stacked([], [], [], "无"), Markup)
    assert isinstance(arrivals([], "无"), Markup)
    drawn = lines(["a", "b", "c", "d", "e"], [Line("<b>", (1.0, 2.0, None, 3.0, 4.0))], "线")
    assert drawn.count("<polyline") == 2
    assert "&lt;b&gt;" in drawn


def test_words_for_what_is_not_known() -> None:
    """No number is made of nothing."""
    answer = Answer(SOURCES[0], ())
    assert answer.num(None).text == "—"
    assert answer.first is None
    assert minutes(-1) == minutes(None) == "—"
    assert minutes(5400) == "1小时30分"
    assert change(5, 0) == "—"

"""The page: what it shows, what it hides, and that foreign text stays text."""

import json
from html.parser import HTMLParser

import pytest

from operators.model import HOUR, MINUTE
from operators.report.data import (
    BalanceRow,
    EventRow,
    FeedRow,
    IncidentFile,
    PlaybookRow,
    ReportData,
    StoryRow,
)
from operators.report.feeds import feed
from operators.report.names import Names
from operators.report.page import render
from operators.report.summary import LIMIT, brief, overall
from operators.report.tasks import tasks
from operators.report.truth import TruthRow
from operators.report.wording import clean, safe_link, with_gaps
from tests.fixtures.report_values import NOON, advice, incident, post

_HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(1)> {{7*7}} {% raw %} </style>'
_NAMES = Names(
    subject={"xinghe_bank": "星河银行"},
    industry={"xinghe_bank": "banking"},
    crisis_type={("banking", "fees"): "收费争议"},
)


class _Read(HTMLParser):
    """Collects the elements and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


def _read(page: str) -> _Read:
    parser = _Read()
    parser.feed(page)
    return parser


def _data(*files: IncidentFile, exercise: bool = False) -> ReportData:
    return ReportData(exercise, NOON - HOUR, NOON + 2 * HOUR, files)


def _hostile_file() -> IncidentFile:
    row = incident(
        subject=_HOSTILE, crisis_type=_HOSTILE, owner=_HOSTILE, explanation=_HOSTILE,
        verification=_HOSTILE, platforms=(_HOSTILE,), evidence=(_HOSTILE,), signals=(_HOSTILE,),
        override=_HOSTILE, factors=((_HOSTILE, 3.0),), level=_HOSTILE,
    )  # fmt: skip
    action = {"role": _HOSTILE, "task": _HOSTILE, "deadline_minutes": 5, "done_when": _HOSTILE}
    tip = advice(
        title=_HOSTILE, reason=_HOSTILE, runner_up=_HOSTILE, runner_up_reason=_HOSTILE,
        statement=f"【待填：{_HOSTILE}】{_HOSTILE}", approver=_HOSTILE, legal_notes=(_HOSTILE,),
        donts=(_HOSTILE,), actions=json.dumps([action]), unmatched=(_HOSTILE,),
        playbook_id=_HOSTILE, change=_HOSTILE,
    )  # fmt: skip
    shown = post(1, _HOSTILE, author_name=_HOSTILE, verified=True, title=_HOSTILE, url=_HOSTILE)
    lure = post(2, "另一条帖子说的完全是别的事情", url="javascript:alert(1)", platform=_HOSTILE)
    return IncidentFile(
        row,
        events=(EventRow(1, NOON, _HOSTILE, _HOSTILE, _HOSTILE, 1.0, _HOSTILE, _HOSTILE, ()),),
        recommendations=(tip,),
        stories=tuple(StoryRow(f"{_HOSTILE} {at}", 3, 3) for at in range(5)),
        posts=(shown, lure),
        model_versions=(_HOSTILE,),
    )


def test_hostile_text_makes_no_element_attribute_or_link() -> None:
    """Wherever foreign text goes it stays text, template marks included."""
    truth = [TruthRow(_HOSTILE, _HOSTILE, _HOSTILE, NOON, "crisis")]
    page = render(_data(_hostile_file()), Names(), truth)
    read = _read(page)
    assert not {"script", "img", "iframe", "object"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    links = [value for name, value in read.attributes if name == "href"]
    assert all(link.startswith(("#incident-", "https://", "http://")) for link in links)
    assert "{{7*7}}" in read.text
    assert read.tags.count("style") == 1


def test_the_page_needs_nothing_from_elsewhere() -> None:
    """No address is loaded: no source, no import, no font, and a policy that forbids them."""
    page = render(_data(IncidentFile(incident())), _NAMES)
    read = _read(page)
    assert not [name for name, _ in read.attributes if name in ("src", "srcset", "data")]
    assert "link" not in read.tags
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_an_empty_store_gives_a_calm_page() -> None:
    """No incident is good news, not an error, and no drawing or trace of one is shown."""
    page = render(ReportData(False, 0, 0), _NAMES)
    text = _read(page).text
    assert "暂无事件" in text
    assert "库中还没有数据" in text
    assert "领导摘要" not in text
    assert "1970" not in text


def test_a_drill_says_so_at_the_top() -> None:
    """Nobody may take drill data for real."""
    assert "演练数据" in render(_data(exercise=True), _NAMES)
    assert "演练数据" not in render(_data(), _NAMES)


def test_the_gravest_open_incident_comes_first() -> None:
    """At three in the morning the first thing read must be what matters most."""
    files = [
        IncidentFile(incident(incident_id="ended", state="closed", level="severe")),
        IncidentFile(incident(incident_id="mild", level="minor")),
        IncidentFile(incident(incident_id="worst", level="severe")),
    ]
    page = render(_data(*files), _NAMES)
    order = [page.index(f'id="incident-{name}"') for name in ("worst", "mild", "ended")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("level", "shape"), [("severe", "▲ 严重"), ("moderate", "◆ 中等"), ("minor", "● 轻微")]
)
def test_levels_are_told_by_text_and_shape_besides_colour(level: str, shape: str) -> None:
    """A colour-blind reader can tell the levels apart."""
    page = render(_data(IncidentFile(incident(level=level))), _NAMES)
    section = page[page.index('id="incident-i1"') :]
    assert f'level-{level}">{shape}<' in section


def test_the_recommendation_shows_draft_gaps_tasks_and_reasons() -> None:
    """What to say, what is still open, who does what until when, and why this playbook."""
    job = {
        "role": "客服部", "task": "增开坐席", "deadline_minutes": 30,
        "due_at": NOON + 38 * MINUTE, "done_when": "排队少于十人",
    }  # fmt: skip
    tip = advice(
        actions=json.dumps([job]), runner_up="banking.general", runner_up_reason="只作后备。",
        donts=("不要删帖",), legal_notes=("《办法》：须报告",),
    )  # fmt: skip
    page = render(
        _data(IncidentFile(incident(), recommendations=(advice(title="旧"), tip))), _NAMES
    )
    text = _read(page).text
    assert "草稿 · 待新闻发言人审批 · 还有 1 处待填" in text
    assert '<mark class="gap">【待填：已核实的事实】</mark>' in page
    for words in ("客服部", "增开坐席", "30分钟", "11-22 12:38", "排队少于十人", "只作后备。"):
        assert words in text
    for words in ("不要删帖", "《办法》：须报告", "危机类型“收费争议”有专门预案。", "72.5"):
        assert words in text
    assert "《旧》" not in text


def test_a_library_without_a_playbook_is_told() -> None:
    """No playbook fits: the page says so and shows no empty title."""
    tip = advice(playbook_id="", title="", statement="", reason="预案库中没有适用的预案。")
    text = _read(render(_data(IncidentFile(incident(), recommendations=(tip,))), _NAMES)).text
    assert "没有适用的预案" in text
    assert "《》" not in text


def test_private_authors_are_half_hidden_and_public_ones_are_not() -> None:
    """Only verified accounts are named in a report that is passed around."""
    posts = (
        post(1, "手续费太高了，气人"),
        post(2, "记者从银行获悉，正在核查", author_name="财经日报", verified=True),
    )
    text = _read(render(_data(IncidentFile(incident(), posts=posts)), _NAMES)).text
    assert "小**" in text
    assert "小鹿乱撞" not in text
    assert "财经日报" in text


def test_a_balance_that_does_not_add_up_is_shown_as_such() -> None:
    """An imbalance is never hidden."""
    good = BalanceRow(100, 90, 60, 30, 5, 3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, NOON)
    bad = BalanceRow(101, 90, 60, 30, 5, 3, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, NOON)
    pages = [render(ReportData(False, NOON, NOON, balance=row), _NAMES) for row in (good, bad)]
    assert "✓ 平衡" in pages[0]
    assert "✕ 相差 1 条" in pages[1]


def test_a_dead_feed_is_told_from_a_slow_one() -> None:
    """A busy platform that stops is suspect, one that never said much is not."""
    busy = feed(FeedRow("weibo", NOON, NOON + HOUR, 600), NOON + 3 * HOUR)
    slow = feed(FeedRow("zhihu", NOON, NOON + HOUR, 6), NOON + 3 * HOUR)
    short = feed(FeedRow("douyin", NOON, NOON + HOUR, 6000), NOON + HOUR + 20 * MINUTE)
    assert (busy.suspect, slow.suspect, short.suspect) == (True, False, False)
    assert busy.silent_ms == 2 * HOUR


def test_the_brief_fits_three_hundred_signs_and_keeps_the_facts() -> None:
    """However long the names are, level, company, times and counts are in it."""
    job = {"role": "公" * 50, "task": "做" * 200, "deadline_minutes": 30, "done_when": "完"}
    tip = advice(title="预案" * 40, approver="发言" * 30, actions=json.dumps([job]))
    row = incident(owner="王" * 60, acknowledged_ms=NOON + HOUR, verification="部分属实")
    text = brief(IncidentFile(row, recommendations=(tip,)), _NAMES)
    assert len(text) <= LIMIT
    for words in (
        "【中等】星河银行“收费争议”",
        "11月22日 12:00起，12:08发现",
        "提及200条",
        "占75%",
    ):
        assert words in text
    assert text.endswith("。")


def test_the_brief_of_an_open_incident_tells_what_to_do_first() -> None:
    """The task with the shortest deadline is the one named."""
    jobs = [
        {"role": role, "task": task, "deadline_minutes": minutes, "done_when": ""}
        for role, task, minutes in (("法务部", "核对时限", 60), ("科技部", "恢复服务。", 15))
    ]
    tip = advice(actions=json.dumps(jobs))
    text = brief(IncidentFile(incident(), recommendations=(tip,)), _NAMES)
    assert "建议启用预案《收费争议应对》，首要动作：科技部15分钟内恢复服务；" in text
    assert "尚无人确认" in text


def test_the_overall_line_counts_levels_running_and_false_ones() -> None:
    """Numbers of incidents by level, the gravest first."""
    rows = [incident(level="minor"), incident(level="severe"), incident(state="false_alarm")]
    told = "本期共 3 起事件：严重 1 起、中等 1 起、轻微 1 起，2 起仍在进行，1 起经人工判定为误报。"
    assert overall(rows) == told


def test_the_truth_is_shown_only_where_it_is_known() -> None:
    """A demo shows hits, misses and false incidents; a real report knows none."""
    data = _data(IncidentFile(incident()))
    missed = TruthRow("xinghe_bank", "wealth_loss", "理财亏损", NOON, "crisis")
    text = _read(render(data, _NAMES, [missed])).text
    assert "✕ 漏检" in text
    assert "✕ 误报" in text
    assert "检出情况" not in render(data, _NAMES)


def test_the_playbook_that_a_person_chose_is_named_by_its_title() -> None:
    """An override shows the title of the chosen playbook, from the library's versions."""
    files = (IncidentFile(incident(override="banking.other"), recommendations=(advice(),)),)
    versions = (PlaybookRow("banking.other", "v1", NOON, "另一套预案"),)
    page = render(ReportData(False, NOON, NOON, files, versions), _NAMES)
    assert "已改选预案：《另一套预案》" in _read(page).text


def test_a_merged_incident_is_listed_and_not_counted() -> None:
    """What went into another incident is no incident of its own, and is not hidden either."""
    merged = incident(incident_id="i0", state="merged", level="minor", crisis_type="general")
    page = render(_data(IncidentFile(merged), IncidentFile(incident())), _NAMES)
    assert "本期共 1 起事件：中等 1 起" in page
    assert 'id="incident-i1"' in page
    assert 'id="incident-i0"' not in page
    assert "已并入" in page


def test_an_ended_incident_asks_for_nothing_more() -> None:
    """The brief of an incident that is over names its playbook and no first step."""
    text = brief(IncidentFile(incident(state="resolved"), recommendations=(advice(),)), _NAMES)
    assert "适用预案《收费争议应对》。" in text
    assert "首要动作" not in text
    assert "审批" not in text


@pytest.mark.parametrize("due", [NOON, "2026-11-22T04:00:00Z", "2026-11-22 04:00:00+00:00"])
def test_due_times_are_read_in_either_form(due: object) -> None:
    """The store's JSON may hold ms since epoch or ISO 8601."""
    (task,) = tasks(json.dumps([{"role": "甲", "task": "乙", "due_at": due}]))
    assert task.due_ms == NOON


def test_tasks_that_are_no_array_are_an_error() -> None:
    """What the flow has not written is never shown as if it were nothing."""
    with pytest.raises(ValueError, match="not a JSON array"):
        tasks('{"role": "甲"}')


def test_unseen_signs_are_taken_out() -> None:
    """Controls and marks that turn the writing direction cannot disturb the page."""
    assert clean("a\x00\x1b\u202eb\u2066c\ud800\nd") == "abc\ufffd\nd"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//h/x", "http://[", ""]
)
def test_only_web_links_can_be_followed(url: str) -> None:
    """Any other scheme is not a link."""
    assert safe_link(url) == ("", "")


def test_gaps_are_marked_and_the_rest_is_escaped() -> None:
    """A gap stands out; markup in the statement or in the gap's name does not work."""
    shown = with_gaps("<b>【待填：<i>原因】&")
    assert str(shown) == '&lt;b&gt;<mark class="gap">【待填：&lt;i&gt;原因】</mark>&amp;'

"""The table in the terminal, and what it says of hits, misses and false incidents."""

import pytest

from operators.model import DAY, HOUR, MINUTE
from operators.report.data import IncidentFile
from operators.report.names import Names
from operators.report.table import columns, incident_table, table_rows, verdict_lines, wrap
from operators.report.truth import TruthRow, judge
from tests.fixtures.report_values import NOON, advice, incident

_NAMES = Names(
    subject={"xinghe_bank": "星河银行", "sufu_tech": "速付科技"},
    industry={"xinghe_bank": "banking", "sufu_tech": "fintech"},
    crisis_type={("banking", "fees"): "收费争议", ("fintech", "smear"): "竞争对手抹黑"},
)
_CRISIS = TruthRow("xinghe_bank", "fees", "年费风波", NOON - 2 * MINUTE, "crisis")


def _files() -> tuple[IncidentFile, ...]:
    late = incident(incident_id="i2", subject="sufu_tech", crisis_type="smear", state="false_alarm")
    return (
        IncidentFile(incident(), recommendations=(advice(reason="理由" * 40),)),
        IncidentFile(late),
    )


@pytest.mark.parametrize("width", [100, 120, 160])
def test_columns_line_up_with_wide_signs(width: int) -> None:
    """Every line has its cells at the same terminal columns, and keeps within the width."""
    lines = incident_table(table_rows(_files(), _NAMES), width).splitlines()
    heads = lines[0]
    starts = [columns(heads[: heads.index(name)]) for name in ("起点", "级别", "理由")]
    assert max(map(columns, lines)) <= max(width, 109)
    for line in lines[2:-1]:
        shown = "".join(sign * columns(sign) for sign in line)
        assert all(shown[at - 2 : at].strip() == "" for at in starts if len(shown) >= at)
    row = next(line for line in lines if line.startswith("星河银行"))
    assert "收费争议" in row
    assert "11-22 12:00" in row
    assert "8分钟" in row
    assert "中等" in row
    assert "扩散" in row


def test_a_long_reason_is_told_whole() -> None:
    """Wrapping loses nothing."""
    text = incident_table(table_rows(_files(), _NAMES), 100)
    assert text.count("理") == text.count("由") == 41


def test_an_incident_that_ended_tells_how_instead_of_a_stage() -> None:
    """A false alarm is called one in the table."""
    text = incident_table(table_rows(_files(), _NAMES), 120)
    assert "误报" in next(line for line in text.splitlines() if line.startswith("速付科技"))


def test_no_incident_is_told_calmly() -> None:
    """An empty day is not an error."""
    assert incident_table(()) == "暂无事件。"


def test_escape_sequences_do_not_reach_the_terminal() -> None:
    """A playbook title or name with control characters cannot move the cursor."""
    files = (IncidentFile(incident(), recommendations=(advice(title="甲\x1b[2J\n乙"),)),)
    text = incident_table(table_rows(files, _NAMES), 120)
    assert "\x1b" not in text
    assert "甲[2J 乙" in text


def test_wrapping_breaks_between_signs_not_numbers() -> None:
    """A figure stays whole and no line begins with a closing mark."""
    lines = wrap("得分为 82.5（满分 100）；另外满足：关键词。", 12)
    assert all(columns(line) <= 12 for line in lines)
    assert not any(line[0] in "，。）；：" for line in lines)
    assert any("82.5" in line for line in lines)
    assert any("100" in line for line in lines)
    assert not any(line.endswith("（") for line in lines)
    assert wrap("涉及平台（当前）", 10) == ("涉及平台", "（当前）")


def test_a_true_crisis_is_hit_by_the_first_incident_of_its_kind() -> None:
    """The delay counts from the true onset; a second incident of it is false and says so."""
    again = incident(incident_id="i2", detected_ms=NOON + 5 * HOUR)
    verdict = judge([_CRISIS], [again, incident()])
    (hit,) = verdict.hits
    assert hit.incident.incident_id == "i1"
    assert hit.delay_ms == 10 * MINUTE
    assert [item.again for item in verdict.false] == [_CRISIS]


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "sufu_tech"},
        {"crisis_type": "general"},
        {"detected_ms": NOON + 2 * DAY},
        {"detected_ms": NOON - HOUR},
    ],
)
def test_another_subject_kind_or_day_is_a_miss_and_a_false_incident(
    change: dict[str, object],
) -> None:
    """Only the same subject and kind, found within a day, counts as a hit."""
    verdict = judge([_CRISIS], [incident(**change)])
    assert verdict.hits == ()
    assert verdict.missed == (_CRISIS,)
    assert len(verdict.false) == 1


def test_a_decoy_that_fired_is_named_as_the_cause() -> None:
    """A lure is no crisis: an incident about it is false, and a quiet lure is told as well."""
    lure = TruthRow("xinghe_bank", "fees", "周年庆", NOON, "decoy")
    scare = TruthRow("sufu_tech", "smear", "旧闻重发", NOON, "scare")
    verdict = judge([lure, scare], [incident()])
    assert [item.source for item in verdict.false] == [lure]
    assert verdict.quiet == (scare,)
    text = verdict_lines(verdict, _NAMES)
    assert "误报 1 起" in text
    assert "由干扰项“周年庆”引起" in text
    assert "速付科技 虚惊“旧闻重发”没有触发事件" in text


def test_misses_and_false_incidents_are_told_as_plainly_as_hits() -> None:
    """Every miss and every false incident has a line of its own."""
    stray = incident(incident_id="i3", subject="sufu_tech", crisis_type="smear")
    text = verdict_lines(judge([_CRISIS], [stray]), _NAMES)
    assert text.splitlines()[0] == "真实危机 1 起：检出 0 起，漏检 1 起；误报 1 起。"
    assert "✕ 漏检：星河银行 收费争议“年费风波”，起点 11-22 11:58" in text
    assert "✕ 误报：速付科技 竞争对手抹黑" in text
    assert "场景中没有对应的危机" in text


def test_a_merged_incident_is_neither_hit_nor_false() -> None:
    """What was folded into another incident is told by that one."""
    merged = incident(incident_id="i0", crisis_type="general", state="merged")
    verdict = judge([_CRISIS], [merged, incident()])
    assert (len(verdict.hits), verdict.false) == (1, ())

"""`tingfeng explain`: everything about one text, personal data masked."""

from pathlib import Path

import pytest

from flows.cli import main

SETTINGS = """\
subjects:
  - id: xinghe_bank
    name: 星河银行
    industry: banking
    aliases: [星河行]
    ambiguous: [星河]
    context: [存款]
"""


def explained(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: str = SETTINGS
) -> str:
    """Return what the command prints for a text."""
    file = tmp_path / "tingfeng.yaml"
    file.write_text(settings, "utf-8")
    assert main(["explain", text, "--subject-config", str(file)]) == 0
    return capsys.readouterr().out


def test_everything_about_a_post(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Form, chain, subject with span, rules with terms, sentiment, weight and personal data."""
    text = "星*河銀行ＡＰＰ打不开[怒]，打13812345678没人接//@老张:取不出钱"
    out = explained(text, tmp_path, capsys)
    assert "星河银行app打不开[怒]" in out
    assert "取不出钱（主体可由此得出，情感不计）" in out
    assert "星河银行（xinghe_bank，银行）第 1–5 字「星*河銀行」" in out
    assert "系统故障" in out
    assert "NEAR/6" in out
    assert "「" in out.split("主要依据")[1]
    assert "权重" in out
    assert "手机号 138****5678" in out
    assert "13812345678" not in out


def test_only_own_words_are_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Own words settle the mood, whatever is quoted; who says nothing passes the quoted on."""
    quoted = "//@老张:星河银行就是骗子，垃圾，气死我了"
    out = explained(f"回复@愤怒的储户:柜员特别耐心，点赞{quoted}", tmp_path, capsys)
    assert "正面（" in out.split("情感 ")[1]
    assert "情感不计" in out
    out = explained(f"转发微博{quoted}", tmp_path, capsys)
    assert "负面（" in out.split("情感 ")[1]
    assert "情感以此计" in out


def test_low_confidence_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A text that says neither this nor that is neutral, and that nobody can be sure is said."""
    out = explained("星河银行 刚看到一个视频说的，有人验证吗", tmp_path, capsys)
    assert "把握不足" in out.split("情感 ")[1]


def test_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was excluded is shown with what excluded it; without a subject that is said."""
    out = explained("招聘：星河银行客服，态度差勿扰", tmp_path, capsys)
    assert "被排除（招聘）" in out
    assert "日常提及（general）：未命中危机类型" in out
    assert "没有提到任何监测主体" in explained("今晚星河真美", tmp_path, capsys)
    assert "词条 星河" in explained("星河的存款", tmp_path, capsys)


def test_demo_subjects_without_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without configured subjects those of the demo stand in, and it says so."""
    out = explained("海川证券崩了，登不上", tmp_path, capsys, "subjects: []\n")
    assert "未配置监测主体" in out
    assert "交易系统宕机（trading_outage）" in out


def test_control_signs_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Escape sequences in a post are shown, not obeyed."""
    assert "\x1b" not in explained("星河银行\x1b[31m崩了", tmp_path, capsys)

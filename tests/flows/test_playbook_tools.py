"""The subcommands of ``tingfeng playbooks`` as a librarian uses them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import main
from operators.drill import Entry
from operators.model import MINUTE
from tests.flows.test_cli import HEAVY, IMPORTED, posts, written
from tests.support.app import App
from tests.support.small_streams import START_MS, chatter, in_order, trouble

TOOLS = ["check", "list", "publish", "show", "diff", "match", "review", "export", "new", "import"]
TABLE = Path(__file__).parents[1] / "fixtures/library_tables/word_style.md"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """Give an installation, and work in its folder."""
    made = App(tmp_path)
    made.write()
    monkeypatch.chdir(tmp_path)
    return made


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Run a subcommand in this process; returns what it printed."""
    assert main(["playbooks", *arguments]) == code
    printed = capsys.readouterr()
    return printed.err if code == 2 else printed.out


@pytest.mark.parametrize("tool", TOOLS)
def test_help_of_each_subcommand_is_instant(tool: str) -> None:
    """Every subcommand explains itself before any library is loaded."""
    words = [sys.executable, "-c", IMPORTED, "playbooks", tool, "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"usage: tingfeng playbooks {tool}")
    assert not HEAVY & set(done.stderr.split())


def test_match_ranks_playbooks_for_a_text(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    """Subject, type and feeling are read from the text; points and reasons stand by each place."""
    out = said(capsys, "match", "星河银行手机银行又崩了，转账失败，登不上")
    assert out.splitlines()[0].startswith("星河银行 · 系统故障 · 中等 · 萌芽 · 未核实")
    first = re.search(r"^ 1\. +([\d.]+)  (\S+)@[0-9a-f]{16}", out, re.MULTILINE)
    assert first
    assert first[2].startswith("banking.system_outage")
    places = [float(points) for points in re.findall(r"^ *\d+\. +([\d.]+)  ", out, re.MULTILINE)]
    assert len(places) >= 2
    assert "行业与类型25/25" in out
    assert "次选：" in out
    assert "暂不可批准" in out


def test_match_says_why_a_denial_is_kept_back(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    """Unverified, the denial is out and why is said; found untrue, it comes first."""
    text = "听说星河银行要倒闭了，取不出钱，赶快取"
    out = said(capsys, "match", text, "--level", "severe")
    assert re.search(r"-  banking\.solvency_denial.*不可用：.*须先核实为不实", out)
    out = said(capsys, "match", text, "--level", "severe", "--verification", "不实")
    assert re.search(r"^ 1\. .*banking\.solvency_denial@", out, re.MULTILINE)


def test_match_reads_a_text_that_names_nobody(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    """Told the subject, it answers for it; told nothing, it asks every industry, or says so."""
    told = said(capsys, "match", "手机银行登不上，转账失败", "--subject", "xinghe_bank")
    assert told.startswith("星河银行 · 系统故障")
    asked = said(capsys, "match", "逾期一天就爆通讯录，打给我爸妈恐吓")
    assert "consumer_finance.violent_collection@" in asked
    nothing = said(capsys, "match", "今天天气不错", code=1)
    assert "没有识别出" in nothing
    assert "try xinghe_bank" in said(capsys, "match", "x", "--subject", "xinghe", code=2)


def test_show_and_diff_of_packs_and_files(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    """A playbook is rendered with the subject's name; an edited copy differs at its field."""
    out = said(capsys, "show", "banking.fees_nowhere", code=2)
    assert "playbook: unknown (got banking.fees_nowhere" in out
    shown = said(capsys, "show", "banking.system_outage", "--subject", "xinghe_bank")
    assert "适用：系统故障" in shown
    assert "星河银行" in shown
    assert "【待填：" in shown
    assert said(capsys, "diff", "banking.system_outage") == "no difference\n"
    from playbooks import loader

    shipped = Path(loader.__file__).parent / "packs/banking/system_outage.yaml"
    text = shipped.read_text(encoding="utf-8")
    edited = app.folder / "edited.yaml"
    edited.write_text(re.sub("^owner: .*", "owner: 新部门", text, flags=re.M), encoding="utf-8")
    lines = said(capsys, "diff", "banking.system_outage", "edited.yaml", code=1).splitlines()
    assert lines[2:3] == ["@@ owner"]
    assert lines[4] == "+ 新部门"
    edited.write_text(text.replace("levels:", "level:"), encoding="utf-8")
    assert re.search(
        r"edited\.yaml:\d+: level: unknown key", said(capsys, "show", "edited.yaml", code=2)
    )


def test_new_check_and_import_work_together(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    """A scaffold and an imported table load in a pack; what is unfinished is advised on."""
    from playbooks import loader

    pack = app.folder / "mine" / "banking"
    pack.mkdir(parents=True)
    shipped = Path(loader.__file__).parent / "packs/banking/pack.yaml"
    (pack / "pack.yaml").write_bytes(shipped.read_bytes())
    out = ["--out", str(pack / "fees_new.yaml")]
    said(capsys, "new", "banking.fees_new", "--type", "fees", *out)
    assert "is there already" in said(
        capsys, "new", "banking.fees_new", "--type", "fees", *out, code=2
    )
    assert "try fees" in said(capsys, "new", "banking.x", "--type", "fee", code=2)
    taken = said(capsys, "import", str(TABLE), "--industry", "banking", "--out", str(pack))
    assert "3 playbooks" in taken
    checked = said(capsys, "check", "mine", "--alike", "1")
    assert "4 playbooks: no problem found" in checked
    assert "advice: banking.fees_new: donts: still says 待写" in checked
    assert re.search(r"^advice: .* alike with ", checked, re.MULTILINE)
    listed = said(capsys, "list", "mine")
    assert "banking.fees_new  " in listed


def test_export_writes_cacao(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    """One playbook is one JSON value on stdout; into a folder it is a file each."""
    document = json.loads(said(capsys, "export", "--cacao", "banking.system_outage"))
    assert (document["type"], document["spec_version"]) == ("playbook", "cacao-2.0")
    assert "try banking.general" in said(capsys, "export", "--cacao", "banking.genera", code=2)
    said(capsys, "export", "--cacao", "--out", "cacao")
    files = {file.stem: json.loads(file.read_text()) for file in Path("cacao").iterdir()}
    assert files["banking.system_outage"] == document
    assert len(files) > 10


def test_review_shows_what_incidents_have_taught(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    """An incident without a playbook of its own leaves a gap, and match answers for it."""
    from playbooks import loader

    shipped = Path(loader.__file__).parent / "packs" / "banking"
    pack = app.folder / "few"
    pack.mkdir()
    for name in ("pack.yaml", "general.yaml"):
        (pack / name).write_bytes((shipped / name).read_bytes())
    app.write(packs=["few"])
    story = in_order(
        chatter(START_MS, 60, every_ms=2 * MINUTE), trouble("星河银行", START_MS + 20 * MINUTE, 70)
    )
    file = stored(app, story)
    app.run("playbooks", "publish")
    app.run("collect", file, "--stream-time", "--end")
    app.run("run", "--until-end")
    ((incident, gap),) = app.ask(
        "SELECT incident_id, kind FROM v_library_gaps WHERE crisis_type = 'system_outage'"
    )
    assert gap == "general_only"
    reviewed = said(capsys, "review")
    assert (
        "没有专门预案] 1起事件：“系统故障”没有专门预案，只能给出行业通用预案，请补充。" in reviewed
    )
    ranked = said(capsys, "match", str(incident))
    assert ranked.startswith("星河银行 · 系统故障 · ")
    assert re.search(r"^ 1\. .*banking\.general@", ranked, re.MULTILINE)
    row = app.ask(
        "SELECT general, fit_level, holding, strategy, blocked, statements FROM v_recommendations"
    )[0]
    assert row[:4] == (1, 0, 1, "inform")
    assert "待填" in row[4]
    assert "星河银行" in json.loads(row[5])["weibo"]
    said(capsys, "diff", "banking.general@latest")
    assert "try 0" not in said(capsys, "show", "banking.general@zzz", code=2)


def stored(app: App, story: list[Entry]) -> str:
    """Write posts to a file of the installation."""
    return written(app.folder / "posts.jsonl", posts(story)).name

"""The committed dashboards are those the code makes, and the provisioning leads to them."""

from pathlib import Path
from typing import Any, Final

import orjson
import pytest
import yaml

from dashboards.boards import ALL
from dashboards.generate import FOLDER, files, main, stale
from dashboards.model import PLUGIN, PLUGIN_VERSION, SOURCE_UID

ROOT: Final = Path(__file__).parents[2]
PROVISIONING: Final = ROOT / "dashboards/provisioning"


def read(path: str) -> dict[str, Any]:
    """Read a provisioning file."""
    found: dict[str, Any] = yaml.safe_load((PROVISIONING / path).read_text(encoding="utf-8"))
    return found


def test_committed_files_are_what_the_code_makes() -> None:
    """Whoever changes the code runs `make dashboards`."""
    assert stale(FOLDER) == []


def test_a_difference_is_seen(tmp_path: Path) -> None:
    """A file that was edited, one too many and one missing are all named."""
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert stale(tmp_path) == []
    names = sorted(files())
    (tmp_path / names[0]).write_text("{}", encoding="utf-8")
    (tmp_path / names[1]).unlink()
    (tmp_path / "old.json").write_text("{}", encoding="utf-8")
    assert stale(tmp_path) == sorted([names[0], names[1], "old.json"])


def test_check_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` ends well on the committed files and writes nothing."""
    assert main(["--check"]) == 0
    assert capsys.readouterr().err == ""


def test_five_dashboards_as_people_know_them() -> None:
    """The five titles, in the order people meet them."""
    assert [board.title for board in ALL] == [
        "舆情总览",
        "事件详情",
        "主体与行业对比",
        "处置与预案",
        "数据与管道健康",
    ]


def test_panel_ids_never_move() -> None:
    """Alerts and links name panels by id: these belong to these titles for good."""
    wall = orjson.loads((FOLDER / "tingfeng-wall.json").read_bytes())
    assert {
        one["id"]: one["title"] for one in wall["panels"] if one["id"] in (1, 10, 13, 16, 17)
    } == {
        1: "在办事件",
        10: "各主体级别",
        13: "进行中的事件",
        16: "监管报告时限",
        17: "信源新鲜度",
    }


def test_the_wall_fills_one_screen() -> None:
    """No line of the wall leaves a hole, and its height suits 1080 pixels."""
    wall = ALL[0]
    for line in wall.lines:
        assert sum(width for width, _panel in line.panels) == 24
    assert 26 <= sum(line.height for line in wall.lines) <= 30


def test_datasource_is_the_one_the_dashboards_name() -> None:
    """Its uid is what the variable holds at first, its plugin the one the queries are for."""
    found = read("datasources/clickhouse.yaml")
    assert found["apiVersion"] == 1
    [source] = found["datasources"]
    assert (source["uid"], source["type"], source["editable"]) == (SOURCE_UID, PLUGIN, False)
    assert source["jsonData"]["version"] == PLUGIN_VERSION
    assert source["jsonData"]["protocol"] == "native"
    assert "enableRowLimit" not in source["jsonData"]
    for board in ALL:
        variables = board.json()["templating"]["list"]
        assert variables[0]["current"]["value"] == source["uid"]


def test_no_secret_in_provisioning() -> None:
    """Passwords, hosts and users come from the environment."""
    [source] = read("datasources/clickhouse.yaml")["datasources"]
    assert all(str(one).startswith("${") for one in source["secureJsonData"].values())
    assert source["jsonData"]["host"].startswith("${")
    assert source["jsonData"]["username"].startswith("${")


def test_provider_serves_the_files_and_nobody_edits_them() -> None:
    """One provider, one folder with a fixed uid, no change by hand."""
    found = read("dashboards/tingfeng.yaml")
    assert found["apiVersion"] == 1
    [provider] = found["providers"]
    assert provider["type"] == "file"
    assert provider["folderUid"] == "tingfeng"
    assert not provider["allowUiUpdates"]
    assert provider["disableDeletion"]
    assert not provider["options"]["foldersFromFilesStructure"]
    assert provider["options"]["path"].startswith("/")

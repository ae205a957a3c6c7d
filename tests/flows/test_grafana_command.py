"""Pushing to a Grafana: everything arrives, twice changes nothing, a dry run writes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.alerting.rules import RULES
from dashboards.boards import ALL
from flows.grafana_api_client import Grafana, GrafanaError
from flows.grafana_command import check, push
from flows.settings import load_settings
from flows.settings_schema import Settings
from operators.errors import ConfigError
from tests.support.fake_grafana import TOKEN, State, serving

BODY = "grafana: {{url: '{url}', token: '${{GRAFANA_TOKEN}}', clickhouse_password: '${{CH}}'}}\n"
WECOM = "https://wecom.example/robot?key=k3y"


@pytest.fixture(name="state")
def _state() -> State:
    """Return an empty Grafana."""
    return State()


@pytest.fixture(name="settings")
def _settings(state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Serve it and point settings at it; one address is known, the others are left empty."""
    for name in ("DINGTALK_WEBHOOK", "ALERT_MAIL", "ALERT_WEBHOOK", "ALERT_TOKEN"):
        monkeypatch.setenv(f"TINGFENG_{name}", "")
    monkeypatch.setenv("TINGFENG_WECOM_WEBHOOK", WECOM)
    with serving(state) as url:
        config = tmp_path / "tingfeng.yaml"
        config.write_text(BODY.format(url=url), encoding="utf-8")
        yield load_settings(config, {"GRAFANA_TOKEN": TOKEN, "CH": "p@ss"})


def test_everything_arrives(
    state: State, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Five dashboards in their folder, the data source with its secret, all alert objects."""
    assert push(settings, alerts=True, dry_run=False) == 0
    assert set(state.boards) == {board.uid for board in ALL}
    assert {one["meta"]["folderUid"] for one in state.boards.values()} == {"tingfeng"}
    assert state.sources["tingfeng"]["secureJsonFields"] == {"password": True}
    assert set(state.things["alert-rules"]) == {rule.uid for rule in RULES}
    assert state.policies["receiver"] == "tingfeng-webhook"
    assert "p@ss" not in capsys.readouterr().out


def test_addresses_come_from_the_environment(
    state: State,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Over HTTP Grafana fills nothing in; an empty address sends nowhere, a missing one is told."""
    push(settings, alerts=True, dry_run=False)
    points = state.things["contact-points"]
    assert points["tingfeng-wecom-1"]["settings"]["url"] == WECOM
    assert points["tingfeng-dingtalk-1"]["settings"]["url"] == "http://127.0.0.1:9/not-configured"
    assert "${" not in str(points)
    monkeypatch.setenv("TINGFENG_WECOM_WEBHOOK", "https://wecom.example/robot?key=0ther")
    assert push(settings, alerts=True, dry_run=True) == 1
    shown = capsys.readouterr().out
    assert "~ contact point tingfeng-wecom" in shown
    assert "key=" not in shown
    monkeypatch.delenv("TINGFENG_WECOM_WEBHOOK")
    monkeypatch.delenv("TINGFENG_ALERT_MAIL")
    with pytest.raises(GrafanaError, match="TINGFENG_ALERT_MAIL, TINGFENG_WECOM_WEBHOOK"):
        push(settings, alerts=True, dry_run=False)


def test_second_push_writes_nothing_but_the_password(state: State, settings: Settings) -> None:
    """What is there already is left alone; a password cannot be compared, so it is sent again."""
    push(settings, alerts=True, dry_run=False)
    state.writes.clear()
    assert push(settings, alerts=True, dry_run=False) == 0
    assert state.writes == ["PUT /api/datasources/uid/tingfeng"]


def test_dry_run_shows_the_difference_and_writes_nothing(
    state: State, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """New things are named, changed ones shown line by line."""
    assert push(settings, alerts=False, dry_run=True) == 1
    assert state.writes == []
    assert "+ dashboard 舆情总览 (new)" in capsys.readouterr().out
    push(settings, alerts=False, dry_run=False)
    state.writes.clear()
    state.boards["tingfeng-wall"]["dashboard"]["title"] = "我的大屏"
    capsys.readouterr()
    assert push(settings, alerts=False, dry_run=True) == 1
    shown = capsys.readouterr().out
    assert state.writes == []
    assert '-  "title": "我的大屏"' in shown
    assert '+  "title": "舆情总览"' in shown
    assert "1 would change" in shown


def test_changed_dashboard_is_put_back(state: State, settings: Settings) -> None:
    """Only what differs is written."""
    push(settings, alerts=True, dry_run=False)
    state.boards["tingfeng-wall"]["dashboard"]["title"] = "我的大屏"
    state.things["alert-rules"]["tingfeng-lag"]["title"] = "别的"
    state.writes.clear()
    push(settings, alerts=True, dry_run=False)
    assert state.boards["tingfeng-wall"]["dashboard"]["title"] == "舆情总览"
    assert state.writes == [
        "PUT /api/datasources/uid/tingfeng",
        "POST /api/dashboards/db",
        "PUT /api/v1/provisioning/alert-rules/tingfeng-lag",
    ]


def test_check_says_what_is_missing(
    state: State, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a push nearly everything, after it nothing; then what breaks one by one."""
    assert check(settings) == 1
    assert "✗ data source tingfeng" in capsys.readouterr().out
    push(settings, alerts=False, dry_run=False)
    capsys.readouterr()
    assert check(settings) == 0
    assert "✗" not in capsys.readouterr().out
    state.version, state.plugins = "11.2.0", set()
    state.source_health = {"status": "ERROR", "message": "Authentication failed"}
    assert check(settings) == 1
    shown = capsys.readouterr().out
    assert "✗ Grafana 11.2.0: needs 11.6 or later" in shown
    assert "is not installed" in shown
    assert "✗ ClickHouse answers: Authentication failed" in shown


def test_wrong_token_and_dead_server_are_told(settings: Settings, state: State) -> None:
    """With the address and Grafana's own words, and never with the token."""
    with pytest.raises(GrafanaError, match=r"Grafana answers 401: Unauthorized"):
        Grafana(settings.grafana.url, "wrong").get("/health")
    with pytest.raises(GrafanaError, match=r"cannot be reached") as caught:
        Grafana("http://127.0.0.1:9/", TOKEN).get("/health")
    assert TOKEN not in str(caught.value)
    with pytest.raises(GrafanaError, match="is no address"):
        Grafana("grafana", TOKEN)


def test_token_does_not_belong_in_a_file(tmp_path: Path) -> None:
    """It is named as a variable; without one the command says how to get it."""
    config = tmp_path / "tingfeng.yaml"
    config.write_text("grafana: {token: glsa_abc}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"grafana\.token: holds a secret"):
        load_settings(config, {})
    with pytest.raises(GrafanaError, match="make a service account"):
        push(load_settings(None), alerts=False, dry_run=True)

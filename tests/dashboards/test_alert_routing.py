"""Who is told: every route leads to a contact point, night mutes the lowest level, texts render."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from dashboards.alerting import routing
from dashboards.alerting.rules import RULES

SETTINGS: Final = {
    "wecom": {"url", "msgtype", "title", "message"},
    "dingding": {"url", "msgType", "title", "message"},
    "email": {"addresses", "singleEmail", "subject", "message"},
    "webhook": {
        "url",
        "httpMethod",
        "authorization_scheme",
        "authorization_credentials",
        "maxAlerts",
    },
}
"""Settings that grafana/alerting reads, by receiver type; the receivers' v1/config.go."""

RENDER: Final = Path(__file__).parents[1] / "fixtures/gotemplate/main.go"


def routes(subjects: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Return the routes below the root."""
    found: list[dict[str, Any]] = routing.policies(subjects or {})[0]["routes"]
    return found


def told(labels: dict[str, str], subjects: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Return the routes an alert takes, as Grafana walks them."""
    taken = []
    for route in routes(subjects):
        fits = all(
            labels.get(name, "") == value
            if sign == "="
            else bool(re.fullmatch(value, labels[name]))
            for name, sign, value in route.get("object_matchers", [])
        )
        if fits:
            taken.append(route)
            if not route["continue"]:
                break
    return taken


def test_contact_points_have_only_settings_that_are_read() -> None:
    """A name that Grafana does not know would be dropped without a word."""
    for point in routing.contact_points():
        [receiver] = point["receivers"]
        assert set(receiver["settings"]) == SETTINGS[receiver["type"]]
    secret = [
        value
        for point in routing.contact_points()
        for name, value in point["receivers"][0]["settings"].items()
        if name in ("url", "addresses", "authorization_credentials")
    ]
    assert all(re.fullmatch(r"\$\{TINGFENG_[A-Z_]+\}", value) for value in secret)


def test_routes_name_contact_points_and_mute_times_that_are_there() -> None:
    """Every receiver and every night exists."""
    points = {point["name"] for point in routing.contact_points()}
    nights = {one["name"] for one in routing.mute_times()}
    root = routing.policies({})[0]
    assert {root["receiver"], *(route["receiver"] for route in routes())} <= points
    assert {name for route in routes() for name in route.get("mute_time_intervals", ())} <= nights
    assert {"grafana_folder", "alertname"} <= set(root["group_by"])


@pytest.mark.parametrize(
    ("uid", "receivers"),
    [
        ("tingfeng-incident-open", {"tingfeng-webhook", "tingfeng-wecom"}),
        ("tingfeng-incident-moderate", {"tingfeng-webhook", "tingfeng-dingtalk"}),
        (
            "tingfeng-incident-severe",
            {"tingfeng-webhook", "tingfeng-dingtalk", "tingfeng-mail"},
        ),
        ("tingfeng-feed-dead", {"tingfeng-webhook", "tingfeng-wecom"}),
    ],
)
def test_each_level_adds_an_audience(uid: str, receivers: set[str]) -> None:
    """An alert reaches each contact point once at most."""
    rule = next(rule for rule in RULES if rule.uid == uid)
    taken = [route["receiver"] for route in told({"level": rule.level, "audience": rule.audience})]
    assert set(taken) == receivers
    assert len(taken) == len(set(taken))


def test_night_mutes_the_lowest_level_only() -> None:
    """What is muted at night is of level minor, and the night covers 23:00 to 07:00."""
    for rule in RULES:
        labels = {"level": rule.level, "audience": rule.audience}
        muted = [route for route in told(labels) if route.get("mute_time_intervals")]
        assert bool(muted) == (rule.level == "minor")
    [interval] = routing.mute_times()[0]["time_intervals"]
    assert [(one["start_time"], one["end_time"]) for one in interval["times"]] == [
        ("23:00", "24:00"),
        ("00:00", "07:00"),
    ]
    assert interval["location"] == "Asia/Shanghai"


def test_subject_may_have_a_contact_point_of_its_own() -> None:
    """Its moderate and severe alerts go there too."""
    labels = {"level": "severe", "audience": "management", "subject": "xinghe_bank"}
    own = {"xinghe_bank": "tingfeng-wecom"}
    taken = [route["receiver"] for route in told(labels, own)]
    assert "tingfeng-wecom" in taken
    labels["level"] = "minor"
    assert "tingfeng-wecom" not in [route["receiver"] for route in told(labels, own)]


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the renderer; without Go, skip."""
    if shutil.which("go") is None:
        pytest.skip("needs Go")
    folder = tmp_path_factory.mktemp("go")
    program = folder / "render"
    subprocess.run(
        ["go", "build", "-o", str(program), str(RENDER)],
        check=True,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin:/usr/local/go/bin", "HOME": str(folder)},
    )
    return program


ALERT: Final = {
    "Status": "firing",
    "Labels": {"level": "severe", "company": "星河银行"},
    "Annotations": {
        "summary": "星河银行：挤兑与偿付能力谣言",
        "description": "最近1小时负面提及 412 条，平时约 43 条",
        "playbook": "存款安全与偿付能力传言应对",
        "link": "d/tingfeng-incident?var-incident=caa69a172daa",
    },
    "StartsAt": "2026-11-21T02:40:00Z",
    "EndsAt": "2026-11-21T05:00:00Z",
    "DashboardURL": "",
}


def rendered(go: Path, folder: Path, name: str, status: str) -> str:
    """Return a template's text for one alert."""
    texts = folder / "texts.tmpl"
    texts.write_text(routing.templates()[0]["template"], encoding="utf-8")
    data = folder / "data.json"
    body = {
        "Status": status,
        "Alerts": [ALERT | {"Status": status}],
        "CommonLabels": {
            "alertname": "舆情事件达到严重",
            "level": "severe",
            "company": "星河银行",
        },
        "ExternalURL": "https://grafana.example/",
    }
    data.write_bytes(orjson.dumps(body))
    done = subprocess.run(
        [str(go), str(texts), str(data), name], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_texts_render_in_chinese_with_reason_playbook_and_link(go: Path, tmp_path: Path) -> None:
    """Grafana uses the same template language."""
    title = rendered(go, tmp_path, "tingfeng.title", "firing")
    assert title.strip() == "【严重】舆情事件达到严重 · 星河银行"
    message = rendered(go, tmp_path, "tingfeng.message", "firing").strip().splitlines()
    assert message == [
        "**星河银行：挤兑与偿付能力谣言**",
        "原因：最近1小时负面提及 412 条，平时约 43 条",
        "建议预案：《存款安全与偿付能力传言应对》",
        "开始：11-21 10:40",
        "详情：https://grafana.example/d/tingfeng-incident?var-incident=caa69a172daa",
    ]


def test_end_is_told_too(go: Path, tmp_path: Path) -> None:
    """With the time at which it ended."""
    assert rendered(go, tmp_path, "tingfeng.title", "resolved").startswith("【已解除】")
    message = rendered(go, tmp_path, "tingfeng.message", "resolved").strip()
    assert message == "已解除：星河银行：挤兑与偿付能力谣言（11-21 13:00）"

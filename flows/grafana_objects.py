"""What Tingfeng wants to find in a Grafana, each thing with where it is read and written."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dashboards.alerting.model import FOLDER as ALERT_FOLDER
from dashboards.alerting.routing import contact_points, mute_times, policies, templates
from dashboards.alerting.rules import RULES
from dashboards.boards import ALL
from dashboards.model import PLUGIN, PLUGIN_VERSION, SOURCE_UID
from flows.grafana_api_client import Grafana, GrafanaError, Json, quoted
from flows.settings import environment
from flows.settings_schema import GrafanaSettings

FOLDER_UID: Final = "tingfeng"
FOLDER_TITLE: Final = "舆情"
ALERT_FOLDER_UID: Final = "tingfeng-alerts"
_PROVISIONING: Final = "/v1/provisioning"
_FILE_ONLY: Final = ("orgId",)
_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
_NOWHERE: Final = {"addresses": "nobody@localhost", "authorization_credentials": ""}
_NO_URL: Final = "http://127.0.0.1:9/not-configured"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object: how to read what is there, and how to write ours.

    ``present`` turns Grafana's answer into the part of it that is ours to say, so that the two can
    be compared; None means that it is not there. What stands under the keys ``hidden`` is never
    printed.
    """

    name: str
    body: Json
    read: Callable[[Grafana], Any]
    present: Callable[[Any], Json | None]
    write: Callable[[Grafana, bool], Any]
    secret: Json = field(default_factory=dict)
    hidden: tuple[str, ...] = ()


def wanted(settings: GrafanaSettings, *, alerts: bool) -> Iterator[Wanted]:
    """Yield everything in the order in which it has to be made."""
    yield _folder(FOLDER_UID, FOLDER_TITLE)
    if settings.clickhouse_password:
        yield _source(settings)
    for board in ALL:
        yield _dashboard(board.json())
    if not alerts:
        return
    yield _folder(ALERT_FOLDER_UID, ALERT_FOLDER)
    for one in templates():
        yield _named("template", "templates", one["name"], {"template": one["template"]})
    for one in mute_times():
        body = {name: value for name, value in one.items() if name not in _FILE_ONLY}
        yield _listed("mute timing", "mute-timings", one["name"], body)
    for point in addressed(contact_points(), environment()):
        yield _contact_point(point)
    yield _policy_tree()
    for rule in RULES:
        yield _rule(rule.body())


def _folder(uid: str, title: str) -> Wanted:
    body = {"uid": uid, "title": title}
    return Wanted(
        f"folder {title}",
        body,
        lambda grafana: grafana.get(f"/folders/{uid}"),
        lambda found: _part(found, body),
        lambda grafana, there: (
            grafana.put(f"/folders/{uid}", {"title": title, "overwrite": True})
            if there
            else grafana.post("/folders", body)
        ),
    )


def _source(settings: GrafanaSettings) -> Wanted:
    body: Json = {
        "name": "tingfeng",
        "uid": SOURCE_UID,
        "type": PLUGIN,
        "access": "proxy",
        "isDefault": True,
        "jsonData": {
            "version": PLUGIN_VERSION,
            "host": settings.clickhouse_host,
            "port": 9000,
            "protocol": "native",
            "username": settings.clickhouse_user,
            "defaultDatabase": "tingfeng",
            "validateSql": True,
        },
    }
    secret = {"secureJsonData": {"password": settings.clickhouse_password}}
    path = f"/datasources/uid/{SOURCE_UID}"
    return Wanted(
        "data source tingfeng",
        body,
        lambda grafana: grafana.get(path),
        lambda found: _part(found, body),
        lambda grafana, there: (
            grafana.put(path, body | secret)
            if there
            else grafana.post("/datasources", body | secret)
        ),
        secret,
    )


def _dashboard(body: Json) -> Wanted:
    uid = body["uid"]
    ours = {name: value for name, value in body.items() if name != "version"}
    return Wanted(
        f"dashboard {body['title']}",
        ours,
        lambda grafana: grafana.get(f"/dashboards/uid/{uid}"),
        lambda found: _part(found["dashboard"], ours) if found else None,
        lambda grafana, _there: grafana.post(
            "/dashboards/db",
            {
                "dashboard": ours,
                "folderUid": FOLDER_UID,
                "overwrite": True,
                "message": "tingfeng grafana push",
            },
        ),
    )


def _named(what: str, path: str, name: str, body: Json) -> Wanted:
    place = f"{_PROVISIONING}/{path}/{quoted(name)}"
    return Wanted(
        f"{what} {name}",
        body,
        lambda grafana: grafana.get(place),
        lambda found: _part(found, body),
        lambda grafana, _there: grafana.put(place, body),
    )


def _listed(what: str, path: str, name: str, body: Json) -> Wanted:
    place = f"{_PROVISIONING}/{path}"
    return Wanted(
        f"{what} {name}",
        body,
        lambda grafana: grafana.get(f"{place}/{quoted(name)}"),
        lambda found: _part(found, body),
        lambda grafana, there: (
            grafana.put(f"{place}/{quoted(name)}", body) if there else grafana.post(place, body)
        ),
    )


def addressed(points: list[Json], environ: Mapping[str, str]) -> list[Json]:
    """Fill in the addresses, as Grafana does by itself in files but not over HTTP.

    An empty variable sends nowhere. Raises GrafanaError with all variables that are not there.
    """
    settings = [point["receivers"][0]["settings"] for point in points]
    named = {name for one in settings for value in one.values() for name in _names(value)}
    missing = sorted(named - set(environ))
    if missing:
        msg = f"needs the environment variables {', '.join(missing)}; an empty one sends nowhere"
        raise GrafanaError(msg)
    for one in settings:
        for key, value in one.items():
            for name in _names(value):
                one[key] = environ[name] or _NOWHERE.get(key, _NO_URL)
    return points


def _names(value: Any) -> list[str]:
    found = _VARIABLE.fullmatch(value) if isinstance(value, str) else None
    return [found[1]] if found else []


def _contact_point(point: Json) -> Wanted:
    receiver = point["receivers"][0]
    body = {
        "uid": receiver["uid"],
        "name": point["name"],
        "type": receiver["type"],
        "settings": receiver["settings"],
        "disableResolveMessage": receiver["disableResolveMessage"],
    }
    place = f"{_PROVISIONING}/contact-points"

    def present(found: Any) -> Json | None:
        same = [one for one in found or [] if one.get("uid") == body["uid"]]
        # Grafana shows secrets as [REDACTED]; what it shows so is taken to be ours.
        return _part(_unredacted(same[0], body), body) if same else None

    return Wanted(
        f"contact point {point['name']}",
        body,
        lambda grafana: grafana.get(place),
        present,
        lambda grafana, there: (
            grafana.put(f"{place}/{body['uid']}", body) if there else grafana.post(place, body)
        ),
        hidden=("settings",),
    )


def _policy_tree() -> Wanted:
    body = {name: value for name, value in policies({})[0].items() if name not in _FILE_ONLY}
    return Wanted(
        "notification policies",
        body,
        lambda grafana: grafana.get(f"{_PROVISIONING}/policies"),
        lambda found: _part(found, body),
        lambda grafana, _there: grafana.put(f"{_PROVISIONING}/policies", body),
    )


def _rule(rule: Json) -> Wanted:
    body = rule | {"folderUID": ALERT_FOLDER_UID, "ruleGroup": "tingfeng", "orgID": 1}
    body["annotations"] = rule["annotations"] | {
        "__dashboardUid__": rule["dashboardUid"],
        "__panelId__": str(rule["panelId"]),
    }
    for name in ("dashboardUid", "panelId"):
        del body[name]
    place = f"{_PROVISIONING}/alert-rules"
    return Wanted(
        f"alert rule {rule['title']}",
        body,
        lambda grafana: grafana.get(f"{place}/{rule['uid']}"),
        lambda found: _part(found, body),
        lambda grafana, there: (
            grafana.put(f"{place}/{rule['uid']}", body) if there else grafana.post(place, body)
        ),
    )


def _part(found: Any, ours: Any) -> Any:
    """Return of what is there only what we say something about: Grafana adds defaults."""
    if isinstance(ours, dict) and isinstance(found, dict):
        return {name: _part(found.get(name), value) for name, value in ours.items()}
    if isinstance(ours, list) and isinstance(found, list) and len(ours) == len(found):
        return [_part(one, value) for one, value in zip(found, ours, strict=True)]
    return found


def _unredacted(found: Json, ours: Json) -> Json:
    shown = {
        name: ours["settings"].get(name) if value == "[REDACTED]" else value
        for name, value in (found.get("settings") or {}).items()
    }
    return found | {"settings": shown}

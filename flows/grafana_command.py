"""``tingfeng grafana push|check``: dashboards and alerts into a Grafana of one's own."""

import difflib
import json
import re
from typing import Any, Final

from dashboards.model import PLUGIN, SOURCE_UID
from flows.grafana_api_client import Grafana, GrafanaError
from flows.grafana_objects import Wanted, wanted
from flows.settings_schema import GrafanaSettings, Settings

LEAST: Final = (11, 6)
"""The oldest Grafana that the data source plugin and the dashboards are made for."""


def push(settings: Settings, *, alerts: bool, dry_run: bool) -> int:
    """Make Grafana have what we want; what it has already is left alone.

    With ``dry_run`` nothing is written and the differences are printed. Returns 1 when a dry run
    found some.
    """
    grafana = _connect(settings.grafana)
    changed = 0
    for one in wanted(settings.grafana, alerts=alerts):
        found = one.read(grafana)
        present = one.present(found) if found is not None else None
        if present == one.body and (dry_run or not one.secret):
            print(f"= {one.name}")
            continue
        if dry_run:
            changed += 1
            print(_difference(one, present))
            continue
        one.write(grafana, found is not None and present is not None)
        changed += present != one.body
        # A secret cannot be compared, so what holds one is sent again.
        print(f"{'+' if present is None else '=' if present == one.body else '~'} {one.name}")
    print(f"{changed} {'would change' if dry_run else 'changed'}")
    return 1 if dry_run and changed else 0


def check(settings: Settings) -> int:
    """Say whether Grafana can show and tell what we send; returns 1 when something is missing."""
    grafana = _connect(settings.grafana)
    problems = 0
    health = grafana.get("/health") or {}
    version = str(health.get("version", ""))
    problems += _said(
        _numbers(version) >= LEAST,
        f"Grafana {version or 'of unknown version'}",
        f"needs {LEAST[0]}.{LEAST[1]} or later",
    )
    plugin = grafana.get(f"/plugins/{PLUGIN}/settings")
    problems += _said(plugin is not None, f"plugin {PLUGIN}", "is not installed")
    source = grafana.get(f"/datasources/uid/{SOURCE_UID}")
    hint = "is missing: set grafana.clickhouse_password and push, or provision it"
    problems += _said(source is not None, f"data source {SOURCE_UID}", hint)
    if source is not None:
        answer = grafana.get(f"/datasources/uid/{SOURCE_UID}/health") or {}
        good = answer.get("status") == "OK"
        problems += _said(good, "ClickHouse answers", str(answer.get("message", "does not answer")))
    for one in wanted(settings.grafana, alerts=False):
        found = one.read(grafana)
        there = found is not None and one.present(found) == one.body
        problems += _said(there, one.name, "is missing or differs: tingfeng grafana push")
    return 1 if problems else 0


def _connect(settings: GrafanaSettings) -> Grafana:
    if not settings.token:
        msg = (
            "grafana.token is empty; make a service account with the role Admin and set "
            "grafana.token: ${GRAFANA_TOKEN}"
        )
        raise GrafanaError(msg)
    return Grafana(settings.url, settings.token)


def _said(good: bool, what: str, otherwise: str) -> bool:
    print(f"✓ {what}" if good else f"✗ {what}: {otherwise}")
    return not good


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", version)[:2])


def _difference(one: Wanted, present: Any) -> str:
    before = [] if present is None else _lines(_open(one, present))
    after = _lines(_open(one, one.body))
    lines = difflib.unified_diff(before, after, "Grafana", "Tingfeng", n=1, lineterm="")
    head = f"{'+' if present is None else '~'} {one.name}"
    if present is None:
        return f"{head} (new)"
    return "\n".join([head, *(f"    {line}" for line in lines)])


def _open(one: Wanted, value: Any) -> Any:
    return {name: part for name, part in value.items() if name not in one.hidden}


def _lines(value: Any) -> list[str]:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).splitlines()

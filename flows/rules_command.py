"""``tingfeng rules``: what is watched and how posts are read, published to a running flow."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from redis import Redis

from flows.embedded_redis import connect, serving
from flows.packs import read_packs
from flows.plan import make_bundle, make_matcher
from flows.rules_stream import publish_rules, published_rules
from flows.settings import load_settings
from flows.settings_schema import Settings
from operators.errors import ConfigError, Problem
from operators.rulebook_bundle import Bundle, Difference, differences
from operators.rulebook_schedule import RulesEntry

SETTINGS: Final = "settings"
_VALUE: Final = 60


def rules_command(options: argparse.Namespace, config: Path | None) -> int:
    """Run the subcommand ``options.what``; returns the exit code."""
    settings = load_settings(config)
    settings.require_subjects()
    tools: dict[str, Callable[[argparse.Namespace, Settings, Bundle], int]] = {
        "check": _check,
        "publish": _publish,
        "list": _list,
        "diff": _diff,
    }
    return tools[options.what](options, settings, make_bundle(settings, read_packs(settings)))


@contextmanager
def _redis(settings: Settings) -> Iterator["Redis"]:
    with serving(settings.redis.url, settings.var) as url:
        client = connect(url)
        try:
            yield client
        finally:
            client.close()


def summary(bundle: Bundle) -> str:
    """Say in one line what a bundle holds."""
    return (
        f"{len(bundle.subjects)} subjects, {len(bundle.crisis_types)} crisis types, "
        f"{len(bundle.tiers.tiers)} source tiers, {len(bundle.stop_words)} stop words, "
        f"{len(bundle.thresholds)} threshold rules"
    )


def _check(_options: argparse.Namespace, settings: Settings, bundle: Bundle) -> int:
    """Load and compile all rules, which checks them."""
    make_matcher(settings, bundle.watched, bundle.crisis_types)
    print(f"{bundle.version}: {summary(bundle)}: no problem found")
    return 0


def _publish(_options: argparse.Namespace, settings: Settings, bundle: Bundle) -> int:
    """Put the rules into the stream, and say from when they count and what changes."""
    make_matcher(settings, bundle.watched, bundle.crisis_types)
    with _redis(settings) as client:
        known = published_rules(client)
        done = publish_rules(client, bundle)
    if not done.new:
        print(f"{bundle.version}: unchanged, published {_shown(settings, done.entry.at_ms)}")
        return 0
    since = (
        "from the beginning"
        if not done.entry.at_ms
        else f"for posts that arrive from {_shown(settings, done.entry.effective_ms)} on"
    )
    print(f"{bundle.version}: published, {since}: {summary(bundle)}")
    for line in told(differences(known[-1][1], bundle)) if known else ():
        print(line)
    return 0


def _list(_options: argparse.Namespace, settings: Settings, bundle: Bundle) -> int:
    """List what has been published, oldest first, and how the settings compare."""
    with _redis(settings) as client:
        known = published_rules(client)
    for entry, one in known:
        print(f"{_shown(settings, entry.at_ms)}  {entry.version}  {summary(one)}")
    newest = known[-1][0].version if known else ""
    if not known:
        print(f"nothing has been published: a flow reads by the settings, {bundle.version}")
    elif newest == bundle.version:
        print("the settings are the newest version")
    else:
        print(f"the settings are {bundle.version}, not published: tingfeng rules publish")
    return 0


def _diff(options: argparse.Namespace, settings: Settings, bundle: Bundle) -> int:
    """Tell two versions apart; exit code 1 when they differ."""
    with _redis(settings) as client:
        known = published_rules(client)
    names = [*options.versions, *([] if options.versions else ["latest"]), SETTINGS][:2]
    before, after = (_named(name, known, bundle) for name in names)
    found = differences(before, after)
    for line in told(found):
        print(line)
    if not found:
        print(f"{before.version}: no difference")
    return 1 if found else 0


def _named(name: str, known: list[tuple[RulesEntry, Bundle]], bundle: Bundle) -> Bundle:
    """Return a published version by the beginning of its name, the newest one, or the settings."""
    if name == SETTINGS:
        return bundle
    found = [one for entry, one in known if entry.version.startswith(name) or name == "latest"]
    if not found:
        there = ", ".join(dict.fromkeys(entry.version for entry, _one in known[-5:]))
        hint = there or "tingfeng rules publish first"
        problem = Problem("(command line)", 1, "VERSION", "has not been published", name, hint)
        raise ConfigError([problem])
    return found[-1]


def told(found: list[Difference]) -> Iterator[str]:
    """Yield a line for each thing that is new, gone or changed."""
    for one in found:
        for name in one.added:
            yield f"+ {one.part}: {name}"
        for name in one.removed:
            yield f"- {one.part}: {name}"
        for name, fields in one.changed:
            shown = "; ".join(f"{key}: {_cut(old)} -> {_cut(new)}" for key, old, new in fields)
            yield f"~ {one.part}: {name}{f': {shown}' if shown else ''}"


def _cut(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    text = text or "(none)"
    return text if len(text) <= _VALUE else f"{text[:_VALUE]}…"


def _shown(settings: Settings, at_ms: int) -> str:
    if not at_ms:
        return "the beginning"
    return f"{datetime.fromtimestamp(at_ms / 1000, ZoneInfo(settings.timezone)):%Y-%m-%d %H:%M:%S}"

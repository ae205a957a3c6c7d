"""``tingfeng relabel``: what a post really is, said by a person."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

import orjson

from operators.model import GENERAL
from operators.relabel import POLARITIES, RELABEL, Counted, Label, Post, detail_of, labelled

if TYPE_CHECKING:
    from redis import Redis

    from flows.settings_schema import Settings
    from flows.store_reader import Reader

_POST: Final = """
SELECT platform, id, toUnixTimestamp64Milli(published_at), followers,
       if(seen = 1, likes + comments + reposts, 0), weight, late, history,
       subjects, crisis_types, polarity
FROM mentions FINAL
WHERE exercise = {exercise} AND platform = {{platform:String}} AND id = {{id:String}}
"""
_LABEL: Final = """
SELECT polarity, crisis_type, subject, noise FROM v_labels
WHERE exercise = {exercise} AND platform = {{platform:String}} AND id = {{id:String}}
"""


def relabel(options: argparse.Namespace, config: Path | None) -> int:
    """Look the post up, send the action, and say what it changes; returns the exit code."""
    from flows.settings import load_settings
    from flows.store_reader import connect_reading

    settings = load_settings(config)
    said = _said(options)
    with connect_reading(settings.store.dsn, settings.var) as reader:
        post, read = _look_up(reader, options)
        known = _known(reader, options)
        label = _over(known, said)
        before, after = labelled(read, known), labelled(read, label)
        _check(reader, after, said)
    if after == before:
        print(f"{post.platform}/{post.id}: is so already: {_shown(before)}")
        return 0
    body = {
        "kind": RELABEL,
        "actor": options.actor,
        "exercise": bool(options.exercise),
        "detail": detail_of(post, label, before, after),
    }
    entry = _send(settings, orjson.dumps(body))
    print(f"{post.platform}/{post.id}: {_shown(before)} -> {_shown(after)} ({entry})")
    return 0


def _said(options: argparse.Namespace) -> Label:
    """Return what the command line says of the post; raises `ConfigError` when nothing."""
    polarity = POLARITIES[options.polarity] if options.polarity else None
    label = Label(polarity, options.crisis_type or "", options.subject or "", options.noise)
    if label == Label():
        _refuse("--polarity", "nothing is said of the post", "", "--noise, or --subject ID")
    if label.noise and label != Label(noise=True):
        _refuse("--noise", "a post that is noise is nothing else", "", "--noise alone")
    return label


def _refuse(path: str, problem: str, got: str, hint: str) -> NoReturn:
    from operators.errors import ConfigError, Problem

    raise ConfigError([Problem("(command line)", 1, path, problem, got, hint)])


def _ask(reader: "Reader", sql: str, options: argparse.Namespace) -> list[tuple[Any, ...]]:
    platform, _, name = str(options.post).partition("/")
    asked = sql.format(exercise=int(options.exercise))
    return list(reader.query(asked, {"platform": platform, "id": name}).rows)


def _look_up(reader: "Reader", options: argparse.Namespace) -> tuple[Post, Counted]:
    """Return what the store knows of the post, as the model read it."""
    found = _ask(reader, _POST, options)
    if not found:
        _refuse("POST", "is not in the store", options.post, "PLATFORM/ID, as in v_mentions")
    platform, name, published, followers, engagement, weight, late, history, *now = found[0]
    subjects, kinds, polarity = now
    thousandths = round(float(weight) * 1000)
    post = Post(
        str(platform),
        str(name),
        int(published),
        int(followers),
        int(engagement),
        thousandths,
        bool(late),
        bool(history),
    )
    spoken = tuple(zip(map(str, subjects), map(str, kinds), strict=True))
    return post, Counted(spoken, int(polarity))


def _known(reader: "Reader", options: argparse.Namespace) -> Label:
    found = _ask(reader, _LABEL, options)
    if not found:
        return Label()
    polarity, kind, subject, noise = found[0]
    said = None if polarity is None else int(polarity)
    return Label(said, str(kind), str(subject), bool(noise))


def _over(known: Label, said: Label) -> Label:
    """Return an earlier label with what is said now in its place."""
    if said.noise:
        return said
    return Label(
        known.polarity if said.polarity is None else said.polarity,
        said.crisis_type or known.crisis_type,
        said.subject or known.subject,
    )


def _check(reader: "Reader", after: Counted, said: Label) -> None:
    """Refuse subjects and crisis types nobody knows; raises `ConfigError`."""
    industries = {
        str(subject): str(industry)
        for subject, industry in reader.query("SELECT subject, industry FROM v_subjects").rows
    }
    if said.subject and said.subject not in industries:
        hint = ", ".join(sorted(industries)[:10])
        _refuse("--subject", "is not watched", said.subject, hint)
    if not said.crisis_type or said.crisis_type == GENERAL:
        return
    if not after.spoken:
        problem = "the post speaks of nobody, so of no trouble"
        _refuse("--crisis-type", problem, said.crisis_type, "--subject ID as well")
    types = {
        (str(industry), str(kind))
        for industry, kind in reader.query("SELECT industry, crisis_type FROM v_crisis_types").rows
    }
    for subject, kind in after.spoken:
        industry = industries.get(subject, "")
        if (industry, kind) not in types:
            known = ", ".join(sorted(one for other, one in types if other == industry))
            problem = f"is no crisis type of {industry or subject}"
            _refuse("--crisis-type", problem, kind, known)


def _send(settings: "Settings", body: bytes) -> str:
    """Put the action into its stream; returns the id of the entry."""
    from flows.embedded_redis import connect, serving

    with serving(settings.redis.url, settings.var) as url:
        client = connect(url)
        try:
            entry = client.xadd("actions", {"action": body}, id=_next_id(client))
        finally:
            client.close()
    return cast("bytes", entry).decode()


def _next_id(client: "Redis") -> str:
    """Return the id of an action that happens now, as the streams count time."""
    from flows.stream_writer import READ, last_entry_id, parse_entry_id
    from flows.streams import read_meta

    meta = read_meta(client)
    if meta is None or meta.clock == "live":
        return "*"
    read = max((parse_entry_id(one).ms for one in client.hgetall(READ).values()), default=0)
    return str(last_entry_id(client, "actions").next(read))


def _shown(counted: Counted) -> str:
    tone = {value: name for name, value in POLARITIES.items()}[counted.polarity]
    spoken = ", ".join(f"{subject} {kind}" for subject, kind in counted.spoken)
    return f"{tone}, {spoken}" if spoken else f"{tone}, of nobody"

"""Drill scenarios from YAML: the script, the manners of writing and the phrases it names."""

import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, TypeVar

import msgspec
import yaml

from operators.drill.plan import slot_values
from operators.drill.scenario import Manners, Phrases, Scenario, Script
from operators.drill.templates import SlotError, Slots
from operators.errors import PackError, Problem

MANNERS: Final = "manners"
_PLACE: Final = re.compile(r"^(.*) - at `\$\.?(.*)`$", re.DOTALL)
_KEY: Final = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")

T = TypeVar("T")


def load_scenario(name: str = "demo", folder: Traversable | None = None) -> Scenario:
    """Read ``<name>.yaml`` and the files it names under ``phrases/``; raises PackError.

    Without ``folder`` the drills that come with the library are meant.
    """
    home = folder or files("playbooks") / "drills"
    script = read_file(home / f"{name}.yaml", Script)
    manners, phrases = read_phrases(script, home)
    scenario = Scenario(script, manners, phrases)
    check(scenario, home / f"{name}.yaml", home)
    return scenario


def read_phrases(script: Script, home: Traversable) -> tuple[Manners, dict[str, Phrases]]:
    """Read the files under ``phrases/`` that a script needs."""
    words = home / "phrases"
    manners = read_file(words / f"{MANNERS}.yaml", Manners)
    named = dict.fromkeys(
        [talk.phrases for talk in script.talk] + [burst.phrases for burst in script.bursts]
    )
    return manners, {topic: read_file(words / f"{topic}.yaml", Phrases) for topic in named}


def check(scenario: Scenario, source: Traversable, home: Traversable) -> None:
    """Refuse names and slots that nobody defines, all of them at once; raises PackError."""
    wrong = list(_wrong_names(scenario, source))
    problems = wrong or list(_wrong_words(scenario, home / "phrases"))
    if problems:
        raise PackError(problems)


def read_file(source: Traversable, kind: type[T]) -> T:
    """Decode one file; problems tell its line."""
    file = str(source)
    try:
        text = source.read_text(encoding="utf-8")
    except OSError as error:
        unread = Problem(file, 1, "file", "cannot be read", error.strerror or "")
        raise PackError([unread]) from error
    try:
        return msgspec.yaml.decode(text, type=kind)
    except msgspec.ValidationError as error:
        found = _PLACE.match(str(error))
        problem, path = (found[1], found[2]) if found else (str(error), "")
        line = _line(text, path)
        raise PackError([Problem(file, line, path or "file", problem)]) from error
    except msgspec.DecodeError as error:
        raise PackError([Problem(file, 1, "file", "not YAML", str(error))]) from error


def _line(text: str, path: str) -> int:
    """Line of the value at a path such as ``bursts[2].size``; of its parent when it is missing."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = 1
    for number, key in _KEY.findall(path):
        inner: yaml.Node | None = None
        if number and isinstance(node, yaml.SequenceNode):
            inner = node.value[int(number)]
        elif isinstance(node, yaml.MappingNode):
            inner = next((value for name, value in node.value if name.value == key), None)
        if inner is None:
            break
        node, line = inner, inner.start_mark.line + 1
    return line


def _wrong_words(scenario: Scenario, words: Traversable) -> Iterator[Problem]:
    """Templates whose slots nobody defines."""
    called = {talk.phrases: talk.subject for talk in scenario.script.talk}
    called |= {burst.phrases: burst.subject for burst in scenario.script.bursts}
    for topic, phrases in scenario.phrases.items():
        names = scenario.script.called.get(called[topic], ())
        slots = Slots(slot_values(scenario.manners.slots, phrases, names))
        file = words / f"{topic}.yaml"
        for path, template in _templates(phrases):
            try:
                slots.line(template)
            except SlotError as error:
                line = _line(file.read_text(encoding="utf-8"), path)
                hint = "define it under slots, or in manners.yaml"
                problem = "unknown slot, or one that contains itself"
                yield Problem(str(file), line, path, problem, error.slot, hint)


def _templates(phrases: Phrases) -> Iterator[tuple[str, str]]:
    for tone, register in phrases.tones.items():
        for platform, templates in register.items():
            for number, template in enumerate(templates):
                yield f"tones.{tone}.{platform}[{number}]", template
    for number, template in enumerate(phrases.copied):
        yield f"copied[{number}]", template


def _wrong_names(scenario: Scenario, source: Traversable) -> Iterator[Problem]:
    """Subjects, platforms and tones the script names but nobody defines."""
    script = scenario.script
    platforms = {item.id for item in script.platforms}
    subjects = {item.id for item in script.subjects}
    for number, burst in enumerate(script.bursts):
        path = f"bursts[{number}]"
        known = (
            {lead.platform for lead in burst.leads} | burst.platforms.keys() | burst.kinds.keys()
        )
        yield from _unknown(source, f"{path}.leads", "platform", known, platforms)
        yield from _unknown(source, f"{path}.subject", "subject", {burst.subject}, subjects)
        tones = scenario.phrases[burst.phrases].tones.keys()
        yield from _unknown(source, f"{path}.mix", "tone", burst.mix.keys(), tones)
    for number, talk in enumerate(script.talk):
        path = f"talk[{number}]"
        if talk.subject:
            yield from _unknown(source, f"{path}.subject", "subject", {talk.subject}, subjects)
        yield from _unknown(source, f"{path}.platforms", "platform", talk.platforms, platforms)
        tones = scenario.phrases[talk.phrases].tones.keys()
        yield from _unknown(source, f"{path}.mix", "tone", talk.mix, tones)
    silent = {script.dead_feed.platform}
    yield from _unknown(source, "dead_feed.platform", "platform", silent, platforms)


def _unknown(
    source: Traversable, path: str, what: str, used: Iterable[str], known: Iterable[str]
) -> Iterator[Problem]:
    text = source.read_text(encoding="utf-8")
    for name in sorted(set(used) - set(known)):
        problem = f"unknown {what}"
        yield Problem(str(source), _line(text, path), path, problem, name, ", ".join(sorted(known)))

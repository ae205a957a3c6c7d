"""Drills of the library (演练): short files about one subject, told in the world of the demo.

A drill takes platforms, manners, companies and their everyday talk from the demo and adds its own
bursts. Everything that arrives is marked as an exercise.
"""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from operators.drill.scenario import Burst, DeadFeed, Lead, Phrases, Scenario, Script, Talk
from operators.errors import PackError, Problem
from operators.model import Subject
from playbooks.drills.loader import check, read_file, read_phrases
from playbooks.reader import nearest

BASE: Final = "demo"
_OTHERS: Final = ("demo.yaml", "team.yaml")
_QUIET_DAYS: Final = 7


class DrillFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of ``<industry>_<crisis>.yaml``."""

    id: str
    title: str
    note: str
    industry: str
    bursts: Annotated[tuple[Burst, ...], Meta(min_length=1)]


def drill_names(folder: Traversable | None = None) -> list[str]:
    """List the drills there are, by file name."""
    home = folder or files("playbooks") / "drills"
    names = [entry.name for entry in home.iterdir() if entry.name.endswith(".yaml")]
    return sorted(name.removesuffix(".yaml") for name in names if name not in _OTHERS)


def example_team() -> str:
    """Return the text of the team file that goes with the drills; its people are fictional."""
    return (files("playbooks") / "drills" / "team.yaml").read_text(encoding="utf-8")


def load_drill(name: str, folder: Traversable | None = None) -> Scenario:
    """Read a drill; raises PackError with all problems."""
    home = folder or files("playbooks") / "drills"
    known = drill_names(folder)
    if name not in known:
        hint = nearest(name, known)
        raise PackError([Problem(str(home), 1, "drill", "there is no such drill", name, hint)])
    place = home / f"{name}.yaml"
    drill = read_file(place, DrillFile)
    problems = list(_unfit(drill, name, place))
    if problems:
        raise PackError(problems)
    base = read_file(home / f"{BASE}.yaml", Script)
    wanted = {burst.subject for burst in drill.bursts}
    script = msgspec.structs.replace(
        base,
        id=drill.id,
        title=drill.title,
        note=drill.note,
        quiet_days=_QUIET_DAYS,
        dead_feed=DeadFeed(base.dead_feed.platform, 0.0),
        subjects=tuple(one for one in base.subjects if one.id in wanted),
        talk=tuple(talk for talk in base.talk if talk.subject in wanted),
        bursts=drill.bursts,
        exercise=True,
    )
    manners, phrases = read_phrases(script, home)
    scenario = Scenario(script, manners, phrases)
    check(scenario, place, home)
    return scenario


def _unfit(drill: DrillFile, name: str, place: Traversable) -> Iterator[Problem]:
    """Yield what keeps a file from being a drill, besides what keeps it from being a scenario."""
    if drill.id != name:
        yield Problem(str(place), 1, "id", "is not the name of the file", drill.id, name)
    if len({burst.subject for burst in drill.bursts}) > 1:
        yield Problem(str(place), 1, "bursts", "are about several subjects", "", "one a drill")
    for number, burst in enumerate(drill.bursts):
        if burst.kind == "crisis" and burst.intended is None:
            path = f"bursts[{number}].intended"
            hint = "{playbook: …, level: moderate}"
            yield Problem(str(place), 1, path, "is missing", "", hint)


def about(scenario: Scenario, subject: Subject) -> Scenario:
    """Return the drill told of another company: its name stands wherever the first one's did."""
    before = scenario.script.subjects[0]
    names = sorted({before.name, *before.aliases}, key=len, reverse=True)

    def told(text: str) -> str:
        for name in names:
            text = text.replace(name, subject.name)
        return text

    def lead(one: Lead) -> Lead:
        return msgspec.structs.replace(
            one, author=told(one.author), title=told(one.title), text=told(one.text)
        )

    def burst(one: Burst) -> Burst:
        leads = tuple(lead(each) for each in one.leads)
        return msgspec.structs.replace(one, subject=subject.id, title=told(one.title), leads=leads)

    def talk(one: Talk) -> Talk:
        return msgspec.structs.replace(one, subject=subject.id)

    def phrases(one: Phrases) -> Phrases:
        plain: dict[str, Any] = msgspec.to_builtins(one)
        return msgspec.convert(_told(plain, told), Phrases)

    script = msgspec.structs.replace(
        scenario.script,
        subjects=(subject,),
        called={subject.id: (subject.name, subject.name, *subject.aliases)},
        bursts=tuple(burst(one) for one in scenario.script.bursts),
        talk=tuple(talk(one) for one in scenario.script.talk),
    )
    words = {topic: phrases(one) for topic, one in scenario.phrases.items()}
    return Scenario(script, scenario.manners, words)


def _told(value: Any, told: Any) -> Any:
    """Apply ``told`` to every text in builtin values; keys stay."""
    if isinstance(value, dict):
        return {key: _told(each, told) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_told(each, told) for each in value]
    return told(value) if isinstance(value, str) else value

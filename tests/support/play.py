"""Plays a scenario through the operators alone, in the order of the flow: no engine, no store."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from flows.plan import make_plan
from flows.settings_schema import RedisSettings, Settings, WindowSettings
from operators.control import FAR, read_actions
from operators.desk import Desk
from operators.drill import Scenario, generate
from operators.incident import Incident
from operators.library import PlaybookEntry, Recommended
from operators.reading import Entry
from operators.response import Response, course_of
from operators.tasks import BoardTask
from operators.track import Tracker
from operators.watch import Watch
from playbooks.schema import Pack, content_hash

_BATCH = 1000


@dataclass(slots=True)
class Played:
    """What came of it, the last state of each incident and task."""

    incidents: dict[str, Incident] = field(default_factory=dict)
    recommended: dict[str, list[Recommended]] = field(default_factory=dict)
    tasks: dict[str, BoardTask] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)


def play(scenario: Scenario, packs: Iterable[Pack], seed: int, end_ms: int) -> Played:
    """Run a scenario to its end on one partition and one shard."""
    stock = list(packs)
    settings = dataclasses.replace(
        Settings(),
        subjects=scenario.script.subjects,
        redis=RedisSettings(partitions=1),
        windows=WindowSettings(shards=1),
    )
    plan = make_plan(settings, stock)
    mentions: list[Entry] = []
    actions: list[Entry] = []
    for number, entry in enumerate(generate(scenario, seed, end_ms)):
        name = f"{entry.at_ms}-{number % 1000}".encode()
        body = orjson.dumps(entry.payload)
        if entry.stream == "actions":
            actions.append((name, (b"action", body)))
        else:
            mentions.append((name, (b"mention", body)))
    mentions.append((f"{end_ms}-999".encode(), (b"end", str(end_ms).encode())))
    reader, tracker = plan.reader(), Tracker(0, plan.track)
    watch, desk, room = Watch(plan.watch), Desk(0, plan.incident), Response()
    told, _refused = read_actions(actions)
    desk.told(told, FAR)
    room.told(told, FAR)
    room.playbooks(
        [
            PlaybookEntry(0, one.id, content_hash(one), one)
            for pack in stock
            for one in pack.playbooks
        ],
        FAR,
    )
    out = Played()
    for start in range(0, len(mentions), _BATCH):
        tracked = tracker.feed(reader.read(0, mentions[start : start + _BATCH]))
        desk.watched([watch.feed(list(tracked.pieces.values()))])
        done = desk.work(plan.register)
        out.incidents.update((one.incident_id, one) for one in done.incidents)
        out.outcomes += [one.outcome for one in done.outcomes]
        room.asked(done.cases)
        room.worked(0, desk.decided_ms, [course_of(one, plan.register) for one in done.incidents])
        answered = room.work(dataclasses.replace(plan.response, shards=1))
        for one in answered.recommended:
            out.recommended.setdefault(one.case.incident_id, []).append(one)
        out.tasks.update((task.item.id, task) for task in answered.board.tasks)
    return out

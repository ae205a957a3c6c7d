"""The stream of a drill: everything that arrives, in order of arrival."""

import heapq
from collections.abc import Iterator
from random import Random
from typing import Literal, NamedTuple

from operators.drill.crowd import Crowd, Payload, shown
from operators.drill.plan import Plan
from operators.drill.scenario import Scenario
from operators.drill.templates import Slots
from operators.drill.voices import World
from operators.drill.wording import Pen
from operators.model import HOUR, MINUTE, SECOND


class Entry(NamedTuple):
    """One entry of a Redis stream: ``at_ms`` is its arrival, ``payload`` its JSON object."""

    at_ms: int
    stream: Literal["mentions", "actions"]
    payload: Payload


def generate(scenario: Scenario, seed: int, end_ms: int) -> Iterator[Entry]:
    """Tell the scenario: its entries in order of arrival, all before ``end_ms``.

    The same scenario, seed and end give the same entries. Payloads are in wire format; authors
    are shared between payloads, so do not change one.
    """
    script = scenario.script
    rng = Random(f"{script.id}:{seed}:words")
    slots = Slots(scenario.manners.slots)
    crowd = Crowd(script.platforms, scenario.manners, slots, rng)
    pen = Pen(scenario.manners, slots)
    world = World(script.platforms, crowd, scenario.manners.slots["place"], rng)
    plan = Plan(scenario, world, pen, end_ms, Random(f"{script.id}:{seed}:times"))
    for talk in script.talk:
        plan.talk(talk)
    for burst in script.bursts:
        plan.burst(burst)
    again = _Sightings(scenario, world, rng)
    mark = {"exercise": True} if script.exercise else {}
    dead, dead_from = script.dead_feed.platform, end_ms - int(script.dead_feed.hours * HOUR)

    def alive(at_ms: int, payload: Payload) -> bool:
        return payload["platform"] != dead or at_ms < dead_from

    for item in sorted(plan.items):
        for at_ms, payload in again.until(item.at_ms):
            if alive(at_ms, payload):
                yield Entry(at_ms, "mentions", payload)
        if isinstance(item.told, dict):
            yield Entry(item.at_ms, "actions", item.told)
        elif item.voices:
            payload = item.voices.tell(item.published_ms, item.at_ms, item.told)
            payload.update(mark)
            again.consider(item.at_ms, payload)
            payload["counts"] = shown(payload["counts"], payload["platform"])
            if alive(item.at_ms, payload):
                yield Entry(item.at_ms, "mentions", payload)
    for at_ms, payload in again.until(end_ms - 1):
        if alive(at_ms, payload):
            yield Entry(at_ms, "mentions", payload)


class _Sightings:
    """Mentions that come a second time: as they were, with grown counts, or deleted."""

    def __init__(self, scenario: Scenario, world: World, rng: Random) -> None:
        delivery = scenario.script.delivery
        self._duplicate = delivery.duplicate
        self._again = self._duplicate + delivery.again
        self._deleted = self._again + delivery.deleted
        self._world = world
        self._rng = rng
        self._waiting: list[tuple[int, int, Payload]] = []
        self._number = 0

    def consider(self, at_ms: int, payload: Payload) -> None:
        """Decide whether a mention will come again; its counts are still plain numbers."""
        fate = self._rng.random()
        if fate >= self._deleted:
            return
        wait = self._rng.random()
        if fate < self._duplicate:
            self._later(at_ms + int(SECOND + 9 * MINUTE * wait), payload)
            return
        second_ms = at_ms + int((8 + 150 * wait) * MINUTE)
        platform = payload["platform"]
        grown = self._world.counts.grown(payload["counts"], self._rng)
        stamp = self._world.platforms[platform].stamp
        second = {
            **payload,
            "counts": shown(grown, platform),
            "collected_at": self._world.clock.write(second_ms - SECOND, stamp),
        }
        if fate >= self._again:
            second["deleted"] = True
        self._later(second_ms, second)

    def until(self, at_ms: int) -> Iterator[tuple[int, Payload]]:
        """Take out what comes again up to an instant, in order."""
        while self._waiting and self._waiting[0][0] <= at_ms:
            due, _, payload = heapq.heappop(self._waiting)
            yield due, payload

    def _later(self, at_ms: int, payload: Payload) -> None:
        self._number += 1
        heapq.heappush(self._waiting, (at_ms, self._number, payload))

"""What will arrive and when, before a word of it is written."""

from collections.abc import Mapping
from itertools import accumulate
from random import Random
from typing import Final, NamedTuple

from operators.drill.crowd import Payload
from operators.drill.onsets import curve, place, rhythm_weights
from operators.drill.scenario import Burst, Lead, Phrases, Scenario, Step, Talk
from operators.drill.templates import Slots
from operators.drill.voices import Voices, World
from operators.drill.wording import Pen, Teller
from operators.model import DAY, HOUR, MINUTE, SECOND

REACTION: Final = 0.85
"""What follows a burst comes at the latest when this share of the time to the end has passed."""

MANNERS: Final = {
    "talk": {"negative": "everyday", "neutral": "everyday", "positive": "everyday"},
    "decoy": {"negative": "negative", "neutral": "everyday", "positive": "positive"},
    "crisis": {"negative": "negative", "neutral": "neutral", "positive": "mocking"},
    "scare": {"negative": "negative", "neutral": "neutral", "positive": "mocking"},
}
"""Manner in which each mood is talked in, by what is going on."""

LEAD_DELAY: Final = 4 * SECOND


class Planned(NamedTuple):
    """Something that will arrive; ``number`` orders what arrives in the same millisecond.

    ``told`` is a lead or an action; without it any mention of ``voices`` is meant.
    """

    at_ms: int
    number: int
    published_ms: int
    voices: Voices | None
    told: Lead | Payload | None


class Plan:
    """Collects everything that arrives before the end, with the delays of the way here."""

    def __init__(
        self, scenario: Scenario, world: World, pen: Pen, end_ms: int, rng: Random
    ) -> None:
        self.items: list[Planned] = []
        self._script = scenario.script
        self._phrases = scenario.phrases
        self._slots = scenario.manners.slots
        self._world = world
        self._pen = pen
        self._end_ms = end_ms
        self._rng = rng
        self._shares = {item.id: item.share for item in self._script.platforms}

    def talk(self, talk: Talk) -> None:
        """Plan everyday talk on all days, with the rhythm of the day."""
        voices = self._voices(talk.phrases, talk.subject, talk.mix, talk.platforms)
        days = self._script.quiet_days
        for day in range(days, -1, -1):
            start = self._end_ms - (day + 1) * DAY
            weights = rhythm_weights(self._script.rhythm, start)
            self._spread(voices, start, weights, talk.quiet if day else talk.last)

    def burst(self, burst: Burst) -> None:
        """Plan a crisis, decoy or scare: its leads, its mentions, what people do about it."""
        onset = place(burst.clocks, burst.tail, self._end_ms)
        voices = self._voices(
            burst.phrases, burst.subject, burst.mix, burst.platforms, burst=burst, onset=onset
        )
        for number, lead in enumerate(burst.leads):
            published = reaction(onset, lead.after, self._end_ms) + number * SECOND
            self._add(published + LEAD_DELAY, published, voices, lead)
        weights, count = curve(burst, onset, self._end_ms)
        self._spread(voices, onset, weights, count)
        for number, step in enumerate(burst.actions):
            at_ms = reaction(onset, step.after, self._end_ms) + number * SECOND
            self._add(at_ms, at_ms, None, _action(burst, step, self._script.exercise))

    def _voices(
        self,
        topic: str,
        subject: str,
        mix: Mapping[str, float],
        platforms: Mapping[str, float],
        *,
        burst: Burst | None = None,
        onset: int = 0,
    ) -> Voices:
        phrases = self._phrases[topic]
        kind = burst.kind if burst else "talk"
        slots = Slots(slot_values(self._slots, phrases, self._script.called.get(subject, ())))
        return Voices(
            self._world,
            Teller(phrases, self._script.platforms, self._pen, slots, MANNERS[kind]),
            mix,
            {**self._shares, **platforms},
            burst.kinds if burst else {},
            wordless=burst.wordless if burst else 0.3,
            copies=burst.copies if burst else 0.0,
            response_ms=reaction(onset, burst.response_after, self._end_ms) if burst else 0,
        )

    def _spread(self, voices: Voices, start: int, weights: list[float], count: int) -> None:
        """Plan ``count`` mentions over the minutes from ``start`` by their weights."""
        rnd = self._rng.random
        least, most = self._script.delivery.delay
        history = self._script.delivery.history
        late = history + self._script.delivery.late
        minutes = self._rng.choices(
            range(len(weights)), cum_weights=list(accumulate(weights)), k=count
        )
        for minute in minutes:
            published = start + minute * MINUTE + int(rnd() * MINUTE)
            arrival = published + int((least + (most - least) * rnd() ** 2) * SECOND)
            fate = rnd()
            if fate < history:
                arrival = published + int((6.01 + 34 * rnd()) * HOUR)
            elif fate < late:
                arrival = published + int((2 + 88 * rnd() ** 2) * MINUTE)
            self._add(arrival, published, voices, None)

    def _add(
        self, at_ms: int, published: int, voices: Voices | None, told: Lead | Payload | None
    ) -> None:
        if at_ms < self._end_ms:
            self.items.append(Planned(at_ms, len(self.items), published, voices, told))


def reaction(onset_ms: int, after: float, end_ms: int) -> int:
    """When something that follows ``after`` so many minutes happens: in time to be seen."""
    return onset_ms + int(min(after * MINUTE, REACTION * (end_ms - onset_ms)))


def slot_values(
    shared: Mapping[str, tuple[str, ...]], phrases: Phrases, called: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """All slots a topic's templates may name; ``co`` is what the company is called."""
    return {**shared, **phrases.slots, "co": called}


def _action(burst: Burst, step: Step, exercise: bool) -> Payload:
    return {
        "incident": "",
        "kind": step.kind,
        "actor": step.actor,
        "subject": burst.subject,
        "crisis_type": burst.crisis_type,
        "exercise": exercise,
        "detail": dict(step.detail),
    }

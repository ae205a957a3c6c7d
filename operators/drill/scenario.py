"""What a drill is made of: platforms, subjects, everyday talk, bursts and the words for them.

Shares are relative weights. Clocks are local ("HH:MM" in China), spans are minutes, volumes are
mentions. Phrases are templates: ``{slot}`` is replaced by one of the slot's values, ``{3..50}`` by
a number in the range, ``{#6}`` by six digits, ``{part_of_day}`` by what the hour is called,
``{=slot}`` by what ``{slot}`` first became in the same template. ``||`` parts title from text.
"""

from typing import Literal

import msgspec

from operators.model import Subject

Register = dict[str, tuple[str, ...]]
"""Phrases by platform id; ``common`` holds those that any informal platform may use."""

Stamp = Literal["rfc3339", "naive", "seconds", "milliseconds"]
Shape = Literal["sudden", "ramp", "influencer", "rumour", "night", "campaign", "wire", "scare"]
BurstKind = Literal["crisis", "decoy", "scare"]


class Platform(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place where people write, and how its crawler states times (``stamp``).

    A ``formal`` platform only carries phrases written for it; another one also those for all that
    are at most ``longest`` characters long.
    """

    id: str
    name: str
    share: float
    stamp: Stamp
    kinds: dict[str, float]
    formal: bool = False
    longest: int = 400
    authors: int = 1000


class Delivery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How mentions reach us: usual delay in seconds (least, most) and shares of what goes wrong.

    Late ones take 2 to 90 minutes, history 6 to 40 hours. Duplicates come a second time as they
    are, ``again`` with grown counts, ``deleted`` with the mark that the post is gone.
    """

    delay: tuple[float, float]
    late: float
    history: float
    duplicate: float
    again: float
    deleted: float


class DeadFeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The platform whose feed falls silent, and for how long before the end."""

    platform: str
    hours: float


class Lead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A post that is always there, ``after`` so many minutes; others repost and answer it."""

    after: float
    platform: str
    author: str
    followers: int
    text: str
    kind: str = "post"
    title: str = ""
    verified: bool = True


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A human action on the burst's incident, ``after`` so many minutes from onset."""

    after: float
    kind: str
    actor: str
    detail: dict[str, str] = {}


class Intended(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a drill is passed by: the playbook given first, the level reached, found in time."""

    playbook: str
    level: Literal["minor", "moderate", "severe"]
    within: float = 30.0


class Burst(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happens on the last day: a crisis, a decoy or a scare.

    The onset is the first of ``clocks`` that lies in the last day with ``tail`` minutes left.
    ``mix`` weighs the tones of the phrases; tones that start with ``response`` are used only
    ``response_after`` minutes from onset. ``copies`` is the share of mentions that repeat one of
    the copied texts, ``wordless`` that of reposts without words. ``intended`` is what a drill
    is judged by.
    """

    id: str
    kind: BurstKind
    subject: str
    crisis_type: str
    title: str
    shape: Shape
    size: int
    clocks: tuple[str, ...]
    tail: int
    phrases: str
    mix: dict[str, float]
    response_after: float = 60.0
    copies: float = 0.0
    wordless: float = 0.3
    platforms: dict[str, float] = {}
    kinds: dict[str, dict[str, float]] = {}
    leads: tuple[Lead, ...] = ()
    actions: tuple[Step, ...] = ()
    intended: Intended | None = None


class Talk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everyday talk, about ``subject`` or about no monitored company when it is empty."""

    phrases: str
    quiet: int
    last: int
    mix: dict[str, float]
    subject: str = ""
    platforms: dict[str, float] = {}


class Phrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words for one topic: tone -> platform -> templates, and texts that get copied."""

    tones: dict[str, Register]
    slots: dict[str, tuple[str, ...]] = {}
    copied: tuple[str, ...] = ()


class DayPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the hours before ``until`` (and after the part before) are called."""

    until: int
    words: tuple[str, ...]


class Manners(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How people write whatever they write about.

    Openers, closers and repost words are kept by manner: negative, neutral, positive, mocking (the
    cheerful in a crisis) and everyday (when nothing is the matter); emoji by mood.
    """

    slots: dict[str, tuple[str, ...]]
    day_parts: tuple[DayPart, ...]
    names: dict[str, tuple[str, ...]]
    openers: dict[str, tuple[str, ...]]
    closers: dict[str, tuple[str, ...]]
    emoji: dict[str, dict[str, tuple[str, ...]]]
    typos: tuple[tuple[str, str], ...]
    repost_words: dict[str, tuple[str, ...]]
    copy_prefixes: tuple[str, ...]
    copy_suffixes: tuple[str, ...]
    copy_swaps: tuple[tuple[str, str], ...]


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The scenario as its own file states it, without the phrase files."""

    id: str
    title: str
    note: str
    quiet_days: int
    rhythm: tuple[float, ...]
    platforms: tuple[Platform, ...]
    delivery: Delivery
    dead_feed: DeadFeed
    subjects: tuple[Subject, ...]
    called: dict[str, tuple[str, ...]]
    talk: tuple[Talk, ...]
    bursts: tuple[Burst, ...]
    exercise: bool = False
    """Whether everything that arrives is marked as a drill."""


class Scenario(msgspec.Struct, frozen=True):
    """A scenario with all its words, ready to be generated from."""

    script: Script
    manners: Manners
    phrases: dict[str, Phrases]

    def subjects(self) -> tuple[Subject, ...]:
        """Return the companies the scenario is about."""
        return self.script.subjects

    def thinning(self) -> float:
        """Return how many times fewer mentions a quiet day has than the last day.

        The talk about the subjects is equally dense on all days; only the talk about nobody in
        particular and the bursts make the last day larger.
        """
        quiet = sum(talk.quiet for talk in self.script.talk)
        last = sum(talk.last for talk in self.script.talk)
        last += sum(burst.size for burst in self.script.bursts)
        return last / quiet


def mood_of(tone: str) -> str:
    """Return the mood a tone is written in: negative, neutral or positive."""
    if tone.startswith(("grumble", "trouble")) or tone.endswith("negative"):
        return "negative"
    return "positive" if tone.endswith("positive") else "neutral"

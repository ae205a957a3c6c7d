"""From compiled phrases to posts: ways of talking, typos, emoji and punctuation habits."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Final, TypeVar

from operators.drill.crowd import Payload
from operators.drill.scenario import Manners, Phrases, Platform, mood_of
from operators.drill.templates import DAY_MARK, Line, Slots

TITLE_MARK: Final = "||"
COMMON: Final = "common"
OWN_WEIGHT: Final = 2
"""A phrase written for the platform is used this many times as often as one for all."""

LONGEST: Final = 400
"""Characters a text has at most."""

T = TypeVar("T")

_Pool = tuple[tuple[Line, bool], ...]
"""Lines, and whether each is written for all platforms."""


class Pen:
    """Habits of writing, shared by all topics."""

    def __init__(self, manners: Manners, slots: Slots) -> None:
        self._openers = _lines(manners.openers, slots)
        self._closers = _lines(manners.closers, slots)
        self._words = _lines(manners.repost_words, slots)
        self._emoji = manners.emoji
        self._typos = manners.typos
        self._prefixes = manners.copy_prefixes
        self._suffixes = manners.copy_suffixes
        self._swaps = manners.copy_swaps
        self._hours: list[tuple[str, ...]] = []
        for part in manners.day_parts:
            self._hours += [part.words] * (part.until - len(self._hours))

    def hour(self, text: str, hour: int, rng: Random) -> str:
        """Name the time of day where the text asks for it."""
        if DAY_MARK not in text:
            return text
        words = self._hours[hour]
        return text.replace(DAY_MARK, words[int(rng.random() * len(words))])

    def dress(self, text: str, manner: str, rng: Random) -> str:
        """Put a few words before or after what is said, as talkers do."""
        rnd = rng.random()
        if rnd < 0.13:
            return _pick(self._openers[manner], rng).say(rng) + text
        if rnd < 0.30:
            glue = "" if text.endswith(("。", "！", "？", "…", "~", "]", "～")) else "，"
            return text + glue + _pick(self._closers[manner], rng).say(rng)
        return text

    def finish(self, text: str, platform: str, mood: str, rng: Random) -> str:
        """Punctuation, typos and emoji of somebody who types on a phone."""
        rnd = rng.random()
        if text.endswith("。"):
            if rnd < 0.62:
                text = text[:-1]
            elif rnd < 0.70:
                text = text[:-1] + ("！！！" if mood == "negative" else "~")
            elif rnd < 0.76:
                text = text[:-1] + "。。。"
        if rnd > 0.93:
            text = text.replace("，", " ")
        if rng.random() < 0.07:
            text = self.mistype(text, rng)
        faces = self._emoji.get(platform)
        if faces and not text.endswith("]") and rng.random() < 0.26:
            face = _pick(faces[mood], rng)
            text += face * (3 if rng.random() < 0.12 else 1)
        return text

    def mistype(self, text: str, rng: Random) -> str:
        """Make the first typo that fits, trying them from a random one on."""
        count = len(self._typos)
        start = int(rng.random() * count)
        for step in range(count):
            right, wrong = self._typos[(start + step) % count]
            if right in text:
                return text.replace(right, wrong, 1)
        return text

    def copy(self, text: str, rng: Random) -> str:
        """Repeat a text as copiers do: nearly word for word."""
        if rng.random() < 0.45:
            text = _pick(self._prefixes, rng) + text
        if rng.random() < 0.45:
            text += _pick(self._suffixes, rng)
        for old, new in self._swaps:
            if rng.random() < 0.25:
                text = text.replace(old, new, 1)
        return text[:LONGEST]

    def chain(self, manner: str, root_author: str, root_text: str, via: str, rng: Random) -> str:
        """Words of one who reposts, before the words of those reposted."""
        text = _pick(self._words[manner], rng).say(rng)
        if via:
            text += f"//@{via}:{_pick(self._words[manner], rng).say(rng)}"
        return f"{text}//@{root_author}:{root_text}"[:LONGEST]


class Teller:
    """Writes posts on one topic, in the tone and for the platform asked for.

    ``manners`` says in which manner each mood is talked in: see Manners.
    """

    def __init__(
        self,
        phrases: Phrases,
        platforms: Sequence[Platform],
        pen: Pen,
        slots: Slots,
        manners: Mapping[str, str],
    ) -> None:
        self._pen = pen
        self._manners = manners
        self._copied = tuple(slots.line(text) for text in phrases.copied)
        self._formal = frozenset(item.id for item in platforms if item.formal)
        self._pools: dict[tuple[str, str], _Pool] = {}
        self._replies: dict[tuple[str, str], _Pool] = {}
        for tone, register in phrases.tones.items():
            shared = [(len(text), (slots.line(text), True)) for text in register.get(COMMON, ())]
            for platform in platforms:
                texts = register.get(platform.id, ())
                own = [(slots.line(text), False) for text in texts]
                brief = [(slots.line(text), False) for text in texts if not _is_long(text)]
                fit = [] if platform.formal else [x for n, x in shared if n <= platform.longest]
                if pool := tuple(own * OWN_WEIGHT + fit):
                    self._pools[tone, platform.id] = pool
                    self._replies[tone, platform.id] = tuple(brief * OWN_WEIGHT + fit) or pool

    def can(self, tone: str, platform: str) -> bool:
        """Whether there are words of this tone for the platform."""
        return (tone, platform) in self._pools

    def write(
        self, tone: str, platform: str, hour: int, rng: Random, *, reply: bool = False
    ) -> tuple[str, str]:
        """Return title (mostly empty) and text of a post, or of a reply to one."""
        pools = self._replies if reply else self._pools
        line, shared = _pick(pools[tone, platform], rng)
        title, mark, text = line.say(rng).partition(TITLE_MARK)
        if not mark:
            title, text = "", title
        if platform not in self._formal:
            mood = mood_of(tone)
            if shared:
                text = self._pen.dress(text, self._manners[mood], rng)
            text = self._pen.finish(text, platform, mood, rng)
        return title, self._pen.hour(text, hour, rng)[:LONGEST]

    def quote(self, tone: str, root: Payload, via: str, rng: Random) -> str:
        """Write what somebody adds to a post when passing it on, followed by that post."""
        manner = self._manners[mood_of(tone)]
        return self._pen.chain(manner, root["author"]["name"], root["text"], via, rng)

    def copies(self, platform: str) -> bool:
        """Whether people of the platform repeat a copied text of this topic."""
        return bool(self._copied) and platform not in self._formal

    def repeat(self, hour: int, rng: Random) -> str:
        """Return the text of a post that copies one of the topic's copied texts."""
        text = self._pen.copy(_pick(self._copied, rng).say(rng), rng)
        return self._pen.hour(text, hour, rng)


def _lines(templates: dict[str, tuple[str, ...]], slots: Slots) -> dict[str, tuple[Line, ...]]:
    return {mood: tuple(slots.line(text) for text in texts) for mood, texts in templates.items()}


def _is_long(template: str) -> bool:
    """Tell whether a template is a post of its own rather than something one answers."""
    return TITLE_MARK in template or "\n" in template


def _pick(values: tuple[T, ...], rng: Random) -> T:
    return values[int(rng.random() * len(values))]

"""Incidents of different subjects that are one story: an industry in trouble (关联事件).

Subjects live in different shards, so each desk sends a brief of its open incidents at every bin,
and how far it has decided. Briefs are compared in the order of their minutes, once every desk has
passed them: the same links come out however the desks run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from operators.model import DAY, GENERAL, HOUR

SAME_STORY: Final = "story"
SAME_TROUBLE: Final = "trouble"
_LEAST_SHARED: Final = 3
_KEPT_MS: Final = DAY


@dataclass(frozen=True, slots=True)
class Brief:
    """What other desks need to know of an incident at ``at_ms``; ``posts`` are its heaviest."""

    exercise: bool
    subject: str
    subject_name: str
    industry: str
    crisis_type: str
    type_name: str
    incident_id: str
    at_ms: int
    detected_ms: int
    posts: frozenset[str] = frozenset()
    story: int = 0
    """The story most of its negative posts tell; 0 when not known."""


@dataclass(frozen=True, slots=True)
class Link:
    """``brief`` is related to ``other``; found at ``at_ms``; ``posts`` are those both share."""

    brief: Brief
    other: Brief
    kind: str
    at_ms: int
    cause: str
    posts: tuple[str, ...] = ()


def same_story(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    """Return the posts both share when they are the same dominant posts, else nothing."""
    one, two = set(first), set(second)
    shared = one & two
    enough = max(_LEAST_SHARED, min(len(one), len(two)) / 2)
    return tuple(sorted(shared)) if len(shared) >= enough else ()


class Linker:
    """Compares the briefs of all desks; state of one key."""

    def __init__(self, shards: int, within_ms: int = 6 * HOUR) -> None:
        self._shards = shards
        self._within_ms = within_ms
        self._until: dict[int, int] = {}
        self._waiting: list[Brief] = []
        self._known: dict[str, Brief] = {}
        self._linked: dict[tuple[str, str], int] = {}

    def take(self, shard: int, until_ms: int, briefs: Iterable[Brief]) -> list[Link]:
        """Take in what a desk decided up to ``until_ms``; return the links that were found."""
        self._until[shard] = max(until_ms, self._until.get(shard, 0))
        self._waiting += briefs
        if len(self._until) < self._shards:
            return []
        until = min(self._until.values())
        due = [brief for brief in self._waiting if brief.at_ms <= until]
        if not due:
            return []
        self._waiting = [brief for brief in self._waiting if brief.at_ms > until]
        found: list[Link] = []
        for brief in sorted(due, key=lambda one: (one.at_ms, one.incident_id)):
            self._forget(brief.at_ms)
            self._known[brief.incident_id] = brief
            for _name, other in sorted(self._known.items()):
                found += self._compare(brief, other)
        return found

    def _forget(self, now: int) -> None:
        old = [name for name, one in self._known.items() if now - one.at_ms > _KEPT_MS]
        for name in old:
            del self._known[name]
        self._linked = {
            pair: at for pair, at in self._linked.items() if self._known.keys() & set(pair)
        }

    def _compare(self, brief: Brief, other: Brief) -> list[Link]:
        first, second = sorted((brief.incident_id, other.incident_id))
        if (
            brief.subject == other.subject
            or brief.exercise != other.exercise
            or (first, second) in self._linked
        ):
            return []
        shared = same_story(brief.posts, other.posts)
        story = bool(shared) or (brief.story != 0 and brief.story == other.story)
        trouble = (
            GENERAL != brief.crisis_type == other.crisis_type
            and brief.industry == other.industry != ""
            and abs(brief.detected_ms - other.detected_ms) <= self._within_ms
        )
        if not story and not trouble:
            return []
        at = max(brief.at_ms, other.at_ms)
        self._linked[first, second] = at
        kind = SAME_STORY if story else SAME_TROUBLE
        return [
            Link(one, two, kind, at, self._cause(one, two, kind, len(shared)), shared)
            for one, two in ((brief, other), (other, brief))
        ]

    def _cause(self, brief: Brief, other: Brief, kind: str, shared: int) -> str:
        whom = f"{other.subject_name}的事件 {other.incident_id}（{other.type_name}）"
        if kind == SAME_STORY:
            proof = f"有 {shared} 条相同的主要帖文" if shared else "主要内容为同一报道"
            return f"与{whom}{proof}，可能是同一事情"
        hours = abs(brief.detected_ms - other.detected_ms) / HOUR
        return f"与{whom}同属一个行业、类型相同，发现时间相差 {hours:.1f} 小时，可能是行业性事件"

"""One topic's mentions: who says what where, what answers what, and how times are written."""

from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Final

from operators.drill.crowd import Counts, Crowd, Payload, mention_id, wheel
from operators.drill.onsets import CHINA
from operators.drill.scenario import Lead, Platform, Stamp, mood_of
from operators.drill.wording import Teller
from operators.model import HOUR, MINUTE, SECOND

REMEMBERED: Final = 400
"""Posts of a topic that can still be reposted or answered."""

FAMOUS: Final = 0.62
"""Share of reposts and answers that go to a lead when the platform has one."""

PLACED: Final = 0.55
"""Share of posts that state where they come from."""


class Clockwork:
    """Writes instants as crawlers do, remembering the minute written last."""

    def __init__(self) -> None:
        self._minutes: dict[int, str] = {}

    def write(self, at_ms: int, stamp: Stamp) -> str | int:
        """RFC 3339 with offset, naive local time, seconds or milliseconds."""
        if stamp == "milliseconds":
            return at_ms
        if stamp == "seconds":
            return at_ms // SECOND
        minute, rest = divmod(at_ms, MINUTE)
        text = self._minutes.get(minute)
        if text is None:
            if len(self._minutes) > REMEMBERED:
                self._minutes.clear()
            local = datetime.fromtimestamp((minute * MINUTE + CHINA) // SECOND, tz=UTC)
            text = self._minutes[minute] = local.strftime("%Y-%m-%dT%H:%M")
        if stamp == "naive":
            return f"{text[:10]} {text[11:]}:{rest // SECOND:02d}"
        return f"{text}:{rest // SECOND:02d}+08:00"


class World:
    """What all topics share: people, platforms, habits of writing, and the next free id."""

    def __init__(
        self,
        platforms: tuple[Platform, ...],
        crowd: Crowd,
        places: tuple[str, ...],
        rng: Random,
    ) -> None:
        self.platforms = {item.id: item for item in platforms}
        self.crowd = crowd
        self.places = places
        self.rng = rng
        self.counts = Counts(rng)
        self.clock = Clockwork()
        self._number = 0

    def next_id(self, platform: str) -> str:
        """Return an id not given before."""
        self._number += 1
        return mention_id(platform, self._number)


class Voices:
    """Everything that is said on one topic."""

    def __init__(
        self,
        world: World,
        teller: Teller,
        mix: Mapping[str, float],
        shares: Mapping[str, float],
        kinds: Mapping[str, Mapping[str, float]],
        *,
        wordless: float,
        copies: float,
        response_ms: int,
    ) -> None:
        self._world = world
        self._teller = teller
        self._wordless = wordless
        self._copies = copies
        self._response_ms = response_ms
        self._tones = wheel(mix)
        self._early = wheel(
            {tone: share for tone, share in mix.items() if not tone.startswith("response")}
        )
        self._where = {
            tone: wheel({name: share for name, share in shares.items() if teller.can(tone, name)})
            for tone in mix
        }
        self._kinds = {
            name: wheel(kinds.get(name, item.kinds), 100) for name, item in world.platforms.items()
        }
        self._roots: dict[str, list[tuple[int, Payload]]] = {name: [] for name in world.platforms}
        self._leads: dict[str, list[tuple[int, Payload]]] = {name: [] for name in world.platforms}
        self._replies: dict[str, str] = {}

    def tell(self, published: int, arrival: int, lead: Lead | None = None) -> Payload:
        """Make a mention published and arriving at these instants: the lead, or any other."""
        if lead is None:
            return self._any(published, arrival)
        return self._lead(lead, published, arrival)

    def _lead(self, lead: Lead, published: int, arrival: int) -> Payload:
        author = self._world.crowd.known(lead.platform, lead.author, lead.followers, lead.verified)
        payload = self._payload(lead.platform, lead.kind, author, published, arrival)
        if lead.title:
            payload["title"] = lead.title
        payload["text"] = lead.text.strip()
        self._leads[lead.platform].append((published, payload))
        return payload

    def _any(self, published: int, arrival: int) -> Payload:
        rng = self._world.rng
        rnd = rng.random
        tones = self._tones if published >= self._response_ms else self._early
        tone = tones[int(rnd() * len(tones))]
        where = self._where[tone]
        platform = where[int(rnd() * len(where))]
        kinds = self._kinds[platform]
        kind = kinds[int(rnd() * len(kinds))]
        author = self._world.crowd.someone(platform, rng)
        root = self._root(platform, published) if kind in {"repost", "comment"} else None
        if root is None and kind in {"repost", "comment"}:
            kind = "post"
        payload = self._payload(platform, kind, author, published, arrival)
        if root is not None and kind == "repost":
            self._repost(payload, root, tone)
            return payload
        hour = (published + CHINA) // HOUR % 24
        title = ""
        if root is None and rnd() < self._copies and self._copied_in(tone, platform):
            text = self._teller.repeat(hour, rng)
        else:
            title, text = self._teller.write(tone, platform, hour, rng, reply=root is not None)
        if title:
            payload["title"] = title
        payload["text"] = text
        if root is not None:
            self._answer(payload, root)
        else:
            roots = self._roots[platform]
            roots.append((published, payload))
            if len(roots) > REMEMBERED:
                del roots[: REMEMBERED // 2]
        return payload

    def _copied_in(self, tone: str, platform: str) -> bool:
        return mood_of(tone) == "negative" and self._teller.copies(platform)

    def _root(self, platform: str, published: int) -> Payload | None:
        """Choose a post to repost or answer; none when it was not yet written."""
        rnd = self._world.rng.random
        known = self._leads[platform]
        if not known or rnd() >= FAMOUS:
            known = self._roots[platform] or known
        if not known:
            return None
        written, root = known[int(rnd() * len(known))]
        return root if written < published else None

    def _repost(self, payload: Payload, root: Payload, tone: str) -> None:
        world = self._world
        rnd = world.rng.random
        payload["root_id"] = payload["parent_id"] = root["id"]
        if rnd() < self._wordless:
            payload["text"] = "转发微博" if rnd() < 0.1 else ""
            return
        via = ""
        if rnd() < 0.25:
            via = world.crowd.someone(payload["platform"], world.rng)["name"]
        payload["text"] = self._teller.quote(tone, root, via, world.rng)

    def _answer(self, payload: Payload, root: Payload) -> None:
        payload["root_id"] = payload["parent_id"] = root["id"]
        earlier = self._replies.get(root["id"])
        if earlier and self._world.rng.random() < 0.3:
            payload["parent_id"] = earlier
        if len(self._replies) > REMEMBERED:
            self._replies.clear()
        self._replies[root["id"]] = payload["id"]

    def _payload(
        self, platform: str, kind: str, author: Payload, published: int, arrival: int
    ) -> Payload:
        world = self._world
        rnd = world.rng.random
        stamp = world.platforms[platform].stamp
        mention = world.next_id(platform)
        viewed = kind in {"video", "article"}
        payload: Payload = {
            "id": mention,
            "platform": platform,
            "kind": kind,
            "author": author,
            "text": "",
            "url": f"https://{platform}.example/{mention}",
            "published_at": world.clock.write(published, stamp),
            "collected_at": world.clock.write(max(published, arrival - 1_200), stamp),
            "counts": world.counts.first(platform, author["followers"], viewed, world.rng),
            "lang": "zh",
        }
        if rnd() < PLACED:
            payload["location"] = world.places[int(rnd() * len(world.places))]
        return payload

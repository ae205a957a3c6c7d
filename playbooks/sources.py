"""``tiers.yaml`` -> the source tiers; every problem of the file at once."""

from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

import msgspec
from msgspec import Meta

from operators.errors import PackError
from operators.tiers import SourceTiers, Tier
from playbooks.reader import Reader
from playbooks.schema import Slug, Text

Weight = Annotated[float, Meta(ge=0.1, le=100)]
Followers = Annotated[int, Meta(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TierEntry:
    """A tier as the file has it; without a name, an ending or followers it holds everybody."""

    id: Slug
    name: Text
    weight: Weight
    names: tuple[Text, ...] = ()
    endings: tuple[Text, ...] = ()
    min_followers: Followers = 0
    needs_verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersFile:
    """The content of the file, tiers from the highest down."""

    version: Text
    tiers: Annotated[tuple[TierEntry, ...], Meta(min_length=1)]
    open_platforms: tuple[Slug, ...] = ()
    platforms: dict[str, Weight] = field(default_factory=dict)
    sources: tuple[Text, ...] = ()


def load_tiers(file: Traversable | None = None) -> SourceTiers:
    """Read a tiers file, or the one shipped. Raises PackError with all problems."""
    place = file if file is not None else files("playbooks") / "tiers.yaml"
    reader = Reader(str(place))
    try:
        data = reader.document(place.read_text(encoding="utf-8"), TiersFile)
    except (OSError, UnicodeDecodeError) as error:
        reader.note("", "cannot be read", str(error))
        data = None
    if data is None:
        raise PackError(reader.problems)
    entry = msgspec.convert(data, TiersFile)
    seen: set[str] = set()
    for place_in_list, tier in enumerate(entry.tiers):
        if tier.id in seen:
            reader.note(f"tiers[{place_in_list}].id", "duplicate id", tier.id)
        seen.add(tier.id)
    last = entry.tiers[-1]
    if last.names or last.endings or last.min_followers or last.needs_verified:
        hint = "a last tier with id, name and weight alone"
        reader.note(f"tiers[{len(entry.tiers) - 1}]", "must hold everybody else", last.id, hint)
    if reader.problems:
        raise PackError(reader.problems)
    return SourceTiers(
        tuple(
            Tier(
                tier.id,
                tier.name,
                tier.weight,
                frozenset(tier.names),
                tier.endings,
                tier.min_followers,
                tier.needs_verified,
            )
            for tier in entry.tiers
        ),
        entry.platforms,
        frozenset(entry.open_platforms),
        entry.version,
    )

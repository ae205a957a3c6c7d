"""What is watched, as one document: subjects, crisis types, source tiers, stop-list, thresholds.

A rules bundle is published as a whole and named by the hash of its content, so that rows can say
by which one they were made (规则版本).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import msgspec
import orjson

from operators.errors import RuleError, TingfengError
from operators.model import CrisisType, Subject
from operators.rule_language import parse
from operators.rules import INDUSTRIES, ThresholdRule
from operators.tiers import SourceTiers, Tier

PARTS: Final = ("subjects", "crisis_types", "tiers", "stop_words", "thresholds")
"""Keys of the document, each a kind of row in ``rule_versions``."""


class BundleError(TingfengError):
    """A document is no rules bundle that could be watched by."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """All rules that posts are read by."""

    subjects: tuple[Subject, ...]
    crisis_types: tuple[CrisisType, ...]
    tiers: SourceTiers
    stop_words: tuple[str, ...] = ()
    """Words that never count as a name."""
    thresholds: tuple[ThresholdRule, ...] = ()

    @property
    def version(self) -> str:
        """Return the hash of the content; where a threshold rule stands plays no part."""
        # As it comes out of a document, in which 3 may stand for 3.0.
        plain = bundle_to_dict(_read(bundle_to_dict(self)))
        for rule in plain["thresholds"]:
            del rule["file"], rule["line"]
        return content_version(plain)

    @property
    def watched(self) -> tuple[Subject, ...]:
        """Return the subjects without the names that the stop-list takes away."""
        return without_stop_words(self.subjects, self.stop_words)


class _Tiers(msgspec.Struct):
    tiers: tuple[Tier, ...]
    platforms: dict[str, float] = {}
    open_platforms: tuple[str, ...] = ()
    version: str = ""


class _Document(msgspec.Struct):
    subjects: tuple[Subject, ...]
    crisis_types: tuple[CrisisType, ...]
    tiers: _Tiers
    stop_words: tuple[str, ...] = ()
    thresholds: tuple[ThresholdRule, ...] = ()


def content_version(value: Any) -> str:
    """Return a short content hash of plain values."""
    data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_DATACLASS)
    return hashlib.sha256(data).hexdigest()[:12]


def bundle_to_dict(bundle: Bundle) -> dict[str, Any]:
    """Return the document of a bundle; equal bundles give equal documents."""
    tiers = bundle.tiers
    return {
        "subjects": [asdict(one) for one in bundle.subjects],
        "crisis_types": [asdict(one) for one in bundle.crisis_types],
        "tiers": {
            "tiers": [{**asdict(one), "names": sorted(one.names)} for one in tiers.tiers],
            "platforms": dict(sorted(tiers.platforms.items())),
            "open_platforms": sorted(tiers.open_platforms),
            "version": tiers.version,
        },
        "stop_words": sorted(set(bundle.stop_words)),
        "thresholds": [asdict(one) for one in bundle.thresholds],
    }


def bundle_from_dict(document: object) -> Bundle:
    """Return the bundle of a document. Raises `BundleError` with all that is wrong with it."""
    found = _read(document)
    faults = [*_subject_faults(found.subjects), *_type_faults(found.crisis_types)]
    faults += [] if found.tiers.tiers else ["tiers: is empty"]
    faults += _threshold_faults(found.thresholds, found.subjects)
    if faults:
        raise BundleError("; ".join(faults))
    return found


def _read(document: object) -> Bundle:
    try:
        found = msgspec.convert(document, _Document)
    except msgspec.ValidationError as error:
        raise BundleError(str(error)) from error
    tiers = found.tiers
    return Bundle(
        found.subjects,
        found.crisis_types,
        SourceTiers(tiers.tiers, tiers.platforms, frozenset(tiers.open_platforms), tiers.version),
        found.stop_words,
        found.thresholds,
    )


def _subject_faults(subjects: Sequence[Subject]) -> Iterable[str]:
    if not subjects:
        yield "subjects: is empty"
    for name, count in Counter(one.id for one in subjects).items():
        if count > 1:
            yield f"subjects: {name} is there {count} times"
    for one in subjects:
        if one.industry not in INDUSTRIES:
            yield f"subjects: {one.id}: {one.industry!r} is no industry"
        names = (one.name, *one.aliases, *one.products, *one.executives, *one.ambiguous)
        for name in names:
            if not any(char.isalnum() for char in name):
                yield f"subjects: {one.id}: {name!r} has no letter or digit to look for"


def _type_faults(kinds: Sequence[CrisisType]) -> Iterable[str]:
    for (industry, name), count in Counter((one.industry, one.id) for one in kinds).items():
        if count > 1:
            yield f"crisis_types: {industry} {name} is there {count} times"
    for kind in kinds:
        words = [*(term for term, _weight in kind.terms), *kind.exclude]
        if any(not any(char.isalnum() for char in word) for word in words):
            yield f"crisis_types: {kind.id}: a term has no letter or digit to look for"
        if kind.threshold <= 0:
            yield f"crisis_types: {kind.id}: the threshold must be more than 0"
        for rule in (*(source for source, _weight in kind.rules), *kind.unless):
            try:
                parse(rule)
            except RuleError as error:
                yield f"crisis_types: {kind.id}: {rule}: {error.problem}"


def _threshold_faults(rules: Sequence[ThresholdRule], subjects: Sequence[Subject]) -> Iterable[str]:
    known = {"*", *(one.id for one in subjects)}
    for rule in rules:
        if rule.subject not in known:
            yield f"thresholds: {rule.id}: {rule.subject} is no subject"
        if rule.window_ms <= 0 or rule.limit <= 0:
            yield f"thresholds: {rule.id}: window and limit must be more than 0"


def without_stop_words(
    subjects: Iterable[Subject], stop_words: Iterable[str]
) -> tuple[Subject, ...]:
    """Return the subjects without the names that are stop-words; a subject may lose all names."""
    stops = {word.lower() for word in stop_words}
    if not stops:
        return tuple(subjects)
    return tuple(_without(one, stops) for one in subjects)


def no_news(subjects: Iterable[Subject], stop_words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return for each subject what tells nothing of it: its own names, and the stop-list."""
    stops = tuple(stop_words)
    return {one.id: (one.name, *one.aliases, *stops) for one in subjects}


def _without(subject: Subject, stops: set[str]) -> Subject:
    def kept(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if name.lower() not in stops)

    aliases = kept(subject.aliases)
    return replace(
        subject,
        aliases=aliases,
        products=kept(subject.products),
        executives=kept(subject.executives),
        ambiguous=kept(subject.ambiguous),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """What of one part is new, gone or changed, by id."""

    part: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[tuple[str, tuple[tuple[str, Any, Any], ...]], ...] = ()
    """Id, and each field with its old and new value."""

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.added or self.removed or self.changed)


def differences(before: Bundle, after: Bundle) -> list[Difference]:
    """Return what sets two bundles apart, part by part; nothing for equal ones."""
    olds, news = bundle_to_dict(before), bundle_to_dict(after)
    found = []
    for part in PARTS:
        old, new = _entries(part, olds[part]), _entries(part, news[part])
        one = Difference(
            part,
            tuple(sorted(new.keys() - old.keys())),
            tuple(sorted(old.keys() - new.keys())),
            tuple(
                (name, _fields(old[name], new[name]))
                for name in sorted(old.keys() & new.keys())
                if old[name] != new[name]
            ),
        )
        if one:
            found.append(one)
    return found


def _fields(old: Any, new: Any) -> tuple[tuple[str, Any, Any], ...]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return (("value", old, new),)
    return tuple((key, old.get(key), new[key]) for key in new if old.get(key) != new[key])


def _entries(part: str, body: Any) -> dict[str, Any]:
    """Return the entries of a part of a document by name."""
    if part == "stop_words":
        return dict.fromkeys(body, True)
    if part == "tiers":
        others = {name: value for name, value in body.items() if name != "tiers"}
        return {one["id"]: {"place": n, **one} for n, one in enumerate(body["tiers"], 1)} | others
    if part == "crisis_types":
        return {f"{one['industry']}.{one['id']}": one for one in body}
    places = ("file", "line")
    return {one["id"]: {k: v for k, v in one.items() if k not in places} for one in body}

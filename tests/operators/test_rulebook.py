"""Rules bundles: equal content is one version, wrong ones are refused, time decides which holds."""

import dataclasses
from typing import Any

import orjson
import pytest

from operators.health import RejectedEntry
from operators.model import MINUTE, CrisisType, Subject
from operators.reading import Entry, ReadBatch
from operators.rulebook import RULES_PARTITION, decode_rules, encode_rules
from operators.rulebook_bundle import (
    Bundle,
    BundleError,
    bundle_from_dict,
    bundle_to_dict,
    differences,
)
from operators.rulebook_schedule import (
    Registers,
    RulesEntry,
    change_of,
    cut,
    forget,
    version_at,
)
from operators.rules import ThresholdRule
from operators.track import Tracker
from operators.tracked import TrackRules
from operators.watch import Watch, WatchRules
from tests.support.rule_books import HAICHUAN, OUTAGE, XINGHE, bundle, rule_book

T0 = 1_780_000_200_000
RULE = ThresholdRule("any", "mentions", 5 * MINUTE, 1, file="a.yaml", line=7)


def entry_id(at_ms: int, number: int = 0) -> bytes:
    """Return a stream id."""
    return b"%d-%d" % (at_ms, number)


def rules_entry(at_ms: int, rules: Bundle) -> Entry:
    """Return an entry of the stream of rules."""
    return entry_id(at_ms), [b"rules", encode_rules(rules)]


def post(at_ms: int, text: str) -> Entry:
    """Return an entry with a mention published as it arrives."""
    body = {"id": str(at_ms), "platform": "weibo", "published_at": at_ms, "text": text}
    return entry_id(at_ms), [b"mention", orjson.dumps(body)]


def test_a_document_gives_the_bundle_back() -> None:
    """Content and version survive the stream; where a threshold rule stands is no content."""
    rules = bundle(XINGHE, HAICHUAN, stop_words=("星河",), thresholds=(RULE,))
    again = decode_rules([b"rules", encode_rules(rules)])
    assert again is not None
    assert bundle_to_dict(again) == bundle_to_dict(rules)
    moved = dataclasses.replace(rules, thresholds=(dataclasses.replace(RULE, line=9),))
    assert moved.version == again.version == rules.version
    assert bundle(XINGHE).version != rules.version


@pytest.mark.parametrize(
    ("part", "value", "told"),
    [
        ("subjects", [], "subjects: is empty"),
        ("subjects", [{"id": "a", "name": "星河", "industry": "mining"}], "is no industry"),
        ("subjects", [{"id": "a", "name": "…", "industry": "banking"}], "no letter or digit"),
        ("subjects", "星河", "Expected `array`"),
        ("subjects", [{"id": "a", "name": "星河", "industry": "banking"}] * 2, "2 times"),
        ("crisis_types", [{"id": "x"}], "missing required field"),
        (
            "crisis_types",
            [
                {
                    "id": "x",
                    "name": "x",
                    "industry": "banking",
                    "terms": [],
                    "rules": [["宕机 &", 1]],
                }
            ],
            "x: 宕机 &",
        ),
        ("tiers", {"tiers": []}, "tiers: is empty"),
        (
            "thresholds",
            [{"id": "t", "measure": "mentions", "window_ms": 1, "at_least": 1, "subject": "b"}],
            "b is no subject",
        ),
    ],
)
def test_a_wrong_document_is_refused(part: str, value: Any, told: str) -> None:
    """What could not be watched by is told, whatever is wrong with it."""
    document = bundle_to_dict(bundle()) | {part: value}
    with pytest.raises(BundleError, match=told):
        bundle_from_dict(document)


def test_differences_name_what_changed() -> None:
    """Each thing that is new, gone or changed is named with its fields."""
    other = dataclasses.replace(XINGHE, hotline="95000")
    gone = dataclasses.replace(OUTAGE, id="fees")
    found = differences(bundle(XINGHE, kinds=(OUTAGE, gone)), bundle(other, HAICHUAN))
    subjects, types = found
    assert (subjects.part, subjects.added) == ("subjects", ("haichuan_securities",))
    assert subjects.changed == (("xinghe_bank", (("hotline", "", "95000"),)),)
    assert (types.part, types.removed) == ("crisis_types", ("banking.fees",))
    assert differences(bundle(), bundle()) == []


def test_stop_words_are_no_names() -> None:
    """A stop-word is not looked for as an alias; the company's own name always is."""
    (subject,) = bundle(XINGHE, stop_words=("星河", "星河银行")).watched
    assert (subject.name, subject.aliases) == ("星河银行", ())


def test_an_entry_holds_from_the_next_minute() -> None:
    """Entries are cut by their arrival where another version takes effect."""
    first, second = (RulesEntry((T0 + n * MINUTE + 1) << 20, f"v{n}") for n in range(2))
    schedule = (first, second)
    entries: list[Entry] = [(entry_id(T0 + n * MINUTE // 2), []) for n in range(6)]
    pieces = [(version, len(part)) for version, part in cut(entries, schedule)]
    assert pieces == [("", 2), ("v0", 2), ("v1", 2)]
    for version, part in cut(entries, schedule):
        assert {version_at(schedule, int(one[0].partition(b"-")[0])) for one in part} == {version}
    assert cut(entries[4:], forget(schedule, T0 + 2 * MINUTE)) == [("v1", entries[4:])]
    assert forget(schedule, T0 + 2 * MINUTE) == (second,)
    assert cut(entries, ()) == [("", entries)]
    assert cut([], schedule) == []


def test_a_batch_is_read_by_the_versions_of_its_times() -> None:
    """The same entries are read alike however they are cut into batches."""
    book = rule_book()
    told = book.learn([rules_entry(T0 + 5, bundle(HAICHUAN))])
    schedule = tuple(one for one in told if isinstance(one, RulesEntry))
    texts = ("星河银行宕机", "海川证券怎么了")
    entries = [post(T0 + n * 20_000 + k, texts[k]) for n in range(6) for k in range(2)]
    whole = book.read(0, entries, schedule, told)
    parts = [one for n in range(12) for one in book.read(0, entries[n : n + 1], schedule)]
    seen = [_seen(batches) for batches in (whole, parts)]
    assert seen[0] == seen[1]
    assert [subject for subject, _version in seen[0]] == ["xinghe_bank"] * 3 + [
        "haichuan_securities"
    ] * 3
    assert len({version for _subject, version in seen[0]}) == 2
    assert [bool(one.told) for one in whole] == [True, False]


def _seen(batches: list[ReadBatch]) -> list[tuple[str, str]]:
    return [
        (one.subject, batch.rules_version)
        for batch in batches
        for _number, each in sorted(batch.posts.items())
        for one in each.attributions
    ]


def test_few_readers_are_kept() -> None:
    """Readers are compiled when they are asked for, and only the last three are at hand."""
    book = rule_book()
    names = [dataclasses.replace(XINGHE, name=f"星河银行{n}") for n in range(5)]
    found = book.learn([rules_entry(T0 + n, bundle(one)) for n, one in enumerate(names)])
    versions = [one.version for one in found if isinstance(one, RulesEntry)]
    first = book.reader(versions[0])
    assert book.reader(versions[0]) is first
    for version in versions[1:]:
        book.reader(version)
    assert book.reader(versions[0]) is not first
    with pytest.raises(TypeError):
        book.__reduce__()


def test_a_wrong_entry_is_a_rejected_one() -> None:
    """It changes nothing and is told with its reason; heartbeats are passed over."""
    book = rule_book()
    found = book.learn(
        [
            (b"1-0", [b"rules", b"{}"]),
            (b"2-0", [b"heartbeat", b""]),
            (b"3-0", [b"bundle", b"{}"]),
        ]
    )
    refused = [one for one in found if isinstance(one, RejectedEntry)]
    assert [one.entry >> 20 for one in refused] == [1, 3]
    assert {(one.partition, one.rejected.reason) for one in refused} == {
        (RULES_PARTITION, "bad_rules")
    }
    assert len(found) == 2


def test_every_shard_is_told_once() -> None:
    """A partition tells all shards of rules new to it, and not again after a resume."""
    book = rule_book()
    told = book.learn([rules_entry(T0, bundle(HAICHUAN, thresholds=(RULE,)))])
    schedule = tuple(one for one in told if isinstance(one, RulesEntry))
    tracker = Tracker(0, TrackRules(shards=3))
    (batch,) = book.read(0, [post(T0 + 9 * MINUTE, "海川证券")], schedule, told)
    out = tracker.feed(batch)
    assert [piece.rules[0].thresholds for piece in out.pieces.values()] == [(RULE,)] * 3
    assert [one.version for one, _bundle in out.rules] == [schedule[0].version]
    (again,) = book.read(0, [post(T0 + 9 * MINUTE + 1, "海川证券")], schedule, told)
    out = tracker.feed(again)
    assert [piece.rules for piece in out.pieces.values() if piece.rules] == []
    assert out.rules == []


def test_published_thresholds_hold_from_their_minute() -> None:
    """A rule fires on posts of minutes after it alone, and settings no longer replace it."""
    book = rule_book()
    told = book.learn([rules_entry(T0 + 1, bundle(thresholds=(RULE,)))])
    schedule = tuple(one for one in told if isinstance(one, RulesEntry))
    tracker = Tracker(0, TrackRules(shards=1, lateness_ms=0))
    watch = Watch(WatchRules(1))
    fired: list[int] = []
    for minute in range(4):
        for batch in book.read(0, [post(T0 + minute * MINUTE, "星河银行宕机")], schedule, told):
            for piece in tracker.feed(batch).pieces.values():
                watched = watch.feed([piece])
                fired += [one.window_end_ms for one in watched.signals if one.rule]
        watch.resume(dataclasses.replace(watch.rules, thresholds=()))
    assert fired[:1] == [T0 + 2 * MINUTE]


def test_registers_know_whoever_was_read() -> None:
    """A subject is known from the version that names it on, and before it where it was met."""
    base = change_of(RulesEntry(1, "base"), bundle(XINGHE)).register
    later = RulesEntry((T0 + 1) << 20, "later")
    renamed = dataclasses.replace(HAICHUAN, name="海川")
    registers = Registers()
    assert registers.at(base, T0) is base
    for number, subject in enumerate((HAICHUAN, renamed)):
        entry = RulesEntry(later.entry + (number * MINUTE << 20), f"v{number}")
        registers.add(change_of(entry, bundle(subject)))
        registers.add(change_of(entry, bundle(XINGHE)))
    names = [_names(registers, base, T0 + n * MINUTE) for n in range(3)]
    assert names == [
        {"xinghe_bank": "星河银行", "haichuan_securities": "海川证券"},
        {"xinghe_bank": "星河银行", "haichuan_securities": "海川证券"},
        {"xinghe_bank": "星河银行", "haichuan_securities": "海川"},
    ]
    registers.forget(T0 + 5 * MINUTE)
    assert _names(registers, base, T0 + 5 * MINUTE) == names[2]
    assert base.subjects.keys() == {"xinghe_bank"}


def _names(registers: Registers, base: Any, ms: int) -> dict[str, str]:
    return {name: one.name for name, one in registers.at(base, ms).subjects.items()}


def test_what_stages_are_told_is_small() -> None:
    """State of other stages holds no names to look for and no terms."""
    kind = CrisisType("x", "事", "banking", (("宕机", 1.0),), rules=(("宕机", 1.0),))
    subject = Subject("a", "星河", "banking", aliases=("小星",), tags=("大行",), hotline="95000")
    register = change_of(RulesEntry(1, "v"), bundle(subject, kinds=(kind,))).register
    assert register.subjects["a"] == Subject(
        "a", "星河", "banking", (), tags=("大行",), hotline="95000"
    )
    assert register.types["banking", "x"].terms == ()

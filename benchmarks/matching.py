"""CPU time of reading a post: ``python -m benchmarks.matching [--json]``.

Generated posts of 100 characters in batches of 1000, against 500 subjects with 5000 names: names
alone, names with the crisis types of every shipped pack, ``analysis`` (decoding, normalising,
masking, names, types, sentiment), and ``reading``, all that is done to an entry before it is
followed (source tiers, identity and marks of copies as well). Median of rounds, µs per post.
"""

import argparse
import dataclasses
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

import orjson

from benchmarks.events import events, subjects
from benchmarks.filled import START_MS
from flows.packs import read_packs
from flows.plan import make_plan
from flows.process import settle
from flows.sentiment_file import load_configured as load_sentiment
from flows.settings import load_settings
from flows.settings_schema import SentimentSettings
from operators.crisis.learned import SecondOpinion
from operators.decode import DecodeRules
from operators.match import Matcher
from operators.opening import open_entries
from operators.reading import Entry, words_of
from operators.vectors import SEQUENCE_BITS, entry_numbers
from playbooks.loader import load_packs

T = TypeVar("T")

POSTS: Final = 20_000
_CHARACTERS: Final = 100
_BATCH: Final = 1000
_ROUNDS: Final = 5


def cost(work: Callable[[Sequence[T]], object], posts: Sequence[T], rounds: int) -> float:
    """Return the µs of CPU a post takes."""
    found = []
    for _ in range(rounds + 1):
        before = time.process_time()
        for at in range(0, len(posts), _BATCH):
            work(posts[at : at + _BATCH])
        found.append((time.process_time() - before) / max(len(posts), 1) * 1e6)
    return round(statistics.median(found[1:]), 2)


def analysis(matcher: Matcher) -> Callable[[Sequence[Entry]], object]:
    """Return decoding, matching and scoring, and nothing else."""
    rules, model = DecodeRules(), load_sentiment(SentimentSettings(), "")

    def analyse(entries: Sequence[Entry]) -> object:
        arrived = entry_numbers([name for name, _fields in entries]) >> SEQUENCE_BITS
        found = open_entries([fields[1] for _name, fields in entries], arrived, rules)
        texts = [words_of(wire) for wire in found.wires]
        matched = matcher.match(texts)
        mentions = found.mentions(sorted(matched))
        return mentions, model.score([texts[number] for number in mentions]) if matched else ()

    return analyse


def measure(count: int, rounds: int) -> dict[str, float]:
    """Measure all posts, and those without and with a subject by themselves."""
    kinds = [kind for pack in load_packs() for kind in pack.crisis_types]
    monitored = subjects()
    entries: list[Entry] = []
    texts = []
    for event in events(count, monitored, kinds, START_MS):
        wire = orjson.loads(event.body)
        wire["text"] = wire["text"][:_CHARACTERS]
        texts.append(wire["text"])
        entries.append((b"%d-0" % event.at_ms, [b"mention", orjson.dumps(wire)]))
    settle()
    names = Matcher(monitored, ())
    every = Matcher(monitored, kinds, opinion=SecondOpinion())
    about = names.match(texts)
    others = [number for number in range(len(texts)) if number not in about]
    settings = dataclasses.replace(load_settings(None), subjects=monitored)
    read = partial(make_plan(settings, read_packs(settings)).reader().read, 0)
    return {
        "names_us": cost(names.match, texts, rounds),
        "names_and_types_us": cost(every.match, texts, rounds),
        "unmatched_us": cost(every.match, [texts[n] for n in others], rounds),
        "matched_us": cost(every.match, [texts[n] for n in about], rounds),
        "analysis_unmatched_us": cost(analysis(every), [entries[n] for n in others], rounds),
        "analysis_matched_us": cost(analysis(every), [entries[n] for n in about], rounds),
        "reading_unmatched_us": cost(read, [entries[n] for n in others], rounds),
        "reading_matched_us": cost(read, [entries[n] for n in about], rounds),
        "matched_share": round(len(about) / max(len(texts), 1), 3),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--posts", type=int, default=POSTS)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    options = parser.parse_args(argv)
    found = measure(options.posts, options.rounds)
    if options.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:<22} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

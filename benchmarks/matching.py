"""CPU time of naming subjects and crisis types: ``python -m benchmarks.matching [--json]``.

Generated posts of 100 characters in batches of 1000, against 500 subjects with 5000 names: names
alone, and names with the crisis types of every shipped pack. Median of rounds, µs per post.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Final

import orjson

from benchmarks.events import events, subjects
from flows.garbage import settle
from operators.crisis.learned import SecondOpinion
from operators.match import Matcher
from playbooks.loader import load_packs

POSTS: Final = 20_000
_CHARACTERS: Final = 100
_BATCH: Final = 1000
_ROUNDS: Final = 5


def cost(matcher: Matcher, texts: Sequence[str], rounds: int) -> float:
    """Return the µs of CPU a post takes."""
    found = []
    for _ in range(rounds + 1):
        before = time.process_time()
        for at in range(0, len(texts), _BATCH):
            matcher.match(texts[at : at + _BATCH])
        found.append((time.process_time() - before) / max(len(texts), 1) * 1e6)
    return statistics.median(found[1:])


def measure(count: int, rounds: int) -> dict[str, float]:
    """Measure all posts, and those without and with a subject by themselves."""
    kinds = [kind for pack in load_packs() for kind in pack.crisis_types]
    monitored = subjects()
    made = events(count, monitored, kinds, 0)
    texts = [orjson.loads(event.body)["text"][:_CHARACTERS] for event in made]
    settle()
    names = Matcher(monitored, ())
    every = Matcher(monitored, kinds, opinion=SecondOpinion())
    about = names.match(texts)
    return {
        "names_us": round(cost(names, texts, rounds), 2),
        "names_and_types_us": round(cost(every, texts, rounds), 2),
        "unmatched_us": round(
            cost(every, [text for n, text in enumerate(texts) if n not in about], rounds), 2
        ),
        "matched_us": round(cost(every, [texts[n] for n in about], rounds), 2),
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
            print(f"{name:<20} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

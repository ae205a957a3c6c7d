"""Forecast cascades: `python -m benchmarks.forecast FILE [--json]`.

FILE holds posts in JSON Lines, plain or gzip: ``id, author, author_followers, author_verified,
text, published_at`` and for a reply ``root_id`` and ``parent_id``. From the first 60 minutes of an
original with at least 10 replies by then, the number of replies within 24 hours is forecast.
Fitted on originals before 2013 (Asia/Shanghai), scored on the rest. Replies are reposts and
comments together, as the corpus holds them.

Reported: median absolute percentage error, that of the two-parameter log-linear model
``log(later) = a + b * log(now)`` fitted by least absolute deviations on the same originals, and how
often the 80 % interval held, with the binomial interval (Wilson, 95 %) of that share.
"""

import argparse
import gzip
import json
import math
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

import numpy as np

from operators.errors import TingfengError
from operators.forecast.cascade import Cascade, Clock, Reply, matrix
from operators.forecast.growth import Growth
from operators.forecast.regress import Array, LeastDeviations
from operators.instants import SHANGHAI
from operators.model import DAY, HOUR

AGE_MS = HOUR
TARGET_MS = DAY
LEAST = 10
_FIRST_SCORED = int(datetime(2013, 1, 1, tzinfo=SHANGHAI).timestamp() * 1000)
_SETTLED_MS = 6 * HOUR
_TOO_FEW = 50


@dataclass(frozen=True, slots=True)
class Result:
    """Errors and coverage as fractions."""

    mdape: float
    mdape_loglinear: float
    coverage80: float
    n_train: int
    n_test: int


def read_cascades(path: Path) -> list[Cascade]:
    """Read originals with their replies, in order of publication."""
    originals: dict[str, dict[str, object]] = {}
    replies: dict[str, list[dict[str, str]]] = defaultdict(list)
    with _open(path) as lines:
        for number, line in enumerate(lines, 1):
            try:
                post = json.loads(line)
                post["at"] = int(datetime.fromisoformat(post["published_at"]).timestamp() * 1000)
            except (ValueError, KeyError, TypeError) as error:
                msg = f"{path}:{number}: not a post with a time ({error!r})"
                raise TingfengError(msg) from error
            if post.get("root_id"):
                replies[post["root_id"]].append(post)
            else:
                originals[post["id"]] = post
    found = [_cascade(post, replies[name]) for name, post in originals.items()]
    return sorted(found, key=lambda one: (one.published_ms, one.id))


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _cascade(post: dict[str, object], under: list[dict[str, str]]) -> Cascade:
    published = int(str(post["at"]))
    return Cascade(
        str(post["id"]),
        published,
        int(str(post.get("author_followers") or 0)),
        bool(post.get("author_verified")),
        tuple(
            sorted(
                Reply(
                    int(one["at"]) - published,
                    one["id"],
                    one.get("parent_id") or "",
                    one.get("author") or "",
                    one.get("text") or "",
                )
                for one in under
                if int(one["at"]) >= published
            )
        ),
    )


def measure(cascades: Sequence[Cascade]) -> Result:
    """Fit on the early originals, score on the later ones."""
    chosen = [one for one in cascades if one.count(AGE_MS) >= LEAST]
    early = [one for one in chosen if one.published_ms < _FIRST_SCORED]
    late = [one for one in chosen if one.published_ms >= _FIRST_SCORED]
    if len(early) < _TOO_FEW or not late:
        msg = (
            f"{len(early)} originals before 2013 and {len(late)} after with at least {LEAST} "
            f"replies in their first hour; needed are {_TOO_FEW} and 1"
        )
        raise TingfengError(msg)
    clock = Clock.of(
        one.published_ms + reply.age_ms
        for one in early
        for reply in one.replies
        if reply.age_ms > _SETTLED_MS and one.published_ms + reply.age_ms < _FIRST_SCORED
    )
    (now, later), (now_late, later_late) = _counts(early), _counts(late)
    growth = Growth()
    growth.fit(matrix(early, clock, AGE_MS), now, later)
    expected = growth.expect(matrix(late, clock, AGE_MS), now_late)
    plain = LeastDeviations(ridge=0.0)
    plain.fit(np.log(now)[:, None], np.log(later))
    loglinear = np.exp(plain.predict(np.log(now_late)[:, None]))
    inside = (expected.low <= later_late) & (later_late <= expected.high)
    return Result(
        _mdape(expected.middle, later_late),
        _mdape(loglinear, later_late),
        float(inside.mean()),
        len(early),
        len(late),
    )


def _counts(cascades: Sequence[Cascade]) -> tuple[Array, Array]:
    now = np.array([one.count(AGE_MS) for one in cascades], dtype=np.float64)
    later = np.array([one.count(TARGET_MS) for one in cascades], dtype=np.float64)
    return now, later


def _mdape(expected: Array, true: Array) -> float:
    return float(np.median(np.abs(expected - true) / true))


def wilson(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return the interval of a binomial share."""
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecast", description=__doc__)
    parser.add_argument("file", type=Path, help="posts.jsonl or posts.jsonl.gz")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(argv)
    try:
        result = measure(read_cascades(options.file))
    except (TingfengError, OSError) as error:
        print(f"benchmarks.forecast: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(asdict(result)))
        return 0
    low, high = wilson(result.coverage80, result.n_test)
    print(f"originals: {result.n_train} to fit on (before 2013), {result.n_test} to score on")
    print(f"median absolute percentage error: {result.mdape:.1%}")
    print(f"log-linear model:                 {result.mdape_loglinear:.1%}")
    print(f"80 % interval held in {result.coverage80:.1%} (95 % interval {low:.1%} to {high:.1%})")
    return 0


if __name__ == "__main__":
    sys.exit(main())

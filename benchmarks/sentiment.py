"""Score labelled posts: `python -m benchmarks.sentiment FILE… [--backend linear] [--json]`.

A file is a TSV, plain or gzip, with the header ``label, text``; 0 is negative, 1 neutral and 2
positive. The two-class figures leave neutral rows out and ask which side is likelier. A file whose
name contains ``finnsp`` is scored with the risk head: 0 negative about the subject, 1 not. The
calibration error is that of the two-class probability. The files are only scored, never learned.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from flows.train import read_corpus
from operators.errors import TingfengError
from operators.sentiment import BACKENDS, WEIGHTS, Backend, Scores, load, metrics, own
from operators.sentiment.corpora import NEUTRAL, POSITIVE, Corpus

_BATCH = 512


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of one file; shares are 0 to 1, the three-class ones None without neutral rows."""

    file: str
    backend: str
    n: int
    accuracy: float
    macro_f1: float
    accuracy3: float | None
    macro_f1_3: float | None
    ece: float
    posts_per_cpu_s: float


def score_all(backend: Backend, texts: Sequence[str]) -> tuple[Scores, float]:
    """Score in batches of 512; gives the scores and the CPU seconds spent."""
    # Models are loaded when a language is first met; that is no part of scoring.
    backend.score([*texts[:1], "The app is down again and nobody answers the phone"])
    before = time.process_time()
    parts = [backend.score(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
    spent = time.process_time() - before
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in Scores.__dataclass_fields__
    }
    return Scores(**columns), spent


def measure(backend: Backend, corpus: Corpus, file: str) -> Result:
    """Score one corpus and compare with its labels."""
    scores, spent = score_all(backend, corpus.texts)
    labels = corpus.labels
    three: tuple[float, float] | None = None
    if corpus.risk:
        said, true = (scores.risk <= 0.5).astype(np.int8), labels
        chance, happened = scores.risk, labels == 0
    else:
        rows = labels != NEUTRAL
        sided = scores.p_positive + scores.p_negative
        # A text that was not read at all leans to neither side.
        chance = np.where(sided > 0, scores.p_positive / np.maximum(sided, 1e-9), np.float32(0.5))
        chance, happened = chance[rows], (labels == POSITIVE)[rows]
        said, true = (chance > 0.5).astype(np.int8), happened.astype(np.int8)
        if not rows.all():
            classes = scores.polarity + np.int8(1)
            three = metrics.accuracy(classes, labels), metrics.macro_f1(classes, labels)
    return Result(
        file=file,
        backend=backend.name,
        n=len(labels),
        accuracy=metrics.accuracy(said, true),
        macro_f1=metrics.macro_f1(said, true),
        accuracy3=three[0] if three else None,
        macro_f1_3=three[1] if three else None,
        ece=metrics.calibration_error(chance, happened),
        posts_per_cpu_s=len(labels) / max(spent, 1e-9),
    )


def thin(corpus: Corpus, limit: int) -> Corpus:
    """Keep at most ``limit`` rows, evenly spread (0 keeps all)."""
    if not limit or len(corpus.texts) <= limit:
        return corpus
    rows = np.linspace(0, len(corpus.texts) - 1, limit).astype(np.int64)
    return Corpus(corpus.name, corpus.labels[rows], tuple(corpus.texts[row] for row in rows))


def table(results: Sequence[Result]) -> str:
    """Lay the figures out for people, in per cent."""
    lines = ["file                      n      acc    F1   acc3  F1(3)   ECE   posts/CPU s"]
    for row in results:
        three = [
            f"{100 * share:5.1f}" if share is not None else "    -"
            for share in (row.accuracy3, row.macro_f1_3)
        ]
        lines.append(
            f"{row.file[:22]:22} {row.n:6} {100 * row.accuracy:6.1f} {100 * row.macro_f1:5.1f}"
            f"  {three[0]}  {three[1]}  {row.ece:.3f}  {row.posts_per_cpu_s:12,.0f}"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sentiment")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--backend", choices=sorted(BACKENDS), default="linear")
    parser.add_argument("--weights", choices=WEIGHTS, default="full")
    parser.add_argument("--model", type=Path, help="weights that `tingfeng train` wrote")
    parser.add_argument("--limit", type=int, default=0, help="rows a file, evenly spread")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        backend = (
            own(options.model.read_bytes())
            if options.model
            else load(options.backend, options.weights)
        )
        results = [
            measure(backend, thin(read_corpus(path), options.limit), path.name)
            for path in options.files
        ]
    except (TingfengError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    shown = json.dumps([asdict(row) for row in results]) if options.json else table(results)
    sys.stdout.write(f"{shown}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

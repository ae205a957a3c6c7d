"""Score finance events on texts held back: ``python -m benchmarks.crisis_folds FILE [--json]``.

FILE is the TSV that the weights are trained on (`flows.train_crisis`). Each fifth of its texts in
turn is scored by weights for which nothing of it was used: all that is learned or chosen comes from
the other four fifths. Two minutes a fifth; ``--fold`` names one. Macro-F1 is the mean over the
labels that occur in the fifth.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.crisis_types import measure
from benchmarks.machine import machine
from flows.train_crisis import read_examples, train
from operators.crisis.examples import FOLDS, Example, fold_of
from operators.errors import TingfengError

WAYS: Final = ("rules", "learned", "both", "both_unnamed")


def folds(rows: Sequence[Example], wanted: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield accuracy and macro-F1 of each way of answering, fractions, fifth by fifth."""
    for fold in wanted:
        held = [row for row in rows if fold_of(row.text) == fold]
        model = train([row for row in rows if fold_of(row.text) != fold])
        found = measure(held, model=model)
        found["both_unnamed"] = measure(held, named=False, model=model)["both"]
        figures = {
            way: {
                "accuracy": round(found[way].accuracy, 4),
                "macro_f1": round(found[way].macro_f1, 4),
            }
            for way in WAYS
        }
        yield {"fold": fold, "n": len(held), **figures}


def summary(found: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return mean and spread of each figure over the fifths."""
    out: dict[str, dict[str, float]] = {}
    for way in WAYS:
        out[way] = {}
        for name in ("accuracy", "macro_f1"):
            values = [one[way][name] for one in found]
            out[way][name] = round(statistics.mean(values), 4)
            out[way][f"{name}_spread"] = round(statistics.pstdev(values), 4)
    return out


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crisis_folds", description=__doc__)
    parser.add_argument("file", type=Path, help="labelled sentences: .tsv or .tsv.gz")
    parser.add_argument("--fold", type=int, choices=range(FOLDS), help="this fifth alone")
    parser.add_argument("--json", action="store_true", help="one JSON value")
    options = parser.parse_args(argv)
    wanted = range(FOLDS) if options.fold is None else (options.fold,)
    try:
        rows = read_examples(options.file)
    except TingfengError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    found = []
    for one in folds(rows, list(wanted)):
        found.append(one)
        sys.stderr.write(f"fifth {one['fold']}: {one['both']}\n")
    body = {"folds": found, "mean": summary(found), "machine": machine()}
    print(json.dumps(body, ensure_ascii=False, indent=None if options.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())

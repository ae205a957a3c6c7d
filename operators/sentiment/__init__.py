"""How a text is meant: negative, neutral or positive, and whether it is bad news for its subject.

Back ends share one interface and are chosen by name; they are imported when first asked for. Which
language a text is in is settled first and alike for all of them: Chinese goes to the back end,
English to VADER, and any other language is marked as unknown, never guessed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from operators.errors import ConfigError, Problem

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float32]
    Classes: TypeAlias = npt.NDArray[np.int8]
    Marks: TypeAlias = npt.NDArray[np.bool_]

WEIGHTS: Final = ("full", "licensed")

UNSURE: Final = 0.5
"""A class that is less likely than this is right about as often as a coin: measured on texts whose
corpus was held out, see the model card."""

UNDECIDED: Final = 0.4
"""When no class is likelier than this, none is forced on the text: it counts as neutral."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What a back end says about a batch of texts; one element a text.

    ``p_negative``, ``p_neutral``, ``p_positive``: float32, sum to one; ``risk``: float32, the
    probability that the text is negative about its subject; ``confidence``: float32, the
    probability of the likeliest class; ``polarity``: int8, -1, 0 or 1, that class, or 0 where none
    is likely enough; ``uncertain``: bool, the confidence is too low to rely on; ``language``:
    int8, 0 unknown, 1 zh, 2 en (`operators.language.LANGUAGES`).
    """

    p_negative: "Floats"
    p_neutral: "Floats"
    p_positive: "Floats"
    risk: "Floats"
    polarity: "Classes"
    confidence: "Floats"
    uncertain: "Marks"
    language: "Classes"

    @staticmethod
    def of(p_positive: "Floats", p_neutral: "Floats", risk: "Floats") -> "Scores":
        """Complete the scores: ``p_positive`` is given among the texts that are not neutral."""
        import numpy as np

        from operators.language import CHINESE

        positive = p_positive * (1 - p_neutral)
        negative = 1 - p_neutral - positive
        confidence = np.maximum(np.maximum(positive, negative), p_neutral)
        sided = (p_neutral < confidence) & (confidence >= UNDECIDED)
        polarity = np.sign(positive - negative) * sided
        return Scores(
            negative,
            p_neutral,
            positive,
            risk,
            polarity.astype(np.int8),
            confidence,
            confidence < UNSURE,
            np.full(len(risk), CHINESE, np.int8),
        )


class Backend(Protocol):
    """Scores texts. ``version`` is a hash of the weights: equal versions give equal scores."""

    name: str
    version: str

    def score(self, texts: Sequence[str]) -> Scores:
        """Score each text of a batch; an empty batch gives empty arrays."""


def _linear(weights: str) -> Backend:
    from operators.sentiment.linear import Linear
    from operators.sentiment.model import parse

    return Linear(parse((files(__package__) / "weights" / f"{weights}.npz").read_bytes()))


def _snownlp(_weights: str) -> Backend:
    from operators.sentiment.snow import Snow

    return Snow()


def _snow_fast(_weights: str) -> Backend:
    from operators.sentiment.snow_fast import SnowFast

    return SnowFast()


BACKENDS: Final[dict[str, Callable[[str], Backend]]] = {
    "linear": _linear,
    "snownlp": _snownlp,
    "snow-fast": _snow_fast,
}


@cache
def _make(name: str, weights: str) -> Backend:
    from operators.sentiment.routing import Routed

    return Routed(BACKENDS[name](weights))


def own(data: bytes) -> Backend:
    """Make the linear back end from the bytes of a file that ``tingfeng train`` wrote."""
    from operators.sentiment.linear import Linear
    from operators.sentiment.model import parse
    from operators.sentiment.routing import Routed

    return Routed(Linear(parse(data)))


def load(name: str = "linear", weights: str = "full") -> Backend:
    """Make a back end once; ``weights`` chooses the training texts of ``linear``."""
    problems = [
        Problem("sentiment", 0, path, "unknown", got, " or ".join(known))
        for path, got, known in (("backend", name, BACKENDS), ("weights", weights, WEIGHTS))
        if got not in known
    ]
    if problems:
        raise ConfigError(problems)
    return _make(name, weights)

"""SnowNLP as shipped, behind the same interface: a reference, some hundred posts a second."""

import hashlib
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
from snownlp import sentiment

from operators.sentiment import Scores


class Snow:
    """SnowNLP's own naive Bayes; it knows no neutral class, and its risk is P(negative)."""

    name = "snownlp"

    def __init__(self) -> None:
        weights = files("snownlp") / "sentiment" / "sentiment.marshal.3"
        self.version = hashlib.sha256(weights.read_bytes()).hexdigest()[:12]

    def score(self, texts: Sequence[str]) -> Scores:
        """Score each text; an empty one is certainly neutral."""
        readable = np.array([bool(text) and not text.isspace() for text in texts], np.bool_)
        positive = np.full(len(texts), 0.5, np.float32)
        for place, text in enumerate(texts):
            if readable[place]:
                positive[place] = sentiment.classify(text)
        neutral = (~readable).astype(np.float32)
        return Scores.of(positive, neutral, (1 - positive) * readable)

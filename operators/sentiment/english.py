"""English posts: VADER (Hutto and Gilbert, 2014) with the words of our five industries.

VADER was made for short social-media posts; its published cut for neutral is kept. It has not been
calibrated on labelled posts of ours, so its probabilities order texts rather than promise a rate.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np

from operators.language import ENGLISH
from operators.sentiment import Scores

LIMIT: Final = 1000
"""Characters of a text that are read."""

_NEUTRAL: Final = 0.05
"""VADER's own cut: a compound nearer to zero is neutral."""
_STEEPNESS: Final = 4.0

DOMAIN: Final = {
    "outage": -2.0,
    "outages": -2.0,
    "down": -1.0,
    "downtime": -1.5,
    "offline": -1.2,
    "lag": -1.2,
    "lagging": -1.2,
    "glitch": -1.5,
    "crashes": -1.8,
    "crashed": -1.8,
    "frozen": -1.5,
    "freeze": -1.3,
    "locked": -1.2,
    "unauthorized": -2.0,
    "overcharged": -2.2,
    "overdraft": -1.0,
    "refund": -0.8,
    "refunded": 0.8,
    "unresponsive": -1.8,
    "leak": -1.6,
    "leaked": -2.0,
    "breach": -2.0,
    "breached": -2.0,
    "hacked": -2.3,
    "phishing": -2.2,
    "scam": -2.9,
    "scammed": -2.9,
    "scammers": -2.9,
    "ponzi": -3.0,
    "insolvent": -2.6,
    "bankrupt": -2.8,
    "bankruptcy": -2.6,
    "default": -1.5,
    "delisted": -2.0,
    "layoffs": -1.8,
    "plunge": -2.0,
    "plunges": -2.0,
    "plunged": -2.0,
    "slump": -1.8,
    "tumbles": -1.8,
    "selloff": -1.6,
    "downgrade": -1.6,
    "downgraded": -1.6,
    "fined": -1.8,
    "lawsuit": -1.7,
    "sued": -1.7,
    "probe": -1.2,
    "surge": 1.3,
    "surges": 1.3,
    "soars": 2.0,
    "rally": 1.4,
    "upgrade": 1.2,
    "upgraded": 1.2,
    "outperform": 1.6,
    "beats": 1.3,
    "seamless": 2.0,
    "reliable": 1.8,
}
"""Words of money and networks that VADER's list lacks or takes for everyday ones, -4 to 4."""


class English:
    """Scores English texts one by one, tens of thousands a second."""

    name = "vader"

    def __init__(self) -> None:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        self._analyzer = SentimentIntensityAnalyzer()
        self._analyzer.lexicon.update(DOMAIN)
        lexicon = repr(sorted(self._analyzer.lexicon.items())).encode()
        self.version = hashlib.sha256(lexicon).hexdigest()[:12]

    def score(self, texts: Sequence[str]) -> Scores:
        """Score each text; the further the compound from zero, the surer."""
        compound = np.array(
            [self._analyzer.polarity_scores(text[:LIMIT])["compound"] for text in texts], np.float32
        )
        strength = np.abs(compound)
        # At the cut neutral is as likely as the better side.
        side = 1 / (1 + np.exp(-_STEEPNESS * compound))
        best = 1 / (1 + np.exp(-_STEEPNESS * _NEUTRAL))
        odds = best * np.exp(-_STEEPNESS * (strength - _NEUTRAL))
        neutral = odds / (1 + odds)
        scores = Scores.of(side, neutral, (1 - side) * (1 - neutral))
        scores.language[:] = ENGLISH
        return scores

"""Each text to whoever can read its language, and the answers back in one row."""

import re
from collections.abc import Sequence
from dataclasses import fields
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from operators.language import CHINESE, ENGLISH, UNKNOWN, detect
from operators.sentiment import Backend, Scores
from operators.sentiment.english import English

_CALLED: Final = re.compile(r"[@＠][\w·-]{1,30}(?=[\s:：])")


class Routed:
    """Scores Chinese by the back end, English by VADER; the rest is neutral and uncertain."""

    def __init__(self, chinese: Backend) -> None:
        self.name = chinese.name
        self.version = chinese.version
        self.chinese = chinese

    @cached_property
    def _english(self) -> English:
        return English()

    def score(self, texts: Sequence[str]) -> Scores:
        """Score each text; one in no known language, or a blank one, is certainly not judged."""
        # A name that is called is no mood: @开心麻花 is not glad, nor @愤怒的小鸟 angry.
        texts = [_CALLED.sub("@", text) if "@" in text or "＠" in text else text for text in texts]
        languages = detect(texts)
        if (languages == CHINESE).all():
            return self.chinese.score(texts)
        whole = _unread(languages)
        for language, backend in ((CHINESE, self.chinese), (ENGLISH, None)):
            rows = np.flatnonzero(languages == language)
            if len(rows):
                reader = backend or self._english
                part = reader.score([texts[row] for row in rows.tolist()])
                for field in fields(Scores):
                    if field.name != "language":
                        getattr(whole, field.name)[rows] = getattr(part, field.name)
        return whole


def _unread(languages: npt.NDArray[np.int8]) -> Scores:
    """Give the scores of texts nobody read: neutral, without risk, not to be relied on."""
    size = len(languages)
    zero = np.zeros(size, np.float32)
    return Scores(
        p_negative=zero.copy(),
        p_neutral=np.ones(size, np.float32),
        p_positive=zero.copy(),
        risk=zero.copy(),
        polarity=np.zeros(size, np.int8),
        confidence=zero.copy(),
        uncertain=languages == UNKNOWN,
        language=languages,
    )

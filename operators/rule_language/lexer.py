"""Text of a rule -> tokens. Half and full width signs mean the same; words may stand for signs."""

import re
from dataclasses import dataclass
from typing import Final

from operators.errors import RuleError

AND: Final = "&"
OR: Final = "|"
NOT: Final = "!"
OPEN: Final = "("
CLOSE: Final = ")"
NEAR: Final = "NEAR"
TERM: Final = "term"
GROUP: Final = "$"
END: Final = "end"

_SIGNS: Final = {
    "&": AND, "＆": AND, "|": OR, "｜": OR, "!": NOT, "！": NOT,
    "(": OPEN, "（": OPEN, ")": CLOSE, "）": CLOSE,
}  # fmt: skip
_WORDS: Final = {
    "and": AND, "与": AND, "且": AND, "并且": AND, "or": OR, "或": OR, "或者": OR,
    "not": NOT, "非": NOT, "不含": NOT,
}  # fmt: skip
_QUOTES: Final = {'"': '"', "“": "”", "「": "」", "'": "'"}
_WORD: Final = re.compile(r"[^\s&＆|｜!！()（）\"“”「」']+")
_NEAR: Final = re.compile(r"(?:near|近)/(\d{1,3})", re.IGNORECASE)
MOST_APART: Final = 100


@dataclass(frozen=True, slots=True)
class Token:
    """One token: ``kind``, the characters it was written with, where, and NEAR's distance."""

    kind: str
    text: str
    place: int
    distance: int = 0


def tokens(source: str) -> list[Token]:
    """Cut a rule into tokens, END last; raises RuleError."""
    found: list[Token] = []
    place = 0
    while place < len(source):
        char = source[place]
        if char.isspace():
            place += 1
        elif char in _SIGNS:
            found.append(Token(_SIGNS[char], char, place))
            place += 1
        elif char in _QUOTES:
            end = source.find(_QUOTES[char], place + 1)
            if end < 0:
                msg = "a quote is not closed"
                raise RuleError(msg, source, place, _QUOTES[char])
            term = source[place + 1 : end].strip()
            if not term:
                msg = "nothing between the quotes"
                raise RuleError(msg, source, place)
            found.append(Token(TERM, term, place))
            place = end + 1
        else:
            word = _WORD.match(source, place)
            if word is None:
                msg = f"a quote `{char}` that opens nothing"
                raise RuleError(msg, source, place)
            found.append(_token(word[0], source, place))
            place = word.end()
    found.append(Token(END, "", len(source)))
    return found


def _token(word: str, source: str, place: int) -> Token:
    """Tell an operator, a group and a term apart."""
    kind = _WORDS.get(word.lower())
    if kind is not None:
        return Token(kind, word, place)
    near = _NEAR.fullmatch(word)
    if near is not None:
        distance = int(near[1])
        if not 1 <= distance <= MOST_APART:
            problem = f"the distance must be 1 to {MOST_APART} characters"
            raise RuleError(problem, source, place, "NEAR/10")
        return Token(NEAR, word, place, distance)
    if word.lower().startswith(("near/", "near(")) or word.lower() == "near":
        msg = "NEAR needs a distance"
        raise RuleError(msg, source, place, "NEAR/10")
    if word.startswith("$"):
        if len(word) == 1:
            msg = "a `$` without the name of a group"
            raise RuleError(msg, source, place, "$name")
        return Token(GROUP, word[1:], place)
    return Token(TERM, word, place)

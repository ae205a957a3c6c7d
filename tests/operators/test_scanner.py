"""Many strings found at once, each hit handed to its text."""

import pytest

from operators.automaton import ENGINES
from operators.folding import Alphabet
from operators.scanner import MOST_PLACES, Found, Scanner, side_by_side, sort_out

PATTERNS = ("银行", "星河银行", "app", "銀行", "1.5", "！")


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> str:
    """Name each engine there is."""
    return str(request.param)


def found(texts: list[str], engine: str | None = None) -> dict[int, Found]:
    """Scan texts for the patterns."""
    alphabet = Alphabet(PATTERNS)
    block = alphabet.block(texts)
    return sort_out(Scanner(PATTERNS, alphabet, engine).scan(block.codes.tobytes(), block.ends))


def test_hits_belong_to_their_text(engine: str) -> None:
    """Places count from the start of each text, whatever stands before it."""
    texts = ["", "去星河银行", "无", "银 行", "", "银", "行"]
    assert found(texts, engine) == {
        1: {0: [(3, 5)], 1: [(1, 5)], 3: [(3, 5)]},
        3: {0: [(0, 2)], 3: [(0, 2)]},
    }
    assert found(["无", ""], engine) == {}


def test_spellings_that_fold_alike_are_all_found(engine: str) -> None:
    """Two patterns of one folded form are both reported, each in its place."""
    assert set(found(["銀行"], engine)[0]) == {0, 3}


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("app", 1), ("用app。", 1), ("apps", 0), ("xapp", 0), ("app2", 0), ("用 app 吗", 1),
        ("app app", 2), ("app.", 1), ("app.x", 0), ("1.5", 1), ("11.5", 0), ("1.5.2", 0),
        ("涨1.5元", 1),
    ],
)  # fmt: skip
def test_words_of_latin_letters_stand_alone(text: str, hits: int) -> None:
    """A word or number inside a longer one is not found, at the edges of a block neither."""
    for texts in ([text], ["银行", text, "银行"], [text, "a"], ["1", text]):
        places = [
            place
            for number, where in found(texts).get(texts.index(text), {}).items()
            for place in where
            if number in (2, 4)
        ]
        assert len(places) == hits


def test_repeating_costs_no_more() -> None:
    """Of one pattern a bounded number of places is kept, of the others all."""
    (terms,) = found(["app ！" * (MOST_PLACES + 9) + "银行"]).values()
    assert len(terms[2]) == len(terms[5]) == MOST_PLACES
    assert len(terms[0]) == 1


def test_texts_laid_side_by_side_keep_apart() -> None:
    """The chosen texts of a block become a block of their own."""
    alphabet = Alphabet(PATTERNS)
    texts = ["星河银行", "银", "", "行星河", "银行app"]
    block = alphabet.block(texts)
    for chosen in ([0], [1, 3], [2], [0, 2, 4], [4]):
        part, ends = side_by_side(block.codes.tobytes(), block.ends, chosen)
        alone = alphabet.block([texts[place] for place in chosen])
        assert (part, ends) == (alone.codes.tobytes(), alone.ends)

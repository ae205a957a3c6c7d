"""Characters in one form, whole batches at once."""

import numpy as np
import pytest

from operators.folding import SEPARATOR, Alphabet

NAME = "星河银行"


@pytest.mark.parametrize(
    "written",
    [
        "星河銀行",
        "星 河 银 行",
        "星*河*银*行",
        "星·河・银.行",
        "星\u200b河\ufeff银行",
        "星🈲河💰银行",
        "星　河银行",
        "星-河_银~行",
    ],
)
def test_spellings_fold_to_one(written: str) -> None:
    """Traditional script, blanks, signs, emoji and zero width do not hide a name."""
    alphabet = Alphabet([NAME])
    assert alphabet.encode(written) == alphabet.encode(NAME)


@pytest.mark.parametrize(("written", "plain"), [("ＳｕＦｕ", "sufu"), ("Ｌｅｖｅｌ２", "level2")])
def test_width_and_case_fold(written: str, plain: str) -> None:
    """Full-width letters and digits, and capitals, are the same letters."""
    alphabet = Alphabet([plain])
    assert alphabet.encode(written) == alphabet.encode(plain)


def test_signs_between_digits_stay() -> None:
    """A point or a blank between Latin letters or digits keeps them apart."""
    alphabet = Alphabet(["2.5", "25", "su fu", "sufu"])
    assert alphabet.encode("2.5") != alphabet.encode("25")
    assert alphabet.encode("su fu") != alphabet.encode("sufu")


@pytest.mark.parametrize(
    ("written", "plain"), [("崩崩崩了了了了", "崩了"), ("天天", "天天"), ("10000", "10000")]
)
def test_a_character_written_three_times_counts_once(written: str, plain: str) -> None:
    """Runs of three and more collapse; pairs are words, and numbers keep their zeros."""
    alphabet = Alphabet([plain])
    assert alphabet.encode(written) == alphabet.encode(plain)
    assert len(alphabet.encode(plain)) == 2 * len(plain)


def test_places_lead_back_to_the_text() -> None:
    """Each folded character knows where it stood, and each text where it ends."""
    block = Alphabet([NAME]).block(["哈 星*河", "", "银\u200b行"])
    texts = SEPARATOR.join(["哈 星*河", "", "银\u200b行"])
    kept = "".join(texts[place] for place in block.places(np.arange(len(block.codes))))
    assert kept == "哈星河\0\0银行"
    assert block.ends == [3, 4, 7]


def test_no_pattern_across_bytes() -> None:
    """Low bytes stay below high bytes, and none is zero."""
    codes = Alphabet([chr(point) for point in range(0x4E00, 0x4E00 + 5000)]).block(["丁七万丈"])
    low, high = codes.codes & 0xFF, codes.codes >> 8
    assert ((low > 0) & (low < 128) & (high >= 128)).all()


def test_too_many_characters_are_refused() -> None:
    """Patterns may not use more characters than two bytes can tell apart."""
    with pytest.raises(ValueError, match="different characters"):
        Alphabet([chr(point) for point in range(0x3400, 0x9FA5)])

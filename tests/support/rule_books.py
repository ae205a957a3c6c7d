"""Small rules bundles, and a book of them whose readers know no mood."""

from collections.abc import Sequence
from typing import Final

from operators.decode import DecodeRules
from operators.match import Matcher
from operators.model import CrisisType, Sentiment, Subject
from operators.reading import Reader
from operators.rulebook import RuleBook
from operators.rulebook_bundle import Bundle
from operators.rules import ThresholdRule
from operators.tiers import SourceTiers, Tier

XINGHE: Final = Subject("xinghe_bank", "星河银行", "banking", aliases=("星河",))
HAICHUAN: Final = Subject("haichuan_securities", "海川证券", "securities")
OUTAGE: Final = CrisisType("system_outage", "系统故障", "banking", (("宕机", 1.0),))
EVERYBODY: Final = SourceTiers((Tier("ordinary", "普通用户", 1.0),))


def bundle(
    *subjects: Subject,
    kinds: Sequence[CrisisType] = (OUTAGE,),
    stop_words: Sequence[str] = (),
    thresholds: Sequence[ThresholdRule] = (),
) -> Bundle:
    """Make a bundle; without subjects it watches one bank."""
    watched = subjects or (XINGHE,)
    return Bundle(watched, tuple(kinds), EVERYBODY, tuple(stop_words), tuple(thresholds))


def reader_of(rules: Bundle) -> Reader:
    """Compile a bundle; every text is neutral."""

    def score(texts: Sequence[str]) -> list[Sentiment]:
        return [Sentiment(0, 0.0, 0.0)] * len(texts)

    return Reader(Matcher(rules.watched, rules.crisis_types), score, DecodeRules())


def rule_book(base: Bundle | None = None) -> RuleBook:
    """Make a book that starts with a bundle."""
    return RuleBook(base or bundle(), reader_of)

"""What a single post is beside its words: who says it, what it weighs, whether it doubts.

Made for the matched posts of a batch at once, in the read step; a shard is told of each post in
this form, never of its text.
"""

import re
from collections.abc import Sequence
from typing import Final
from zlib import crc32

import msgspec
import numpy as np
import numpy.typing as npt

from operators.copies import Sketch, sketches
from operators.model import Mention
from operators.normalise import own_words
from operators.tiers import ORDINARY, REGULATOR, SourceTiers, Tier, bci_of, weight

WEIGHT_UNIT: Final = 1000
"""Weights are added up as whole thousandths, so that the order of adding plays no part."""

DENIES: Final = -1
CONFIRMS: Final = 1

_DOUBTED: Final = 240
_OFFICIAL: Final = ("official", REGULATOR)
_ANCHORS: Final = ("真的", "真假", "求证", "辟谣", "属实", "谣言", "真相", "可信", "靠谱", "是真")
"""A question whether something is true holds one of these."""
_DOUBT: Final = re.compile(
    r"真的假的|真的[吗么嘛][?？!！。，,\s]|真的[吗么嘛]$|是不是真的|真的还是假的|是真的还是|真的是真的"
    r"|是真是假|是真[吗么]|真假[?？]|真假难辨|分不清真假|不知真假|求证|求辟谣|求个辟谣|辟谣[吗么?？]"
    r"|(?:没有?|不|快|来|怎么不)(?:出来|人|官方|赶紧|点)?辟谣|属实[吗么?？]|是否属实|不知(?:道)?是否属实"
    r"|谣言[吧吗么?？]|是不是谣言|会不会是谣言|求(?:个|一个)?真相|真相(?:是什么|到底)|可信[吗么?？]"
    r"|可信度|靠谱[吗么?？]"
)
_DENIAL: Final = re.compile(
    r"辟谣|不实(?:信息|消息|传闻|言论|报道|内容)|(?:系|为|属|是)谣言|不属实|并无此事|与事实不符"
    r"|严重失实|运行(?:一切)?正常"
)
_CONFIRMATION: Final = re.compile(
    r"(?<!不)(?<!否)属实|确有此事|立案|约谈|行政处罚|处罚决定|责令|已介入|正在核查|成立调查组|致歉"
)


class Marks(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """What a post is beside its words; ``weight`` is in thousandths of an ordinary post's."""

    tier: str = ""
    weight: int = WEIGHT_UNIT
    bci: float = 0.0
    questioning: bool = False
    stance: int = 0
    """-1 when an official account denies in it, 1 when one confirms."""
    author: int = 0
    """Hash of platform and author; 0 when the author is not known."""
    sketch: Sketch = b""


PLAIN: Final = Marks()


class Told(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """A post as a shard is told of it; sorts by time, then by id."""

    published_ms: int
    platform: str
    id: str
    key: int
    """Identity of the post."""
    polarity: int
    followers: int
    article: bool
    story: int
    """Hash of its words, for those too short for a sketch."""
    marks: Marks

    @property
    def name(self) -> str:
        """Return ``platform/id``, as rows name a mention."""
        return f"{self.platform}/{self.id}"


def told_of(mention: Mention, key: int, polarity: int, story: int, marks: Marks) -> Told:
    """Return what a shard is told of a post."""
    return Told(
        mention.published_ms,
        mention.platform,
        mention.id,
        key,
        polarity,
        mention.followers,
        mention.kind == "article",
        story,
        marks,
    )


EVERYBODY: Final = SourceTiers((Tier(ORDINARY, "普通用户", 1.0),))
"""Tiers that tell nobody apart."""


def marks_of(mentions: Sequence[Mention], texts: Sequence[str], tiers: SourceTiers) -> list[Marks]:
    """Return the marks of each post, its words (masked) beside it."""
    if not mentions:
        return []
    doubts = frozenset(doubting(texts))
    own = [own_words(text) for text in texts]
    tier_of, platforms = tiers.tier_of, tiers.platforms
    found: list[Marks] = []
    for number, (one, sketch) in enumerate(zip(mentions, sketches(own), strict=True)):
        platform, author = one.platform, one.author_id or one.author_name
        tier = tier_of(platform, one.author_name, one.followers, verified=one.verified)
        index = bci_of(one.reposts, one.comments, one.likes)
        share = weight(tier, platforms.get(platform, 1.0), index)
        found.append(
            Marks(
                tier.id,
                int(share * WEIGHT_UNIT + 0.5),
                index,
                number in doubts,
                _stance(texts[number]) if tier.id in _OFFICIAL else 0,
                crc32(f"{platform}\0{author}".encode()) if author else 0,
                sketch,
            )
        )
    return found


def doubting(texts: Sequence[str]) -> list[int]:
    """Return the numbers of the texts that ask whether something is true, at their beginning."""
    heads = [text[:_DOUBTED] for text in texts]
    codes = np.frombuffer("\n".join([*heads, ""]).encode("utf-16-le", "surrogatepass"), np.uint16)
    first = _PAIRS[0].take(codes[:-1])
    places = np.flatnonzero(first)
    places = places[(first[places] & _PAIRS[1].take(codes[places + 1])) != 0]
    if not len(places):
        return []
    units = np.flatnonzero(codes == ord("\n"))
    if len(units) != len(heads):
        return [number for number, head in enumerate(heads) if _DOUBT.search(head)]
    maybe = np.unique(np.searchsorted(units, places)).tolist()
    return [number for number in maybe if _DOUBT.search(heads[number])]


def _pairs() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    """Tell for each character of which anchors it is the first and of which the second."""
    first, second = np.zeros(1 << 16, np.uint16), np.zeros(1 << 16, np.uint16)
    for bit, anchor in enumerate(_ANCHORS):
        first[ord(anchor[0])] |= 1 << bit
        second[ord(anchor[1])] |= 1 << bit
    return first, second


_PAIRS: Final = _pairs()


def _stance(text: str) -> int:
    if _DENIAL.search(text):
        return DENIES
    return CONFIRMS if _CONFIRMATION.search(text) else 0

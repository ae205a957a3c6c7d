"""Whom the clauses of a post are about, where it names several companies.

Chinese says whom it speaks of once and leaves the name out until it turns to somebody else (topic
chain: Tsao 1979, A Functional Study of Topic in Chinese). So a clause is about those it names; one
without a name is about those named last, or, at the beginning, about the first named after it.
Names side by side are told something together. Who is named beside the point (比…, 除了…, 据…) is
not spoken of.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

Parties: TypeAlias = frozenset[str]

_BREAK: Final = re.compile(
    r"[。！？!?；;\n…]+|[，：:]|(?<!\d),|,(?!\d)|(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])"
)
_COLONS: Final = ("：", ":")
_END: Final = re.compile(r"[。！？!?；;\n…]")
_ALL: Final = re.compile(
    r"两家(?!网点|支行|分行|门店)|[三四五几]家\w{0,2}(?:都|全|均)|双双|双方|彼此"
)
"""Both, all of them: those named so far, in other sentences as well."""
_ONLY_NAMED: Final = re.compile(r"(?:还有|以及|包括|[\W_和与跟及同或])*")
_ADDED: Final = re.compile(r"\W*(?:还有|以及|包括)")
_ALSO: Final = re.compile(r"\W*(?:连|还有|听说|隔壁|包括)?\W*")
_LIKEWISE: Final = re.compile(r"也(?:是(?:如此|这样|一样)?|一样|如此|这样|同样)\W*[了的啊吧]?\W*")
"""海川证券也一样: what stands before the name, and behind it."""
_ASIDE: Final = re.compile(
    r"(?:比|比不上|不如|不像|比起|相[比较]于?|对比|较之|除了?|隔壁|(?<!是)不是|(?:换|跳槽|搬)[到去])\W*$"
)
_SOURCE: Final = re.compile(r"据\W*$")
_SAYS: Final = re.compile(r"的?(?:员工|内部|公告|消息|客服|人士|方面|报道|介绍|表示|称|说)")
"""据海川证券员工: who tells it; but 据传 and 据说 are often written before whom it is about."""
_WORD: Final = 6
"""Characters in front of a name that can put it beside the point."""
_MOST_TOGETHER: Final = 32
"""Names side by side, at most, that are told something together."""
_ASTRAL: Final = re.compile(r"[\U00010000-\U0010ffff]")
_NOBODY: Final[Parties] = frozenset()


class Named(NamedTuple):
    """A name in a text: where it stands, in UTF-16 units, and whose it is."""

    start: int
    end: int
    party: str


class _Clause(NamedTuple):
    start: int
    text: str
    names: list[Named]
    opens: bool
    """It is the first of its sentence."""
    speaks: bool
    """A colon ends it: whoever it names may be speaking of others."""

    @property
    def topics(self) -> Parties:
        """Return those it speaks of, without those named beside the point."""
        return frozenset(one.party for one in self.names if not self._aside(one))

    def _aside(self, name: Named) -> bool:
        at = name.start - self.start
        before = self.text[max(0, at - _WORD) : at]
        told = _SOURCE.search(before) and _SAYS.match(self.text, name.end - self.start)
        return bool(told or _ASIDE.search(before))

    @property
    def likewise(self) -> bool:
        """Tell whether it only says of somebody that it is the same there."""
        if self.only_named:
            return _ADDED.match(self.text) is not None
        first, last = self.names[0].start - self.start, self.names[-1].end - self.start
        same = _LIKEWISE.fullmatch(self.text, last) and _ALSO.fullmatch(self.text, 0, first)
        return same is not None

    @property
    def only_named(self) -> bool:
        """Tell whether it says nothing besides names."""
        parts, at = [], 0
        for one in self.names:
            parts.append(self.text[at : one.start - self.start])
            at = one.end - self.start
        return _ONLY_NAMED.fullmatch("".join([*parts, self.text[at:]])) is not None


class Clauses:
    """The clauses of one text; ``named`` are the names in it, in order.

    ``listing``: the text goes through so many companies that a sentence without a name is about
    none of them.
    """

    def __init__(self, text: str, named: Sequence[Named], *, listing: bool = False) -> None:
        clauses = list(_parted(_ASTRAL.sub("\ufffd\ufffd", text), named))
        self._starts = [clause.start for clause in clauses]
        self._texts = [clause.text for clause in clauses]
        self._about = _topics(clauses, listing=listing)

    def about(self, place: int) -> Parties:
        """Tell whom the clause at a place, in UTF-16 units, is about."""
        return self._about[max(0, bisect_right(self._starts, place) - 1)]

    def words(self, party: str) -> str:
        """Return the clauses that are about one of those named."""
        told = zip(self._texts, self._about, strict=True)
        return "，".join(text for text, about in told if party in about)


def _parted(text: str, named: Sequence[Named]) -> Iterator[_Clause]:
    """Part a text into clauses; what stands within a name parts nothing."""
    inside = [False] * (len(text) + 1)
    for one in named:
        inside[one.start : one.end] = [True] * (one.end - one.start)
    breaks = [found for found in _BREAK.finditer(text) if not inside[found.start()]]
    start, opens, at = 0, True, 0
    for end, behind, mark in (
        *((found.start(), found.end(), found.group()) for found in breaks),
        (len(text), len(text), ""),
    ):
        if text[start:end].strip():
            first = at
            while at < len(named) and named[at].start < end:
                at += 1
            own = list(named[first:at])
            yield _Clause(start, text[start:end], own, opens, mark in _COLONS)
            opens = False
        opens = opens or bool(_END.search(mark))
        start = behind


def _topics(clauses: Sequence[_Clause], *, listing: bool) -> list[Parties]:
    """Tell of each clause whom it is about."""
    about: list[Parties] = []
    last = carried = _NOBODY
    so_far: set[str] = set()
    since = waiting = 0
    for place, clause in enumerate(clauses):
        if clause.opens and listing:
            last = carried = _NOBODY
            so_far = set()
            since = waiting = place
        own = clause.topics
        if not own:
            about.append(frozenset(so_far) if _ALL.search(clause.text) else last)
            carried = _NOBODY
            continue
        if last and clause.likewise:
            # 还有海川证券 and 海川证券也一样: what was just said goes for them as well.
            about[since:] = [one | own for one in about[since:]]
            own |= last
        if not own >= carried:
            own |= carried
        if not last:
            about[waiting:] = [own] * (place - waiting)
        about.append(own)
        # A name and nothing else is one of several that are told something together.
        together = len(own) <= _MOST_TOGETHER and not clause.speaks
        carried = own if together and clause.only_named else _NOBODY
        last, since = own, place
        so_far |= own
    if not (listing or any(about)):
        return [frozenset(one.party for clause in clauses for one in clause.names)] * len(about)
    return about

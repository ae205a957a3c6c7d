"""Who speaks of an incident, and what to look at before judging its truth (提示)."""

from dataclasses import dataclass, field, replace
from typing import Final

from operators.severity import TIER_NAMES
from operators.watched import BinStat

_ENOUGH: Final = 20
_DOUBTED: Final = 0.2
_COPIED: Final = 0.6
_ONE_AUTHOR: Final = 0.4
_FEW_AUTHORS: Final = 0.5
_KEPT: Final = 3
_RANKS: Final = tuple(reversed(TIER_NAMES))
_TRUSTED: Final = ("regulator", "central_media", "media", "official")


@dataclass(slots=True)
class Voices:
    """What the bins of an incident told of those who speak; shares are of the last hour."""

    top_tier: str = ""
    questioning: int = 0
    mentions: int = 0
    denials: list[str] = field(default_factory=list)
    confirmations: list[str] = field(default_factory=list)
    unique_authors: float = 0.0
    copies: float = 0.0
    top_author: float = 0.0

    def hear(self, stat: BinStat) -> None:
        """Take a bin in."""
        self.hear_tier(stat.top_tier)
        self.questioning += stat.questioning
        self.mentions += stat.totals.mentions
        self.denials = list(dict.fromkeys([*self.denials, *stat.denials]))[:_KEPT]
        self.confirmations = list(dict.fromkeys([*self.confirmations, *stat.confirmations]))[:_KEPT]
        posts = max(stat.mentions_1h, 1)
        self.unique_authors = min(1.0, stat.authors_1h / posts)
        self.copies = min(1.0, stat.copies_1h / posts)
        self.top_author = min(1.0, stat.top_author_1h / posts)

    def hear_tier(self, tier: str) -> None:
        """Keep the highest source tier; an unknown one changes nothing."""
        known = [each for each in (self.top_tier, tier) if each in _RANKS]
        self.top_tier = max(known, key=_RANKS.index, default=self.top_tier)

    @property
    def questioning_share(self) -> float:
        """Share of the posts that ask whether it is true, 0 to 1."""
        return self.questioning / self.mentions if self.mentions else 0.0

    def copy(self) -> "Voices":
        """Return a copy that does not change with this one."""
        return replace(self, denials=list(self.denials), confirmations=list(self.confirmations))


def hints(voices: Voices, mentions: int, mentions_1h: int, verification: str) -> tuple[str, ...]:
    """Say in Chinese what a person should look at before judging whether it is true."""
    found = []
    if voices.denials:
        found.append(f"提及中有官方账号的否认：{'、'.join(voices.denials)}（以人工核实为准）")
    if voices.confirmations:
        found.append(f"提及中有官方账号的确认：{'、'.join(voices.confirmations)}（以人工核实为准）")
    if voices.mentions >= _ENOUGH and voices.questioning_share >= _DOUBTED:
        found.append(
            f"{voices.mentions} 条提及中有 {voices.questioning} 条"
            f"（{voices.questioning_share:.0%}）在质疑是否属实"
        )
    few = mentions_1h >= _ENOUGH
    untrusted = voices.top_tier != "" and voices.top_tier not in _TRUSTED
    if few and untrusted and voices.copies >= _COPIED:
        found.append(
            f"最近 1 小时 {voices.copies:.0%} 的提及为近似文本，{mentions} 条中尚无媒体或官方信源"
            f"（最高为{TIER_NAMES[voices.top_tier]}），疑为单一来源，目前{verification}"
        )
    elif few and voices.copies >= _COPIED:
        found.append(f"最近 1 小时 {voices.copies:.0%} 的提及为近似文本{_massed(voices)}")
    if few and voices.top_author >= _ONE_AUTHOR:
        found.append(f"最近 1 小时 {voices.top_author:.0%} 的提及来自同一账号")
    return tuple(found)


def _massed(voices: Voices) -> str:
    """Add a hint of posting in mass (水军): copies alone may be a story that many retell."""
    if not 0 < voices.unique_authors <= _FEW_AUTHORS:
        return ""
    return f"，平均每个账号发 {1 / voices.unique_authors:.1f} 条，疑有集中发帖"

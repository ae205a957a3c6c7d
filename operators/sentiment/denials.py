"""Denials (没有爆雷, 系谣言, 传言不实), found in a buffer of texts.

Who says that a thing is not so has not accused anybody of it: the words of what is denied carry no
mood, and the post leans to neutral. What else the post says counts as ever. Only calamities right
behind the negation can be denied in this way: 没有退款 and 没有阻止诈骗 are complaints.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from operators.sentiment.hashing import JOIN, LIMIT, Buffer

_CALAMITIES: Final = (
    "爆雷暴雷踩雷倒闭破产跑路挤兑停业崩盘兑付资不断裂取不宕机崩溃故障瘫痪断网断供泄露泄漏外泄被盗盗刷"
    "被查被抓违规违约违法诈骗欺诈造假暴力挪用亏空裁员资金提现经营"
)
"""How what may be denied begins, two characters each."""
_RUMOURS: Final = "谣言谣传信谣传谣造谣辟谣不实失实虚构毫无子虚假的此事不符謠言信謠傳謠闢謠不實"
"""And the words that call something a rumour."""
_FIRST, _SECOND = np.uint8(1), np.uint8(2)

_AHEAD: Final = 14
"""Characters before a calamity in which a negation may stand."""
_CLAIM: Final = 24
"""Characters of what is called a rumour, at most."""

_CALAMITY: Final = re.compile(
    r"(?:资金链|兑付|提现|经营|暴力)?(?:[爆暴踩]雷|倒闭|破产|跑路|挤兑|停业|崩盘|资不抵债|断裂|取不[出到]来?钱?|宕机|崩溃"
    r"|故障|瘫痪|断网|断供|泄[露漏](?:[^，。,!！?？\s]{0,4}(?:信息|数据|隐私))?|外泄|被盗刷?|盗刷|被[查抓]|违(?:规|法|约(?!金))"
    r"|诈骗|欺诈|造假|暴力催收|兑付(?:困难|危机|风险)|挪用|亏空|裁员)"
)
_NOT: Final = re.compile(
    # 有没有, 该不会, 还没, 怎么没, 如果没有, 号称不会: questions, curses, conditions and promises.
    r"(?<![有会是还早咋该])(?<!怎么)(?<!为[何啥])(?<!什么)(?<!如果)(?<!要是)(?<!号称)(?<!敢说)(?<!谁说)(?<!是说)"
    r"(?:并?没有?|[并从暂尚]?未曾?|不存在|不会|绝无|并非|并无|不是)"
    # Only these may stand between: 没有阻止诈骗 and 不是第一次宕机 are complaints.
    r"(?:发生|出现|发现(?=任何|客户|用户|信息|数据|个人|隐私)|任何|所谓的?|网传的?|大规模|大面积|客户|用户"
    r"|个人|信息|数据|隐私|资金|系统|过|被){0,4}$"
)
_UNSAID: Final = re.compile(
    # What follows makes it a question, irony, a time or an alternative.
    r"[了的啊]?[吗嗎吧么麼]?[?？]|[了的]?[吗嗎嘛]|[之以]?前|的[人时]|[，,]?\s*(?:又|还)?(?:就是|是什么)"
    r"|[^，。,!！?？\s]{0,6}(?:才怪|谁信|鬼信|骗鬼)|也(?:差不多|快)|[，,]那我"
)
_FALSE: Final = re.compile(
    r"了?的?(?:消息|传言|说法|传闻|新闻|事)?(?:都|全|纯|完全)?(?:是|属)(?:假的|谣言|虚假消息|假消息|假新闻)"
    r"(?=[^\u4e00-\u9fff]|[吧啊哦呀哈]|$)"
    r"|[了的]?(?:消息|传言|说法)?[?？]\s*(?:都是|全是|纯属)?(?:假的|谣言|没有的事|没这回事)(?=\W|$)"
)
_RUMOUR: Final = re.compile(
    r"(?:纯属|都是|全是|就是|明显是|[系属为])[谣謠][言传傳]|(?<!不)(?<!不就)是[谣謠]言"
    r"|(?:别|不|勿|莫|不要|别再)(?:再|轻)?[信传傳造][谣謠]言?"
    r"|(?<![求没不等快来])(?<!怎么不)(?<!微博)[辟闢][谣謠](?!$|也|都|没)[^，。,!！?？；;：:\n]{0,10}"
    r"|(?:传言|传闻|消息|报道|网传|(?:该|此|相关|上述|所谓|有关|的)(?:信息|说法|内容))[^不，。,!！?？；;\s]{0,4}"
    r"(?:不[实實](?![用在惠])|与事实不符|失实|毫无根据|子虚乌有|纯属虚构|[是属]假的(?=\W|$))"
    r"|不[实實](?:传言|消息|信息|言论|报道|传闻)|[是系属]子虚乌有|纯属虚构|[并绝]无此事|没有此事"
)
_QUESTION: Final = re.compile(r"[吗嗎吧么麼]|[?？]")
_CLAUSE: Final = re.compile(r"[^，。,!！?？；;\n]*$")


@cache
def _halves() -> npt.NDArray[np.uint8]:
    """Mark the characters that are first or second in a word to look at: uint8."""
    table = np.zeros(1 << 16, np.uint8)
    for words in (_CALAMITIES, _RUMOURS):
        table[[ord(char) for char in words[::2]]] |= _FIRST
        table[[ord(char) for char in words[1::2]]] |= _SECOND
    return table


def find(texts: Sequence[str], buffer: Buffer) -> Iterator[tuple[int, int, int]]:
    """Yield of each denial the number of its text and where it begins and ends in the buffer."""
    marks = _halves().take(buffer.points)
    places = np.flatnonzero(marks[:-1] & (marks[1:] >> 1) & _FIRST)
    if not len(places):
        return
    rows = np.searchsorted(buffer.starts, places, "right") - 1
    starts = buffer.starts[rows] + len(JOIN)
    for row, start, place in zip(rows.tolist(), starts.tolist(), places.tolist(), strict=True):
        span = _denied(texts[row], place - start)
        if span is not None:
            yield row, start + span[0], start + span[1]


def _denied(text: str, at: int) -> tuple[int, int] | None:
    """Return where what is denied begins and ends, with the denial, given a word to look at."""
    told = _CALAMITY.match(text, at, LIMIT)
    if told is None:
        return _rumour(text, at)
    denial = _FALSE.match(text, told.end(), LIMIT)
    if denial:
        return _clause(text, at), denial.end()
    denial = _NOT.search(text, max(0, at - _AHEAD), at)
    if denial and not _UNSAID.match(text, told.end(), LIMIT):
        return denial.start(), told.end()
    return None


def _rumour(text: str, at: int) -> tuple[int, int] | None:
    """Return the clause that is called a rumour."""
    for begin in range(max(0, at - 8), at + 1):
        called = _RUMOUR.match(text, begin, LIMIT)
        if called and called.end() > at and not _QUESTION.match(text, called.end(), LIMIT):
            return _clause(text, begin), called.end()
    return None


def _clause(text: str, at: int) -> int:
    begin = _CLAUSE.search(text, max(0, at - _CLAIM), at)
    return begin.start() if begin else at
